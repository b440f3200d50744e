SET search_path = registry;

-- The key of the installation, generated if missing (sql/functions/v1.sql).
-- idempotent
-- returns: secret bytea
PREPARE signing_key AS
SELECT signing_key_get(p_fresh => $1::bytea) AS secret;
