-- Fetches of blobs from upstreams: one lease holder, any number of readers.
SET LOCAL search_path = registry;

-- A lease without a heartbeat for this long has expired.
CREATE OR REPLACE FUNCTION fetch_lease() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '5 seconds' $$;

-- Join or start a fetch of a blob that the caller may have under this name. p_owner NULL: only join a running one; role holder without a file: not
-- running. role: fetch_role; `old_file` is that of an expired lease.
CREATE OR REPLACE FUNCTION fetch_join(p_remote int, p_alg int, p_digest bytea, p_path text, p_source text, p_size bigint, p_store boolean, p_owner uuid,
  OUT role int, OUT file bigint, OUT old_file bigint, OUT received bigint, OUT size bigint, OUT error_status int, OUT error text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_blob blob;
  v_fetch blob_fetch;
  v_begun boolean := false;
BEGIN
  -- queue row before object row, as the garbage collector locks them
  PERFORM blob_postpone(b.id) FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg;
  SELECT * INTO v_blob FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad FOR KEY SHARE;
  IF FOUND THEN
    INSERT INTO image_blob (image_id, blob_id) VALUES (image_make(p_remote, p_path), v_blob.id) ON CONFLICT DO NOTHING;
    role := fetch_role('stored');
    file := v_blob.file_id;
    received := v_blob.size;
    size := v_blob.size;
    RETURN;
  END IF;
  IF p_owner IS NOT NULL THEN
    INSERT INTO blob_fetch AS f (repository_id, alg, digest, path, source, size, store_locally, owner, file_id)
    VALUES (p_remote, p_alg, p_digest, p_path, p_source, p_size, p_store, p_owner, nextval('file_id'))
    ON CONFLICT (digest, alg, repository_id) DO NOTHING RETURNING f.* INTO v_fetch;
    v_begun := FOUND;
  END IF;
  IF v_begun THEN
    role := fetch_role('holder');
  ELSE
    SELECT * INTO v_fetch FROM blob_fetch f WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote FOR UPDATE;
    IF p_owner IS NULL AND NOT FOUND THEN
      role := fetch_role('holder');
      RETURN;
    ELSIF NOT FOUND THEN -- it ended in between: try again
      SELECT j.* INTO role, file, old_file, received, size, error_status, error
      FROM fetch_join(p_remote, p_alg, p_digest, p_path, p_source, p_size, p_store, p_owner) j;
      RETURN;
    END IF;
    IF v_fetch.error IS NOT NULL AND v_fetch.heartbeat > clock_timestamp() - interval '2 seconds' THEN
      role := fetch_role('failed');
    ELSIF p_owner IS NULL AND (v_fetch.error IS NOT NULL OR v_fetch.heartbeat < clock_timestamp() - fetch_lease()) THEN
      role := fetch_role('holder');
      RETURN;
    ELSIF v_fetch.error IS NOT NULL THEN
      PERFORM file_abandon(v_fetch.file_id, p_alg, p_digest, interval '0');
      UPDATE blob_fetch f SET owner = p_owner, file_id = nextval('file_id'), path = p_path, source = p_source, received = 0, size = p_size, heartbeat = clock_timestamp(),
        started_at = now(), error = NULL, error_status = NULL
      WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote RETURNING f.* INTO v_fetch;
      role := fetch_role('holder');
    ELSIF v_fetch.owner <> p_owner AND v_fetch.heartbeat < clock_timestamp() - fetch_lease() THEN
      UPDATE blob_fetch f SET owner = p_owner, heartbeat = clock_timestamp() WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote;
      role := fetch_role('holder');
      old_file := v_fetch.file_id;
      v_fetch.file_id := nextval('file_id');
      -- until the row names it, after the existing bytes are copied
      PERFORM file_abandon(v_fetch.file_id, p_alg, p_digest, interval '1 day');
    ELSE
      role := fetch_role('reader');
    END IF;
  END IF;
  INSERT INTO blob_fetch_name (repository_id, alg, digest, path) VALUES (p_remote, p_alg, p_digest, p_path) ON CONFLICT DO NOTHING;
  file := v_fetch.file_id;
  received := v_fetch.received;
  size := v_fetch.size;
  error_status := v_fetch.error_status;
  error := v_fetch.error;
END $$;

-- Record the progress of the lease holder, in this file. False: the lease is lost, and the caller must stop. With all bytes received, syncing the
-- disk may take long, so the lease is extended by a minute.
CREATE OR REPLACE FUNCTION fetch_advance(p_remote int, p_alg int, p_digest bytea, p_owner uuid, p_file bigint, p_received bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_old bigint;
BEGIN
  UPDATE blob_fetch f SET file_id = p_file, received = p_received,
    heartbeat = clock_timestamp() + CASE WHEN p_received = size THEN interval '1 minute' ELSE interval '0' END
  FROM (SELECT repository_id, alg, digest, file_id FROM blob_fetch WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote FOR UPDATE) o
  WHERE (f.digest, f.alg, f.repository_id) = (o.digest, o.alg, o.repository_id) AND f.owner = p_owner AND f.error IS NULL RETURNING o.file_id INTO v_old;
  IF v_old IS NULL THEN
    RETURN false;
  END IF;
  IF v_old <> p_file THEN
    PERFORM file_reclaim(p_file);
    PERFORM file_abandon(v_old, p_alg, p_digest, interval '15 min');
  END IF;
  RETURN true;
END $$;

-- The upstream states another size of the blob than its manifest.
CREATE OR REPLACE FUNCTION fetch_resize(p_remote int, p_alg int, p_digest bytea, p_owner uuid, p_size bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  UPDATE blob_fetch SET size = p_size WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner
$$;

-- The bytes are verified and in a file: the blob is stored, for every name that was proven to have it. As blob_publish; won is false if the lease was
-- taken over.
CREATE OR REPLACE FUNCTION fetch_publish(p_remote int, p_alg int, p_digest bytea, p_owner uuid, p_file bigint, p_size bigint, OUT won boolean, OUT file bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_names text[];
  v_old bigint;
  v_stored record;
BEGIN
  PERFORM digest_share(p_digest);
  PERFORM FROM blob_fetch WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner AND error IS NULL FOR UPDATE;
  won := FOUND;
  IF NOT won THEN
    -- the answer to an earlier identical call may have been lost
    SELECT b.file_id INTO file FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad;
    won := FOUND;
    PERFORM file_abandon(p_file, p_alg, p_digest, interval '15 min');
    RETURN;
  END IF;
  v_names := ARRAY(SELECT path FROM blob_fetch_name WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote ORDER BY path);
  DELETE FROM blob_fetch f WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote RETURNING f.file_id INTO v_old;
  SELECT * INTO v_stored FROM blob_store(p_file, p_alg, p_digest, p_size);
  IF v_old <> p_file THEN -- taken over from a dead owner, and never told since
    PERFORM file_abandon(v_old, p_alg, p_digest, interval '15 min');
  END IF;
  file := v_stored.file;
  INSERT INTO image_blob (image_id, blob_id) SELECT image_make(p_remote, n), v_stored.id FROM unnest(v_names) n ON CONFLICT DO NOTHING;
END $$;

-- The lease holder gives up. Readers get the reason for a moment; status NULL: the fetch just ends, since nothing is stored. The file then stays for
-- its readers, and is removed by the last of them, or by maintenance if this process dies before.
CREATE OR REPLACE FUNCTION fetch_fail(p_remote int, p_alg int, p_digest bytea, p_owner uuid, p_status int, p_error text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_file bigint;
BEGIN
  IF p_status IS NULL THEN
    DELETE FROM blob_fetch WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner RETURNING file_id INTO v_file;
    PERFORM file_abandon(v_file, p_alg, p_digest, interval '1 day') WHERE v_file IS NOT NULL;
    RETURN v_file IS NOT NULL;
  END IF;
  UPDATE blob_fetch SET error_status = p_status, error = left(p_error, 200), heartbeat = clock_timestamp()
  WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner;
  RETURN FOUND;
END $$;

-- The process of the lease holder stops: another may take over at once.
CREATE OR REPLACE FUNCTION fetch_leave(p_remote int, p_alg int, p_digest bytea, p_owner uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  UPDATE blob_fetch SET heartbeat = '-infinity' WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner
$$;
