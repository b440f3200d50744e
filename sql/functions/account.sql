-- Accounts, groups and permission targets: each change with its audit row.
SET LOCAL search_path = registry;

CREATE OR REPLACE FUNCTION account_add(p_name text, p_password text, p_is_admin boolean, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS int LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_id int;
BEGIN
  INSERT INTO principal (kind, name) VALUES (1, lower(p_name)) RETURNING id INTO v_id;
  INSERT INTO account (id, password, is_admin) VALUES (v_id, p_password, p_is_admin);
  INSERT INTO audit (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'account_add', 'done', lower(p_name), jsonb_build_object('account', v_id, 'admin', p_is_admin));
  RETURN v_id;
END $$;

-- A new password voids every token and forgives what was tried before.
CREATE OR REPLACE FUNCTION account_password(p_name text, p_password text, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS boolean LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  UPDATE account SET password = p_password, epoch = epoch + 1, failures = 0, locked_until = NULL
  WHERE id = (SELECT id FROM principal WHERE name = lower(p_name) AND kind = 1);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO audit (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'account_password', 'done', lower(p_name));
  RETURN true;
END $$;

-- One more wrong password. Account 0: there is none of that name. A flood from one address fills no table.
CREATE OR REPLACE FUNCTION account_failed(p_account int, p_name text, p_lock_failures int, p_lock_seconds int,
  p_actor int, p_actor_name text, p_request uuid, p_address inet) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_name text := left(p_name, 64);
  v_locked boolean;
BEGIN
  UPDATE account SET failures = failures + 1,
    locked_until = CASE WHEN p_lock_failures > 0 AND failures + 1 >= p_lock_failures THEN now() + make_interval(secs => p_lock_seconds) ELSE locked_until END
  WHERE id = p_account
  RETURNING p_lock_failures > 0 AND failures >= p_lock_failures INTO v_locked;
  PERFORM pg_advisory_xact_lock(1380993104, hashtext(coalesce(host(p_address), '')));
  IF 60 > (SELECT count(*) FROM (SELECT FROM audit WHERE action = 'sign_in_failed' AND at > clock_timestamp() - interval '1 minute'
      AND (address = p_address OR (address IS NULL AND p_address IS NULL)) LIMIT 60) recent) THEN
    INSERT INTO audit (request, actor, actor_name, address, action, outcome, object)
    VALUES (p_request, p_actor, p_actor_name, p_address, 'sign_in_failed', 'refused', v_name);
  END IF;
  IF v_locked THEN
    INSERT INTO audit (request, actor, actor_name, address, action, outcome, object, detail)
    VALUES (p_request, p_actor, p_actor_name, p_address, 'account_lock', 'done', v_name, jsonb_build_object('seconds', p_lock_seconds));
  END IF;
END $$;

-- False if a user, group or built-in name is taken.
CREATE OR REPLACE FUNCTION group_add(p_name text, p_actor int, p_actor_name text, p_request uuid, p_address inet) RETURNS boolean
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO principal (kind, name) VALUES (2, lower(p_name)) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO audit (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'group_add', 'done', lower(p_name));
  RETURN true;
END $$;

-- What is wrong with a permission target's name or patterns, in a sentence; NULL: nothing. A pattern that PostgreSQL refuses to match would
-- fail every request of whoever has a right by it.
CREATE OR REPLACE FUNCTION permission_fault(p_name text, p_includes text, p_excludes text) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = registry, pg_temp AS $$
DECLARE
  v_patterns text;
BEGIN
  IF length(p_name) NOT BETWEEN 1 AND 255 OR p_name ~ '[[:cntrl:]]' THEN
    RETURN 'the name of a permission target has 1 to 255 characters, none of them a control character';
  END IF;
  FOREACH v_patterns IN ARRAY ARRAY[p_includes, p_excludes] LOOP
    IF length(v_patterns) > 10000 OR v_patterns ~ '[[:cntrl:]]' THEN
      RETURN 'patterns have at most 10000 characters, none of them a control character';
    ELSIF NOT is_pattern(v_patterns) THEN
      RETURN 'the patterns have too many wildcards';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- Create or replace a permission target as a whole. What it names and is not there comes back, and nothing is changed.
CREATE OR REPLACE FUNCTION permission_set(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions int[],
  p_actor int, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text)
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_target int;
  v_fault text := permission_fault(p_name, p_includes, p_excludes);
BEGIN
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION '%', v_fault USING ERRCODE = 'check_violation';
  END IF;
  PERFORM edit_lock();
  SELECT n INTO unknown_repository FROM unnest(p_repositories) n
  WHERE n NOT IN ('ANY', 'ANY LOCAL', 'ANY REMOTE') AND NOT EXISTS (SELECT FROM repository WHERE key = n AND class < 3 AND deleted_at IS NULL) LIMIT 1;
  SELECT n INTO unknown_principal FROM unnest(p_principals) n WHERE NOT EXISTS (SELECT FROM principal WHERE name = lower(n)) LIMIT 1;
  IF unknown_repository IS NOT NULL OR unknown_principal IS NOT NULL THEN
    RETURN;
  END IF;
  INSERT INTO permission_target (name, includes, excludes) VALUES (p_name, p_includes, p_excludes)
  ON CONFLICT (name) DO UPDATE SET includes = EXCLUDED.includes, excludes = EXCLUDED.excludes
  RETURNING id INTO v_target;
  DELETE FROM permission_target_repository WHERE target_id = v_target;
  DELETE FROM permission_target_principal WHERE target_id = v_target;
  INSERT INTO permission_target_repository (target_id, repository_id, any_of)
  SELECT DISTINCT v_target, r.id, CASE WHEN r.id IS NULL THEN n END
  FROM unnest(p_repositories) n LEFT JOIN repository r ON r.key = n AND r.deleted_at IS NULL;
  INSERT INTO permission_target_principal (target_id, principal_id, actions)
  SELECT v_target, p.id, bit_or(n.actions) FROM unnest(p_principals, p_actions) n (name, actions) JOIN principal p ON p.name = lower(n.name)
  WHERE n.actions <> 0 GROUP BY p.id;
  INSERT INTO audit (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'permission_set', 'done', p_name, jsonb_build_object('includes', p_includes,
    'excludes', p_excludes, 'repositories', p_repositories, 'principals', p_principals, 'actions', p_actions));
END $$;

-- The same where there is no target of that name yet.
CREATE OR REPLACE FUNCTION permission_add(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions int[],
  p_actor int, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text, OUT added boolean)
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM edit_lock();
  added := NOT EXISTS (SELECT FROM permission_target WHERE name = p_name);
  IF added THEN
    SELECT s.* INTO unknown_repository, unknown_principal
    FROM permission_set(p_name, p_includes, p_excludes, p_repositories, p_principals, p_actions, p_actor, p_actor_name, p_request, p_address) s;
  END IF;
END $$;

-- The keys not revoked, those in force first, newest first; makes the first key in force.
CREATE OR REPLACE FUNCTION token_keys(p_fresh bytea) RETURNS SETOF token_key LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM token_key WHERE retired_at IS NULL) THEN
    PERFORM pg_advisory_xact_lock(1380993105); -- the next statement sees what another node has made meanwhile
    INSERT INTO token_key (kid, secret) SELECT encode(substr(sha256(p_fresh), 1, 8), 'hex'), p_fresh
    WHERE NOT EXISTS (SELECT FROM token_key WHERE retired_at IS NULL);
  END IF;
  RETURN QUERY SELECT * FROM token_key WHERE revoked_at IS NULL ORDER BY retired_at IS NOT NULL, created_at DESC, kid;
END $$;
