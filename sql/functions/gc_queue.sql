-- Content that may be unused is queued; the garbage collector examines it later.
SET LOCAL search_path = registry;

-- Time between queueing and collection. Shortened by tests.
CREATE OR REPLACE FUNCTION grace() RETURNS interval LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('registry.grace', true), ''), '24 hours')::interval
$$;

CREATE OR REPLACE FUNCTION queue_new_blob() RETURNS trigger LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO gc_blob (blob_id, due) VALUES (NEW.id, now() + grace());
  RETURN NULL;
END $$;

-- An image of the empty layer has no blob.
CREATE OR REPLACE FUNCTION queue_blobs() RETURNS trigger LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO gc_blob (blob_id, due) SELECT DISTINCT blob_id, now() + grace() FROM gone WHERE blob_id IS NOT NULL ORDER BY 1
  ON CONFLICT (blob_id) DO UPDATE SET due = EXCLUDED.due;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION queue_manifests() RETURNS trigger LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO gc_manifest (manifest_id, due) SELECT DISTINCT manifest_id, now() + grace() FROM gone ORDER BY 1
  ON CONFLICT (manifest_id) DO UPDATE SET due = EXCLUDED.due;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION queue_link() RETURNS trigger LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO gc_link (image_id, manifest_id, due) VALUES (OLD.image_id, OLD.manifest_id, now() + grace())
  ON CONFLICT (image_id, manifest_id) DO UPDATE SET due = EXCLUDED.due;
  RETURN NULL;
END $$;

-- The blob is about to be used: if it is due soon, it gets a new period of grace. Usually it has no row.
CREATE OR REPLACE FUNCTION blob_postpone(p_blob bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE registry.gc_blob SET due = now() + registry.grace() WHERE blob_id = p_blob AND due < now() + interval '1 hour'
$$;
