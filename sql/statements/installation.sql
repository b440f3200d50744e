SET search_path = registry;

-- idempotent
-- returns: identity text, store_bound boolean
PREPARE installation_find AS
SELECT identity::text, store_bound_at IS NOT NULL AS store_bound FROM installation;

-- idempotent
PREPARE store_bind AS
SELECT store_bind(p_actor => $1::integer, p_actor_name => $2::text, p_request => $3::uuid, p_address => $4::inet);

-- One row at or after each of a number of points that are spread evenly over the ids.
-- idempotent
-- returns: id bigint, size bigint, file bigint, alg smallint, digest bytea
\set points $1::integer
PREPARE blob_sample AS
SELECT DISTINCT b.id, b.size, b.file_id AS file, b.alg, b.digest
FROM (SELECT min(id) AS low, max(id) AS high FROM blob) ids, generate_series(0, :points - 1) step,
  LATERAL (SELECT * FROM blob WHERE id >= low + (high - low) * step / greatest(:points - 1, 1) ORDER BY id LIMIT 1) b;

-- idempotent
-- returns: identity text
PREPARE store_seen AS
SELECT store_seen(p_node => $1::text, p_program => $2::text, p_trouble => $3::text)::text AS identity;
