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

UPDATE installation SET schema = 5;
