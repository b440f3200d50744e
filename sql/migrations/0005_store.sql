-- What a crash or a full disk may leave behind.
SET LOCAL search_path = registry;

-- An upload whose bytes were verified is sealed with their digest before its file gets the name of a blob: after a crash in between, the file is
-- found, and the session accepts that digest only.
ALTER TABLE upload ADD sealed_alg smallint, ADD sealed_digest bytea;
ALTER TABLE upload ADD CHECK ((sealed_alg IS NULL) = (sealed_digest IS NULL));

-- Every file whose owner ends is given to housekeeping in the same transaction. Without a digest it never had the name of a blob.
ALTER TABLE gc_unlink ALTER alg DROP NOT NULL, ALTER digest DROP NOT NULL;
ALTER TABLE gc_unlink ADD queued_at timestamptz NOT NULL DEFAULT now();

-- Deleted repositories of which the last piece could not be removed: tried again later, others meanwhile.
CREATE TABLE gc_repository (
  repository_id int PRIMARY KEY REFERENCES repository ON DELETE CASCADE,
  due           timestamptz NOT NULL,
  tries         int NOT NULL DEFAULT 1);

DROP FUNCTION IF EXISTS fetches_abandoned(int, int);
DROP FUNCTION IF EXISTS repository_shrink(int);

-- Directories of the store that are searched for files without an owner, each once a day, and the files found. A file that is found again a day
-- later is removed.
CREATE TABLE gc_sweep (
  directory text COLLATE "C" PRIMARY KEY,
  due       timestamptz NOT NULL);
INSERT INTO gc_sweep SELECT d, now() + row_number() OVER () * interval '168 s'
FROM (VALUES ('uploads'), ('blobs') UNION ALL
  SELECT format('blobs/%s/%s', alg, lpad(to_hex(shard), 2, '0')) FROM generate_series(0, 255) shard, unnest('{sha256,sha512}'::text[]) alg) v (d);
CREATE TABLE gc_orphan (
  path      text COLLATE "C" PRIMARY KEY,          -- relative to the store
  first_at  timestamptz NOT NULL DEFAULT now(),
  looked_at timestamptz NOT NULL DEFAULT now());
