SET search_path = registry;

-- Join the fetch of a blob, or start it (sql/functions/fetch.sql).
-- idempotent
-- returns: role integer, file bigint, old_file bigint, received bigint, size bigint, error_status integer, error text
PREPARE fetch_join AS
SELECT role, file, old_file, received, size, error_status, error FROM fetch_join(p_remote => $1::integer, p_alg => $2::integer, p_digest => $3::bytea,
  p_path => $4::text, p_source => $5::text, p_size => $6::bigint, p_store => $7::boolean, p_owner => $8::uuid);

-- The state of a fetch, without changing it.
-- idempotent
-- returns: as fetch_join
\set remote $1::integer
\set alg $2::smallint
\set digest $3::bytea
PREPARE fetch_look AS
SELECT CASE WHEN f.error IS NOT NULL THEN fetch_role('failed')
    WHEN f.digest IS NOT NULL AND f.heartbeat >= clock_timestamp() - fetch_lease() THEN fetch_role('reader')
    WHEN f.digest IS NULL AND b.id IS NOT NULL THEN fetch_role('stored') ELSE fetch_role('holder') END AS role,
  coalesce(f.file_id, b.file_id) AS file, NULL::bigint AS old_file, coalesce(f.received, b.size) AS received, coalesce(f.size, b.size) AS size,
  f.error_status, f.error
FROM (SELECT 1) one
  LEFT JOIN blob_fetch f ON f.repository_id = :remote AND f.alg = :alg AND f.digest = :digest
  LEFT JOIN blob b ON b.digest = :digest AND b.alg = :alg AND NOT b.bad;

-- idempotent
-- returns: mine boolean
PREPARE fetch_advance AS
SELECT fetch_advance(p_remote => $1::integer, p_alg => $2::integer, p_digest => $3::bytea, p_owner => $4::uuid, p_file => $5::bigint, p_received => $6::bigint) AS mine;

-- The lease holder records another size from the upstream.
-- idempotent
PREPARE fetch_resize AS
SELECT fetch_resize(p_remote => $1::integer, p_alg => $2::integer, p_digest => $3::bytea, p_owner => $4::uuid, p_size => $5::bigint);

-- idempotent
-- returns: won boolean, file bigint
PREPARE fetch_publish AS
SELECT won, file FROM fetch_publish(p_remote => $1::integer, p_alg => $2::integer, p_digest => $3::bytea,
  p_owner => $4::uuid, p_file => $5::bigint, p_size => $6::bigint);

-- Status 0: no status.
-- idempotent
-- returns: mine boolean
PREPARE fetch_fail AS
SELECT fetch_fail(p_remote => $1::integer, p_alg => $2::integer, p_digest => $3::bytea,
  p_owner => $4::uuid, p_status => nullif($5::integer, 0), p_error => $6::text) AS mine;

-- idempotent
PREPARE fetch_leave AS
SELECT fetch_leave(p_remote => $1::integer, p_alg => $2::integer, p_digest => $3::bytea, p_owner => $4::uuid);
