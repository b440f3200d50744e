SET search_path = registry;

-- idempotent
-- returns: id bigint, media_type text, payload bytea, alg smallint, digest bytea
\set manifest $1::bigint
PREPARE v1_source AS
SELECT m.id, t.name AS media_type, m.payload, m.alg, m.digest FROM manifest m JOIN media_type t ON t.id = m.media_type
WHERE m.id = :manifest;

-- idempotent
-- returns: as v1_source
\set alg $1::smallint
\set digest $2::bytea
PREPARE v1_source_by_digest AS
SELECT m.id, t.name AS media_type, m.payload, m.alg, m.digest FROM manifest m JOIN media_type t ON t.id = m.media_type
WHERE m.alg = :alg AND m.digest = :digest;

-- idempotent
-- returns: id bigint, size bigint, file bigint
\set alg $1::smallint
\set digest $2::bytea
PREPARE v1_source_blob AS
SELECT id, size, file_id AS file FROM blob WHERE alg = :alg AND digest = :digest AND NOT bad;

-- No row: the manifest has no v1 projection yet. A row without an id: v1 clients do not see the manifest.
-- idempotent
-- returns: id bytea, json bytea, alg smallint, digest bytea, zstd boolean
\set manifest $1::bigint
PREPARE v1_projection_find AS
SELECT w.v1_id AS id, w.json, w.alg, w.digest, w.zstd
FROM v1_projection v LEFT JOIN v1_projection_image w ON w.manifest_id = v.projected_id AND v.v1_id IS NOT NULL
WHERE v.manifest_id = :manifest
ORDER BY w.position;

-- A call (sql/functions/v1.sql).

-- idempotent
PREPARE v1_projection_put AS
SELECT v1_projection_put(p_manifest => $1::bigint, p_projected => $2::bigint, p_id => $3::bytea, p_reason => $4::text, p_ids => $5::bytea[],
  p_jsons => $6::text[], p_algs => $7::integer[], p_digests => $8::bytea[], p_zstds => $9::integer[]);
