-- Maintenance: each call removes a bounded number of rows. Several may run at once: they take different rows.
SET LOCAL search_path = registry;

-- Upload sessions that were idle for p_seconds, and those of deleted repositories, for the caller to end: a file is locked while a request writes it.
CREATE OR REPLACE FUNCTION uploads_abandoned(p_seconds int, p_limit int) RETURNS SETOF upload LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT * FROM upload u WHERE touched_at < now() - make_interval(secs => p_seconds)
    OR EXISTS (SELECT FROM image i JOIN repository r ON r.id = i.repository_id WHERE i.id = u.image_id AND r.deleted_at IS NOT NULL)
  ORDER BY touched_at LIMIT p_limit
$$;

-- The delay before a failed job is retried.
CREATE OR REPLACE FUNCTION back_off(p_tries int) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
  SELECT least(interval '1 minute' * 2 ^ least(p_tries, 11), interval '1 day')
$$;

-- Delete fetches without a heartbeat for p_seconds, and failures of that age. Returns their number.
CREATE OR REPLACE FUNCTION fetches_drop(p_seconds int, p_limit int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  WITH gone AS (DELETE FROM blob_fetch f USING (SELECT digest, alg, repository_id FROM blob_fetch WHERE heartbeat < now() - make_interval(secs => p_seconds)
      ORDER BY heartbeat LIMIT p_limit FOR UPDATE SKIP LOCKED) old
  WHERE (f.digest, f.alg, f.repository_id) = (old.digest, old.alg, old.repository_id) RETURNING f.*),
  abandoned AS MATERIALIZED (SELECT file_abandon(file_id, alg, digest, interval '0') FROM gone)
  SELECT count(*) FROM abandoned
$$;

-- Delete expired rows: negative cache, old tag lists, old sign-ins, sessions that became blobs. Returns their number.
CREATE OR REPLACE FUNCTION cache_expire(p_limit int) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  WITH misses AS (DELETE FROM negative_cache WHERE ctid = ANY (ARRAY(SELECT ctid FROM negative_cache WHERE until < now() LIMIT p_limit)) RETURNING 1),
  lists AS (DELETE FROM remote_tags WHERE ctid = ANY (ARRAY(SELECT ctid FROM remote_tags WHERE fresh_until < now() - interval '30 days' LIMIT p_limit)) RETURNING 1),
  sign_ins AS (DELETE FROM sign_in WHERE ctid = ANY (ARRAY(SELECT ctid FROM sign_in WHERE expires_at < now() LIMIT p_limit)) RETURNING 1),
  uploads AS (DELETE FROM upload_done WHERE ctid = ANY (ARRAY(SELECT ctid FROM upload_done WHERE expires_at < now() LIMIT p_limit)) RETURNING 1)
  SELECT (SELECT count(*) FROM misses) + (SELECT count(*) FROM lists) + (SELECT count(*) FROM sign_ins) + (SELECT count(*) FROM uploads)
$$;

-- Delete v1 pushes that were idle for p_seconds, and names that nothing else needs; their layers are left to the garbage collector. Returns the number
-- of pushes.
CREATE OR REPLACE FUNCTION v1_uploads_drop(p_seconds int, p_limit int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_count bigint;
  v_images bigint[];
BEGIN
  WITH old AS (DELETE FROM v1_upload WHERE id = ANY (ARRAY(SELECT id FROM v1_upload WHERE touched_at < now() - make_interval(secs => p_seconds)
      ORDER BY touched_at LIMIT p_limit FOR UPDATE SKIP LOCKED)) RETURNING image_id)
  SELECT count(*), array_agg(DISTINCT image_id ORDER BY image_id) INTO v_count, v_images FROM old;
  PERFORM image_forget(i) FROM unnest(v_images) i;
  RETURN v_count;
END $$;

-- Files whose rows are gone, for the caller to unlink and then to delete from the queue. A file that a transaction is reclaiming is skipped, however
-- long its commit waits, for a standby for example.
CREATE OR REPLACE FUNCTION unlinks_due(p_limit int) RETURNS SETOF gc_unlink LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  SELECT * FROM gc_unlink WHERE not_before <= now() ORDER BY not_before LIMIT p_limit FOR UPDATE SKIP LOCKED
$$;

-- A file could not be removed: retry it after others. Returns the seconds since it was queued.
CREATE OR REPLACE FUNCTION unlink_failed(p_file bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  UPDATE gc_unlink SET tries = tries + 1, not_before = now() + back_off(tries) WHERE file_id = p_file
  RETURNING extract(epoch FROM now() - queued_at)::bigint
$$;

-- The next directory to search; NULL: none is due.
CREATE OR REPLACE FUNCTION sweep_next() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_directory text;
BEGIN
  UPDATE gc_sweep SET due = now() + interval '1 day'
  WHERE directory = (SELECT directory FROM gc_sweep WHERE due <= now() ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING directory INTO v_directory;
  IF v_directory = 'uploads' THEN
    DELETE FROM gc_orphan WHERE looked_at < now() - interval '3 days'; -- these were removed, or have an owner again
  END IF;
  RETURN v_directory;
END $$;

-- Record files without an owner. Returns those that had none a day ago either, for the caller to remove. A file that the last search, a day ago, did
-- not report had an owner then: its day starts again.
CREATE OR REPLACE FUNCTION sweep_look(p_paths text[]) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  WITH looked AS (INSERT INTO gc_orphan AS o (path) SELECT unnest(p_paths)
    ON CONFLICT (path) DO UPDATE SET looked_at = now(), first_at = CASE WHEN o.looked_at < now() - interval '36 hours' THEN now() ELSE o.first_at END RETURNING o.*)
  SELECT path FROM looked WHERE first_at < now() - interval '23 hours'
$$;

-- Delete at most p_limit rows of the content of a deleted repository, and its own row when nothing is left.
CREATE OR REPLACE FUNCTION repository_shrink_piece(p_repository int, p_limit int) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_images bigint[];
  v_left int := p_limit;
  v_count int;
BEGIN
  v_images := ARRAY(SELECT id FROM image WHERE repository_id = p_repository ORDER BY id LIMIT 100);
  IF v_images = '{}' THEN
    DELETE FROM repository WHERE id = p_repository;
    RETURN;
  END IF;
  DELETE FROM v1_upload WHERE image_id = ANY (v_images);
  DELETE FROM v1_tag WHERE ctid = ANY (ARRAY(SELECT ctid FROM v1_tag WHERE image_id = ANY (v_images) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM v1_image v WHERE ctid = ANY (ARRAY(SELECT o.ctid FROM v1_image o WHERE o.image_id = ANY (v_images)
    AND NOT EXISTS (SELECT FROM v1_tag t WHERE t.image_id = o.image_id) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM tag WHERE ctid = ANY (ARRAY(SELECT ctid FROM tag WHERE image_id = ANY (v_images) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM image_manifest WHERE ctid = ANY (ARRAY(SELECT ctid FROM image_manifest WHERE image_id = ANY (v_images) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM image_blob WHERE ctid = ANY (ARRAY(SELECT ctid FROM image_blob WHERE image_id = ANY (v_images) LIMIT v_left));
  DELETE FROM image WHERE id = ANY (v_images) AND image_is_empty(id);
END $$;

-- Delete a piece of a deleted repository. p_more is false if there is nothing to do; p_failed is the reason why the piece stays, and others are tried
-- first. Uploads are ended first, as abandoned ones, so that their files are removed too.
CREATE OR REPLACE FUNCTION repository_shrink(p_limit int, OUT p_more boolean, OUT p_failed text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_repository repository;
BEGIN
  SELECT r.* INTO v_repository FROM repository r WHERE r.deleted_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM upload u JOIN image i ON i.id = u.image_id WHERE i.repository_id = r.id)
    AND NOT EXISTS (SELECT FROM blob_fetch f WHERE f.repository_id = r.id)
    AND NOT EXISTS (SELECT FROM gc_repository g WHERE g.repository_id = r.id AND g.due > now())
  ORDER BY r.deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  p_more := FOUND;
  IF NOT p_more THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM repository_shrink_piece(v_repository.id, p_limit);
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    p_failed := format('repository %s (deleted on %s): %s', v_repository.key, v_repository.deleted_at::date, SQLERRM);
    INSERT INTO gc_repository AS g (repository_id, due) VALUES (v_repository.id, now() + back_off(0))
    ON CONFLICT (repository_id) DO UPDATE SET tries = g.tries + 1, due = now() + back_off(g.tries);
  END;
END $$;
