-- Parts that statements share (sql/statements). The planner puts the body of each in place of its call, so that a statement costs what it would
-- cost written out: LANGUAGE sql, not VOLATILE, no SET clause, and a function that reads tables returns rows and stands in FROM.
-- tests/sql/plans fails if one of them is called after all.
SET LOCAL search_path = registry;
SET LOCAL check_function_bodies = off; -- some call functions of files that come later

-- The account of a request, in one row in any case: is it still as it was when it proved itself, and which principals' rights does it have?
-- Its own, its groups', and those of everybody who signed in. 0 is anonymous.
CREATE OR REPLACE FUNCTION request_principal(p_account int, p_epoch int) RETURNS TABLE (is_admin boolean, valid boolean, principals int[])
LANGUAGE sql STABLE AS $$
  SELECT coalesce(a.is_admin, false), p_account = 0 OR (a.id IS NOT NULL AND a.epoch = p_epoch AND NOT a.disabled),
    CASE WHEN p_account = 0 THEN ARRAY[0] ELSE ARRAY(SELECT group_id FROM membership WHERE user_id = p_account) || ARRAY[p_account, 1] END
  FROM (SELECT 1) one LEFT JOIN account a ON a.id = p_account
$$;

-- The repository that a key names in one version of the API: one row or none.
CREATE OR REPLACE FUNCTION request_repository(p_key text, p_api_version int)
RETURNS TABLE (id int, blacked_out boolean, shadowing_guard boolean, by_timestamp boolean) LANGUAGE sql STABLE AS $$
  SELECT r.id, r.blacked_out, r.shadowing_guard, r.by_timestamp FROM repository r
  WHERE r.key = p_key AND r.api_version = p_api_version AND r.deleted_at IS NULL
$$;

-- A name as a resolved member stores it: a remote with official images keeps "busybox" as "library/busybox".
CREATE OR REPLACE FUNCTION stored_name(p_library boolean, p_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_library AND strpos(p_name, '/') = 0 THEN 'library/' || p_name ELSE p_name END
$$;

-- The rules by which one of the principals may do it in a repository, under that name. Bits of actions as in acl.
CREATE OR REPLACE FUNCTION granting_rules(p_repository int, p_principals int[], p_actions int, p_name text) RETURNS SETOF acl LANGUAGE sql STABLE AS $$
  SELECT * FROM acl a WHERE a.repository_id = p_repository AND a.principal_id = ANY (p_principals) AND a.actions & p_actions = p_actions
    AND (a.include_re IS NULL OR p_name ~ a.include_re) AND (a.exclude_re IS NULL OR p_name !~ a.exclude_re)
$$;

-- The same under any name at all.
CREATE OR REPLACE FUNCTION rules_for_some_name(p_repository int, p_principals int[], p_actions int) RETURNS SETOF acl LANGUAGE sql STABLE AS $$
  SELECT * FROM acl a WHERE a.repository_id = p_repository AND a.principal_id = ANY (p_principals) AND a.actions & p_actions = p_actions
$$;

-- The paths from a repository on which the principals may read the name.
CREATE OR REPLACE FUNCTION readable_paths(p_root int, p_is_admin boolean, p_principals int[], p_name text) RETURNS SETOF resolved_member
LANGUAGE sql STABLE AS $$
  SELECT * FROM resolved_member l WHERE l.root_id = p_root AND name_fits(stored_name(l.library, p_name), l.include_re, l.exclude_re)
    AND (p_is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, p_principals, 1, stored_name(l.library, p_name))))
$$;

-- The rules by which one of the principals may do it anywhere below a repository, under some name.
CREATE OR REPLACE FUNCTION rules_below(p_root int, p_principals int[], p_actions int) RETURNS SETOF acl LANGUAGE sql STABLE AS $$
  SELECT a.* FROM resolved_member l JOIN acl a ON a.repository_id = l.member_id AND a.principal_id = ANY (p_principals) AND a.actions & p_actions = p_actions
  WHERE l.root_id = p_root
$$;

-- Where a push of the name lands, and what the account may do there less what patterns keep out: one row or none.
CREATE OR REPLACE FUNCTION request_target(p_key text, p_account int, p_valid boolean, p_name text)
RETURNS TABLE (target_id int, target_key text, blacked_out boolean, image_id bigint, actions int, schema1 boolean) LANGUAGE sql STABLE AS $$
  SELECT t.target_id, t.target_key, t.blacked_out, i.id, CASE WHEN p_valid THEN push_actions(p_account, t.root_id, t.target_id, p_name) ELSE 0 END,
    (SELECT NOT r.block_schema1 FROM repository r WHERE r.id = t.target_id)
  FROM push_target t LEFT JOIN image i ON i.path = p_name AND i.repository_id = t.target_id WHERE t.key = p_key
$$;
SET LOCAL check_function_bodies = on;

-- A blob of an image name, from the first resolved member that has it: one row in any case. The blob is looked up once, not once for each member.
CREATE OR REPLACE FUNCTION request_blob(p_key text, p_account int, p_epoch int, p_name text, p_alg smallint, p_digest bytea)
RETURNS TABLE (repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
  id bigint, size bigint, file bigint, repository text, ask_upstream boolean) LANGUAGE sql STABLE AS $$
  WITH me AS MATERIALIZED (SELECT * FROM request_principal(p_account, p_epoch)),
  root AS MATERIALIZED (SELECT * FROM request_repository(p_key, 2)),
  b AS MATERIALIZED (SELECT o.id, o.size, o.file_id FROM blob o WHERE o.digest = p_digest AND o.alg = p_alg AND NOT o.bad),
  hit AS MATERIALIZED (
    SELECT l.member_id, b.id, b.size, b.file_id
    FROM me, root
      JOIN resolved_member l ON l.root_id = root.id
      JOIN image i ON i.path = stored_name(l.library, p_name) AND i.repository_id = l.member_id
      JOIN b ON true
      JOIN image_blob ib ON ib.image_id = i.id AND ib.blob_id = b.id
    WHERE me.valid AND name_fits(stored_name(l.library, p_name), l.include_re, l.exclude_re)
      AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, stored_name(l.library, p_name))))
    ORDER BY l.rank <> 0, l.class, l.ord LIMIT 1)
  SELECT root.id IS NOT NULL, coalesce(root.blacked_out, false), me.valid,
    CASE WHEN hit.member_id IS NOT NULL THEN true
      ELSE me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, p_name)) END,
    hit.id, hit.size, hit.file_id, r.key,
    hit.member_id IS NULL AND EXISTS (SELECT FROM resolved_member l WHERE l.root_id = root.id AND l.class = 2)
  FROM me LEFT JOIN root ON true LEFT JOIN hit ON true
    LEFT JOIN repository r ON r.id = hit.member_id
$$;
