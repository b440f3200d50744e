-- What housekeeping takes away, a bounded piece at a time. Several may run at once: they take different rows.
SET LOCAL search_path = registry;

-- Sessions that nobody has touched for so long, and those of deleted repositories, for the caller to end: their files are locked while somebody writes.
CREATE OR REPLACE FUNCTION uploads_abandoned(p_seconds int, p_limit int) RETURNS SETOF upload LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT * FROM upload u WHERE touched_at < now() - make_interval(secs => p_seconds)
    OR EXISTS (SELECT FROM image i JOIN repository r ON r.id = i.repository_id WHERE i.id = u.image_id AND r.deleted_at IS NOT NULL)
  ORDER BY touched_at LIMIT p_limit
$$;

-- Fetches that nobody owns and nobody asks for any more, and failures that were told for long enough; their files are the caller's.
CREATE OR REPLACE FUNCTION fetches_abandoned(p_seconds int, p_limit int) RETURNS SETOF bigint LANGUAGE sql SET search_path = registry, pg_temp AS $$
  DELETE FROM blob_fetch f USING (SELECT digest, alg, repository_id FROM blob_fetch WHERE heartbeat < now() - make_interval(secs => p_seconds)
      ORDER BY heartbeat LIMIT p_limit FOR UPDATE SKIP LOCKED) old
  WHERE (f.digest, f.alg, f.repository_id) = (old.digest, old.alg, old.repository_id) RETURNING f.file_id
$$;

-- Rows that have lost their use: remembered misses that are over, lists and repositories' states of long ago. How many went.
CREATE OR REPLACE FUNCTION memories_drop(p_limit int) RETURNS bigint LANGUAGE sql SET search_path = registry, pg_temp AS $$
  WITH misses AS (DELETE FROM remote_miss WHERE ctid = ANY (ARRAY(SELECT ctid FROM remote_miss WHERE until < now() LIMIT p_limit)) RETURNING 1),
  lists AS (DELETE FROM remote_tags WHERE ctid = ANY (ARRAY(SELECT ctid FROM remote_tags WHERE fresh_until < now() - interval '30 days' LIMIT p_limit)) RETURNING 1)
  SELECT (SELECT count(*) FROM misses) + (SELECT count(*) FROM lists)
$$;

-- v1 pushes that nobody has gone on with for so long; their layers are left to the collector. How many went.
CREATE OR REPLACE FUNCTION v1_uploads_drop(p_seconds int, p_limit int) RETURNS bigint LANGUAGE sql SET search_path = registry, pg_temp AS $$
  WITH old AS (DELETE FROM v1_upload WHERE id = ANY (ARRAY(SELECT id FROM v1_upload WHERE touched_at < now() - make_interval(secs => p_seconds)
      ORDER BY touched_at LIMIT p_limit FOR UPDATE SKIP LOCKED)) RETURNING 1)
  SELECT count(*) FROM old
$$;

-- Files whose rows are gone, for the caller to unlink and then to forget.
CREATE OR REPLACE FUNCTION unlinks_due(p_limit int) RETURNS SETOF gc_unlink LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT * FROM gc_unlink WHERE not_before <= now() ORDER BY not_before LIMIT p_limit
$$;

-- A piece of a deleted repository: at most so many rows of its content, and itself when nothing is left. False: there is nothing to do.
-- Uploads go first, as abandoned ones: their files are not forgotten.
CREATE OR REPLACE FUNCTION repository_shrink(p_limit int) RETURNS boolean LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_repository int;
  v_images bigint[];
  v_left int := p_limit;
  v_count int;
BEGIN
  SELECT r.id INTO v_repository FROM repository r WHERE r.deleted_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM upload u JOIN image i ON i.id = u.image_id WHERE i.repository_id = r.id)
    AND NOT EXISTS (SELECT FROM blob_fetch f WHERE f.repository_id = r.id)
  ORDER BY r.deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  v_images := ARRAY(SELECT id FROM image WHERE repository_id = v_repository ORDER BY id LIMIT 100);
  IF v_images = '{}' THEN
    DELETE FROM repository WHERE id = v_repository;
    RETURN true;
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
  DELETE FROM image i WHERE id = ANY (v_images) AND NOT EXISTS (SELECT FROM image_manifest im WHERE im.image_id = i.id)
    AND NOT EXISTS (SELECT FROM image_blob ib WHERE ib.image_id = i.id) AND NOT EXISTS (SELECT FROM v1_image v WHERE v.image_id = i.id);
  RETURN true;
END $$;
