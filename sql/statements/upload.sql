SET search_path = registry;

-- Idempotent because the row of a second session expires.
-- idempotent
-- returns: id text, image bigint, file bigint, received bigint, alg smallint, digest_so_far bytea, sealed_alg smallint, sealed_digest bytea
PREPARE upload_start AS
SELECT u.id::text, u.image_id AS image, u.file_id AS file, u.received, u.alg, u.digest_so_far, u.sealed_alg, u.sealed_digest
FROM upload_start(p_repository => $1::integer, p_name => $2::text, p_account => $3::integer, p_alg => $4::integer, p_most => $5::bigint) u;

-- The account's own session for this image, at the push target of this key; committed: it became the blob sealed_digest. It is never in both tables.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   target_id integer, target_key text, actions integer, image_id bigint, schema1 boolean,
--   id text, image bigint, file bigint, received bigint, alg smallint, digest_so_far bytea, sealed_alg smallint, sealed_digest bytea,
--   committed boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set upload $5::uuid
PREPARE upload_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
target AS (SELECT t.* FROM me, request_target(:key, :account, me.valid, :name) t)
SELECT root.id IS NOT NULL AS repository_known, coalesce(target.blacked_out, root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  coalesce(target.actions & 2 = 2, false) AS allowed,
  target.target_id, target.target_key, target.actions, target.image_id, target.schema1,
  u.id::text, u.image_id AS image, u.file_id AS file, u.received, u.alg, u.digest_so_far, u.sealed_alg, u.sealed_digest, coalesce(u.committed, false) AS committed
FROM me LEFT JOIN root ON true LEFT JOIN target ON true
  LEFT JOIN LATERAL (
    SELECT o.id, o.image_id, o.account, o.file_id, o.received, o.alg, o.digest_so_far, o.sealed_alg, o.sealed_digest, false AS committed
    FROM upload o WHERE o.id = :upload
    UNION ALL
    SELECT d.id, d.image_id, d.account, NULL, d.received, d.alg, NULL, d.alg, d.digest, true
    FROM upload_done d WHERE d.id = :upload
    LIMIT 1) u ON u.image_id = target.image_id AND u.account = :account AND target.actions & 2 = 2;

-- No row: another request has advanced or sealed the session.
-- returns: moved boolean
\set upload $1::uuid
\set received_before $2::bigint
\set received $3::bigint
\set digest_so_far $4::bytea
\set sealed_digest $5::bytea
PREPARE upload_advance AS
UPDATE upload SET received = :received, digest_so_far = :digest_so_far, touched_at = now()
WHERE id = :upload AND received = :received_before AND sealed_digest IS NOT DISTINCT FROM :sealed_digest
RETURNING true AS moved;

-- Calls (sql/functions/blob.sql).

-- returns: found boolean
PREPARE upload_end AS
SELECT upload_end(p_upload => $1::uuid) AS found;

-- idempotent
-- returns: found boolean
PREPARE upload_seal AS
SELECT upload_seal(p_upload => $1::uuid, p_alg => $2::integer, p_digest => $3::bytea) AS found;
