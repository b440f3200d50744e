-- Pushes under way.
SET LOCAL search_path = registry;

ALTER TABLE v1_upload ADD account int CHECK (account > 1);  -- that began it; NULL: begun before this column
CREATE INDEX ON v1_upload (account);
DROP FUNCTION IF EXISTS v1_json_put(int, text, int, bytea, bytea, bytea);
