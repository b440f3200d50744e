-- What a crash or a full disk may leave behind.
SET LOCAL search_path = registry;

-- An upload whose bytes were verified is sealed with their digest before its file gets the name of a blob: after a crash in between, the file is
-- found, and the session accepts that digest only.
ALTER TABLE upload ADD sealed_alg smallint, ADD sealed_digest bytea;
ALTER TABLE upload ADD CHECK ((sealed_alg IS NULL) = (sealed_digest IS NULL));

UPDATE installation SET schema = 5;
