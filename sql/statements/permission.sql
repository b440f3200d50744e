SET search_path = registry;

-- idempotent
-- returns: name text, includes text, excludes text, repositories text
\set after $1::text
\set limit $2::bigint
PREPARE permission_list AS
SELECT t.name, t.includes, t.excludes,
  coalesce((SELECT string_agg(coalesce(tr.any_of, r.key), ',' ORDER BY tr.any_of, r.key)
    FROM permission_target_repository tr LEFT JOIN repository r ON r.id = tr.repository_id WHERE tr.target_id = t.id), '') AS repositories
FROM permission_target t
WHERE t.name > :after ORDER BY t.name LIMIT :limit;

-- idempotent
-- returns: as permission_list
\set name $1::text
PREPARE permission_find AS
SELECT t.name, t.includes, t.excludes,
  coalesce((SELECT string_agg(coalesce(tr.any_of, r.key), ',' ORDER BY tr.any_of, r.key)
    FROM permission_target_repository tr LEFT JOIN repository r ON r.id = tr.repository_id WHERE tr.target_id = t.id), '') AS repositories
FROM permission_target t
WHERE t.name = :name;

-- idempotent
-- returns: kind smallint, principal text, actions integer
\set target $1::text
PREPARE permission_rights AS
SELECT p.kind, p.name AS principal, tp.actions
FROM permission_target t
  JOIN permission_target_principal tp ON tp.target_id = t.id
  JOIN principal p ON p.id = tp.principal_id
WHERE t.name = :target ORDER BY p.kind, p.name;

-- Calls (sql/functions/account.sql).

-- fault: why a permission target is invalid; NULL: valid.
-- idempotent
-- returns: fault text
PREPARE permission_fault AS
SELECT permission_fault(p_name => $1::text, p_includes => $2::text, p_excludes => $3::text, p_repositories => $4::text[],
  p_principals => $5::text[], p_actions => $6::integer[]) AS fault;

-- returns: unknown_repository text, unknown_principal text
PREPARE permission_set AS
SELECT unknown_repository, unknown_principal FROM permission_set(p_name => $1::text, p_includes => $2::text, p_excludes => $3::text, p_repositories => $4::text[],
  p_principals => $5::text[], p_actions => $6::integer[],
  p_actor => $7::integer, p_actor_name => $8::text, p_request => $9::uuid, p_address => $10::inet);

-- returns: unknown_repository text, unknown_principal text, added boolean
PREPARE permission_add AS
SELECT unknown_repository, unknown_principal, added FROM permission_add(p_name => $1::text, p_includes => $2::text, p_excludes => $3::text, p_repositories => $4::text[],
  p_principals => $5::text[], p_actions => $6::integer[],
  p_actor => $7::integer, p_actor_name => $8::text, p_request => $9::uuid, p_address => $10::inet);

-- returns: reason text
PREPARE permission_remove AS
SELECT permission_remove(p_name => $1::text, p_actor => $2::integer, p_actor_name => $3::text, p_request => $4::uuid, p_address => $5::inet) AS reason;
