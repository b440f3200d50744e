SET search_path = registry;

-- The push target of an image name, and whether the account has all bits of `action` there.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   target_id integer, target_key text, actions integer, image_id bigint, schema1 boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set action $5::integer
PREPARE target_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
target AS (SELECT t.* FROM me, request_target(:key, :account, me.valid, :name) t)
SELECT root.id IS NOT NULL AS repository_known, coalesce(target.blacked_out, root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  coalesce(target.actions & :action = :action, false) AS allowed,
  target.target_id, target.target_key, target.actions, target.image_id, target.schema1
FROM me LEFT JOIN root ON true LEFT JOIN target ON true;

-- Bits of actions under an image name: read on any resolved member, the others on the push target.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean, actions integer
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
PREPARE rights_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
rights AS (
  SELECT CASE WHEN me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, :name)) THEN 1 ELSE 0 END
    | coalesce((SELECT push_actions(:account, root_id, target_id, :name) & ~1 FROM push_target WHERE key = :key AND me.valid), 0) AS actions
  FROM me LEFT JOIN root ON true)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  rights.actions <> 0 AS allowed, rights.actions
FROM me LEFT JOIN root ON true, rights;

-- The remote that proxies a registry, on a path whose patterns include the name or the tag, and where the account may read anything; content that
-- patterns exclude is not found.
-- idempotent
-- returns: remote text
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set registry $5::text
\set tag $6::text
PREPARE namespace_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch))
SELECT r.key AS remote
FROM me, repository root
  JOIN resolved_member l ON l.root_id = root.id AND l.class = 2
  JOIN repository_remote c ON c.repository_id = l.member_id AND lower(:registry) = ANY (c.ns_aliases)
  JOIN repository r ON r.id = l.member_id
WHERE root.key = :key AND root.deleted_at IS NULL
  AND CASE WHEN :tag IS NULL THEN name_fits(stored_name(l.library, :name), l.include_re, l.exclude_re)
    ELSE tag_fits(stored_name(l.library, :name), :tag, l.include_re, l.exclude_re) END
  AND (me.is_admin OR EXISTS (SELECT FROM rules_for_some_name(l.member_id, me.principals, 1)))
ORDER BY l.rank <> 0, l.class, l.ord LIMIT 1;

-- Without an image name: whether the account may read anything in the repository.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set api_version $4::integer
PREPARE access_decision_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, :api_version))
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  me.valid AND EXISTS (SELECT FROM resolved_member l WHERE l.root_id = root.id
    AND (me.is_admin OR EXISTS (SELECT FROM rules_for_some_name(l.member_id, me.principals, 1)))) AS allowed
FROM me LEFT JOIN root ON true;

-- Image names after a given one: first the resolved members where the account may read anything, then the first names of each. If there are no
-- names: one row, whose name is NULL.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean, name text
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set after $4::text
\set limit $5::bigint
PREPARE catalog AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
member AS MATERIALIZED (
  SELECT l.member_id, l.include_re, l.exclude_re FROM me, root, resolved_member l
  WHERE l.root_id = root.id AND me.valid AND (me.is_admin OR EXISTS (SELECT FROM rules_for_some_name(l.member_id, me.principals, 1)))),
name AS (
  SELECT DISTINCT n.path FROM me, member l, LATERAL (
    SELECT i.path FROM image i
    WHERE i.repository_id = l.member_id AND i.path > :after AND EXISTS (SELECT FROM image_manifest im WHERE im.image_id = i.id)
      AND name_fits(i.path, l.include_re, l.exclude_re)
      AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))
    ORDER BY i.path LIMIT :limit) n
  ORDER BY n.path LIMIT :limit)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  EXISTS (SELECT FROM member) AS allowed, name.path AS name
FROM me LEFT JOIN root ON true LEFT JOIN name ON true
ORDER BY name.path;
