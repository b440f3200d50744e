-- Sign-in, locks and tokens.
SET LOCAL search_path = registry;

-- A retired key no longer signs, and verifies open upload sessions only; a revoked key verifies nothing, as a retired one did until now.
ALTER TABLE token_key ADD COLUMN revoked_at timestamptz;
UPDATE token_key SET revoked_at = retired_at;
ALTER TABLE token_key ADD CONSTRAINT token_key_revoked_is_retired CHECK (revoked_at IS NULL OR retired_at IS NOT NULL);

-- Wrong passwords hold back the network that they come from. Account.failures now counts all of them in the hour that began at
-- failures_since; while account.locked_until lies ahead, only networks with an earlier good sign-in may try.
CREATE TABLE sign_in (
  account      int NOT NULL REFERENCES account ON DELETE CASCADE,
  network      inet NOT NULL,                      -- sign_in_network(): an IPv4 address, or 64 bits of an IPv6 address
  failures     int NOT NULL DEFAULT 0,             -- wrong passwords in a row
  locked_until timestamptz,
  succeeded_at timestamptz,                        -- NULL: no good sign-in yet; exact to a day
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (account, network));
CREATE INDEX ON sign_in (expires_at);
ALTER TABLE account ADD COLUMN failures_since timestamptz;
UPDATE account SET failures = 0, locked_until = NULL WHERE failures <> 0 OR locked_until IS NOT NULL;
DROP FUNCTION IF EXISTS permission_fault(text, text, text);
DROP FUNCTION IF EXISTS account_failed(int, text, int, int, int, text, uuid, inet);

-- An account may have so many upload sessions; a name that only they needed goes with the last of them.
CREATE INDEX ON upload (account);
CREATE INDEX ON upload (image_id);
DROP FUNCTION IF EXISTS upload_start(int, text, int, int);

-- Programs write the audit through this view: they can choose neither the time of a row nor the role it names.
ALTER TABLE audit ADD COLUMN role text COLLATE "C";  -- who was signed in to the database; NULL: a row of before
ALTER TABLE audit ALTER COLUMN role SET DEFAULT session_user;
CREATE VIEW audit_entry AS
  SELECT request, actor, actor_name, address, action, outcome, repository, path, object, detail FROM audit;
