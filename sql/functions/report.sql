-- Reports for administrators.
SET LOCAL search_path = registry;

-- Who answers for a name and a tag or digest at a key, and why: the members in the order of the search, what each has, and whether the user
-- may see it. NULL: no such key or user.
CREATE OR REPLACE FUNCTION who_answers(p_key text, p_name text, p_tag text, p_alg int, p_digest bytea, p_user text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
DECLARE
  v_root repository;
  v_account int := (SELECT id FROM principal WHERE name = lower(p_user) AND kind < 2);
  v_reference text := coalesce(p_tag, digest_text(p_alg, p_digest));
  v_local boolean;
  v_leaf record;
  v_why text;
  v_winner text;
  v_winner_rank int;
  v_asked text[] := '{}';
  v_asked_first text[] := '{}'; -- those of them with priority
  v_answer text;
  v_members jsonb := '[]';
BEGIN
  SELECT * INTO v_root FROM repository WHERE key = p_key AND deleted_at IS NULL AND api_version = 2;
  IF NOT FOUND OR v_account IS NULL THEN
    RETURN NULL;
  END IF;
  v_local := v_root.shadowing_guard AND name_is_local(v_root.id, p_name);
  FOR v_leaf IN
    SELECT DISTINCT ON (l.rank <> 0, stamp, l.class, first) l.*, r.key, n.path, h.digest, h.updated_at, h.fresh, m.until IS NOT NULL AS missed, m.reason AS refusal, c.offline,
      s.offline_until > now() AS away, concat_ws(': ', s.trouble, s.reason) AS trouble, viewer_actions(v_account, l.leaf_id, n.path) AS actions,
      CASE WHEN p_tag IS NULL THEN name_fits(n.path, l.include_re, l.exclude_re) ELSE tag_fits(n.path, p_tag, l.include_re, l.exclude_re) END AS fits,
      CASE WHEN v_root.by_timestamp AND p_tag IS NOT NULL THEN -extract(epoch FROM h.updated_at) END AS stamp,
      min(l.ord) OVER (PARTITION BY l.leaf_id) AS first
    FROM repository_leaf l JOIN repository r ON r.id = l.leaf_id
      CROSS JOIN LATERAL (SELECT CASE WHEN l.library AND strpos(p_name, '/') = 0 THEN 'library/' || p_name ELSE p_name END AS path) n
      LEFT JOIN LATERAL (
        SELECT digest_text(m.alg, m.digest) AS digest, t.updated_at,
          l.class = 1 OR p_tag IS NULL OR EXISTS (SELECT FROM remote_reference f WHERE f.image_id = i.id AND f.tag = p_tag AND f.fresh_until > now()) AS fresh
        FROM image i JOIN image_manifest im ON im.image_id = i.id JOIN manifest m ON m.id = im.manifest_id
          LEFT JOIN tag t ON t.image_id = i.id AND t.manifest_id = m.id AND t.name = p_tag
        WHERE i.path = n.path AND i.repository_id = l.leaf_id AND CASE WHEN p_tag IS NULL THEN m.digest = p_digest AND m.alg = p_alg ELSE t.name IS NOT NULL END
      ) h ON true
      LEFT JOIN repository_remote c ON c.repository_id = l.leaf_id LEFT JOIN remote_state s ON s.repository_id = l.leaf_id
      LEFT JOIN remote_miss m ON m.repository_id = l.leaf_id AND m.path = n.path AND m.reference = v_reference AND m.until > now()
    WHERE l.root_id = v_root.id
    ORDER BY l.rank <> 0, stamp NULLS LAST, l.class, first, fits DESC
  LOOP
    v_why := CASE
      WHEN NOT v_leaf.fits THEN 'a pattern keeps ' || CASE WHEN name_fits(v_leaf.path, v_leaf.include_re, v_leaf.exclude_re) THEN 'the tag' ELSE 'the name' END || ' out'
      WHEN v_leaf.actions & 1 = 0 THEN 'the user may not read it here'
      WHEN v_leaf.class = 2 AND v_local AND p_tag IS NOT NULL THEN 'a local member has the name, so no remote answers for its tags'
      WHEN v_leaf.digest IS NOT NULL AND v_winner IS NOT NULL THEN 'has it, but another comes first'
      WHEN v_leaf.digest IS NOT NULL AND v_leaf.fresh THEN 'has it'
      WHEN v_leaf.digest IS NOT NULL THEN 'has it cached; its upstream is asked whether it still holds'
      WHEN v_leaf.class = 1 THEN 'does not have it'
      WHEN v_local THEN 'not cached, and a local member has the name, so no upstream is asked'
      WHEN v_leaf.offline THEN 'not cached, and set offline'
      WHEN v_leaf.missed AND v_leaf.refusal IS NOT NULL THEN 'its upstream refused it a while ago: ' || v_leaf.refusal
      WHEN v_leaf.missed THEN 'its upstream did not have it a while ago'
      WHEN v_leaf.actions & 2 = 0 THEN 'not cached, and the user may not fill the cache'
      WHEN v_leaf.away THEN 'not cached, and assumed offline: ' || v_leaf.trouble
      ELSE 'not cached; its upstream is asked' END;
    IF v_why LIKE 'has it%' AND v_winner IS NULL THEN
      v_winner := v_leaf.key;
      v_winner_rank := v_leaf.rank;
      v_answer := v_leaf.digest;
    ELSIF v_why = 'not cached; its upstream is asked' THEN
      v_asked := v_asked || v_leaf.key;
      v_asked_first := v_asked_first || CASE WHEN v_leaf.rank = 0 THEN v_leaf.key END;
    END IF;
    v_members := v_members || jsonb_build_object('repository', v_leaf.key, 'rclass', class_name(v_leaf.class), 'priority', v_leaf.rank = 0,
      'name', v_leaf.path, 'included', v_leaf.fits, 'readable', v_leaf.actions & 1 <> 0, 'mayFillCache', CASE WHEN v_leaf.class = 2 THEN v_leaf.actions & 2 <> 0 END,
      'digest', v_leaf.digest, 'updated', v_leaf.updated_at, 'fresh', CASE WHEN v_leaf.digest IS NOT NULL THEN v_leaf.fresh END, 'why', v_why);
  END LOOP;
  -- what somebody has keeps all upstreams from being asked, but those of priority members that come before him
  IF v_winner IS NOT NULL THEN
    v_asked := CASE WHEN v_winner_rank = 0 THEN '{}' ELSE array_remove(v_asked_first, NULL) END;
    v_members := (SELECT jsonb_agg(CASE WHEN m.value ->> 'why' = 'not cached; its upstream is asked' AND m.value ->> 'repository' <> ALL (v_asked)
      THEN m.value || '{"why": "not cached, and another has it"}' ELSE m.value END ORDER BY m.place)
      FROM jsonb_array_elements(v_members) WITH ORDINALITY AS m (value, place));
  END IF;
  RETURN jsonb_build_object('repository', p_key, 'name', p_name, 'reference', v_reference, 'user', lower(p_user), 'nameIsLocal', v_local,
    'blackedOut', v_root.blacked_out, 'members', v_members, 'winner', v_winner, 'digest', v_answer, 'asked', to_jsonb(v_asked),
    'reason', CASE WHEN v_root.blacked_out THEN 'the repository is blacked out'
      WHEN v_winner IS NOT NULL AND v_asked <> '{}' THEN 'a priority remote is asked first; else ' || v_winner || ' answers'
      WHEN v_winner IS NOT NULL THEN v_winner || ' is the first in the order of the search that has it'
      WHEN v_asked <> '{}' THEN 'nobody has it; upstreams are asked in this order'
      ELSE 'nobody has it' END);
END $$;
