-- Reports for administrators.
SET LOCAL search_path = registry;

-- Which repository serves a name and a tag or digest at a key, and why: the members in the order of the search, the content of each, and whether the
-- user may see it. NULL: no such key or user.
CREATE OR REPLACE FUNCTION who_answers(p_key text, p_name text, p_tag text, p_alg int, p_digest bytea, p_user text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
DECLARE
  v_root repository;
  v_account int := (SELECT id FROM principal WHERE name = lower(p_user) AND kind < 2);
  v_reference text := coalesce(p_tag, digest_text(p_alg, p_digest));
  v_local boolean;
  v_member record;
  v_reason text;
  v_served_by text;
  v_served_rank int;
  v_upstreams text[] := '{}';
  v_priority_upstreams text[] := '{}';
  v_answer text;
  v_members jsonb := '[]';
BEGIN
  SELECT * INTO v_root FROM repository WHERE key = p_key AND deleted_at IS NULL AND api_version = 2;
  IF NOT FOUND OR v_account IS NULL THEN
    RETURN NULL;
  END IF;
  v_local := v_root.shadowing_guard AND name_is_local(v_root.id, p_name);
  FOR v_member IN
    SELECT DISTINCT ON (l.rank <> 0, stamp, l.class, first) l.*, r.key, n.path, h.digest, h.updated_at, h.fresh, m.until IS NOT NULL AS in_negative_cache, m.reason AS refusal, c.offline,
      s.offline_until > now() AS backing_off, concat_ws(': ', s.trouble, s.reason) AS trouble, principal_actions(v_account, l.member_id, n.path) AS actions,
      CASE WHEN p_tag IS NULL THEN name_fits(n.path, l.include_re, l.exclude_re) ELSE tag_fits(n.path, p_tag, l.include_re, l.exclude_re) END AS fits,
      CASE WHEN v_root.by_timestamp AND p_tag IS NOT NULL THEN -extract(epoch FROM h.updated_at) END AS stamp,
      min(l.ord) OVER (PARTITION BY l.member_id) AS first
    FROM resolved_member l JOIN repository r ON r.id = l.member_id
      CROSS JOIN LATERAL (SELECT CASE WHEN l.library AND strpos(p_name, '/') = 0 THEN 'library/' || p_name ELSE p_name END AS path) n
      LEFT JOIN LATERAL (
        SELECT digest_text(m.alg, m.digest) AS digest, t.updated_at,
          l.class = 1 OR p_tag IS NULL OR EXISTS (SELECT FROM remote_reference f WHERE f.image_id = i.id AND f.tag = p_tag AND f.fresh_until > now()) AS fresh
        FROM image i JOIN image_manifest im ON im.image_id = i.id JOIN manifest m ON m.id = im.manifest_id
          LEFT JOIN tag t ON t.image_id = i.id AND t.manifest_id = m.id AND t.name = p_tag
        WHERE i.path = n.path AND i.repository_id = l.member_id AND CASE WHEN p_tag IS NULL THEN m.digest = p_digest AND m.alg = p_alg ELSE t.name IS NOT NULL END
      ) h ON true
      LEFT JOIN repository_remote c ON c.repository_id = l.member_id LEFT JOIN remote_state s ON s.repository_id = l.member_id
      LEFT JOIN negative_cache m ON m.repository_id = l.member_id AND m.path = n.path AND m.reference = v_reference AND m.until > now()
    WHERE l.root_id = v_root.id
    ORDER BY l.rank <> 0, stamp NULLS LAST, l.class, first, fits DESC
  LOOP
    v_reason := CASE
      WHEN NOT v_member.fits THEN CASE WHEN name_fits(v_member.path, v_member.include_re, v_member.exclude_re) THEN 'tag' ELSE 'name' END || ' excluded by the patterns'
      WHEN v_member.actions & 1 = 0 THEN 'the user may not read it here'
      WHEN v_member.class = 2 AND v_local AND p_tag IS NOT NULL THEN 'a local member has the name, so no remote answers for its tags'
      WHEN v_member.digest IS NOT NULL AND v_served_by IS NOT NULL THEN 'has it, but another comes first'
      WHEN v_member.digest IS NOT NULL AND v_member.fresh THEN 'has it'
      WHEN v_member.digest IS NOT NULL THEN 'has it cached; its upstream is asked whether it still holds'
      WHEN v_member.class = 1 THEN 'does not have it'
      WHEN v_local THEN 'not cached, and a local member has the name, so no upstream is asked'
      WHEN v_member.offline THEN 'not cached, and set offline'
      WHEN v_member.in_negative_cache AND v_member.refusal IS NOT NULL THEN 'its upstream refused it a while ago: ' || v_member.refusal
      WHEN v_member.in_negative_cache THEN 'its upstream did not have it a while ago'
      WHEN v_member.actions & 2 = 0 THEN 'not cached, and the user may not fill the cache'
      WHEN v_member.backing_off THEN 'not cached, and assumed offline: ' || v_member.trouble
      ELSE 'not cached; its upstream is asked' END;
    IF v_reason LIKE 'has it%' AND v_served_by IS NULL THEN
      v_served_by := v_member.key;
      v_served_rank := v_member.rank;
      v_answer := v_member.digest;
    ELSIF v_reason = 'not cached; its upstream is asked' THEN
      v_upstreams := v_upstreams || v_member.key;
      v_priority_upstreams := v_priority_upstreams || CASE WHEN v_member.rank = 0 THEN v_member.key END;
    END IF;
    v_members := v_members || jsonb_build_object('repository', v_member.key, 'rclass', class_name(v_member.class), 'priority', v_member.rank = 0,
      'name', v_member.path, 'included', v_member.fits, 'readable', v_member.actions & 1 <> 0, 'mayFillCache', CASE WHEN v_member.class = 2 THEN v_member.actions & 2 <> 0 END,
      'digest', v_member.digest, 'updated', v_member.updated_at, 'fresh', CASE WHEN v_member.digest IS NOT NULL THEN v_member.fresh END, 'why', v_reason);
  END LOOP;
  -- content in one member keeps all upstreams from being asked, except those of priority members before it
  IF v_served_by IS NOT NULL THEN
    v_upstreams := CASE WHEN v_served_rank = 0 THEN '{}' ELSE array_remove(v_priority_upstreams, NULL) END;
    v_members := (SELECT jsonb_agg(CASE WHEN m.value ->> 'why' = 'not cached; its upstream is asked' AND m.value ->> 'repository' <> ALL (v_upstreams)
      THEN m.value || '{"why": "not cached, and another has it"}' ELSE m.value END ORDER BY m.place)
      FROM jsonb_array_elements(v_members) WITH ORDINALITY AS m (value, place));
  END IF;
  RETURN jsonb_build_object('repository', p_key, 'name', p_name, 'reference', v_reference, 'user', lower(p_user), 'nameIsLocal', v_local,
    'blackedOut', v_root.blacked_out, 'members', v_members, 'winner', v_served_by, 'digest', v_answer, 'asked', to_jsonb(v_upstreams),
    'reason', CASE WHEN v_root.blacked_out THEN 'the repository is blacked out'
      WHEN v_served_by IS NOT NULL AND v_upstreams <> '{}' THEN 'a priority remote is asked first; else ' || v_served_by || ' answers'
      WHEN v_served_by IS NOT NULL THEN v_served_by || ' is the first in the order of the search that has it'
      WHEN v_upstreams <> '{}' THEN 'no member has it; upstreams are asked in this order'
      ELSE 'no member has it' END);
END $$;

CREATE OR REPLACE FUNCTION json_time(p_at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- The files of a tag as Artifactory's clients expect them: NAME/TAG/manifest.json with its blobs beside it, or of an image pushed over v1
-- NAME/TAG/tag.json; from the first member that lets the account read them. p_file NULL: all. payload: content that is in the database.
CREATE OR REPLACE FUNCTION storage_files(p_root int, p_name text, p_tag text, p_file text, p_account int)
RETURNS TABLE (file text, size bigint, type text, sha256 text, download text, payload bytea, created timestamptz, creator int, modified timestamptz, modifier int)
LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN QUERY WITH found AS (
    SELECT i.id, i.path FROM resolved_member l JOIN image i ON i.path = p_name AND i.repository_id = l.member_id
    WHERE l.root_id = p_root AND tag_fits(i.path, p_tag, l.include_re, l.exclude_re) AND principal_actions(p_account, l.member_id, i.path) & 1 = 1
      AND (EXISTS (SELECT FROM tag WHERE image_id = i.id AND name = p_tag) OR EXISTS (SELECT FROM v1_tag WHERE image_id = i.id AND name = p_tag))
    ORDER BY l.rank, l.ord LIMIT 1),
  shown AS (
    SELECT f.path, m.*, im.created_at AS shown_at, im.created_by, t.updated_at, t.updated_by FROM found f JOIN tag t ON t.image_id = f.id AND t.name = p_tag
      JOIN image_manifest im ON im.image_id = f.id AND im.manifest_id = t.manifest_id JOIN manifest m ON m.id = t.manifest_id)
  SELECT 'manifest.json', s.size::bigint, mt.name, CASE s.alg WHEN 1 THEN encode(s.digest, 'hex') ELSE '' END, 'manifests/' || digest_text(s.alg, s.digest), s.payload,
    s.shown_at, s.created_by, s.updated_at, s.updated_by
  FROM shown s JOIN media_type mt ON mt.id = s.media_type WHERE coalesce(p_file, 'manifest.json') = 'manifest.json'
  UNION ALL SELECT * FROM (
    SELECT replace(digest_text(b.alg, b.digest), ':', '__'), b.size, 'application/octet-stream', CASE b.alg WHEN 1 THEN encode(b.digest, 'hex') ELSE '' END,
      'blobs/' || digest_text(b.alg, b.digest), NULL::bytea, b.created_at, s.created_by, b.created_at, s.created_by
    FROM shown s JOIN manifest_blob mb ON mb.manifest_id = s.id JOIN blob b ON b.id = mb.blob_id) blobs (name) WHERE blobs.name = coalesce(p_file, blobs.name)
  UNION ALL SELECT 'tag.json', octet_length(v.json)::bigint, 'application/json', encode(sha256(v.json), 'hex'), NULL, v.json, v.created_at, v.created_by, t.updated_at, t.updated_by
  FROM found f JOIN v1_tag t ON t.image_id = f.id AND t.name = p_tag JOIN v1_image v ON v.image_id = f.id AND v.v1_id = t.v1_id
  WHERE coalesce(p_file, 'tag.json') = 'tag.json';
END $$;

-- The folders below a path of a repository: the next part of NAME/TAG, for names that the account may read.
CREATE OR REPLACE FUNCTION storage_folders(p_root int, p_path text, p_account int) RETURNS TABLE (folder text, created timestamptz, modified timestamptz)
LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
DECLARE
  v_prefix text := CASE p_path WHEN '' THEN '' ELSE p_path || '/' END;
BEGIN
  RETURN QUERY SELECT split_part(substr(i.path || '/' || t.name, length(v_prefix) + 1), '/', 1), min(i.created_at), max(t.updated_at)
  FROM resolved_member l JOIN image i ON i.repository_id = l.member_id
    JOIN LATERAL (SELECT name, updated_at FROM tag WHERE image_id = i.id UNION ALL SELECT name, updated_at FROM v1_tag WHERE image_id = i.id) t
      ON tag_fits(i.path, t.name, l.include_re, l.exclude_re)
  WHERE l.root_id = p_root AND (p_path = '' OR i.path = p_path OR (i.path >= v_prefix AND i.path < p_path || '0')) AND principal_actions(p_account, l.member_id, i.path) & 1 = 1
  GROUP BY 1 ORDER BY 1;
END $$;

-- A file or folder of a repository; no row if the account may not read any. item has all fields of Artifactory except URLs and older checksums.
CREATE OR REPLACE FUNCTION storage_item(p_root int, p_path text, p_account int) RETURNS TABLE (item jsonb, sha256 text, download text, payload bytea)
LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
DECLARE
  v_part text[] := regexp_match(p_path, '^(?:(.+)/)?([^/]+)/([^/]+)$'); -- NAME, TAG, FILE; or (NAME), NAME, TAG
  v_children jsonb;
  v_created timestamptz;
  v_modified timestamptz;
BEGIN
  RETURN QUERY SELECT jsonb_strip_nulls(jsonb_build_object('size', f.size::text, 'mimeType', f.type, 'created', json_time(f.created), 'createdBy', c.name,
      'lastModified', json_time(f.modified), 'modifiedBy', m.name, 'lastUpdated', json_time(f.modified))), f.sha256, v_part[1] || '/' || f.download, f.payload
    FROM storage_files(p_root, v_part[1], v_part[2], v_part[3], p_account) f LEFT JOIN principal c ON c.id = f.creator LEFT JOIN principal m ON m.id = f.modifier;
  IF FOUND THEN
    RETURN;
  END IF;
  SELECT jsonb_agg(jsonb_build_object('uri', '/' || e.name, 'folder', e.folder) ORDER BY e.name), min(e.created), max(e.modified) INTO v_children, v_created, v_modified
  FROM (SELECT f.folder AS name, true AS folder, f.created, f.modified FROM storage_folders(p_root, p_path, p_account) f
    UNION SELECT f.file, false, f.created, f.modified FROM storage_files(p_root, concat_ws('/', v_part[1], v_part[2]), v_part[3], NULL, p_account) f) e;
  IF v_children IS NOT NULL OR p_path = '' THEN
    RETURN QUERY SELECT jsonb_strip_nulls(jsonb_build_object('children', coalesce(v_children, '[]'), 'created', json_time(v_created), 'lastModified', json_time(v_modified),
      'lastUpdated', json_time(v_modified))), NULL::text, NULL::text, NULL::bytea;
  END IF;
END $$;
