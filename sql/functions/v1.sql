-- The v1 API: images pushed over it, and v1 projections of images that were pushed over v2.
SET LOCAL search_path = registry;

-- History of v1 tags, in the same table as that of v2 tags; "v1:" and the image's id instead of a digest.
CREATE OR REPLACE FUNCTION v1_tag_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.image_id ELSE NEW.image_id END;
  v_name text := CASE WHEN TG_OP = 'DELETE' THEN OLD.name ELSE NEW.name END;
  v_old bytea := CASE WHEN TG_OP <> 'INSERT' THEN OLD.v1_id END;
  v_new bytea := CASE WHEN TG_OP <> 'DELETE' THEN NEW.v1_id END;
BEGIN
  IF v_old IS DISTINCT FROM v_new THEN
    INSERT INTO tag_event (image_id, actor, request, repository, path, name, old_digest, new_digest)
    SELECT i.id, nullif(current_setting('registry.actor', true), '')::int, nullif(current_setting('registry.request', true), '')::uuid,
      r.key, i.path, v_name, 'v1:' || encode(v_old, 'hex'), 'v1:' || encode(v_new, 'hex')
    FROM image i JOIN repository r ON r.id = i.repository_id WHERE i.id = v_image;
  END IF;
  RETURN NULL;
END $$;

-- The v2 repository whose content the clients of a V1 repository see: the first of its list that exists, blacked out or not, whatever the rights of
-- the account; NULL: none.
CREATE OR REPLACE FUNCTION bridge_root(p_repository int) RETURNS int LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN (SELECT b.id FROM repository r CROSS JOIN unnest(r.bridge_repositories) WITH ORDINALITY AS e (key, place)
      JOIN repository b ON b.key = e.key AND b.api_version = 2 AND b.deleted_at IS NULL
    WHERE r.id = p_repository ORDER BY e.place LIMIT 1);
END $$;

-- The manifest with a v1 projection of an id, under the v2 names of a v1 name; NULL: none. One whose layer is bad does not count, so that a client
-- brings it again.
CREATE OR REPLACE FUNCTION v1_projected(p_repository int, p_path text, p_account int, p_id bytea) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN (SELECT w.manifest_id FROM v1_projection_image w JOIN image_manifest im ON im.manifest_id = w.manifest_id
    WHERE w.v1_id = p_id AND NOT EXISTS (SELECT FROM blob b WHERE b.digest = w.digest AND b.alg = w.alg AND b.bad) AND im.image_id = ANY (ARRAY(
      SELECT readable_images(bridge_root(p_repository), n, p_account) FROM unnest(name_twins(p_path)) n)) LIMIT 1);
END $$;

-- Was the id pushed to the image, with a layer that is not bad? Then a client need not push it.
CREATE OR REPLACE FUNCTION v1_pushed(p_image bigint, p_id bytea) RETURNS boolean LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT EXISTS (SELECT FROM v1_image v LEFT JOIN blob b ON b.id = v.blob_id WHERE v.image_id = p_image AND v.v1_id = p_id AND b.bad IS NOT TRUE)
$$;

-- Does the image have the id? If only over the bridge, it and all below it become rows of the image, with the same blobs. False if the blob of a
-- layer is missing: a row without a blob denotes the empty layer.
CREATE OR REPLACE FUNCTION v1_have(p_image bigint, p_repository int, p_path text, p_account int, p_id bytea) RETURNS boolean LANGUAGE plpgsql
SET search_path = registry, pg_temp AS $$
DECLARE
  v_manifest bigint;
  v_position int;
BEGIN
  IF EXISTS (SELECT FROM v1_image WHERE image_id = p_image AND v1_id = p_id) THEN
    RETURN true;
  END IF;
  v_manifest := v1_projected(p_repository, p_path, p_account, p_id);
  IF v_manifest IS NULL THEN
    RETURN false;
  END IF;
  PERFORM FROM manifest_blob mb JOIN blob b ON b.id = mb.blob_id WHERE mb.manifest_id = v_manifest ORDER BY b.id FOR KEY SHARE OF b;
  v_position := (SELECT position FROM v1_projection_image WHERE manifest_id = v_manifest AND v1_id = p_id);
  IF EXISTS (SELECT FROM v1_projection_image w WHERE w.manifest_id = v_manifest AND w.position <= v_position AND w.digest IS NOT NULL
    AND NOT EXISTS (SELECT FROM blob b WHERE b.digest = w.digest AND b.alg = w.alg)) THEN
    RETURN false;
  END IF;
  INSERT INTO v1_image (image_id, v1_id, json, blob_id, zstd, ancestry, created_by)
  SELECT p_image, w.v1_id, w.json, b.id, w.zstd,
    ARRAY(SELECT o.v1_id FROM v1_projection_image o WHERE o.manifest_id = v_manifest AND o.position <= w.position ORDER BY o.position DESC), p_account
  FROM v1_projection_image w LEFT JOIN blob b ON b.digest = w.digest AND b.alg = w.alg
  WHERE w.manifest_id = v_manifest AND w.position <= v_position
  ORDER BY w.v1_id
  ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

-- The JSON of an image being pushed. Returns v1_json_outcome; full: the account has p_most pushes in progress already.
CREATE OR REPLACE FUNCTION v1_json_put(p_repository int, p_path text, p_account int, p_id bytea, p_parent bytea, p_json bytea, p_most bigint DEFAULT 0)
RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint := (SELECT id FROM image WHERE path = p_path AND repository_id = p_repository);
BEGIN
  IF v1_pushed(v_image, p_id) OR v1_projected(p_repository, p_path, p_account, p_id) IS NOT NULL THEN
    RETURN v1_json_outcome('exists');
  END IF;
  IF p_parent IS NOT NULL AND v1_projected(p_repository, p_path, p_account, p_parent) IS NULL
    AND NOT EXISTS (SELECT FROM v1_image WHERE image_id = v_image AND v1_id = p_parent)
    AND NOT EXISTS (SELECT FROM v1_upload WHERE image_id = v_image AND v1_id = p_parent) THEN
    RETURN v1_json_outcome('no_parent');
  END IF;
  UPDATE v1_upload SET touched_at = now() WHERE image_id = v_image AND v1_id = p_id AND sha256(json) = sha256(p_json);
  IF FOUND THEN
    RETURN v1_json_outcome('taken');
  ELSIF pushes_full(p_account, p_most) THEN
    RETURN v1_json_outcome('full');
  END IF;
  INSERT INTO v1_upload (image_id, v1_id, account, parent, json) VALUES (image_make(p_repository, p_path), p_id, p_account, p_parent, p_json)
  ON CONFLICT (image_id, v1_id, sha256(json)) DO UPDATE SET touched_at = now();
  RETURN v1_json_outcome('taken');
END $$;

-- A layer has been received, for all JSONs of its id that existed when it began. The file of its digest may be another one. won is false if the
-- upload session no longer exists and its work was not done.
CREATE OR REPLACE FUNCTION v1_layer_put(p_upload uuid, p_file bigint, p_alg int, p_digest bytea, p_size bigint, p_jsons bigint[], p_payloads bytea[],
  OUT won boolean, OUT file bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint;
  v_stored record;
BEGIN
  PERFORM digest_share(p_digest);
  DELETE FROM upload WHERE id = p_upload RETURNING image_id INTO v_image;
  won := FOUND;
  IF NOT won THEN
    RETURN;
  END IF;
  SELECT * INTO v_stored FROM blob_store(p_file, p_alg, p_digest, p_size);
  file := v_stored.file;
  WITH here AS (UPDATE v1_upload SET touched_at = now() WHERE id = ANY (p_jsons) RETURNING id)
  INSERT INTO v1_layer (upload_id, payload, blob_id)
  SELECT j.id, j.payload, v_stored.id FROM unnest(p_jsons, p_payloads) j (id, payload) JOIN here ON here.id = j.id ORDER BY j.id
  ON CONFLICT (upload_id, payload) DO UPDATE SET blob_id = EXCLUDED.blob_id;
  IF NOT FOUND THEN -- its JSONs expired
    PERFORM image_forget(v_image);
  END IF;
END $$;

-- The checksum makes an image visible. Returns v1_checksum_outcome.
CREATE OR REPLACE FUNCTION v1_checksum_put(p_repository int, p_path text, p_id bytea, p_payload bytea, p_tarsum text, p_actor int, p_actor_name text,
  p_request uuid, p_address inet) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint;
  v_upload v1_upload;
  v_blob bigint;
  v_below bytea[] := '{}';
BEGIN
  -- one at a time per image, so that two pushes of the same id do not both create it
  SELECT id INTO v_image FROM image WHERE path = p_path AND repository_id = p_repository FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM v1_image WHERE image_id = v_image AND v1_id = p_id) THEN
    -- the answer to an earlier identical call may have been lost
    RETURN CASE WHEN EXISTS (SELECT FROM v1_image WHERE image_id = v_image AND v1_id = p_id AND payload = p_payload)
      THEN v1_checksum_outcome('done') ELSE v1_checksum_outcome('exists') END;
  ELSIF NOT EXISTS (SELECT FROM v1_upload WHERE image_id = v_image AND v1_id = p_id) THEN
    RETURN CASE WHEN v1_projected(p_repository, p_path, p_actor, p_id) IS NULL THEN v1_checksum_outcome('unknown') ELSE v1_checksum_outcome('exists') END;
  ELSIF NOT EXISTS (SELECT FROM v1_layer l JOIN v1_upload u ON u.id = l.upload_id WHERE u.image_id = v_image AND u.v1_id = p_id) THEN
    RETURN v1_checksum_outcome('no_layer');
  END IF;
  SELECT u.* INTO v_upload FROM v1_upload u JOIN v1_layer l ON l.upload_id = u.id
  WHERE u.image_id = v_image AND u.v1_id = p_id AND l.payload = p_payload LIMIT 1;
  IF NOT FOUND THEN
    RETURN v1_checksum_outcome('mismatch');
  END IF;
  SELECT l.blob_id INTO v_blob FROM v1_layer l WHERE l.upload_id = v_upload.id AND l.payload = p_payload;
  IF v_upload.parent IS NOT NULL THEN
    IF NOT v1_have(v_image, p_repository, p_path, p_actor, v_upload.parent) THEN
      RETURN v1_checksum_outcome('no_parent');
    END IF;
    SELECT ancestry INTO v_below FROM v1_image WHERE image_id = v_image AND v1_id = v_upload.parent;
  END IF;
  IF cardinality(v_below) >= 127 THEN
    RETURN v1_checksum_outcome('deep');
  END IF;
  INSERT INTO v1_image (image_id, v1_id, json, blob_id, ancestry, payload, tarsum, created_by)
  VALUES (v_image, p_id, v_upload.json, v_blob, p_id || v_below, p_payload, p_tarsum, p_actor);
  DELETE FROM v1_upload WHERE image_id = v_image AND v1_id = p_id;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'push', 'done', r.key, p_path, 'v1:' || encode(p_id, 'hex'),
    jsonb_build_object('layer', digest_text(b.alg, b.digest), 'size', b.size) FROM repository r, blob b WHERE r.id = p_repository AND b.id = v_blob;
  RETURN v1_checksum_outcome('done');
END $$;

-- Returns v1_tag_outcome.
CREATE OR REPLACE FUNCTION v1_tag_put(p_repository int, p_path text, p_tag text, p_id bytea, p_agent text, p_actor int, p_actor_name text,
  p_request uuid, p_address inet) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint;
  v_old bytea;
BEGIN
  IF v1_projected(p_repository, p_path, p_actor, p_id) IS NOT NULL THEN
    PERFORM image_make(p_repository, p_path);
  END IF;
  SELECT id INTO v_image FROM image WHERE path = p_path AND repository_id = p_repository FOR NO KEY UPDATE;
  IF NOT FOUND OR NOT v1_have(v_image, p_repository, p_path, p_actor, p_id) THEN
    PERFORM image_forget(v_image);
    RETURN v1_tag_outcome('unknown');
  END IF;
  SELECT v1_id INTO v_old FROM v1_tag WHERE image_id = v_image AND name = p_tag;
  IF v_old <> p_id AND push_actions(p_actor, p_repository, p_repository, p_path) & action('delete') = 0 THEN
    RETURN v1_tag_outcome('denied');
  END IF;
  PERFORM act_as(p_actor, p_request);
  INSERT INTO v1_tag AS t (image_id, name, v1_id, updated_by, agent) VALUES (v_image, p_tag, p_id, p_actor, p_agent)
  ON CONFLICT (image_id, name) DO UPDATE SET v1_id = EXCLUDED.v1_id, updated_by = EXCLUDED.updated_by, updated_at = now(), agent = EXCLUDED.agent;
  IF v_old IS DISTINCT FROM p_id THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    SELECT p_request, p_actor, p_actor_name, p_address, 'tag', 'done', r.key, p_path, p_tag,
      jsonb_strip_nulls(jsonb_build_object('digest', 'v1:' || encode(p_id, 'hex'), 'old', 'v1:' || encode(v_old, 'hex')))
    FROM repository r WHERE r.id = p_repository;
  END IF;
  RETURN v1_tag_outcome('done');
END $$;

-- Delete one tag, or with NULL all of them; images stay. False: none existed.
CREATE OR REPLACE FUNCTION v1_tags_delete(p_repository int, p_path text, p_tag text, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM act_as(p_actor, p_request);
  WITH gone AS (DELETE FROM v1_tag WHERE image_id = (SELECT id FROM image WHERE path = p_path AND repository_id = p_repository)
    AND (p_tag IS NULL OR name = p_tag) RETURNING name, v1_id)
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'untag', 'done', r.key, p_path, g.name, jsonb_build_object('digest', 'v1:' || encode(g.v1_id, 'hex'))
  FROM repository r, gone g WHERE r.id = p_repository ORDER BY g.name;
  RETURN FOUND;
END $$;

-- Store the v1 projection of a manifest; images root first, p_id NULL: it has none, for a reason. A manifest that is not fully stored is not
-- recorded: it may be projected later. False for that. An algorithm 0 denotes the empty layer.
CREATE OR REPLACE FUNCTION v1_projection_put(p_manifest bigint, p_projected bigint, p_id bytea, p_reason text, p_ids bytea[], p_jsons text[], p_algs int[],
  p_digests bytea[], p_zstds int[]) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM FROM manifest WHERE id IN (p_manifest, p_projected) ORDER BY id FOR KEY SHARE;
  IF EXISTS (SELECT FROM missing_reference WHERE manifest_id = p_projected) THEN
    RETURN false;
  END IF;
  INSERT INTO v1_projection_image (manifest_id, position, v1_id, json, alg, digest, zstd)
  SELECT p_projected, w.position, w.v1_id, convert_to(w.json, 'UTF8'), nullif(w.alg, 0), CASE WHEN w.alg <> 0 THEN w.digest END, w.zstd <> 0
  FROM unnest(p_ids, p_jsons, p_algs, p_digests, p_zstds) WITH ORDINALITY AS w (v1_id, json, alg, digest, zstd, position)
  ON CONFLICT DO NOTHING;
  INSERT INTO v1_projection (manifest_id, projected_id, v1_id, reason) VALUES (p_manifest, p_projected, p_id, p_reason) ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

-- The signing key of the installation; the first caller provides it.
CREATE OR REPLACE FUNCTION signing_key_get(p_fresh bytea) RETURNS bytea LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_secret bytea := (SELECT secret FROM signing_key);
BEGIN
  IF v_secret IS NULL THEN
    INSERT INTO signing_key (secret) VALUES (p_fresh) ON CONFLICT DO NOTHING;
    SELECT secret INTO v_secret FROM signing_key;
  END IF;
  RETURN v_secret;
END $$;

-- Link the layers of a v1 image to a name of the bridged repository, for the manifest that will name them.
CREATE OR REPLACE FUNCTION v1_layers_link(p_target int, p_name text, p_blobs bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM blob_postpone(b) FROM unnest(p_blobs) b ORDER BY b;
  PERFORM FROM blob WHERE id = ANY (p_blobs) ORDER BY id FOR KEY SHARE;
  INSERT INTO image_blob (image_id, blob_id) SELECT image_make(p_target, p_name), id FROM blob WHERE id = ANY (p_blobs) ORDER BY id ON CONFLICT DO NOTHING;
END $$;
