-- Derived from repositories, their members and permission targets: resolved members and acl.
SET LOCAL search_path = registry;

-- Serialise edits: the statements after this one see the previous edit committed, so that two edits that are valid alone cannot create a cycle
-- together, or miss each other's rows.
CREATE OR REPLACE FUNCTION edit_lock() RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'cannot change repositories or permissions: transaction must be read committed';
  END IF;
  PERFORM pg_advisory_xact_lock(1380993103);
END $$;

-- Every path from every repository to its resolved members. A path ends at a blacked out or deleted repository.
CREATE OR REPLACE FUNCTION repository_paths() RETURNS SETOF resolved_member LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  WITH RECURSIVE served AS MATERIALIZED (
    SELECT id, class, priority, ant_include(includes) AS include_re, ant_to_regex(excludes) AS exclude_re,
      EXISTS (SELECT FROM repository_remote WHERE repository_id = id AND library_prefix) AS library
    FROM repository WHERE deleted_at IS NULL AND NOT blacked_out),
  walk (root_id, id, class, priority, sort, include_re, exclude_re, library) AS (
    SELECT id, id, class, priority, ARRAY[]::int[], array_remove(ARRAY[include_re], NULL), array_remove(ARRAY[exclude_re], NULL), library FROM served
    UNION ALL
    SELECT w.root_id, s.id, s.class, w.priority OR s.priority, w.sort || m.position,
      w.include_re || array_remove(ARRAY[s.include_re], NULL), w.exclude_re || array_remove(ARRAY[s.exclude_re], NULL), s.library
    FROM walk w JOIN repository_member m ON m.virtual_id = w.id JOIN served s ON s.id = m.member_id WHERE w.class = 3)
  SELECT root_id, (row_number() OVER (PARTITION BY root_id ORDER BY sort))::int, id, (CASE WHEN priority AND root_id <> id THEN 0 ELSE class END)::smallint,
    class, nullif(include_re, '{}'), nullif(exclude_re, '{}'), library
  FROM walk WHERE class < 3
$$;

-- Refuse cycles, and nesting so deep or wide that reads would suffer, before paths are computed.
CREATE OR REPLACE FUNCTION members_check() RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_bad text;
BEGIN
  SELECT r.key || CASE WHEN r.deleted_at IS NULL THEN ', a V1 repository,' ELSE ', which is deleted,' END INTO v_bad
  FROM repository_member m JOIN repository r ON r.id = m.member_id WHERE r.api_version <> 2 OR r.deleted_at IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: % cannot be a member', v_bad USING ERRCODE = 'check_violation';
  END IF;
  WITH RECURSIVE walk (root, id, depth) AS (
    SELECT virtual_id, member_id, 1 FROM repository_member
    UNION
    SELECT w.root, m.member_id, w.depth + 1 FROM walk w JOIN repository_member m ON m.virtual_id = w.id WHERE w.depth < 9 AND w.id <> w.root)
  SELECT r.key INTO v_bad FROM walk w JOIN repository r ON r.id = w.root WHERE w.id = w.root OR w.depth > 8 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: % would contain itself, or nest deeper than 8', v_bad USING ERRCODE = 'check_violation';
  END IF;
  -- counting stops at the limit, so that the query itself stays cheap
  SELECT v.key INTO v_bad FROM repository v WHERE v.class = 3 AND 10000 < (SELECT count(*) FROM (
    WITH RECURSIVE walk (id) AS (
      SELECT member_id FROM repository_member WHERE virtual_id = v.id
      UNION ALL
      SELECT m.member_id FROM walk w JOIN repository_member m ON m.virtual_id = w.id)
    SELECT FROM walk LIMIT 10001) paths)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: % would have more than 10000 paths', v_bad USING ERRCODE = 'check_violation';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION resolved_members_refresh() RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_fresh resolved_member[] := ARRAY(SELECT p FROM repository_paths() p);
BEGIN
  DELETE FROM resolved_member l WHERE NOT EXISTS (SELECT FROM unnest(v_fresh) f WHERE f.root_id = l.root_id AND f.ord = l.ord);
  INSERT INTO resolved_member AS l SELECT * FROM unnest(v_fresh)
  ON CONFLICT (root_id, ord) DO UPDATE
    SET member_id = EXCLUDED.member_id, rank = EXCLUDED.rank, class = EXCLUDED.class, include_re = EXCLUDED.include_re, exclude_re = EXCLUDED.exclude_re,
      library = EXCLUDED.library
    WHERE (l.member_id, l.rank, l.include_re, l.exclude_re, l.library)
      IS DISTINCT FROM (EXCLUDED.member_id, EXCLUDED.rank, EXCLUDED.include_re, EXCLUDED.exclude_re, EXCLUDED.library);
END $$;

-- Runs with the owner's rights, like the other trigger below: only triggers write derived rows.
CREATE OR REPLACE FUNCTION repository_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM edit_lock();
  IF TG_TABLE_NAME = 'repository' THEN
    -- a deleted repository is not a member, and not in a permission target
    DELETE FROM repository_member m USING repository r WHERE r.deleted_at IS NOT NULL AND r.id IN (m.virtual_id, m.member_id);
    DELETE FROM permission_target_repository p USING repository r WHERE r.deleted_at IS NOT NULL AND r.id = p.repository_id;
    PERFORM acl_expand(ARRAY(SELECT target_id FROM permission_target_repository WHERE any_of IS NOT NULL));
  END IF;
  PERFORM members_check();
  PERFORM resolved_members_refresh();
  RETURN NULL;
END $$;

-- The rows that result from the permission targets.
CREATE OR REPLACE FUNCTION acl_derived() RETURNS SETOF acl LANGUAGE sql STABLE AS $$
  SELECT DISTINCT r.id, p.principal_id, t.id, p.actions, registry.ant_include(t.includes), registry.ant_to_regex(t.excludes)
  FROM registry.permission_target t JOIN registry.permission_target_principal p ON p.target_id = t.id
    JOIN registry.permission_target_repository tr ON tr.target_id = t.id
    JOIN registry.repository r ON r.deleted_at IS NULL AND r.class < 3 AND
      (r.id = tr.repository_id OR tr.any_of = 'ANY' OR (tr.any_of = 'ANY LOCAL' AND r.class = 1) OR (tr.any_of = 'ANY REMOTE' AND r.class = 2))
$$;

CREATE OR REPLACE FUNCTION acl_expand(p_targets int[]) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  DELETE FROM acl WHERE target_id = ANY (p_targets);
  INSERT INTO acl SELECT * FROM acl_derived() WHERE target_id = ANY (p_targets);
END $$;

CREATE OR REPLACE FUNCTION permission_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_targets int[];
BEGIN
  IF TG_TABLE_NAME = 'permission_target' THEN
    v_targets := ARRAY(SELECT id FROM changed);
  ELSE
    v_targets := ARRAY(SELECT DISTINCT target_id FROM changed);
  END IF;
  PERFORM edit_lock();
  PERFORM acl_expand(v_targets);
  RETURN NULL;
END $$;

-- Update rows that were derived by functions of an earlier version.
SELECT edit_lock();
SELECT resolved_members_refresh();
