-- Manifests: push and delete.
SET LOCAL search_path = registry;

-- Store the content, once per digest.
CREATE OR REPLACE FUNCTION manifest_store(p_alg int, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text,
  p_subject_alg int, p_subject bytea) RETURNS bigint LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_manifest bigint;
BEGIN
  LOOP
    INSERT INTO manifest (size, media_type, artifact_type, alg, subject_alg, subject, digest, payload)
    VALUES (octet_length(p_payload), media_type_number(p_media_type), CASE WHEN p_artifact_type <> '' THEN media_type_number(p_artifact_type) END,
      p_alg, p_subject_alg, p_subject, p_digest, p_payload)
    ON CONFLICT (digest, alg) DO NOTHING RETURNING id INTO v_manifest;
    EXIT WHEN FOUND;
    SELECT id INTO v_manifest FROM manifest WHERE digest = p_digest AND alg = p_alg FOR KEY SHARE;
    EXIT WHEN FOUND; -- else it was garbage collected in between
  END LOOP;
  RETURN v_manifest;
END $$;

-- Link the stored content that a manifest names. Roles are those of the digests.
CREATE OR REPLACE FUNCTION manifest_names(p_manifest bigint, p_blobs bigint[], p_blob_algs int[], p_blob_digests bytea[], p_blob_roles int[], p_children bigint[])
RETURNS void LANGUAGE sql SET search_path = registry, pg_temp AS $$
  INSERT INTO manifest_blob (blob_id, manifest_id, role)
  SELECT b.id, p_manifest, min(d.role) FROM unnest(p_blob_algs, p_blob_digests, p_blob_roles) d (alg, digest, role)
    JOIN blob b ON b.digest = d.digest AND b.alg = d.alg WHERE b.id = ANY (p_blobs) GROUP BY b.id ORDER BY b.id
  ON CONFLICT DO NOTHING;
  INSERT INTO manifest_child (parent_id, child_id) SELECT p_manifest, c FROM unnest(p_children) c ORDER BY c ON CONFLICT DO NOTHING;
$$;

-- Link a manifest to an image, with the blobs it names. False if it was linked before.
CREATE OR REPLACE FUNCTION image_publish(p_image bigint, p_manifest bigint, p_blobs bigint[], p_account int, p_subject_alg int, p_subject bytea,
  p_artifact_type text, p_referrer text) RETURNS boolean LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_new boolean;
BEGIN
  INSERT INTO image_blob (image_id, blob_id) SELECT p_image, b FROM unnest(p_blobs) b ORDER BY b ON CONFLICT DO NOTHING;
  INSERT INTO image_manifest (image_id, manifest_id, created_by) VALUES (p_image, p_manifest, p_account) ON CONFLICT DO NOTHING;
  v_new := FOUND;
  IF p_subject IS NOT NULL THEN
    INSERT INTO image_referrer (image_id, manifest_id, artifact_type, subject_alg, subject, descriptor)
    VALUES (p_image, p_manifest, CASE WHEN p_artifact_type <> '' THEN media_type_number(p_artifact_type) END, p_subject_alg, p_subject, p_referrer)
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN v_new;
END $$;

CREATE OR REPLACE FUNCTION base64url_bytes(p_text text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT decode(translate(p_text, '-_', '+/') || repeat('=', -length(p_text) & 3), 'base64')
$$;

-- The size of a schema 1 manifest without its signatures; NULL: the document does not state it.
CREATE OR REPLACE FUNCTION schema1_signed_size(p_payload bytea) RETURNS bigint LANGUAGE plpgsql IMMUTABLE SET search_path = registry, pg_temp AS $$
DECLARE
  v_format jsonb;
BEGIN
  v_format := convert_from(base64url_bytes(convert_from(p_payload, 'UTF8')::jsonb #>> '{signatures,0,protected}'), 'UTF8')::jsonb;
  RETURN (v_format ->> 'formatLength')::bigint + octet_length(base64url_bytes(v_format ->> 'formatTail'));
EXCEPTION WHEN data_exception OR untranslatable_character THEN
  RETURN NULL;
END $$;

-- Descriptors whose stated size differs from that of the stored content. A negative size is not stated.
CREATE OR REPLACE FUNCTION mismatched_sizes(p_blob_algs int[], p_blob_digests bytea[], p_blob_sizes bigint[],
  p_child_algs int[], p_child_digests bytea[], p_child_sizes bigint[])
RETURNS TABLE (alg int, digest bytea, stated_size bigint, size bigint) LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT d.alg, d.digest, d.size, b.size FROM unnest(p_blob_algs, p_blob_digests, p_blob_sizes) d (alg, digest, size)
    JOIN blob b ON b.digest = d.digest AND b.alg = d.alg WHERE d.size >= 0 AND b.size <> d.size
  UNION ALL
  SELECT d.alg, d.digest, d.size, m.size FROM unnest(p_child_algs, p_child_digests, p_child_sizes) d (alg, digest, size)
    JOIN manifest m ON m.digest = d.digest AND m.alg = d.alg WHERE d.size >= 0 AND m.size <> d.size
      AND d.size IS DISTINCT FROM schema1_signed_size(m.payload)
$$;

-- Does one of the images have the blob?
CREATE OR REPLACE FUNCTION blob_here(p_images bigint[], p_alg int, p_digest bytea) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM blob b JOIN image_blob ib ON ib.blob_id = b.id AND ib.image_id = ANY (p_images)
    WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad);
END $$;
CREATE OR REPLACE FUNCTION manifest_here(p_images bigint[], p_alg int, p_digest bytea) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM manifest m JOIN image_manifest im ON im.manifest_id = m.id AND im.image_id = ANY (p_images)
    WHERE m.digest = p_digest AND m.alg = p_alg);
END $$;

-- The whole push. outcome: manifest_put_outcome; real_size: for size. Only done writes.
--
-- The pusher must be able to read the referenced content under this name at the key of the push; it is then linked to the image of the target. An
-- entry of an index is a manifest if one of that digest exists, else it may be a blob, as in BuildKit's cache. Locks: blobs by id, the image (one
-- push per image at a time, so that the tags read do not change), tags by name.
CREATE OR REPLACE FUNCTION manifest_put(p_key text, p_name text, p_target int, p_account int, p_epoch int,
  p_actor_name text, p_request uuid, p_address inet,
  p_alg int, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text,
  p_blob_algs int[], p_blob_digests bytea[], p_blob_roles int[], p_blob_sizes bigint[], p_child_algs int[], p_child_digests bytea[],
  p_child_sizes bigint[], p_subject_alg int, p_subject bytea, p_referrer text, p_tags text[], p_expected_alg int, p_expected bytea)
RETURNS TABLE (outcome int, missing_alg int, missing_digest bytea, real_size bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_root int;
  v_actions int;
  v_image bigint;
  v_images bigint[];
  v_blobs bigint[];
  v_children bigint[];
  v_manifest bigint;
  v_target_key text;
BEGIN
  SELECT root_id, target_key INTO v_root, v_target_key FROM push_target WHERE key = p_key AND target_id = p_target AND NOT blacked_out;
  IF NOT FOUND OR NOT principal_valid(p_account, p_epoch) THEN
    RETURN QUERY SELECT manifest_put_outcome('retarget'), NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;
  PERFORM digest_share(p_digest);
  v_actions := push_actions(p_account, v_root, p_target, p_name);
  IF v_actions & action('write') = 0 THEN
    RETURN QUERY SELECT manifest_put_outcome('retarget'), NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  ELSIF tag_excluded(v_root, p_target, p_name, p_tags) IS NOT NULL THEN
    RETURN QUERY SELECT manifest_put_outcome('excluded'), NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;

  SELECT id INTO v_image FROM image WHERE path = p_name AND repository_id = p_target;
  v_images := ARRAY(SELECT readable_images(v_root, p_name, p_account) UNION SELECT v_image WHERE v_image IS NOT NULL);
  IF p_child_algs <> '{}' THEN
    SELECT p_blob_algs || coalesce(array_agg(e.alg) FILTER (WHERE e.is_blob), '{}'), p_blob_digests || coalesce(array_agg(e.digest) FILTER (WHERE e.is_blob), '{}'),
      p_blob_roles || coalesce(array_agg(2) FILTER (WHERE e.is_blob), '{}'), p_blob_sizes || coalesce(array_agg(e.size) FILTER (WHERE e.is_blob), '{}'),
      coalesce(array_agg(e.alg) FILTER (WHERE NOT e.is_blob), '{}'), coalesce(array_agg(e.digest) FILTER (WHERE NOT e.is_blob), '{}'),
      coalesce(array_agg(e.size) FILTER (WHERE NOT e.is_blob), '{}')
    INTO p_blob_algs, p_blob_digests, p_blob_roles, p_blob_sizes, p_child_algs, p_child_digests, p_child_sizes
    FROM (SELECT d.*, NOT manifest_here(v_images, d.alg, d.digest) AND blob_here(v_images, d.alg, d.digest) AS is_blob
      FROM unnest(p_child_algs, p_child_digests, p_child_sizes) d (alg, digest, size)) e;
  END IF;
  LOOP
    RETURN QUERY
      SELECT DISTINCT manifest_put_outcome('missing'), d.alg, d.digest, NULL::bigint FROM unnest(p_blob_algs, p_blob_digests) d (alg, digest)
      WHERE NOT blob_here(v_images, d.alg, d.digest)
      UNION ALL
      SELECT DISTINCT manifest_put_outcome('missing'), d.alg, d.digest, NULL::bigint FROM unnest(p_child_algs, p_child_digests) d (alg, digest)
      WHERE NOT manifest_here(v_images, d.alg, d.digest);
    IF FOUND THEN
      RETURN;
    END IF;
    v_blobs := ARRAY(SELECT b.id FROM blob b WHERE (b.digest, b.alg) IN (SELECT d.digest, d.alg FROM unnest(p_blob_algs, p_blob_digests) d (alg, digest))
      ORDER BY b.id FOR KEY SHARE);
    v_children := ARRAY(SELECT m.id FROM manifest m WHERE (m.digest, m.alg) IN (SELECT d.digest, d.alg FROM unnest(p_child_algs, p_child_digests) d (alg, digest))
      ORDER BY m.id FOR KEY SHARE);
    -- fewer: one was garbage collected after the first lookup, which now finds it missing
    EXIT WHEN cardinality(v_blobs) = (SELECT count(*) FROM (SELECT DISTINCT unnest(p_blob_algs), unnest(p_blob_digests)) d)
      AND cardinality(v_children) = (SELECT count(*) FROM (SELECT DISTINCT unnest(p_child_algs), unnest(p_child_digests)) d);
  END LOOP;
  RETURN QUERY SELECT manifest_put_outcome('size'), w.alg, w.digest, w.size FROM mismatched_sizes(p_blob_algs, p_blob_digests, p_blob_sizes, p_child_algs, p_child_digests, p_child_sizes) w;
  IF FOUND THEN
    RETURN;
  END IF;

  IF v_image IS NULL AND p_expected IS NOT NULL THEN
    RETURN QUERY SELECT manifest_put_outcome('precondition'), NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;
  v_image := image_make(p_target, p_name);
  PERFORM FROM image WHERE id = v_image FOR NO KEY UPDATE;
  PERFORM FROM tag WHERE image_id = v_image AND name = ANY (p_tags) ORDER BY name FOR UPDATE;
  IF v_actions & action('delete') = 0 AND EXISTS (SELECT FROM tag t JOIN manifest m ON m.id = t.manifest_id
      WHERE t.image_id = v_image AND t.name = ANY (p_tags) AND (m.digest, m.alg) <> (p_digest, p_alg)) THEN
    RETURN QUERY SELECT manifest_put_outcome('denied'), NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;
  -- a tag that already has the pushed digest is as the client wants it: the answer to an identical call may have been lost
  IF p_expected IS NOT NULL AND EXISTS (SELECT FROM unnest(p_tags) n WHERE NOT EXISTS (SELECT FROM tag t JOIN manifest m ON m.id = t.manifest_id
      WHERE t.image_id = v_image AND t.name = n AND (m.digest, m.alg) IN ((p_expected, p_expected_alg), (p_digest, p_alg)))) THEN
    RETURN QUERY SELECT manifest_put_outcome('precondition'), NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;

  PERFORM act_as(p_account, p_request);
  v_manifest := manifest_store(p_alg, p_digest, p_payload, p_media_type, p_artifact_type, p_subject_alg, p_subject);
  DELETE FROM missing_reference WHERE manifest_id = v_manifest; -- it may have been cached before
  v_children := array_remove(v_children, v_manifest);
  PERFORM manifest_names(v_manifest, v_blobs, p_blob_algs, p_blob_digests, p_blob_roles, v_children);
  PERFORM image_link(v_image, v_children, p_account);
  IF image_publish(v_image, v_manifest, v_blobs, p_account, p_subject_alg, p_subject, p_artifact_type, p_referrer) THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    VALUES (p_request, p_account, p_actor_name, p_address, 'push', 'done', v_target_key, p_name, digest_text(p_alg, p_digest),
      jsonb_build_object('media_type', p_media_type, 'size', octet_length(p_payload)));
  END IF;
  PERFORM manifest_resolve(v_manifest, p_alg, p_digest);
  PERFORM tags_push(v_image, p_tags, v_manifest, v_target_key, p_name, digest_text(p_alg, p_digest), p_account, p_actor_name, p_request, p_address);
  RETURN QUERY SELECT manifest_put_outcome('done'), NULL::int, NULL::bytea, NULL::bigint;
END $$;

-- Link children that an image of another repository has, with everything below them: a client that may read the index here may read all of it.
CREATE OR REPLACE FUNCTION image_link(p_image bigint, p_manifests bigint[], p_account int) RETURNS void LANGUAGE plpgsql
SET search_path = registry, pg_temp AS $$
DECLARE
  v_foreign bigint[] := ARRAY(SELECT c FROM unnest(p_manifests) c WHERE NOT EXISTS (SELECT FROM image_manifest WHERE image_id = p_image AND manifest_id = c));
BEGIN
  IF v_foreign = '{}' THEN
    RETURN;
  END IF;
  WITH RECURSIVE below (id) AS (
    SELECT unnest(v_foreign) UNION SELECT c.child_id FROM below JOIN manifest_child c ON c.parent_id = below.id),
  blobs AS (
    INSERT INTO image_blob (image_id, blob_id)
    SELECT DISTINCT p_image, mb.blob_id FROM below JOIN manifest_blob mb ON mb.manifest_id = below.id ORDER BY 2 ON CONFLICT DO NOTHING)
  INSERT INTO image_manifest (image_id, manifest_id, created_by) SELECT p_image, id, p_account FROM below ORDER BY id ON CONFLICT DO NOTHING;
END $$;

-- Unlink a digest from an image, with its tags; deleted is false if it does not exist. A manifest is kept if an index of the image names it and a tag
-- points to that index, which could not be pulled without it.
CREATE OR REPLACE FUNCTION manifest_delete(p_target int, p_name text, p_alg int, p_digest bytea, p_actor int, p_actor_name text, p_request uuid, p_address inet,
  OUT deleted boolean, OUT holder text, OUT holder_tag text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint;
  v_manifest bigint;
  v_tags text[];
BEGIN
  SELECT id INTO v_image FROM image WHERE path = p_name AND repository_id = p_target FOR NO KEY UPDATE;
  SELECT m.id INTO v_manifest FROM manifest m JOIN image_manifest im ON im.manifest_id = m.id AND im.image_id = v_image WHERE m.digest = p_digest AND m.alg = p_alg;
  deleted := v_manifest IS NOT NULL;
  IF NOT deleted THEN
    RETURN;
  END IF;
  WITH RECURSIVE above (id) AS (
    SELECT v_manifest
    UNION
    SELECT c.parent_id FROM above JOIN manifest_child c ON c.child_id = above.id
      JOIN image_manifest im ON im.image_id = v_image AND im.manifest_id = c.parent_id)
  SELECT digest_text(m.alg, m.digest), t.name INTO holder, holder_tag
  FROM above JOIN tag t ON t.image_id = v_image AND t.manifest_id = above.id JOIN manifest m ON m.id = above.id
  WHERE above.id <> v_manifest ORDER BY t.name LIMIT 1;
  IF holder IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM act_as(p_actor, p_request);
  v_tags := tags_drop(v_image, v_manifest);
  DELETE FROM image_manifest WHERE image_id = v_image AND manifest_id = v_manifest;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, e.action, 'done', r.key, p_name, e.object, jsonb_build_object('digest', digest_text(p_alg, p_digest))
  FROM repository r, (SELECT 'untag', unnest(v_tags) UNION ALL SELECT 'delete', digest_text(p_alg, p_digest)) e (action, object) WHERE r.id = p_target;
END $$;
