-- Accounts, groups and permission targets: each change is written with its audit row.
SET LOCAL search_path = registry;

CREATE OR REPLACE FUNCTION account_add(p_name text, p_password text, p_is_admin boolean, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS int LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_id int;
BEGIN
  INSERT INTO principal (kind, name) VALUES (principal_kind('user'), lower(p_name)) RETURNING id INTO v_id;
  INSERT INTO account (id, password, is_admin) VALUES (v_id, p_password, p_is_admin);
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'account_add', 'done', lower(p_name), jsonb_build_object('account', v_id, 'admin', p_is_admin));
  RETURN v_id;
END $$;

-- Reset the failed sign-ins of an account.
CREATE OR REPLACE FUNCTION account_forgive(p_account int) RETURNS void LANGUAGE sql SET search_path = registry, pg_temp AS $$
  UPDATE sign_in SET failures = 0, locked_until = NULL WHERE account = p_account AND (failures <> 0 OR locked_until IS NOT NULL);
  UPDATE account SET failures = 0, locked_until = NULL WHERE id = p_account AND (failures <> 0 OR locked_until IS NOT NULL);
$$;

-- A new password revokes every token and resets the failed sign-ins.
CREATE OR REPLACE FUNCTION account_password(p_name text, p_password text, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_account int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = principal_kind('user'));
BEGIN
  PERFORM account_forgive(v_account);
  UPDATE account SET password = p_password, epoch = epoch + 1 WHERE id = v_account;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'account_password', 'done', lower(p_name));
  RETURN true;
END $$;

-- Addresses that one host may have to itself count as one network: 64 bits of IPv6. Unknown addresses are one network too.
CREATE OR REPLACE FUNCTION sign_in_network(p_address inet) RETURNS inet LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_address IS NULL THEN inet '0.0.0.0'
    WHEN family(p_address) = 4 THEN host(p_address)::inet
    WHEN p_address <<= inet '::ffff:0.0.0.0/96' THEN substr(host(p_address), length('::ffff:') + 1)::inet
    ELSE network(set_masklen(p_address, 64)) END
$$;

-- Keep at most 200 rows for an account: first the newest with a successful sign-in, then those without.
CREATE OR REPLACE FUNCTION sign_in_trim(p_account int) RETURNS void LANGUAGE sql SET search_path = registry, pg_temp AS $$
  DELETE FROM sign_in WHERE account = p_account AND network IN (SELECT network FROM sign_in WHERE account = p_account
    ORDER BY succeeded_at DESC NULLS LAST, expires_at DESC OFFSET 200)
$$;

-- A correct password ends the series of wrong ones from that network; a lock expires by itself. Writes once a day if there is nothing to reset.
CREATE OR REPLACE FUNCTION account_succeeded(p_account int, p_address inet) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_network inet := sign_in_network(p_address);
BEGIN
  PERFORM FROM sign_in WHERE account = p_account AND network = v_network AND failures = 0 AND succeeded_at > now() - interval '1 day';
  IF FOUND THEN
    RETURN;
  END IF;
  -- the account may have been removed since its password was remembered
  INSERT INTO sign_in (account, network, succeeded_at, expires_at)
  SELECT id, v_network, now(), now() + interval '90 days' FROM account WHERE id = p_account FOR KEY SHARE
  ON CONFLICT (account, network) DO UPDATE SET failures = 0, succeeded_at = now(), expires_at = EXCLUDED.expires_at;
  PERFORM sign_in_trim(p_account);
END $$;

-- Count a wrong password against its network; true if that locks it.
CREATE OR REPLACE FUNCTION sign_in_failed(p_account int, p_network inet, p_lock_failures int, p_lock_seconds int) RETURNS boolean
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_lock timestamptz := now() + make_interval(secs => p_lock_seconds);
  v_locked boolean;
BEGIN
  INSERT INTO sign_in AS s (account, network, failures, locked_until, expires_at)
  SELECT id, p_network, 1, CASE WHEN p_lock_failures = 1 THEN v_lock END, greatest(v_lock, now() + interval '1 day')
  FROM account WHERE id = p_account FOR KEY SHARE
  ON CONFLICT (account, network) DO UPDATE SET failures = s.failures + 1, expires_at = greatest(s.expires_at, EXCLUDED.expires_at),
    locked_until = CASE WHEN p_lock_failures > 0 AND s.failures + 1 >= p_lock_failures THEN v_lock ELSE s.locked_until END
  RETURNING p_lock_failures > 0 AND failures >= p_lock_failures INTO v_locked;
  PERFORM sign_in_trim(p_account);
  RETURN v_locked;
END $$;

-- Count a wrong password against the account, from any network; true if it reaches the limit per hour.
CREATE OR REPLACE FUNCTION account_count_failure(p_account int, p_hour_failures int) RETURNS boolean
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_full boolean;
BEGIN
  UPDATE account SET failures = CASE WHEN failures_since > now() - interval '1 hour' THEN failures + 1 ELSE 1 END,
    failures_since = CASE WHEN failures_since > now() - interval '1 hour' THEN failures_since ELSE now() END
  WHERE id = p_account RETURNING p_hour_failures > 0 AND failures = p_hour_failures INTO v_full;
  IF v_full THEN
    UPDATE account SET locked_until = failures_since + interval '1 hour' WHERE id = p_account;
  END IF;
  RETURN v_full;
END $$;

-- Record a wrong password. Account 0: no account has that name. A flood from one address is not recorded completely.
CREATE OR REPLACE FUNCTION account_failed(p_account int, p_name text, p_lock_failures int, p_lock_seconds int, p_hour_failures int,
  p_actor int, p_actor_name text, p_request uuid, p_address inet) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_name text := left(p_name, 64);
  v_network inet := sign_in_network(p_address);
BEGIN
  PERFORM pg_advisory_xact_lock(1380993104, hashtext(coalesce(host(p_address), '')));
  IF 60 > (SELECT count(*) FROM (SELECT FROM audit WHERE action = 'sign_in_failed' AND at > clock_timestamp() - interval '1 minute'
      AND (address = p_address OR (address IS NULL AND p_address IS NULL)) LIMIT 60) recent) THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
    VALUES (p_request, p_actor, p_actor_name, p_address, 'sign_in_failed', 'refused', v_name);
  END IF;
  IF p_account = 0 THEN
    RETURN;
  END IF;
  IF sign_in_failed(p_account, v_network, p_lock_failures, p_lock_seconds) THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
    VALUES (p_request, p_actor, p_actor_name, p_address, 'account_lock', 'done', v_name,
      jsonb_build_object('network', v_network, 'seconds', p_lock_seconds));
  END IF;
  IF account_count_failure(p_account, p_hour_failures) THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
    VALUES (p_request, p_actor, p_actor_name, p_address, 'account_lock', 'done', v_name, jsonb_build_object('failures', p_hour_failures));
  END IF;
END $$;

-- Is there no other administrator who can sign in?
CREATE OR REPLACE FUNCTION account_is_last_admin(p_account int) RETURNS boolean LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT EXISTS (SELECT FROM account WHERE id = p_account AND is_admin)
    AND NOT EXISTS (SELECT FROM account WHERE id <> p_account AND is_admin AND NOT disabled AND password IS NOT NULL)
$$;

-- Disable or enable an account; its tokens are revoked in both cases. Returns the reason for a refusal, or NULL.
CREATE OR REPLACE FUNCTION account_enable(p_name text, p_enabled boolean, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS text LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_account int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = principal_kind('user'));
BEGIN
  PERFORM edit_lock();
  IF v_account IS NULL THEN
    RETURN 'no such user: ' || p_name;
  ELSIF NOT p_enabled AND account_is_last_admin(v_account) THEN
    RETURN 'cannot disable the last administrator: ' || p_name;
  END IF;
  UPDATE account SET disabled = NOT p_enabled, epoch = epoch + 1 WHERE id = v_account;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, CASE WHEN p_enabled THEN 'account_enable' ELSE 'account_disable' END, 'done', lower(p_name));
  RETURN NULL;
END $$;

-- Reset the failed sign-ins that lock an account. Returns the reason for a refusal, or NULL.
CREATE OR REPLACE FUNCTION account_unlock(p_name text, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS text LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_account int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = principal_kind('user'));
BEGIN
  IF v_account IS NULL THEN
    RETURN 'no such user: ' || p_name;
  END IF;
  PERFORM account_forgive(v_account);
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'account_unlock', 'done', lower(p_name));
  RETURN NULL;
END $$;

-- Remove a user or a group (p_kind: principal_kind) with its memberships and rights; its pushes and the audit are kept. Returns the reason for a
-- refusal, or NULL.
CREATE OR REPLACE FUNCTION principal_remove(p_name text, p_kind int, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS text LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_id int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = p_kind);
BEGIN
  PERFORM edit_lock();
  IF v_id IS NULL THEN
    RETURN format('no such %s: %s', CASE p_kind WHEN principal_kind('user') THEN 'user' ELSE 'group' END, p_name);
  ELSIF p_kind = principal_kind('user') AND account_is_last_admin(v_id) THEN
    RETURN 'cannot remove the last administrator: ' || p_name;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, CASE p_kind WHEN principal_kind('user') THEN 'account_remove' ELSE 'group_remove' END, 'done', lower(p_name),
    (SELECT jsonb_build_object('targets', coalesce(jsonb_agg(t.name ORDER BY t.name), '[]'))
     FROM permission_target_principal pp JOIN permission_target t ON t.id = pp.target_id WHERE pp.principal_id = v_id));
  DELETE FROM principal WHERE id = v_id;
  RETURN NULL;
END $$;

-- Add a user to a group, or remove it. Returns the reason for a refusal, or NULL, also if nothing changes.
CREATE OR REPLACE FUNCTION group_member(p_group text, p_user text, p_member boolean, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS text LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_group int := (SELECT id FROM principal WHERE name = lower(p_group) AND kind = principal_kind('group'));
  v_user int := (SELECT id FROM principal WHERE name = lower(p_user) AND kind = principal_kind('user'));
BEGIN
  IF v_group IS NULL THEN
    RETURN 'no such group: ' || p_group;
  ELSIF v_user IS NULL THEN
    RETURN 'no such user: ' || p_user;
  ELSIF p_member THEN
    INSERT INTO membership (user_id, group_id) VALUES (v_user, v_group) ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM membership WHERE user_id = v_user AND group_id = v_group;
  END IF;
  IF FOUND THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
    VALUES (p_request, p_actor, p_actor_name, p_address, CASE WHEN p_member THEN 'group_member_add' ELSE 'group_member_remove' END, 'done',
      lower(p_group), jsonb_build_object('user', lower(p_user)));
  END IF;
  RETURN NULL;
END $$;

-- False if the name is that of a user, a group or a built-in principal.
CREATE OR REPLACE FUNCTION group_add(p_name text, p_actor int, p_actor_name text, p_request uuid, p_address inet) RETURNS boolean
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO principal (kind, name) VALUES (principal_kind('group'), lower(p_name)) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'group_add', 'done', lower(p_name));
  RETURN true;
END $$;

-- The first local repository, or keyword that includes some, for which anonymous would have more than read; NULL: none. A push needs an account,
-- which owns the upload session; on a remote, write fills the cache.
CREATE OR REPLACE FUNCTION anonymous_writes(p_repositories text[], p_principals text[], p_actions int[]) RETURNS text LANGUAGE sql STABLE
SET search_path = registry, pg_temp AS $$
  SELECT n FROM unnest(p_repositories) n
  WHERE EXISTS (SELECT FROM unnest(p_principals, p_actions) p (name, actions) WHERE lower(p.name) = '_anonymous' AND p.actions & ~1 <> 0)
    AND (n IN ('ANY', 'ANY LOCAL') OR EXISTS (SELECT FROM repository WHERE key = n AND class = 1 AND deleted_at IS NULL)) LIMIT 1
$$;

-- The first fault of a permission target, as a message; NULL: none. A pattern that PostgreSQL refuses to match would fail every request that depends
-- on it.
CREATE OR REPLACE FUNCTION permission_fault(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions int[])
RETURNS text LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
DECLARE
  v_patterns text;
  v_local text := anonymous_writes(p_repositories, p_principals, p_actions);
BEGIN
  IF length(p_name) NOT BETWEEN 1 AND 255 OR p_name ~ '[[:cntrl:]]' THEN
    RETURN 'name: must be 1 to 255 characters without control characters';
  END IF;
  FOREACH v_patterns IN ARRAY ARRAY[p_includes, p_excludes] LOOP
    IF length(v_patterns) > 10000 OR v_patterns ~ '[[:cntrl:]]' THEN
      RETURN 'patterns: must have at most 10000 characters, without control characters';
    ELSIF NOT is_pattern(v_patterns) THEN
      RETURN 'patterns: must have fewer wildcards';
    END IF;
  END LOOP;
  IF v_local IS NOT NULL THEN
    RETURN format('actions: must be read for anonymous (%s holds local repositories; a push needs an account)', v_local);
  END IF;
  RETURN NULL;
END $$;

-- Create or replace a permission target completely. Returns the names in it that do not exist; then nothing is changed.
CREATE OR REPLACE FUNCTION permission_set(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions int[],
  p_actor int, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text)
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_target int;
  v_fault text := permission_fault(p_name, p_includes, p_excludes, p_repositories, p_principals, p_actions);
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
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'permission_set', 'done', p_name, jsonb_build_object('includes', p_includes,
    'excludes', p_excludes, 'repositories', p_repositories, 'principals', p_principals, 'actions', p_actions));
END $$;

-- The same if no target of that name exists yet.
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

-- Remove a permission target and the rights it grants. Returns the reason for a refusal, or NULL.
CREATE OR REPLACE FUNCTION permission_remove(p_name text, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS text LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM edit_lock();
  DELETE FROM permission_target WHERE name = p_name;
  IF NOT FOUND THEN
    RETURN 'no such permission target: ' || p_name;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'permission_remove', 'done', p_name);
  RETURN NULL;
END $$;

-- The keys that are not revoked, active ones first, newest first; creates the first active key.
CREATE OR REPLACE FUNCTION token_keys(p_fresh bytea) RETURNS SETOF token_key
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM token_key WHERE retired_at IS NULL) THEN
    PERFORM pg_advisory_xact_lock(1380993105); -- the next statement sees a key that another node has just created
    INSERT INTO token_key (kid, secret) SELECT encode(substr(sha256(p_fresh), 1, 8), 'hex'), p_fresh
    WHERE NOT EXISTS (SELECT FROM token_key WHERE retired_at IS NULL);
  END IF;
  -- A new key signs once every process has it.
  RETURN QUERY SELECT * FROM token_key WHERE revoked_at IS NULL
    ORDER BY retired_at IS NOT NULL, created_at > now() - interval '3 s', created_at DESC, kid;
END $$;

-- Create a new signing key. Tokens of the previous key stay valid until they expire, older keys retire; with p_revoke all other keys are revoked.
CREATE OR REPLACE FUNCTION token_key_rotate(p_fresh bytea, p_revoke boolean, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1380993105);
  IF p_revoke THEN
    UPDATE token_key SET retired_at = coalesce(retired_at, now()), revoked_at = now() WHERE revoked_at IS NULL;
  ELSE
    UPDATE token_key SET retired_at = now() WHERE retired_at IS NULL
      AND kid <> (SELECT kid FROM token_key WHERE retired_at IS NULL ORDER BY created_at DESC, kid LIMIT 1);
  END IF;
  INSERT INTO token_key (kid, secret) VALUES (encode(substr(sha256(p_fresh), 1, 8), 'hex'), p_fresh);
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'token_key_rotate', 'done', encode(substr(sha256(p_fresh), 1, 8), 'hex'),
    jsonb_build_object('revoke', p_revoke));
END $$;
