-- Sign-in, locks and tokens.
SET LOCAL search_path = registry;

-- A retired key no longer signs, and verifies open upload sessions only; a revoked key verifies nothing, as a retired one did until now.
ALTER TABLE token_key ADD COLUMN revoked_at timestamptz;
UPDATE token_key SET revoked_at = retired_at;
ALTER TABLE token_key ADD CONSTRAINT token_key_revoked_is_retired CHECK (revoked_at IS NULL OR retired_at IS NOT NULL);

UPDATE installation SET schema = 7;
