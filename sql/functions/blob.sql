-- Blobs: published, mounted, deleted.
SET LOCAL search_path = registry;

-- A blob's file is removed by maintenance alone, and only while it is queued and due. A function removes a file from the queue before it sets a row to
-- it, and a file that a row names is never queued: so the row of a blob cannot be committed and its file removed, in whatever order requests arrive.

-- A file has lost its owner: maintenance removes it after p_delay. Every function that deletes the owner of a file calls this.
CREATE OR REPLACE FUNCTION file_abandon(p_file bigint, p_alg int, p_digest bytea, p_delay interval) RETURNS void LANGUAGE sql SET search_path = registry, pg_temp AS $$
  INSERT INTO gc_unlink (file_id, alg, digest, not_before) SELECT p_file, p_alg, p_digest, now() + p_delay
  WHERE NOT EXISTS (SELECT FROM blob WHERE file_id = p_file) ON CONFLICT DO NOTHING
$$;

-- An abandoned file gets an owner after all. False if it is too late: maintenance may be removing it, or has tried.
CREATE OR REPLACE FUNCTION file_reclaim(p_file bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  DELETE FROM gc_unlink WHERE file_id = p_file AND not_before > now() + interval '1 minute' AND tries = 0;
  RETURN FOUND;
END $$;

-- The verified bytes are in a file: create or find the row of the digest. The file of the digest may be another one, unless its row is bad or has
-- another size, since p_size was counted while the bytes were hashed.
CREATE OR REPLACE FUNCTION blob_store(p_file bigint, p_alg int, p_digest bytea, p_size bigint, OUT id bigint, OUT file bigint)
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_blob blob;
BEGIN
  IF EXISTS (SELECT FROM gc_unlink WHERE file_id = p_file) AND NOT file_reclaim(p_file) THEN
    RAISE EXCEPTION 'file % is being removed', p_file;
  END IF;
  LOOP
    INSERT INTO blob (size, file_id, alg, digest) VALUES (p_size, p_file, p_alg, p_digest) ON CONFLICT (digest, alg) DO NOTHING RETURNING * INTO v_blob;
    EXIT WHEN FOUND;
    -- queue row before object row, as the garbage collector locks them
    PERFORM blob_postpone(b.id) FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg;
    SELECT * INTO v_blob FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg FOR KEY SHARE;
    EXIT WHEN FOUND; -- else it was garbage collected in between
  END LOOP;
  IF v_blob.bad OR v_blob.size <> p_size THEN
    UPDATE blob b SET file_id = p_file, size = p_size, bad = false, diff_id = NULL WHERE b.id = v_blob.id AND (b.bad OR b.size <> p_size);
    IF FOUND THEN
      PERFORM file_abandon(v_blob.file_id, p_alg, p_digest, interval '15 min');
      v_blob.file_id := p_file;
    ELSE
      SELECT * INTO v_blob FROM blob b WHERE b.id = v_blob.id;
    END IF;
  END IF;
  IF v_blob.file_id <> p_file THEN
    PERFORM file_abandon(p_file, p_alg, p_digest, interval '15 min');
  END IF;
  PERFORM blob_resolve(v_blob.id, p_alg, p_digest);
  id := v_blob.id;
  file := v_blob.file_id;
END $$;

-- The bytes are verified and about to be published as this digest. Asynchronous: a power failure may lose the session, and then the sweep finds the
-- file. False: the session no longer exists.
CREATE OR REPLACE FUNCTION upload_seal(p_upload uuid, p_alg int, p_digest bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE upload SET sealed_alg = p_alg, sealed_digest = p_digest, touched_at = now() WHERE id = p_upload;
  RETURN FOUND;
END $$;

-- blob_store that ends the upload session and links the blob to the session's image. The session is remembered for as long as an idle one may be
-- open, for a client that did not get the answer. won is false if the session no longer exists and the image does not have the blob.
CREATE OR REPLACE FUNCTION blob_publish(p_upload uuid, p_image bigint, p_file bigint, p_alg int, p_digest bytea, p_size bigint, OUT won boolean, OUT file bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_upload upload;
  v_blob bigint;
  v_stored record;
BEGIN
  PERFORM digest_share(p_digest);
  DELETE FROM upload WHERE id = p_upload AND image_id = p_image RETURNING * INTO v_upload;
  IF NOT FOUND THEN
    -- the answer to an earlier identical call may have been lost
    SELECT b.id, b.file_id INTO v_blob, file FROM blob b JOIN image_blob ib ON ib.blob_id = b.id AND ib.image_id = p_image
    WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad;
    won := FOUND;
    PERFORM blob_postpone(v_blob);
    RETURN;
  END IF;
  won := true;
  SELECT * INTO v_stored FROM blob_store(p_file, p_alg, p_digest, p_size);
  file := v_stored.file;
  INSERT INTO image_blob (image_id, blob_id) VALUES (p_image, v_stored.id) ON CONFLICT DO NOTHING;
  INSERT INTO upload_done (id, image_id, account, received, alg, digest, expires_at)
  VALUES (p_upload, p_image, v_upload.account, v_upload.received, p_alg, p_digest, now() + interval '24 hours');
END $$;

-- The row names the file p_lost, which has other bytes or (p_missing) does not exist: change it to p_file, the duplicate. A missing file is not
-- queued: it may only be unavailable. If the row names another file by now, nothing is left to do: that may be p_file, which another request of the
-- same session set. False: it is too late to reclaim p_file.
CREATE OR REPLACE FUNCTION blob_replace(p_alg int, p_digest bytea, p_lost bigint, p_missing boolean, p_file bigint, p_size bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_holder bigint;
BEGIN
  SELECT file_id INTO v_holder FROM blob WHERE digest = p_digest AND alg = p_alg FOR UPDATE;
  IF v_holder <> p_lost THEN
    RETURN true;
  ELSIF NOT FOUND OR NOT file_reclaim(p_file) THEN
    RETURN false;
  END IF;
  UPDATE blob SET file_id = p_file, size = p_size, bad = false, diff_id = NULL WHERE digest = p_digest AND alg = p_alg;
  IF NOT p_missing THEN
    PERFORM file_abandon(p_lost, p_alg, p_digest, interval '15 min');
  END IF;
  RETURN true;
END $$;

-- End a session without a blob. Its file may already have the name of a blob. False: it had ended before.
CREATE OR REPLACE FUNCTION upload_end(p_upload uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_upload upload;
BEGIN
  DELETE FROM upload WHERE id = p_upload RETURNING * INTO v_upload;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM file_abandon(v_upload.file_id, v_upload.sealed_alg, v_upload.sealed_digest, interval '0');
  PERFORM image_forget(v_upload.image_id);
  RETURN true;
END $$;

-- Link a blob that the name p_from has at the same key, if this account may read it there.
CREATE OR REPLACE FUNCTION blob_mount(p_key text, p_from text, p_account int, p_epoch int, p_target int, p_name text, p_alg int, p_digest bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_root int;
  v_blob bigint;
BEGIN
  SELECT root_id INTO v_root FROM push_target WHERE key = p_key AND target_id = p_target AND NOT blacked_out;
  IF NOT FOUND OR NOT principal_valid(p_account, p_epoch) OR push_actions(p_account, v_root, p_target, p_name) & action('write') = 0 THEN
    RETURN false;
  END IF;
  SELECT b.id INTO v_blob FROM blob b
  WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad
    AND EXISTS (SELECT FROM image_blob ib JOIN readable_images(v_root, p_from, p_account) i ON ib.image_id = i WHERE ib.blob_id = b.id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- queue row before object row, as the garbage collector locks them
  PERFORM blob_postpone(v_blob);
  PERFORM FROM blob WHERE id = v_blob FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO image_blob (image_id, blob_id) VALUES (image_make(p_target, p_name), v_blob) ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

-- Returns blob_delete_outcome.
CREATE OR REPLACE FUNCTION blob_delete(p_target int, p_name text, p_alg int, p_digest bytea, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint;
  v_blob bigint;
BEGIN
  -- the row of the image excludes concurrent pushes
  SELECT id INTO v_image FROM image WHERE path = p_name AND repository_id = p_target FOR NO KEY UPDATE;
  SELECT b.id INTO v_blob FROM blob b JOIN image_blob ib ON ib.blob_id = b.id AND ib.image_id = v_image WHERE b.digest = p_digest AND b.alg = p_alg;
  IF NOT FOUND THEN
    RETURN blob_delete_outcome('unknown');
  END IF;
  IF EXISTS (SELECT FROM manifest_blob mb JOIN image_manifest im ON im.manifest_id = mb.manifest_id AND im.image_id = v_image WHERE mb.blob_id = v_blob) THEN
    RETURN blob_delete_outcome('used');
  END IF;
  DELETE FROM image_blob WHERE image_id = v_image AND blob_id = v_blob;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object)
  SELECT p_request, p_actor, p_actor_name, p_address, 'blob_delete', 'done', key, p_name, digest_text(p_alg, p_digest) FROM repository WHERE id = p_target;
  RETURN blob_delete_outcome('done');
END $$;
