SET search_path = registry;

-- Check that the database is reachable and writable, and that its schema matches.
-- idempotent
-- returns: schema integer, oldest integer, read_only boolean
PREPARE ready AS
SELECT schema, oldest, current_setting('transaction_read_only')::boolean AS read_only FROM installation;

-- Server settings with which a power failure can lose acknowledged data.
-- idempotent
-- returns: message text
PREPARE weakness AS
SELECT 'the database server has ' || string_agg(name || ' = off', ' and ' ORDER BY name)
  || ': a loss of power can cost what was acknowledged' AS message
FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off';
