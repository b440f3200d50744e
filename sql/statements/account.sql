SET search_path = registry;

-- locked: the account is locked, for all networks or for at least one.
-- idempotent
-- returns: id integer, epoch integer, name text, password text, is_admin boolean, disabled boolean, locked boolean, created_at timestamptz
\set name $1::text
PREPARE account_find AS
SELECT a.id, a.epoch, p.name, a.password, a.is_admin, a.disabled,
  coalesce(a.locked_until > now(), false) OR EXISTS (SELECT FROM sign_in s WHERE s.account = a.id AND s.locked_until > now()) AS locked,
  p.created_at
FROM principal p JOIN account a ON a.id = p.id
WHERE p.name = lower(:name);

-- The account for a sign-in from an address: a locked account refuses networks without an earlier successful sign-in.
-- idempotent
-- returns: as account_find
\set name $1::text
\set address $2::inet
PREPARE account_sign_in AS
SELECT a.id, a.epoch, p.name, a.password, a.is_admin, a.disabled,
  coalesce(s.locked_until > now(), false) OR (coalesce(a.locked_until > now(), false) AND s.succeeded_at IS NULL) AS locked,
  p.created_at
FROM principal p
  JOIN account a ON a.id = p.id
  LEFT JOIN sign_in s ON s.account = a.id AND s.network = sign_in_network(:address)
WHERE p.name = lower(:name);

-- idempotent
-- returns: as account_find
\set after $1::text
\set limit $2::bigint
PREPARE account_list AS
SELECT a.id, a.epoch, p.name, a.password, a.is_admin, a.disabled,
  coalesce(a.locked_until > now(), false) OR EXISTS (SELECT FROM sign_in s WHERE s.account = a.id AND s.locked_until > now()) AS locked,
  p.created_at
FROM principal p JOIN account a ON a.id = p.id
WHERE p.name > :after ORDER BY p.name LIMIT :limit;

-- valid: the account has not changed since it authenticated.
-- idempotent
-- returns: valid boolean, is_admin boolean
\set account $1::integer
\set epoch $2::integer
PREPARE principal_find AS
SELECT principal_valid(:account, :epoch) AS valid, coalesce((SELECT is_admin FROM account WHERE id = :account), false) AS is_admin;

-- idempotent
-- returns: name text, members text
\set after $1::text
\set limit $2::bigint
PREPARE group_list AS
SELECT g.name, coalesce((SELECT string_agg(u.name, ',' ORDER BY u.name)
    FROM membership m JOIN principal u ON u.id = m.user_id WHERE m.group_id = g.id), '') AS members
FROM principal g WHERE g.kind = 2 AND g.name > :after ORDER BY g.name LIMIT :limit;

-- Calls (sql/functions/account.sql). reason: why the change is refused; NULL: done.

PREPARE account_add AS
SELECT account_add(p_name => $1::text, p_password => $2::text, p_is_admin => $3::boolean, p_actor => $4::integer, p_actor_name => $5::text, p_request => $6::uuid, p_address => $7::inet);

-- returns: found boolean
PREPARE account_password AS
SELECT account_password(p_name => $1::text, p_password => $2::text, p_actor => $3::integer, p_actor_name => $4::text, p_request => $5::uuid, p_address => $6::inet) AS found;

PREPARE account_failed AS
SELECT account_failed(p_account => $1::integer, p_name => $2::text, p_lock_failures => $3::integer, p_lock_seconds => $4::integer,
  p_hour_failures => $5::integer, p_actor => $6::integer, p_actor_name => $7::text, p_request => $8::uuid, p_address => $9::inet);

-- idempotent
PREPARE account_succeeded AS
SELECT account_succeeded(p_account => $1::integer, p_address => $2::inet);

-- returns: created boolean
PREPARE group_add AS
SELECT group_add(p_name => $1::text, p_actor => $2::integer, p_actor_name => $3::text, p_request => $4::uuid, p_address => $5::inet) AS created;

-- returns: reason text
PREPARE account_enable AS
SELECT account_enable(p_name => $1::text, p_enabled => $2::boolean, p_actor => $3::integer, p_actor_name => $4::text, p_request => $5::uuid, p_address => $6::inet) AS reason;

-- returns: reason text
PREPARE account_unlock AS
SELECT account_unlock(p_name => $1::text, p_actor => $2::integer, p_actor_name => $3::text, p_request => $4::uuid, p_address => $5::inet) AS reason;

-- returns: reason text
PREPARE principal_remove AS
SELECT principal_remove(p_name => $1::text, p_kind => $2::integer, p_actor => $3::integer, p_actor_name => $4::text, p_request => $5::uuid, p_address => $6::inet) AS reason;

-- returns: reason text
PREPARE group_member AS
SELECT group_member(p_group => $1::text, p_user => $2::text, p_member => $3::boolean, p_actor => $4::integer, p_actor_name => $5::text, p_request => $6::uuid, p_address => $7::inet) AS reason;
