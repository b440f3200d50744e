SET search_path = registry;

-- An image and its ancestors, lowest first, for the bridged repository.
-- idempotent
-- returns: bridge text, json bytea, layered boolean, zstd boolean, alg smallint, digest bytea, size bigint, file bigint, blob bigint, diff_id bytea
\set repository $1::integer
\set name $2::text
\set id $3::bytea
PREPARE v1_chain AS
SELECT bridge.key AS bridge, o.json, o.blob_id IS NOT NULL AS layered, o.zstd, b.alg, b.digest, b.size, b.file_id AS file, b.id AS blob, b.diff_id
FROM repository r
  JOIN repository bridge ON bridge.id = bridge_root(r.id)
  JOIN image i ON i.path = :name AND i.repository_id = r.id
  JOIN v1_image top ON top.image_id = i.id AND top.v1_id = :id
  CROSS JOIN unnest(top.ancestry) WITH ORDINALITY a (id, place)
  JOIN v1_image o ON o.image_id = i.id AND o.v1_id = a.id
  LEFT JOIN blob b ON b.id = o.blob_id
WHERE r.id = :repository AND r.bridge_push
ORDER BY a.place DESC;

-- The digest of an unpacked layer: empty if it cannot be unpacked, NULL if it has not been unpacked yet.
-- idempotent
-- returns: diff_id bytea
\set blob $1::bigint
PREPARE v1_diff_id AS
SELECT diff_id FROM blob WHERE id = :blob;

-- idempotent
\set blob $1::bigint
\set diff_id $2::bytea
PREPARE v1_diff_id_put AS
UPDATE blob SET diff_id = :diff_id WHERE id = :blob AND diff_id IS NULL;

-- A call (sql/functions/v1.sql).

-- idempotent
PREPARE v1_layers_link AS
SELECT v1_layers_link(p_target => $1::integer, p_name => $2::text, p_blobs => $3::bigint[]);
