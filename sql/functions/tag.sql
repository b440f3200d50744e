-- Tags of the v2 API: all that moves or deletes one, but for the deletion of a whole repository (repository_shrink). A trigger adds each change to the
-- history (audit.sql). Tags of the v1 API are in v1.sql.
SET LOCAL search_path = registry;

-- Point a tag to a manifest of its image; it is created if missing. False: it already does.
CREATE OR REPLACE FUNCTION tag_move(p_image bigint, p_tag text, p_manifest bigint, p_account int) RETURNS boolean
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO tag AS t (image_id, name, manifest_id, updated_by) VALUES (p_image, p_tag, p_manifest, p_account)
  ON CONFLICT (image_id, name) DO UPDATE SET manifest_id = EXCLUDED.manifest_id, updated_by = EXCLUDED.updated_by, updated_at = now()
    WHERE t.manifest_id <> EXCLUDED.manifest_id;
  RETURN FOUND;
END $$;

-- The tags of a push, with an audit row for each that moves. p_repository, p_name: of the image; p_digest: of the manifest.
CREATE OR REPLACE FUNCTION tags_push(p_image bigint, p_tags text[], p_manifest bigint, p_repository text, p_name text, p_digest text,
  p_account int, p_actor_name text, p_request uuid, p_address inet) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_tag text;
  v_old text;
BEGIN
  FOREACH v_tag IN ARRAY p_tags LOOP
    SELECT digest_text(m.alg, m.digest) INTO v_old FROM tag t JOIN manifest m ON m.id = t.manifest_id WHERE t.image_id = p_image AND t.name = v_tag;
    IF tag_move(p_image, v_tag, p_manifest, p_account) THEN
      INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
      VALUES (p_request, p_account, p_actor_name, p_address, 'tag', 'done', p_repository, p_name, v_tag,
        jsonb_strip_nulls(jsonb_build_object('digest', p_digest, 'old', v_old)));
    END IF;
  END LOOP;
END $$;

-- Delete a tag. Returns the manifest that it pointed to; NULL: it does not exist.
CREATE OR REPLACE FUNCTION tag_drop(p_image bigint, p_tag text) RETURNS bigint LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_manifest bigint;
BEGIN
  DELETE FROM tag WHERE image_id = p_image AND name = p_tag RETURNING manifest_id INTO v_manifest;
  RETURN v_manifest;
END $$;

-- Delete all tags of an image that point to a manifest. Returns their names.
CREATE OR REPLACE FUNCTION tags_drop(p_image bigint, p_manifest bigint) RETURNS text[] LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_tags text[];
BEGIN
  WITH gone AS (DELETE FROM tag WHERE image_id = p_image AND manifest_id = p_manifest RETURNING name)
  SELECT coalesce(array_agg(name ORDER BY name), '{}') INTO v_tags FROM gone;
  RETURN v_tags;
END $$;

-- A client deletes a tag. False: it does not exist.
CREATE OR REPLACE FUNCTION tag_delete(p_target int, p_name text, p_tag text, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_manifest bigint;
BEGIN
  PERFORM act_as(p_actor, p_request);
  v_manifest := tag_drop((SELECT id FROM image WHERE path = p_name AND repository_id = p_target), p_tag);
  IF v_manifest IS NULL THEN
    RETURN false;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'untag', 'done', r.key, p_name, p_tag, jsonb_build_object('digest', digest_text(m.alg, m.digest))
  FROM repository r, manifest m WHERE r.id = p_target AND m.id = v_manifest;
  RETURN true;
END $$;
