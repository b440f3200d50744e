SET search_path = registry;

-- Calls (sql/functions/maintenance.sql).

-- idempotent
-- returns: id text, image bigint, file bigint, received bigint
PREPARE uploads_abandoned AS
SELECT id::text, image_id AS image, file_id AS file, received FROM uploads_abandoned(p_seconds => $1::integer, p_limit => $2::integer);

-- idempotent
-- returns: dropped bigint
PREPARE fetches_drop AS
SELECT fetches_drop(p_seconds => $1::integer, p_limit => $2::integer) AS dropped;

-- idempotent
-- returns: dropped bigint
PREPARE cache_expire AS
SELECT cache_expire(p_limit => $1::integer) AS dropped;

-- idempotent
-- returns: dropped bigint
PREPARE v1_uploads_drop AS
SELECT v1_uploads_drop(p_seconds => $1::integer, p_limit => $2::integer) AS dropped;

-- idempotent
-- returns: file bigint, alg smallint, digest bytea
PREPARE unlinks_due AS
SELECT file_id AS file, alg, digest FROM unlinks_due(p_limit => $1::integer);

-- idempotent
\set file $1::bigint
PREPARE unlink_done AS
DELETE FROM gc_unlink WHERE file_id = :file;

-- idempotent
-- returns: seconds bigint
PREPARE unlink_failed AS
SELECT unlink_failed(p_file => $1::bigint) AS seconds;

-- returns: directory text
PREPARE sweep_next AS
SELECT sweep_next() AS directory;

-- idempotent
-- returns: path text
PREPARE sweep_look AS
SELECT sweep_look AS path FROM sweep_look(p_paths => $1::text[]);

-- idempotent
\set path $1::text
PREPARE orphan_done AS
DELETE FROM gc_orphan WHERE path = :path;

-- idempotent
-- returns: more boolean, failed text
PREPARE repository_shrink AS
SELECT p_more AS more, p_failed AS failed FROM repository_shrink(p_limit => $1::integer);

-- idempotent
\set total $1::bigint
\set available $2::bigint
PREPARE store_space_save AS
INSERT INTO store_space (total, available) VALUES (:total, :available)
ON CONFLICT (single) DO UPDATE SET total = :total, available = :available, at = now();

-- idempotent
PREPARE history_extend AS
SELECT history_extend();
