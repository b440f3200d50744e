SET search_path = registry;

-- The keys that are not revoked, with a new one if all have retired (sql/functions/account.sql).
-- idempotent
-- returns: kid text, secret bytea, retired boolean
PREPARE token_keys AS
SELECT kid, secret, retired_at IS NOT NULL AS retired FROM token_keys(p_fresh => $1::bytea);

PREPARE token_key_rotate AS
SELECT token_key_rotate(p_fresh => $1::bytea, p_revoke => $2::boolean, p_actor => $3::integer, p_actor_name => $4::text, p_request => $5::uuid, p_address => $6::inet);
