-- Generated from a migrated database by tests/sql/schema.sh --print, for reading; nothing applies this file.
--
-- PostgreSQL database dump
--

--
-- Name: registry; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA registry;

--
-- Name: account_add(text, text, boolean, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_add(p_name text, p_password text, p_is_admin boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_id int;
BEGIN
  INSERT INTO principal (kind, name) VALUES (1, lower(p_name)) RETURNING id INTO v_id;
  INSERT INTO account (id, password, is_admin) VALUES (v_id, p_password, p_is_admin);
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'account_add', 'done', lower(p_name), jsonb_build_object('account', v_id, 'admin', p_is_admin));
  RETURN v_id;
END $$;

--
-- Name: account_count_failure(integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_count_failure(p_account integer, p_hour_failures integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: account_enable(text, boolean, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_enable(p_name text, p_enabled boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_account int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = 1);
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

--
-- Name: account_failed(integer, text, integer, integer, integer, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_failed(p_account integer, p_name text, p_lock_failures integer, p_lock_seconds integer, p_hour_failures integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: account_forgive(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_forgive(p_account integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  UPDATE sign_in SET failures = 0, locked_until = NULL WHERE account = p_account AND (failures <> 0 OR locked_until IS NOT NULL);
  UPDATE account SET failures = 0, locked_until = NULL WHERE id = p_account AND (failures <> 0 OR locked_until IS NOT NULL);
$$;

--
-- Name: account_is_last_admin(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_is_last_admin(p_account integer) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT EXISTS (SELECT FROM account WHERE id = p_account AND is_admin)
    AND NOT EXISTS (SELECT FROM account WHERE id <> p_account AND is_admin AND NOT disabled AND password IS NOT NULL)
$$;

--
-- Name: account_password(text, text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_password(p_name text, p_password text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_account int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = 1);
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

--
-- Name: account_succeeded(integer, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_succeeded(p_account integer, p_address inet) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: account_unlock(text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.account_unlock(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_account int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = 1);
BEGIN
  IF v_account IS NULL THEN
    RETURN 'no such user: ' || p_name;
  END IF;
  PERFORM account_forgive(v_account);
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'account_unlock', 'done', lower(p_name));
  RETURN NULL;
END $$;

--
-- Name: acl_expand(integer[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.acl_expand(p_targets integer[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  DELETE FROM acl WHERE target_id = ANY (p_targets);
  INSERT INTO acl SELECT * FROM acl_said() WHERE target_id = ANY (p_targets);
END $$;

--
-- Name: acl; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.acl (
    repository_id integer NOT NULL,
    principal_id integer NOT NULL,
    target_id integer NOT NULL,
    actions integer NOT NULL,
    include_re text,
    exclude_re text
);

--
-- Name: acl_said(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.acl_said() RETURNS SETOF registry.acl
    LANGUAGE sql STABLE
    AS $$
  SELECT DISTINCT r.id, p.principal_id, t.id, p.actions, registry.ant_include(t.includes), registry.ant_to_regex(t.excludes)
  FROM registry.permission_target t JOIN registry.permission_target_principal p ON p.target_id = t.id
    JOIN registry.permission_target_repository tr ON tr.target_id = t.id
    JOIN registry.repository r ON r.deleted_at IS NULL AND r.class < 3 AND
      (r.id = tr.repository_id OR tr.any_of = 'ANY' OR (tr.any_of = 'ANY LOCAL' AND r.class = 1) OR (tr.any_of = 'ANY REMOTE' AND r.class = 2))
$$;

--
-- Name: act_as(integer, uuid); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.act_as(p_actor integer, p_request uuid) RETURNS void
    LANGUAGE sql
    AS $$
  SELECT set_config('registry.actor', p_actor::text, true), set_config('registry.request', p_request::text, true)
$$;

--
-- Name: anonymous_writes(text[], text[], integer[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.anonymous_writes(p_repositories text[], p_principals text[], p_actions integer[]) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT n FROM unnest(p_repositories) n
  WHERE EXISTS (SELECT FROM unnest(p_principals, p_actions) p (name, actions) WHERE lower(p.name) = '_anonymous' AND p.actions & ~1 <> 0)
    AND (n IN ('ANY', 'ANY LOCAL') OR EXISTS (SELECT FROM repository WHERE key = n AND class = 1 AND deleted_at IS NULL)) LIMIT 1
$$;

--
-- Name: ant_include(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.ant_include(p_patterns text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT CASE WHEN btrim(p_patterns) NOT IN ('**', '**/*') THEN registry.ant_to_regex(p_patterns) END
$$;

--
-- Name: ant_to_regex(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.ant_to_regex(p_patterns text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  SELECT '^(?:' || string_agg(s.regex, '|' ORDER BY p.place) || ')$'
  FROM regexp_split_to_table(p_patterns, ',') WITH ORDINALITY AS p (pattern, place),
    LATERAL (SELECT regexp_replace(regexp_replace(btrim(p.pattern), '^/+', ''), '/$', '/**')) a (ant),
    -- characters that are special in regular expressions
    LATERAL (SELECT regexp_replace(a.ant, '([.+^$(){}|\[\]\\])', '\\\1', 'g')) q (quoted),
    -- placeholders first, since the inserted expressions contain * and ? themselves
    LATERAL (SELECT regexp_replace(regexp_replace(q.quoted, '(?<![^/])\*\*/', E'\x01', 'g'), '(?<![^/])\*\*$', E'\x02')) d (deep),
    LATERAL (SELECT replace(regexp_replace(d.deep, '\*+', E'\x03', 'g'), '?', '[^/]')) w (wild),
    LATERAL (SELECT replace(replace(replace(replace(w.wild,
      E'/\x02', '(?:/.*)?'), E'\x02', '.*'), E'\x01', '(?:[^/]+/)*'), E'\x03', '[^/]*')) s (regex)
  WHERE a.ant <> ''
$_$;

--
-- Name: append_only(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

--
-- Name: back_off(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.back_off(p_tries integer) RETURNS interval
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT least(interval '1 minute' * 2 ^ least(p_tries, 11), interval '1 day')
$$;

--
-- Name: base64url_bytes(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.base64url_bytes(p_text text) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT decode(translate(p_text, '-_', '+/') || repeat('=', -length(p_text) & 3), 'base64')
$$;

--
-- Name: blob_arrived(bigint, integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_arrived(p_blob bigint, p_alg integer, p_digest bytea) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM manifest_want WHERE digest = p_digest AND alg = p_alg) THEN
    RETURN;
  END IF;
  WITH wanted AS (SELECT manifest_id, least(role, 2) AS role FROM manifest_want WHERE digest = p_digest AND alg = p_alg),
  named AS (INSERT INTO manifest_blob (blob_id, manifest_id, role) SELECT p_blob, manifest_id, min(role) FROM wanted GROUP BY manifest_id ORDER BY 2
    ON CONFLICT DO NOTHING)
  INSERT INTO image_blob (image_id, blob_id) SELECT DISTINCT im.image_id, p_blob FROM wanted w JOIN image_manifest im USING (manifest_id) ORDER BY 1
  ON CONFLICT DO NOTHING;
  DELETE FROM manifest_want WHERE digest = p_digest AND alg = p_alg AND role < 3;
END $$;

--
-- Name: blob_delete(integer, text, integer, bytea, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint;
  v_blob bigint;
BEGIN
  -- the row of the image excludes concurrent pushes
  SELECT id INTO v_image FROM image WHERE path = p_name AND repository_id = p_target FOR NO KEY UPDATE;
  SELECT b.id INTO v_blob FROM blob b JOIN image_blob ib ON ib.blob_id = b.id AND ib.image_id = v_image WHERE b.digest = p_digest AND b.alg = p_alg;
  IF NOT FOUND THEN
    RETURN 1;
  END IF;
  IF EXISTS (SELECT FROM manifest_blob mb JOIN image_manifest im ON im.manifest_id = mb.manifest_id AND im.image_id = v_image WHERE mb.blob_id = v_blob) THEN
    RETURN 2;
  END IF;
  DELETE FROM image_blob WHERE image_id = v_image AND blob_id = v_blob;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object)
  SELECT p_request, p_actor, p_actor_name, p_address, 'blob_delete', 'done', key, p_name, digest_text(p_alg, p_digest) FROM repository WHERE id = p_target;
  RETURN 0;
END $$;

--
-- Name: blob_here(bigint[], integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_here(p_images bigint[], p_alg integer, p_digest bytea) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN EXISTS (SELECT FROM blob b JOIN image_blob ib ON ib.blob_id = b.id AND ib.image_id = ANY (p_images)
    WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad);
END $$;

--
-- Name: blob_mount(text, text, integer, integer, integer, text, integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_mount(p_key text, p_from text, p_account integer, p_epoch integer, p_target integer, p_name text, p_alg integer, p_digest bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_root int;
  v_blob bigint;
BEGIN
  SELECT root_id INTO v_root FROM push_target WHERE key = p_key AND target_id = p_target AND NOT blacked_out;
  IF NOT FOUND OR NOT viewer_valid(p_account, p_epoch) OR push_actions(p_account, v_root, p_target, p_name) & 2 = 0 THEN
    RETURN false;
  END IF;
  SELECT b.id INTO v_blob FROM blob b
  WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad
    AND EXISTS (SELECT FROM image_blob ib JOIN readable_images(v_root, p_from, p_account) i ON ib.image_id = i WHERE ib.blob_id = b.id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- queue row before object row, as the garbage collector locks them
  PERFORM blob_postpone(v_blob);
  PERFORM FROM blob WHERE id = v_blob FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO image_blob (image_id, blob_id) VALUES (image_make(p_target, p_name), v_blob) ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

--
-- Name: blob_postpone(bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_postpone(p_blob bigint) RETURNS void
    LANGUAGE sql
    AS $$
  UPDATE registry.gc_blob SET due = now() + registry.grace() WHERE blob_id = p_blob AND due < now() + interval '1 hour'
$$;

--
-- Name: blob_publish(uuid, bigint, bigint, integer, bytea, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_publish(p_upload uuid, p_image bigint, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT won boolean, OUT file bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_stored record;
BEGIN
  PERFORM digest_share(p_digest);
  DELETE FROM upload WHERE id = p_upload AND image_id = p_image;
  IF NOT FOUND THEN
    -- the answer to an earlier identical call may have been lost
    SELECT b.file_id INTO file FROM blob b JOIN image_blob ib ON ib.blob_id = b.id AND ib.image_id = p_image
    WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad;
    won := FOUND;
    RETURN;
  END IF;
  won := true;
  SELECT * INTO v_stored FROM blob_store(p_file, p_alg, p_digest, p_size);
  file := v_stored.file;
  INSERT INTO image_blob (image_id, blob_id) VALUES (p_image, v_stored.id) ON CONFLICT DO NOTHING;
END $$;

--
-- Name: blob_replace(integer, bytea, bigint, boolean, bigint, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_replace(p_alg integer, p_digest bytea, p_lost bigint, p_missing boolean, p_file bigint, p_size bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_holder bigint;
BEGIN
  SELECT file_id INTO v_holder FROM blob WHERE digest = p_digest AND alg = p_alg FOR UPDATE;
  IF v_holder <> p_lost THEN
    RETURN true;
  ELSIF NOT FOUND OR NOT file_reclaim(p_file) THEN
    RETURN false;
  END IF;
  UPDATE blob SET file_id = p_file, size = p_size, bad = false, diff_id = NULL WHERE digest = p_digest AND alg = p_alg;
  IF NOT p_missing THEN
    PERFORM file_abandon(p_lost, p_alg, p_digest, interval '15 min');
  END IF;
  RETURN true;
END $$;

--
-- Name: blob_store(bigint, integer, bytea, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.blob_store(p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT id bigint, OUT file bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_blob blob;
BEGIN
  IF EXISTS (SELECT FROM gc_unlink WHERE file_id = p_file) AND NOT file_reclaim(p_file) THEN
    RAISE EXCEPTION 'file % is being removed', p_file;
  END IF;
  LOOP
    INSERT INTO blob (size, file_id, alg, digest) VALUES (p_size, p_file, p_alg, p_digest) ON CONFLICT (digest, alg) DO NOTHING RETURNING * INTO v_blob;
    EXIT WHEN FOUND;
    -- queue row before object row, as the garbage collector locks them
    PERFORM blob_postpone(b.id) FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg;
    SELECT * INTO v_blob FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg FOR KEY SHARE;
    EXIT WHEN FOUND; -- else it was garbage collected in between
  END LOOP;
  IF v_blob.bad OR v_blob.size <> p_size THEN
    UPDATE blob b SET file_id = p_file, size = p_size, bad = false, diff_id = NULL WHERE b.id = v_blob.id AND (b.bad OR b.size <> p_size);
    IF FOUND THEN
      PERFORM file_abandon(v_blob.file_id, p_alg, p_digest, interval '15 min');
      v_blob.file_id := p_file;
    ELSE
      SELECT * INTO v_blob FROM blob b WHERE b.id = v_blob.id;
    END IF;
  END IF;
  IF v_blob.file_id <> p_file THEN
    PERFORM file_abandon(p_file, p_alg, p_digest, interval '15 min');
  END IF;
  PERFORM blob_arrived(v_blob.id, p_alg, p_digest);
  id := v_blob.id;
  file := v_blob.file_id;
END $$;

--
-- Name: bridge_root(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.bridge_root(p_repository integer) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN (SELECT b.id FROM repository r CROSS JOIN unnest(r.bridge_repositories) WITH ORDINALITY AS e (key, place)
      JOIN repository b ON b.key = e.key AND b.api_version = 2 AND b.deleted_at IS NULL
    WHERE r.id = p_repository ORDER BY e.place LIMIT 1);
END $$;

--
-- Name: class_name(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.class_name(p_class integer) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT (ARRAY['local', 'remote', 'virtual'])[p_class]
$$;

--
-- Name: repository; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.repository (
    id integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    class smallint NOT NULL,
    api_version smallint DEFAULT 2 NOT NULL,
    blacked_out boolean DEFAULT false NOT NULL,
    priority boolean DEFAULT false NOT NULL,
    includes text DEFAULT ''::text NOT NULL,
    excludes text DEFAULT ''::text NOT NULL,
    default_deployment_id integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    by_timestamp boolean DEFAULT false NOT NULL,
    shadowing_guard boolean DEFAULT true NOT NULL,
    block_schema1 boolean DEFAULT true NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    other jsonb DEFAULT '{}'::jsonb NOT NULL,
    bridge_push boolean DEFAULT false NOT NULL,
    bridge_repositories text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT repository_api_version_check CHECK ((api_version = ANY (ARRAY[1, 2]))),
    CONSTRAINT repository_bridge_repositories_check CHECK ((cardinality(bridge_repositories) <= 8)),
    CONSTRAINT repository_check CHECK (((class <> 3) OR (api_version = 2))),
    CONSTRAINT repository_check1 CHECK (((default_deployment_id IS NULL) OR (class = 3))),
    CONSTRAINT repository_class_check CHECK ((class = ANY (ARRAY[1, 2, 3]))),
    CONSTRAINT repository_excludes_check CHECK ((excludes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT repository_includes_check CHECK ((includes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT repository_key_check CHECK ((key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
    CONSTRAINT repository_other_check CHECK ((jsonb_typeof(other) = 'object'::text))
);

--
-- Name: deployments_astray(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.deployments_astray() RETURNS SETOF registry.repository
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT v.* FROM repository v WHERE v.deleted_at IS NULL AND v.default_deployment_id IS NOT NULL AND NOT EXISTS (
    WITH RECURSIVE walk (id) AS (
      SELECT member_id FROM repository_member WHERE virtual_id = v.id
      UNION SELECT m.member_id FROM walk w JOIN repository_member m ON m.virtual_id = w.id)
    SELECT FROM walk JOIN repository r USING (id) WHERE r.id = v.default_deployment_id AND r.class = 1)
$$;

--
-- Name: digest_share(bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.digest_share(p_digest bytea) RETURNS void
    LANGUAGE sql
    AS $$
  SELECT pg_advisory_xact_lock_shared(1380993106, get_byte(p_digest, 0))
$$;

--
-- Name: digest_text(integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.digest_text(p_alg integer, p_digest bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT CASE p_alg WHEN 1 THEN 'sha256:' WHEN 2 THEN 'sha512:' END || encode(p_digest, 'hex')
$$;

--
-- Name: digests_lock(bytea[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.digests_lock(p_digests bytea[]) RETURNS void
    LANGUAGE sql
    AS $$
  SELECT pg_advisory_xact_lock(1380993106, n) FROM (SELECT DISTINCT get_byte(d, 0) AS n FROM unnest(p_digests) d ORDER BY 1) buckets
$$;

--
-- Name: document_changes(jsonb, jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.document_changes(p_before jsonb, p_after jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT coalesce(jsonb_object_agg(key, CASE WHEN p_before IS NULL THEN a.value ELSE jsonb_build_array(b.value, a.value) END), '{}')
  FROM jsonb_each(p_after) a
    FULL JOIN jsonb_each(coalesce(p_before, document_defaults(array_position(ARRAY['local', 'remote', 'virtual'], p_after ->> 'rclass')))) b USING (key)
  WHERE a.value IS DISTINCT FROM b.value
$$;

--
-- Name: document_defaults(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.document_defaults(p_class integer) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT jsonb_object_agg(field, standard) || jsonb_build_object('rclass', class_name(p_class))
  FROM document_fields() WHERE p_class = ANY (classes) AND standard IS NOT NULL
$$;

--
-- Name: document_fault(integer, jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.document_fault(p_class integer, p_document jsonb) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $_$
  SELECT format('%s: must be %s', f.field, CASE f.kind WHEN 'text' THEN 'a string' WHEN 'line' THEN 'a string of one line, at most 10000 characters'
    WHEN 'lines' THEN 'an array of strings of one line' WHEN 'words' THEN 'an array of strings, none of them empty or with a space or comma'
    WHEN 'keys' THEN 'at most 8 keys of repositories, as an array or separated by commas'
    WHEN 'number' THEN 'a whole number from 0 to 2147483647' WHEN 'boolean' THEN 'true or false' ELSE 'an object' END)
  FROM document_fields() f JOIN LATERAL (SELECT p_document -> f.field AS value) v ON v.value IS NOT NULL
    CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(v.value) WHEN 'array' THEN v.value END AS list) l
  WHERE p_class = ANY (f.classes) AND NOT CASE f.kind
    WHEN 'text' THEN jsonb_typeof(v.value) = 'string'
    WHEN 'line' THEN is_line(v.value)
    WHEN 'lines' THEN l.list IS NOT NULL AND NOT EXISTS (SELECT FROM jsonb_array_elements(l.list) e WHERE NOT is_line(e))
    WHEN 'words' THEN l.list IS NOT NULL AND NOT EXISTS (SELECT FROM jsonb_array_elements(l.list) e WHERE NOT is_line(e) OR e #>> '{}' ~ '[[:space:],]|^$')
    WHEN 'keys' THEN keys_of(v.value) IS NOT NULL AND cardinality(keys_of(v.value)) <= 8
      AND NOT EXISTS (SELECT FROM unnest(keys_of(v.value)) k WHERE NOT is_key(k))
    WHEN 'number' THEN jsonb_typeof(v.value) = 'number' AND v.value #>> '{}' ~ '^[0-9]{1,10}$' AND (v.value #>> '{}')::numeric <= 2147483647
    ELSE jsonb_typeof(v.value) = f.kind END
  LIMIT 1
$_$;

--
-- Name: document_fields(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.document_fields() RETURNS TABLE(field text, classes integer[], kind text, standard jsonb)
    LANGUAGE sql IMMUTABLE
    AS $$
  VALUES
    ('key', '{1,2,3}'::int[], 'line', NULL::jsonb),
    ('rclass', '{1,2,3}', 'line', NULL),
    ('packageType', '{1,2,3}', 'line', '"docker"'),
    ('description', '{1,2,3}', 'text', '""'),
    ('notes', '{1,2,3}', 'text', '""'),
    ('includesPattern', '{1,2,3}', 'line', '"**/*"'),
    ('excludesPattern', '{1,2,3}', 'line', '""'),
    ('repoLayoutRef', '{1,2,3}', 'line', '"simple-default"'),
    ('projectKey', '{1,2,3}', 'line', '""'),
    ('environments', '{1,2,3}', 'lines', '[]'),
    ('blackedOut', '{1,2,3}', 'boolean', 'false'),
    ('priorityResolution', '{1,2,3}', 'boolean', 'false'),
    ('dockerApiVersion', '{1,2,3}', 'line', '"V2"'),
    ('xrayIndex', '{1,2}', 'boolean', 'false'),
    ('propertySets', '{1,2}', 'lines', '[]'),
    ('archiveBrowsingEnabled', '{1,2}', 'boolean', 'false'),
    ('downloadRedirect', '{1,2}', 'boolean', 'false'),
    ('cdnRedirect', '{1,2}', 'boolean', 'false'),
    ('blockPushingSchema1', '{1,2}', 'boolean', 'true'),
    ('maxUniqueTags', '{1}', 'number', '0'),
    ('dockerTagRetention', '{1}', 'number', '1'),
    ('bridgeRepository', '{1}', 'keys', '""'),
    ('bridgePush', '{1}', 'boolean', 'false'),
    ('url', '{2}', 'line', NULL),
    ('username', '{2}', 'line', '""'),
    ('password', '{2}', 'line', '""'),
    ('proxy', '{2}', 'line', '""'),
    ('disableProxy', '{2}', 'boolean', 'false'),
    ('remoteRepoLayoutRef', '{2}', 'line', '""'),
    ('hardFail', '{2}', 'boolean', 'false'),
    ('offline', '{2}', 'boolean', 'false'),
    ('storeArtifactsLocally', '{2}', 'boolean', 'true'),
    ('socketTimeoutMillis', '{2}', 'number', '15000'),
    ('answerTimeoutMillis', '{2}', 'number', '5000'),
    ('localAddress', '{2}', 'line', '""'),
    ('queryParams', '{2}', 'line', '""'),
    ('retrievalCachePeriodSecs', '{2}', 'number', '7200'),
    ('metadataRetrievalTimeoutSecs', '{2}', 'number', '60'),
    ('missedRetrievalCachePeriodSecs', '{2}', 'number', '1800'),
    ('unusedArtifactsCleanupPeriodHours', '{2}', 'number', '0'),
    ('assumedOfflinePeriodSecs', '{2}', 'number', '300'),
    ('blockMismatchingMimeTypes', '{2}', 'boolean', 'true'),
    ('mismatchingMimeTypesOverrideList', '{2}', 'line', '""'),
    ('allowAnyHostAuth', '{2}', 'boolean', 'false'),
    ('enableTokenAuthentication', '{2}', 'boolean', 'true'),
    ('externalDependenciesEnabled', '{2}', 'boolean', 'false'),
    ('externalDependenciesPatterns', '{2}', 'words', '[]'),  -- empty: all
    ('enableCookieManagement', '{2}', 'boolean', 'false'),
    ('bypassHeadRequests', '{2}', 'boolean', 'false'),
    ('synchronizeProperties', '{2}', 'boolean', 'false'),
    ('shareConfiguration', '{2}', 'boolean', 'false'),
    ('listRemoteFolderItems', '{2}', 'boolean', 'false'),
    ('disableUrlNormalization', '{2}', 'boolean', 'false'),
    ('clientTlsCertificate', '{2}', 'line', '""'),
    ('contentSynchronisation', '{2}', 'object', '{"enabled": false, "statistics": {"enabled": false}, "properties": {"enabled": false}, "source": {"originAbsenceDetection": false}}'),
    ('dockerProjectId', '{2}', 'line', '""'),
    ('curated', '{2}', 'boolean', 'false'),
    ('passThrough', '{2}', 'boolean', 'false'),
    ('allowPrivateNetworks', '{2}', 'boolean', 'false'),
    ('privateNetworks', '{2}', 'words', '[]'),      -- empty: all
    ('libraryPrefix', '{2}', 'boolean', NULL),      -- by the host: true for Docker Hub
    ('nsAliases', '{2}', 'words', NULL),            -- by the host too
    ('realmHosts', '{2}', 'words', '[]'),
    ('repositories', '{3}', 'words', '[]'),
    ('defaultDeploymentRepo', '{3}', 'line', '""'),
    ('artifactoryRequestsCanRetrieveRemoteArtifacts', '{3}', 'boolean', 'false'),
    ('resolveDockerTagsByTimestamp', '{3}', 'boolean', 'false'),
    ('shadowingGuard', '{3}', 'boolean', 'true')
$$;

--
-- Name: document_given(integer, jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.document_given(p_class integer, p_document jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT coalesce(jsonb_object_agg(d.key, CASE WHEN f.field = 'defaultDeploymentRepo' AND d.value = 'null' THEN '""' ELSE d.value END), '{}')
  FROM jsonb_each(p_document) d LEFT JOIN document_fields() f ON f.field = d.key AND p_class = ANY (f.classes)
  WHERE (d.value <> 'null' OR f.field IS NULL OR f.field = 'defaultDeploymentRepo') AND (d.key <> 'password' OR f.field IS NOT NULL)
    AND d.key <> 'upstreamStatus'
$$;

--
-- Name: document_own(integer, jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.document_own(p_class integer, p_document jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT coalesce(jsonb_object_agg(d.key, d.value), '{}') FROM jsonb_each(p_document) d JOIN document_fields() f ON f.field = d.key AND p_class = ANY (f.classes)
$$;

--
-- Name: document_unbuilt(integer, jsonb, jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.document_unbuilt(p_class integer, p_given jsonb, p_before jsonb) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT format('%s: must be %s (got %s): not implemented yet', f.field, f.standard, p_given -> f.field)
  FROM document_fields() f WHERE p_class = ANY (f.classes) AND f.field IN ('maxUniqueTags', 'dockerTagRetention', 'unusedArtifactsCleanupPeriodHours', 'curated')
    AND p_given ? f.field AND p_given -> f.field <> f.standard AND p_given -> f.field IS DISTINCT FROM p_before -> f.field LIMIT 1
$$;

--
-- Name: edit_lock(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.edit_lock() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'repositories and permissions are edited in read committed transactions only';
  END IF;
  PERFORM pg_advisory_xact_lock(1380993103);
END $$;

--
-- Name: egress_fault(jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.egress_fault(p_document jsonb) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $_$
  SELECT CASE
    WHEN p_document ->> 'proxy' !~ '^[A-Za-z0-9._-]{0,64}$' THEN 'proxy: must be the name of a [proxy] section of stowage.conf'
    WHEN p_document ->> 'clientTlsCertificate' !~ '^[A-Za-z0-9._-]{0,64}$' THEN 'clientTlsCertificate: must be the name of a [certificate] section of stowage.conf'
    WHEN p_document ->> 'localAddress' <> '' AND (p_document ->> 'localAddress' ~ '/' OR NOT is_network(p_document ->> 'localAddress'))
      THEN 'localAddress: must be an IP address'
    WHEN p_document ->> 'queryParams' !~ '^([A-Za-z0-9._~!$()*+,;:@/=%-][A-Za-z0-9._~!$()*+,;:@/?=&%-]*)?$'
      THEN 'queryParams: must be NAME=VALUE, joined by &, other characters as %XX'
    WHEN EXISTS (SELECT FROM unnest(texts_of(p_document -> 'privateNetworks')) n WHERE NOT is_network(n))
      THEN 'privateNetworks: must be addresses and networks, such as 10.1.0.0/16' END
$_$;

--
-- Name: fetch_advance(integer, integer, bytea, uuid, bigint, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetch_advance(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_received bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_old bigint;
BEGIN
  UPDATE blob_fetch f SET file_id = p_file, received = p_received,
    heartbeat = clock_timestamp() + CASE WHEN p_received = size THEN interval '1 minute' ELSE interval '0' END
  FROM (SELECT repository_id, alg, digest, file_id FROM blob_fetch WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote FOR UPDATE) o
  WHERE (f.digest, f.alg, f.repository_id) = (o.digest, o.alg, o.repository_id) AND f.owner = p_owner AND f.error IS NULL RETURNING o.file_id INTO v_old;
  IF v_old IS NULL THEN
    RETURN false;
  END IF;
  IF v_old <> p_file THEN
    PERFORM file_reclaim(p_file);
    PERFORM file_abandon(v_old, p_alg, p_digest, interval '15 min');
  END IF;
  RETURN true;
END $$;

--
-- Name: fetch_fail(integer, integer, bytea, uuid, integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetch_fail(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_status integer, p_error text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_file bigint;
BEGIN
  IF p_status IS NULL THEN
    DELETE FROM blob_fetch WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner RETURNING file_id INTO v_file;
    PERFORM file_abandon(v_file, p_alg, p_digest, interval '1 day') WHERE v_file IS NOT NULL;
    RETURN v_file IS NOT NULL;
  END IF;
  UPDATE blob_fetch SET error_status = p_status, error = left(p_error, 200), heartbeat = clock_timestamp()
  WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner;
  RETURN FOUND;
END $$;

--
-- Name: fetch_join(integer, integer, bytea, text, text, bigint, boolean, uuid); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetch_join(p_remote integer, p_alg integer, p_digest bytea, p_path text, p_source text, p_size bigint, p_store boolean, p_owner uuid, OUT role integer, OUT file bigint, OUT old_file bigint, OUT received bigint, OUT size bigint, OUT error_status integer, OUT error text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_blob blob;
  v_fetch blob_fetch;
  v_begun boolean := false;
BEGIN
  -- queue row before object row, as the garbage collector locks them
  PERFORM blob_postpone(b.id) FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg;
  SELECT * INTO v_blob FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad FOR KEY SHARE;
  IF FOUND THEN
    INSERT INTO image_blob (image_id, blob_id) VALUES (image_make(p_remote, p_path), v_blob.id) ON CONFLICT DO NOTHING;
    role := 2;
    file := v_blob.file_id;
    received := v_blob.size;
    size := v_blob.size;
    RETURN;
  END IF;
  IF p_owner IS NOT NULL THEN
    INSERT INTO blob_fetch AS f (repository_id, alg, digest, path, source, size, store_locally, owner, file_id)
    VALUES (p_remote, p_alg, p_digest, p_path, p_source, p_size, p_store, p_owner, nextval('file_id'))
    ON CONFLICT (digest, alg, repository_id) DO NOTHING RETURNING f.* INTO v_fetch;
    v_begun := FOUND;
  END IF;
  IF v_begun THEN
    role := 0;
  ELSE
    SELECT * INTO v_fetch FROM blob_fetch f WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote FOR UPDATE;
    IF p_owner IS NULL AND NOT FOUND THEN
      role := 0;
      RETURN;
    ELSIF NOT FOUND THEN -- it ended in between: try again
      SELECT j.* INTO role, file, old_file, received, size, error_status, error
      FROM fetch_join(p_remote, p_alg, p_digest, p_path, p_source, p_size, p_store, p_owner) j;
      RETURN;
    END IF;
    IF v_fetch.error IS NOT NULL AND v_fetch.heartbeat > clock_timestamp() - interval '2 seconds' THEN
      role := 3;
    ELSIF p_owner IS NULL AND (v_fetch.error IS NOT NULL OR v_fetch.heartbeat < clock_timestamp() - fetch_patience()) THEN
      role := 0;
      RETURN;
    ELSIF v_fetch.error IS NOT NULL THEN
      PERFORM file_abandon(v_fetch.file_id, p_alg, p_digest, interval '0');
      UPDATE blob_fetch f SET owner = p_owner, file_id = nextval('file_id'), path = p_path, source = p_source, received = 0, size = p_size, heartbeat = clock_timestamp(),
        started_at = now(), error = NULL, error_status = NULL
      WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote RETURNING f.* INTO v_fetch;
      role := 0;
    ELSIF v_fetch.owner <> p_owner AND v_fetch.heartbeat < clock_timestamp() - fetch_patience() THEN
      UPDATE blob_fetch f SET owner = p_owner, heartbeat = clock_timestamp() WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote;
      role := 0;
      old_file := v_fetch.file_id;
      v_fetch.file_id := nextval('file_id');
      -- until the row names it, after the existing bytes are copied
      PERFORM file_abandon(v_fetch.file_id, p_alg, p_digest, interval '1 day');
    ELSE
      role := 1;
    END IF;
  END IF;
  INSERT INTO blob_fetch_name (repository_id, alg, digest, path) VALUES (p_remote, p_alg, p_digest, p_path) ON CONFLICT DO NOTHING;
  file := v_fetch.file_id;
  received := v_fetch.received;
  size := v_fetch.size;
  error_status := v_fetch.error_status;
  error := v_fetch.error;
END $$;

--
-- Name: fetch_leave(integer, integer, bytea, uuid); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetch_leave(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  UPDATE blob_fetch SET heartbeat = '-infinity' WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner
$$;

--
-- Name: fetch_patience(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetch_patience() RETURNS interval
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT interval '5 seconds' $$;

--
-- Name: fetch_publish(integer, integer, bytea, uuid, bigint, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetch_publish(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_size bigint, OUT won boolean, OUT file bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_names text[];
  v_old bigint;
  v_stored record;
BEGIN
  PERFORM digest_share(p_digest);
  PERFORM FROM blob_fetch WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner AND error IS NULL FOR UPDATE;
  won := FOUND;
  IF NOT won THEN
    -- the answer to an earlier identical call may have been lost
    SELECT b.file_id INTO file FROM blob b WHERE b.digest = p_digest AND b.alg = p_alg AND NOT b.bad;
    won := FOUND;
    PERFORM file_abandon(p_file, p_alg, p_digest, interval '15 min');
    RETURN;
  END IF;
  v_names := ARRAY(SELECT path FROM blob_fetch_name WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote ORDER BY path);
  DELETE FROM blob_fetch f WHERE f.digest = p_digest AND f.alg = p_alg AND f.repository_id = p_remote RETURNING f.file_id INTO v_old;
  SELECT * INTO v_stored FROM blob_store(p_file, p_alg, p_digest, p_size);
  IF v_old <> p_file THEN -- taken over from a dead owner, and never told since
    PERFORM file_abandon(v_old, p_alg, p_digest, interval '15 min');
  END IF;
  file := v_stored.file;
  INSERT INTO image_blob (image_id, blob_id) SELECT image_make(p_remote, n), v_stored.id FROM unnest(v_names) n ON CONFLICT DO NOTHING;
END $$;

--
-- Name: fetch_resize(integer, integer, bytea, uuid, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetch_resize(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_size bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  UPDATE blob_fetch SET size = p_size WHERE digest = p_digest AND alg = p_alg AND repository_id = p_remote AND owner = p_owner
$$;

--
-- Name: fetches_drop(integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.fetches_drop(p_seconds integer, p_limit integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  WITH gone AS (DELETE FROM blob_fetch f USING (SELECT digest, alg, repository_id FROM blob_fetch WHERE heartbeat < now() - make_interval(secs => p_seconds)
      ORDER BY heartbeat LIMIT p_limit FOR UPDATE SKIP LOCKED) old
  WHERE (f.digest, f.alg, f.repository_id) = (old.digest, old.alg, old.repository_id) RETURNING f.*),
  abandoned AS MATERIALIZED (SELECT file_abandon(file_id, alg, digest, interval '0') FROM gone)
  SELECT count(*) FROM abandoned
$$;

--
-- Name: file_abandon(bigint, integer, bytea, interval); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.file_abandon(p_file bigint, p_alg integer, p_digest bytea, p_delay interval) RETURNS void
    LANGUAGE sql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO gc_unlink (file_id, alg, digest, not_before) SELECT p_file, p_alg, p_digest, now() + p_delay
  WHERE NOT EXISTS (SELECT FROM blob WHERE file_id = p_file) ON CONFLICT DO NOTHING
$$;

--
-- Name: file_reclaim(bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.file_reclaim(p_file bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  DELETE FROM gc_unlink WHERE file_id = p_file AND not_before > now() + interval '1 minute' AND tries = 0;
  RETURN FOUND;
END $$;

--
-- Name: grace(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.grace() RETURNS interval
    LANGUAGE sql STABLE
    AS $$
  SELECT coalesce(nullif(current_setting('registry.grace', true), ''), '24 hours')::interval
$$;

--
-- Name: granting_rules(integer, integer[], integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.granting_rules(p_repository integer, p_principals integer[], p_actions integer, p_name text) RETURNS SETOF registry.acl
    LANGUAGE sql STABLE
    AS $$
  SELECT * FROM acl a WHERE a.repository_id = p_repository AND a.principal_id = ANY (p_principals) AND a.actions & p_actions = p_actions
    AND (a.include_re IS NULL OR p_name ~ a.include_re) AND (a.exclude_re IS NULL OR p_name !~ a.exclude_re)
$$;

--
-- Name: group_add(text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.group_add(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO principal (kind, name) VALUES (2, lower(p_name)) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'group_add', 'done', lower(p_name));
  RETURN true;
END $$;

--
-- Name: group_member(text, text, boolean, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.group_member(p_group text, p_user text, p_member boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_group int := (SELECT id FROM principal WHERE name = lower(p_group) AND kind = 2);
  v_user int := (SELECT id FROM principal WHERE name = lower(p_user) AND kind = 1);
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

--
-- Name: history_extend(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.history_extend() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_table text;
  v_month timestamptz;
  v_taken boolean;
BEGIN
  FOR v_table, v_month IN
    SELECT t, date_trunc('month', now(), 'UTC') + make_interval(months => n) FROM unnest(ARRAY['audit', 'tag_event']) t, generate_series(0, 3) n
  LOOP
    CONTINUE WHEN to_regclass(v_table || to_char(v_month AT TIME ZONE 'UTC', '_YYYY_MM')) IS NOT NULL;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at >= %L AND at < %L)', v_table || '_rest', v_month, v_month + interval '1 month')
      INTO v_taken;
    CONTINUE WHEN v_taken;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', v_table || to_char(v_month AT TIME ZONE 'UTC', '_YYYY_MM'),
      v_table, v_month, v_month + interval '1 month');
  END LOOP;
END $$;

--
-- Name: image_adopt(bigint, bigint[], integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_adopt(p_image bigint, p_manifests bigint[], p_account integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_foreign bigint[] := ARRAY(SELECT c FROM unnest(p_manifests) c WHERE NOT EXISTS (SELECT FROM image_manifest WHERE image_id = p_image AND manifest_id = c));
BEGIN
  IF v_foreign = '{}' THEN
    RETURN;
  END IF;
  WITH RECURSIVE below (id) AS (
    SELECT unnest(v_foreign) UNION SELECT c.child_id FROM below JOIN manifest_child c ON c.parent_id = below.id),
  blobs AS (
    INSERT INTO image_blob (image_id, blob_id)
    SELECT DISTINCT p_image, mb.blob_id FROM below JOIN manifest_blob mb ON mb.manifest_id = below.id ORDER BY 2 ON CONFLICT DO NOTHING)
  INSERT INTO image_manifest (image_id, manifest_id, created_by) SELECT p_image, id, p_account FROM below ORDER BY id ON CONFLICT DO NOTHING;
END $$;

--
-- Name: image_copy(bigint, bigint, bigint, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_copy(p_from bigint, p_to bigint, p_manifest bigint, p_account integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_manifests bigint[] := shown_with(p_from, ARRAY[p_manifest]);
BEGIN
  PERFORM image_adopt(p_to, v_manifests, p_account);
  INSERT INTO image_referrer (image_id, manifest_id, artifact_type, subject_alg, subject, descriptor)
  SELECT p_to, manifest_id, artifact_type, subject_alg, subject, descriptor FROM image_referrer WHERE image_id = p_from AND manifest_id = ANY (v_manifests)
  ON CONFLICT DO NOTHING;
END $$;

--
-- Name: image_drop(bigint, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_drop(p_image bigint, p_manifest bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_all bigint[] := shown_with(p_image, ARRAY[p_manifest]);
  v_kept bigint[];
BEGIN
  v_kept := shown_with(p_image, ARRAY(
    SELECT m FROM unnest(v_all) m WHERE EXISTS (SELECT FROM tag WHERE image_id = p_image AND manifest_id = m)
      OR EXISTS (SELECT FROM manifest_child c JOIN image_manifest p ON p.image_id = p_image AND p.manifest_id = c.parent_id
        WHERE c.child_id = m AND c.parent_id <> ALL (v_all))));
  DELETE FROM image_manifest WHERE image_id = p_image AND manifest_id = ANY (v_all) AND manifest_id <> ALL (v_kept);
END $$;

--
-- Name: image_forget(bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_forget(p_image bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM FROM image i WHERE i.id = p_image AND image_is_empty(i.id) FOR UPDATE;
  IF FOUND THEN
    DELETE FROM image i WHERE i.id = p_image AND image_is_empty(i.id) AND NOT EXISTS (SELECT FROM upload WHERE image_id = i.id)
      AND NOT EXISTS (SELECT FROM v1_upload WHERE image_id = i.id);
  END IF;
END $$;

--
-- Name: image_is_empty(bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_is_empty(p_image bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT NOT EXISTS (SELECT FROM image_manifest WHERE image_id = p_image) AND NOT EXISTS (SELECT FROM image_blob WHERE image_id = p_image)
    AND NOT EXISTS (SELECT FROM v1_image WHERE image_id = p_image)
$$;

--
-- Name: image_make(integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_make(p_repository integer, p_path text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_id bigint;
BEGIN
  LOOP
    SELECT id INTO v_id FROM image WHERE path = p_path AND repository_id = p_repository FOR KEY SHARE;
    EXIT WHEN FOUND;
    INSERT INTO image (repository_id, path) VALUES (p_repository, p_path) ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_id;
END $$;

--
-- Name: image_promote(text, text, text, text, text, text, boolean, integer, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_promote(p_key text, p_name text, p_target_key text, p_target_name text, p_tag text, p_target_tag text, p_copy boolean, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_source int := (SELECT id FROM repository WHERE key = p_key AND class = 1 AND api_version = 2 AND deleted_at IS NULL AND NOT blacked_out);
  v_target int := (SELECT id FROM repository WHERE key = p_target_key AND class = 1 AND api_version = 2 AND deleted_at IS NULL AND NOT blacked_out);
  v_from bigint := (SELECT id FROM image WHERE path = p_name AND repository_id = v_source);
  v_to bigint;
  v_actions int;
  v_tag record;
  v_refused text;
BEGIN
  outcome := 1;
  IF v_source IS NULL AND repository_seen(p_account, p_key) OR v_target IS NULL AND repository_seen(p_account, p_target_key) THEN
    message := format('%s is not a local repository', CASE WHEN v_source IS NULL THEN p_key ELSE p_target_key END);
    RETURN;
  END IF;
  outcome := 3;
  IF NOT viewer_valid(p_account, p_epoch) OR viewer_actions(p_account, v_source, p_name) & 1 = 0 THEN
    message := format('you may not read %s in %s', p_name, p_key);
    RETURN;
  ELSIF NOT p_copy AND viewer_actions(p_account, v_source, p_name) & 4 = 0 THEN
    message := format('you may not delete from %s in %s: copy instead', p_name, p_key);
    RETURN;
  END IF;
  v_actions := push_actions(p_account, v_target, v_target, p_target_name);
  IF v_actions & 2 = 0 THEN
    message := format('you may not push to %s in %s', p_target_name, p_target_key);
    RETURN;
  END IF;
  IF v_from IS NULL OR NOT EXISTS (SELECT FROM tag WHERE image_id = v_from AND name = coalesce(p_tag, name)) THEN
    outcome := 2;
    message := format('no such image: %s%s in %s', p_name, coalesce(':' || p_tag, ''), p_key);
    RETURN;
  END IF;
  v_to := image_make(v_target, p_target_name);
  PERFORM FROM image WHERE id IN (v_from, v_to) ORDER BY id FOR NO KEY UPDATE;
  IF v_actions & 4 = 0 AND EXISTS (SELECT FROM tag s JOIN tag t ON t.image_id = v_to AND t.name = coalesce(p_target_tag, s.name) AND t.manifest_id <> s.manifest_id
      WHERE s.image_id = v_from AND s.name = coalesce(p_tag, s.name)) THEN
    message := format('you may not overwrite tags of %s in %s', p_target_name, p_target_key);
    RETURN;
  END IF;
  v_refused := tag_kept_out(v_target, v_target, p_target_name,
    ARRAY(SELECT coalesce(p_target_tag, name) FROM tag WHERE image_id = v_from AND name = coalesce(p_tag, name)));
  IF v_refused IS NOT NULL THEN
    PERFORM image_forget(v_to);
    message := format('tag excluded by the patterns of %s: %s:%s', p_target_key, p_target_name, v_refused);
    RETURN;
  END IF;
  PERFORM act_as(p_account, p_request);
  FOR v_tag IN SELECT t.name, t.manifest_id, digest_text(m.alg, m.digest) AS digest FROM tag t JOIN manifest m ON m.id = t.manifest_id
      WHERE t.image_id = v_from AND t.name = coalesce(p_tag, t.name) ORDER BY t.name LOOP
    PERFORM image_copy(v_from, v_to, v_tag.manifest_id, p_account);
    INSERT INTO tag AS t (image_id, name, manifest_id, updated_by) VALUES (v_to, coalesce(p_target_tag, v_tag.name), v_tag.manifest_id, p_account)
    ON CONFLICT (image_id, name) DO UPDATE SET manifest_id = EXCLUDED.manifest_id, updated_by = EXCLUDED.updated_by, updated_at = now()
      WHERE t.manifest_id <> EXCLUDED.manifest_id;
    IF NOT p_copy AND (v_from <> v_to OR coalesce(p_target_tag, v_tag.name) <> v_tag.name) THEN
      DELETE FROM tag WHERE image_id = v_from AND name = v_tag.name;
      IF v_from <> v_to THEN
        PERFORM image_drop(v_from, v_tag.manifest_id);
      END IF;
    END IF;
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    VALUES (p_request, p_account, p_actor_name, p_address, 'promote', 'done', p_target_key, p_target_name, coalesce(p_target_tag, v_tag.name),
      jsonb_build_object('digest', v_tag.digest, 'from', p_key, 'name', p_name, 'tag', v_tag.name, 'copy', p_copy));
  END LOOP;
  outcome := 0;
END $$;

--
-- Name: image_show(bigint, bigint, bigint[], integer, integer, bytea, text, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.image_show(p_image bigint, p_manifest bigint, p_blobs bigint[], p_account integer, p_subject_alg integer, p_subject bytea, p_artifact_type text, p_referrer text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_new boolean;
BEGIN
  INSERT INTO image_blob (image_id, blob_id) SELECT p_image, b FROM unnest(p_blobs) b ORDER BY b ON CONFLICT DO NOTHING;
  INSERT INTO image_manifest (image_id, manifest_id, created_by) VALUES (p_image, p_manifest, p_account) ON CONFLICT DO NOTHING;
  v_new := FOUND;
  IF p_subject IS NOT NULL THEN
    INSERT INTO image_referrer (image_id, manifest_id, artifact_type, subject_alg, subject, descriptor)
    VALUES (p_image, p_manifest, CASE WHEN p_artifact_type <> '' THEN media_type_number(p_artifact_type) END, p_subject_alg, p_subject, p_referrer)
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN v_new;
END $$;

--
-- Name: is_key(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.is_key(p_key text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $_$
  SELECT p_key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'
$_$;

--
-- Name: is_line(jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.is_line(p_value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT jsonb_typeof(p_value) = 'string' AND p_value #>> '{}' !~ '[[:cntrl:]]' AND length(p_value #>> '{}') <= 10000
$$;

--
-- Name: is_network(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.is_network(p_text text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    AS $$
BEGIN
  RETURN p_text::inet IS NOT NULL;
EXCEPTION WHEN invalid_text_representation THEN
  RETURN false;
END $$;

--
-- Name: is_pattern(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.is_pattern(p_patterns text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM '' ~ ant_to_regex(p_patterns);
  RETURN true;
EXCEPTION WHEN invalid_regular_expression THEN
  RETURN false;
END $$;

--
-- Name: json_time(timestamp with time zone); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.json_time(p_at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    AS $$
  SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

--
-- Name: keys_of(jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.keys_of(p_list jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT CASE jsonb_typeof(p_list) WHEN 'array' THEN (SELECT coalesce(array_agg(CASE jsonb_typeof(e) WHEN 'string' THEN e #>> '{}' ELSE '' END), '{}') FROM jsonb_array_elements(p_list) e)
    WHEN 'string' THEN array_remove(regexp_split_to_array(btrim(p_list #>> '{}'), ' *, *'), '') END
$$;

--
-- Name: leaves_refresh(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.leaves_refresh() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_fresh repository_leaf[] := ARRAY(SELECT p FROM repository_paths() p);
BEGIN
  DELETE FROM repository_leaf l WHERE NOT EXISTS (SELECT FROM unnest(v_fresh) f WHERE f.root_id = l.root_id AND f.ord = l.ord);
  INSERT INTO repository_leaf AS l SELECT * FROM unnest(v_fresh)
  ON CONFLICT (root_id, ord) DO UPDATE
    SET leaf_id = EXCLUDED.leaf_id, rank = EXCLUDED.rank, class = EXCLUDED.class, include_re = EXCLUDED.include_re, exclude_re = EXCLUDED.exclude_re,
      library = EXCLUDED.library
    WHERE (l.leaf_id, l.rank, l.include_re, l.exclude_re, l.library)
      IS DISTINCT FROM (EXCLUDED.leaf_id, EXCLUDED.rank, EXCLUDED.include_re, EXCLUDED.exclude_re, EXCLUDED.library);
END $$;

--
-- Name: manifest_arrived(bigint, integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.manifest_arrived(p_manifest bigint, p_alg integer, p_digest bytea) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_parents bigint[];
BEGIN
  IF NOT EXISTS (SELECT FROM manifest_want WHERE digest = p_digest AND alg = p_alg AND role = 3) THEN
    RETURN;
  END IF;
  WITH wanted AS (DELETE FROM manifest_want WHERE digest = p_digest AND alg = p_alg AND role = 3 RETURNING manifest_id)
  SELECT array_agg(manifest_id ORDER BY manifest_id) INTO v_parents FROM wanted WHERE manifest_id <> p_manifest;
  INSERT INTO manifest_child (parent_id, child_id) SELECT unnest(v_parents), p_manifest ON CONFLICT DO NOTHING;
  PERFORM image_adopt(im.image_id, ARRAY[p_manifest], NULL) FROM (SELECT DISTINCT image_id FROM image_manifest WHERE manifest_id = ANY (v_parents)
    ORDER BY 1) im;
END $$;

--
-- Name: manifest_cache(integer, text, text, integer, integer, bytea, bytea, text, text, integer[], bytea[], integer[], bigint[], text[], integer[], bytea[], bigint[], integer, bytea, text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.manifest_cache(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_blob_urls text[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_account integer, p_actor_name text, p_request uuid, p_address inet) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint;
  v_manifest bigint;
  v_blobs bigint[];
  v_children bigint[];
  v_entries bigint[];
  v_new boolean;
BEGIN
  PERFORM digests_lock(p_blob_digests || p_child_digests || p_digest);
  v_blobs := ARRAY(SELECT b.id FROM blob b WHERE NOT b.bad
    AND (b.digest, b.alg) IN (SELECT d.digest, d.alg FROM unnest(p_blob_algs, p_blob_digests) d (alg, digest)) ORDER BY b.id FOR KEY SHARE);
  v_children := ARRAY(SELECT m.id FROM manifest m
    WHERE (m.digest, m.alg) IN (SELECT d.digest, d.alg FROM unnest(p_child_algs, p_child_digests) d (alg, digest)) ORDER BY m.id FOR KEY SHARE);
  v_entries := ARRAY(SELECT b.id FROM blob b JOIN unnest(p_child_algs, p_child_digests) d (alg, digest) ON d.digest = b.digest AND d.alg = b.alg
    WHERE NOT b.bad AND NOT EXISTS (SELECT FROM manifest m WHERE m.digest = d.digest AND m.alg = d.alg) ORDER BY b.id FOR KEY SHARE OF b);
  v_image := image_make(p_remote, p_path);
  PERFORM FROM image WHERE id = v_image FOR NO KEY UPDATE;
  PERFORM act_as(p_account, p_request);
  v_manifest := manifest_store(p_alg, p_digest, p_payload, p_media_type, p_artifact_type, p_subject_alg, p_subject);
  v_children := array_remove(v_children, v_manifest);
  PERFORM manifest_names(v_manifest, v_blobs, p_blob_algs, p_blob_digests, p_blob_roles, v_children);
  -- an entry of an index that is a blob here; if it is a manifest after all, it is recorded as missing too
  INSERT INTO manifest_blob (blob_id, manifest_id, role) SELECT DISTINCT b, v_manifest, 2 FROM unnest(v_entries) b ORDER BY b ON CONFLICT DO NOTHING;
  -- external layers are recorded only if an administrator allows them
  INSERT INTO manifest_want (manifest_id, alg, digest, role, size, url)
  SELECT v_manifest, d.alg, d.digest, min(d.role), min(d.size), min(nullif(d.url, ''))
  FROM unnest(p_blob_algs, p_blob_digests, p_blob_roles, p_blob_sizes, p_blob_urls) d (alg, digest, role, size, url)
  WHERE (d.url = '' OR EXISTS (SELECT FROM repository_remote c WHERE c.repository_id = p_remote AND c.external_dependencies
      AND (ant_include(c.external_patterns) IS NULL OR d.url ~ ant_include(c.external_patterns)
        OR regexp_replace(d.url, '^https?://', '') ~ ant_include(c.external_patterns))))
    AND NOT EXISTS (SELECT FROM blob b WHERE b.digest = d.digest AND b.alg = d.alg AND b.id = ANY (v_blobs)) GROUP BY 2, 3 ORDER BY 2, 3
  ON CONFLICT DO NOTHING;
  INSERT INTO manifest_want (manifest_id, alg, digest, role)
  SELECT DISTINCT v_manifest, d.alg, d.digest, 3 FROM unnest(p_child_algs, p_child_digests) d (alg, digest)
  WHERE (d.digest, d.alg) <> (p_digest, p_alg)
    AND NOT EXISTS (SELECT FROM manifest m WHERE m.digest = d.digest AND m.alg = d.alg AND m.id = ANY (v_children)) ORDER BY 2, 3
  ON CONFLICT DO NOTHING;
  PERFORM image_adopt(v_image, v_children, NULL);
  v_new := image_show(v_image, v_manifest, v_blobs || v_entries, NULL, p_subject_alg, p_subject, p_artifact_type, p_referrer);
  PERFORM manifest_arrived(v_manifest, p_alg, p_digest);
  UPDATE image_manifest SET pulled_on = current_date WHERE image_id = v_image AND manifest_id = v_manifest AND pulled_on IS DISTINCT FROM current_date;
  IF p_tag IS NOT NULL THEN
    INSERT INTO tag AS t (image_id, name, manifest_id) VALUES (v_image, p_tag, v_manifest)
    ON CONFLICT (image_id, name) DO UPDATE SET manifest_id = EXCLUDED.manifest_id, updated_at = now() WHERE t.manifest_id <> EXCLUDED.manifest_id;
    PERFORM remote_trust(p_remote, p_path, p_tag, p_fresh_seconds);
  END IF;
  DELETE FROM remote_miss WHERE repository_id = p_remote AND path = p_path AND reference IN (p_tag, digest_text(p_alg, p_digest));
  IF v_new THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    SELECT p_request, p_account, p_actor_name, p_address, 'cache', 'done', key, p_path, digest_text(p_alg, p_digest),
      jsonb_strip_nulls(jsonb_build_object('media_type', p_media_type, 'size', octet_length(p_payload), 'tag', p_tag))
    FROM repository WHERE id = p_remote;
  END IF;
  RETURN (SELECT format('%s has %s bytes, not %s', digest_text(w.alg, w.digest), w.size, w.said)
    FROM wrong_sizes(p_blob_algs, p_blob_digests, p_blob_sizes, p_child_algs, p_child_digests, p_child_sizes) w LIMIT 1);
END $$;

--
-- Name: manifest_delete(integer, text, integer, bytea, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.manifest_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT deleted boolean, OUT holder text, OUT holder_tag text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint;
  v_manifest bigint;
  v_tags text[];
BEGIN
  SELECT id INTO v_image FROM image WHERE path = p_name AND repository_id = p_target FOR NO KEY UPDATE;
  SELECT m.id INTO v_manifest FROM manifest m JOIN image_manifest im ON im.manifest_id = m.id AND im.image_id = v_image WHERE m.digest = p_digest AND m.alg = p_alg;
  deleted := v_manifest IS NOT NULL;
  IF NOT deleted THEN
    RETURN;
  END IF;
  WITH RECURSIVE above (id) AS (
    SELECT v_manifest
    UNION
    SELECT c.parent_id FROM above JOIN manifest_child c ON c.child_id = above.id
      JOIN image_manifest im ON im.image_id = v_image AND im.manifest_id = c.parent_id)
  SELECT digest_text(m.alg, m.digest), t.name INTO holder, holder_tag
  FROM above JOIN tag t ON t.image_id = v_image AND t.manifest_id = above.id JOIN manifest m ON m.id = above.id
  WHERE above.id <> v_manifest ORDER BY t.name LIMIT 1;
  IF holder IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM act_as(p_actor, p_request);
  WITH gone AS (DELETE FROM tag WHERE image_id = v_image AND manifest_id = v_manifest RETURNING name)
  SELECT coalesce(array_agg(name ORDER BY name), '{}') INTO v_tags FROM gone;
  DELETE FROM image_manifest WHERE image_id = v_image AND manifest_id = v_manifest;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, e.action, 'done', r.key, p_name, e.object, jsonb_build_object('digest', digest_text(p_alg, p_digest))
  FROM repository r, (SELECT 'untag', unnest(v_tags) UNION ALL SELECT 'delete', digest_text(p_alg, p_digest)) e (action, object) WHERE r.id = p_target;
END $$;

--
-- Name: manifest_here(bigint[], integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.manifest_here(p_images bigint[], p_alg integer, p_digest bytea) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN EXISTS (SELECT FROM manifest m JOIN image_manifest im ON im.manifest_id = m.id AND im.image_id = ANY (p_images)
    WHERE m.digest = p_digest AND m.alg = p_alg);
END $$;

--
-- Name: manifest_names(bigint, bigint[], integer[], bytea[], integer[], bigint[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.manifest_names(p_manifest bigint, p_blobs bigint[], p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_children bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO manifest_blob (blob_id, manifest_id, role)
  SELECT b.id, p_manifest, min(d.role) FROM unnest(p_blob_algs, p_blob_digests, p_blob_roles) d (alg, digest, role)
    JOIN blob b ON b.digest = d.digest AND b.alg = d.alg WHERE b.id = ANY (p_blobs) GROUP BY b.id ORDER BY b.id
  ON CONFLICT DO NOTHING;
  INSERT INTO manifest_child (parent_id, child_id) SELECT p_manifest, c FROM unnest(p_children) c ORDER BY c ON CONFLICT DO NOTHING;
$$;

--
-- Name: manifest_put(text, text, integer, integer, integer, text, uuid, inet, integer, bytea, bytea, text, text, integer[], bytea[], integer[], bigint[], integer[], bytea[], bigint[], integer, bytea, text, text[], integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.manifest_put(p_key text, p_name text, p_target integer, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_tags text[], p_expected_alg integer, p_expected bytea) RETURNS TABLE(outcome integer, missing_alg integer, missing_digest bytea, real_size bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_root int;
  v_actions int;
  v_image bigint;
  v_images bigint[];
  v_blobs bigint[];
  v_children bigint[];
  v_manifest bigint;
  v_target_key text;
  v_tag text;
  v_old text;
BEGIN
  SELECT root_id, target_key INTO v_root, v_target_key FROM push_target WHERE key = p_key AND target_id = p_target AND NOT blacked_out;
  IF NOT FOUND OR NOT viewer_valid(p_account, p_epoch) THEN
    RETURN QUERY SELECT 4, NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;
  PERFORM digest_share(p_digest);
  v_actions := push_actions(p_account, v_root, p_target, p_name);
  IF v_actions & 2 = 0 THEN
    RETURN QUERY SELECT 4, NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  ELSIF tag_kept_out(v_root, p_target, p_name, p_tags) IS NOT NULL THEN
    RETURN QUERY SELECT 5, NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;

  SELECT id INTO v_image FROM image WHERE path = p_name AND repository_id = p_target;
  v_images := ARRAY(SELECT readable_images(v_root, p_name, p_account) UNION SELECT v_image WHERE v_image IS NOT NULL);
  IF p_child_algs <> '{}' THEN
    SELECT p_blob_algs || coalesce(array_agg(e.alg) FILTER (WHERE e.is_blob), '{}'), p_blob_digests || coalesce(array_agg(e.digest) FILTER (WHERE e.is_blob), '{}'),
      p_blob_roles || coalesce(array_agg(2) FILTER (WHERE e.is_blob), '{}'), p_blob_sizes || coalesce(array_agg(e.size) FILTER (WHERE e.is_blob), '{}'),
      coalesce(array_agg(e.alg) FILTER (WHERE NOT e.is_blob), '{}'), coalesce(array_agg(e.digest) FILTER (WHERE NOT e.is_blob), '{}'),
      coalesce(array_agg(e.size) FILTER (WHERE NOT e.is_blob), '{}')
    INTO p_blob_algs, p_blob_digests, p_blob_roles, p_blob_sizes, p_child_algs, p_child_digests, p_child_sizes
    FROM (SELECT d.*, NOT manifest_here(v_images, d.alg, d.digest) AND blob_here(v_images, d.alg, d.digest) AS is_blob
      FROM unnest(p_child_algs, p_child_digests, p_child_sizes) d (alg, digest, size)) e;
  END IF;
  LOOP
    RETURN QUERY
      SELECT DISTINCT 1, d.alg, d.digest, NULL::bigint FROM unnest(p_blob_algs, p_blob_digests) d (alg, digest)
      WHERE NOT blob_here(v_images, d.alg, d.digest)
      UNION ALL
      SELECT DISTINCT 1, d.alg, d.digest, NULL::bigint FROM unnest(p_child_algs, p_child_digests) d (alg, digest)
      WHERE NOT manifest_here(v_images, d.alg, d.digest);
    IF FOUND THEN
      RETURN;
    END IF;
    v_blobs := ARRAY(SELECT b.id FROM blob b WHERE (b.digest, b.alg) IN (SELECT d.digest, d.alg FROM unnest(p_blob_algs, p_blob_digests) d (alg, digest))
      ORDER BY b.id FOR KEY SHARE);
    v_children := ARRAY(SELECT m.id FROM manifest m WHERE (m.digest, m.alg) IN (SELECT d.digest, d.alg FROM unnest(p_child_algs, p_child_digests) d (alg, digest))
      ORDER BY m.id FOR KEY SHARE);
    -- fewer: one was garbage collected after the first lookup, which now finds it missing
    EXIT WHEN cardinality(v_blobs) = (SELECT count(*) FROM (SELECT DISTINCT unnest(p_blob_algs), unnest(p_blob_digests)) d)
      AND cardinality(v_children) = (SELECT count(*) FROM (SELECT DISTINCT unnest(p_child_algs), unnest(p_child_digests)) d);
  END LOOP;
  RETURN QUERY SELECT 6, w.alg, w.digest, w.size FROM wrong_sizes(p_blob_algs, p_blob_digests, p_blob_sizes, p_child_algs, p_child_digests, p_child_sizes) w;
  IF FOUND THEN
    RETURN;
  END IF;

  IF v_image IS NULL AND p_expected IS NOT NULL THEN
    RETURN QUERY SELECT 3, NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;
  v_image := image_make(p_target, p_name);
  PERFORM FROM image WHERE id = v_image FOR NO KEY UPDATE;
  PERFORM FROM tag WHERE image_id = v_image AND name = ANY (p_tags) ORDER BY name FOR UPDATE;
  IF v_actions & 4 = 0 AND EXISTS (SELECT FROM tag t JOIN manifest m ON m.id = t.manifest_id
      WHERE t.image_id = v_image AND t.name = ANY (p_tags) AND (m.digest, m.alg) <> (p_digest, p_alg)) THEN
    RETURN QUERY SELECT 2, NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;
  -- a tag that already has the pushed digest is as the client wants it: the answer to an identical call may have been lost
  IF p_expected IS NOT NULL AND EXISTS (SELECT FROM unnest(p_tags) n WHERE NOT EXISTS (SELECT FROM tag t JOIN manifest m ON m.id = t.manifest_id
      WHERE t.image_id = v_image AND t.name = n AND (m.digest, m.alg) IN ((p_expected, p_expected_alg), (p_digest, p_alg)))) THEN
    RETURN QUERY SELECT 3, NULL::int, NULL::bytea, NULL::bigint;
    RETURN;
  END IF;

  PERFORM act_as(p_account, p_request);
  v_manifest := manifest_store(p_alg, p_digest, p_payload, p_media_type, p_artifact_type, p_subject_alg, p_subject);
  DELETE FROM manifest_want WHERE manifest_id = v_manifest; -- it may have been cached before
  v_children := array_remove(v_children, v_manifest);
  PERFORM manifest_names(v_manifest, v_blobs, p_blob_algs, p_blob_digests, p_blob_roles, v_children);
  PERFORM image_adopt(v_image, v_children, p_account);
  IF image_show(v_image, v_manifest, v_blobs, p_account, p_subject_alg, p_subject, p_artifact_type, p_referrer) THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    VALUES (p_request, p_account, p_actor_name, p_address, 'push', 'done', v_target_key, p_name, digest_text(p_alg, p_digest),
      jsonb_build_object('media_type', p_media_type, 'size', octet_length(p_payload)));
  END IF;
  PERFORM manifest_arrived(v_manifest, p_alg, p_digest);
  FOREACH v_tag IN ARRAY p_tags LOOP
    SELECT digest_text(m.alg, m.digest) INTO v_old FROM tag t JOIN manifest m ON m.id = t.manifest_id WHERE t.image_id = v_image AND t.name = v_tag;
    INSERT INTO tag AS t (image_id, name, manifest_id, updated_by) VALUES (v_image, v_tag, v_manifest, p_account)
    ON CONFLICT (image_id, name) DO UPDATE SET manifest_id = EXCLUDED.manifest_id, updated_by = EXCLUDED.updated_by, updated_at = now()
      WHERE t.manifest_id <> EXCLUDED.manifest_id;
    IF FOUND THEN
      INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
      VALUES (p_request, p_account, p_actor_name, p_address, 'tag', 'done', v_target_key, p_name, v_tag,
        jsonb_strip_nulls(jsonb_build_object('digest', digest_text(p_alg, p_digest), 'old', v_old)));
    END IF;
  END LOOP;
  RETURN QUERY SELECT 0, NULL::int, NULL::bytea, NULL::bigint;
END $$;

--
-- Name: manifest_store(integer, bytea, bytea, text, text, integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.manifest_store(p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_subject_alg integer, p_subject bytea) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_manifest bigint;
BEGIN
  LOOP
    INSERT INTO manifest (size, media_type, artifact_type, alg, subject_alg, subject, digest, payload)
    VALUES (octet_length(p_payload), media_type_number(p_media_type), CASE WHEN p_artifact_type <> '' THEN media_type_number(p_artifact_type) END,
      p_alg, p_subject_alg, p_subject, p_digest, p_payload)
    ON CONFLICT (digest, alg) DO NOTHING RETURNING id INTO v_manifest;
    EXIT WHEN FOUND;
    SELECT id INTO v_manifest FROM manifest WHERE digest = p_digest AND alg = p_alg FOR KEY SHARE;
    EXIT WHEN FOUND; -- else it was garbage collected in between
  END LOOP;
  RETURN v_manifest;
END $$;

--
-- Name: media_type_number(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.media_type_number(p_name text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_id int;
BEGIN
  LOOP
    SELECT id INTO v_id FROM media_type WHERE name = p_name;
    EXIT WHEN FOUND;
    IF (SELECT count(*) FROM media_type) >= 10000 THEN
      RAISE EXCEPTION 'there are 10000 media types already' USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    INSERT INTO media_type (name) VALUES (p_name) ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_id;
END $$;

--
-- Name: members_check(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.members_check() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: members_save(integer, text[], text, boolean); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.members_save(p_id integer, p_members text[], p_deployment text, p_named boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_bad text;
  v_astray int[] := ARRAY(SELECT id FROM deployments_astray());
BEGIN
  SELECT m INTO v_bad FROM unnest(p_members) m WHERE NOT EXISTS (SELECT FROM repository WHERE key = m AND deleted_at IS NULL) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: no such repository: %', v_bad USING ERRCODE = 'check_violation';
  END IF;
  SELECT m INTO v_bad FROM unnest(p_members) m GROUP BY m HAVING count(*) > 1 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: % is named twice', v_bad USING ERRCODE = 'check_violation';
  END IF;
  WITH RECURSIVE walk (member, id) AS (
    SELECT key, id FROM repository WHERE key = ANY (p_members) AND deleted_at IS NULL
    UNION SELECT w.member, m.member_id FROM walk w JOIN repository_member m ON m.virtual_id = w.id)
  SELECT member INTO v_bad FROM walk WHERE id = p_id LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: % leads back to this repository', v_bad USING ERRCODE = 'check_violation';
  END IF;
  IF p_members IS DISTINCT FROM ARRAY(SELECT r.key FROM repository_member m JOIN repository r ON r.id = m.member_id WHERE m.virtual_id = p_id ORDER BY m.position) THEN
    DELETE FROM repository_member WHERE virtual_id = p_id;
    INSERT INTO repository_member (virtual_id, position, member_id)
    SELECT p_id, m.place, r.id FROM unnest(p_members) WITH ORDINALITY AS m (key, place) JOIN repository r ON r.key = m.key AND r.deleted_at IS NULL;
  END IF;
  -- an unknown key clears the field: some clients do it this way
  UPDATE repository SET default_deployment_id = (SELECT id FROM repository WHERE key = p_deployment AND deleted_at IS NULL)
  WHERE id = p_id;
  IF EXISTS (SELECT FROM deployments_astray() WHERE id = p_id) THEN
    IF p_named THEN
      RAISE EXCEPTION 'defaultDeploymentRepo: % is not a local repository among the members', p_deployment USING ERRCODE = 'check_violation';
    END IF;
    UPDATE repository SET default_deployment_id = NULL WHERE id = p_id;
  END IF;
  SELECT key INTO v_bad FROM deployments_astray() WHERE id <> ALL (v_astray) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: % would no longer reach its default deployment', v_bad USING ERRCODE = 'check_violation';
  END IF;
END $$;

--
-- Name: memories_drop(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.memories_drop(p_limit integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  WITH misses AS (DELETE FROM remote_miss WHERE ctid = ANY (ARRAY(SELECT ctid FROM remote_miss WHERE until < now() LIMIT p_limit)) RETURNING 1),
  lists AS (DELETE FROM remote_tags WHERE ctid = ANY (ARRAY(SELECT ctid FROM remote_tags WHERE fresh_until < now() - interval '30 days' LIMIT p_limit)) RETURNING 1),
  sign_ins AS (DELETE FROM sign_in WHERE ctid = ANY (ARRAY(SELECT ctid FROM sign_in WHERE expires_at < now() LIMIT p_limit)) RETURNING 1)
  SELECT (SELECT count(*) FROM misses) + (SELECT count(*) FROM lists) + (SELECT count(*) FROM sign_ins)
$$;

--
-- Name: name_fits(text, text[], text[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.name_fits(p_name text, p_include text[], p_exclude text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT (p_include IS NULL OR p_name ~ ALL (p_include)) AND (p_exclude IS NULL OR p_name !~ ALL (p_exclude))
$$;

--
-- Name: name_is_local(integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.name_is_local(p_root integer, p_name text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN EXISTS (SELECT FROM image i JOIN repository_leaf l ON l.root_id = p_root AND l.leaf_id = i.repository_id AND l.class = 1
    WHERE i.path = ANY (name_twins(p_name)) AND (name_fits(i.path, l.include_re, l.exclude_re) OR (l.include_re IS NOT NULL
        AND EXISTS (SELECT FROM tag t WHERE t.image_id = i.id AND tag_fits(i.path, t.name, l.include_re, l.exclude_re))))
      AND EXISTS (SELECT FROM image_manifest im WHERE im.image_id = i.id))
    OR EXISTS (SELECT FROM repository root JOIN repository v1 ON v1.bridge_repositories @> ARRAY[root.key] AND v1.deleted_at IS NULL
        JOIN image i ON i.repository_id = v1.id AND i.path = ANY (name_twins(p_name))
        JOIN repository_leaf l ON l.root_id = v1.id AND l.leaf_id = v1.id AND name_fits(i.path, l.include_re, l.exclude_re)
      WHERE root.id = p_root AND bridge_root(v1.id) = root.id AND EXISTS (SELECT FROM v1_image v WHERE v.image_id = i.id));
END $$;

--
-- Name: name_twins(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.name_twins(p_name text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  SELECT CASE WHEN strpos(p_name, '/') = 0 THEN ARRAY[p_name, 'library/' || p_name]
    WHEN p_name ~ '^library/[^/]+$' THEN ARRAY[p_name, substr(p_name, 9)] ELSE ARRAY[p_name] END
$_$;

--
-- Name: permission_add(text, text, text, text[], text[], integer[], integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.permission_add(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[], p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text, OUT added boolean) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM edit_lock();
  added := NOT EXISTS (SELECT FROM permission_target WHERE name = p_name);
  IF added THEN
    SELECT s.* INTO unknown_repository, unknown_principal
    FROM permission_set(p_name, p_includes, p_excludes, p_repositories, p_principals, p_actions, p_actor, p_actor_name, p_request, p_address) s;
  END IF;
END $$;

--
-- Name: permission_changed(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.permission_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: permission_fault(text, text, text, text[], text[], integer[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.permission_fault(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[]) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_patterns text;
  v_local text := anonymous_writes(p_repositories, p_principals, p_actions);
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
  IF v_local IS NOT NULL THEN
    RETURN format('actions: must be read for anonymous (%s holds local repositories; a push needs an account)', v_local);
  END IF;
  RETURN NULL;
END $$;

--
-- Name: permission_remove(text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.permission_remove(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: permission_set(text, text, text, text[], text[], integer[], integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.permission_set(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[], p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: principal_remove(text, integer, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.principal_remove(p_name text, p_kind integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_id int := (SELECT id FROM principal WHERE name = lower(p_name) AND kind = p_kind);
BEGIN
  PERFORM edit_lock();
  IF v_id IS NULL THEN
    RETURN format('no such %s: %s', CASE p_kind WHEN 1 THEN 'user' ELSE 'group' END, p_name);
  ELSIF p_kind = 1 AND account_is_last_admin(v_id) THEN
    RETURN 'cannot remove the last administrator: ' || p_name;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, CASE p_kind WHEN 1 THEN 'account_remove' ELSE 'group_remove' END, 'done', lower(p_name),
    (SELECT jsonb_build_object('targets', coalesce(jsonb_agg(t.name ORDER BY t.name), '[]'))
     FROM permission_target_principal pp JOIN permission_target t ON t.id = pp.target_id WHERE pp.principal_id = v_id));
  DELETE FROM principal WHERE id = v_id;
  RETURN NULL;
END $$;

--
-- Name: push_actions(integer, integer, integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.push_actions(p_account integer, p_root integer, p_target integer, p_name text) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN CASE WHEN EXISTS (SELECT FROM repository_leaf l
      WHERE l.root_id = p_root AND l.leaf_id = p_target AND name_fits(p_name, l.include_re, l.exclude_re))
    THEN viewer_actions(p_account, p_target, p_name) ELSE 0 END;
END $$;

--
-- Name: pushes_full(integer, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.pushes_full(p_account integer, p_most bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN p_most > 0 AND (SELECT count(*) FROM upload WHERE account = p_account) + (SELECT count(*) FROM v1_upload WHERE account = p_account) >= p_most;
END $$;

--
-- Name: queue_blobs(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.queue_blobs() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO gc_blob (blob_id, due) SELECT DISTINCT blob_id, now() + grace() FROM gone ORDER BY 1
  ON CONFLICT (blob_id) DO UPDATE SET due = EXCLUDED.due;
  RETURN NULL;
END $$;

--
-- Name: queue_link(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.queue_link() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO gc_link (image_id, manifest_id, due) VALUES (OLD.image_id, OLD.manifest_id, now() + grace())
  ON CONFLICT (image_id, manifest_id) DO UPDATE SET due = EXCLUDED.due;
  RETURN NULL;
END $$;

--
-- Name: queue_manifests(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.queue_manifests() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO gc_manifest (manifest_id, due) SELECT DISTINCT manifest_id, now() + grace() FROM gone ORDER BY 1
  ON CONFLICT (manifest_id) DO UPDATE SET due = EXCLUDED.due;
  RETURN NULL;
END $$;

--
-- Name: queue_new_blob(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.queue_new_blob() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO gc_blob (blob_id, due) VALUES (NEW.id, now() + grace());
  RETURN NULL;
END $$;

--
-- Name: readable_images(integer, text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.readable_images(p_root integer, p_name text, p_account integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN QUERY
    SELECT DISTINCT i.id FROM repository_leaf l
      CROSS JOIN LATERAL (SELECT CASE WHEN l.library AND strpos(p_name, '/') = 0 THEN 'library/' || p_name ELSE p_name END AS path) p
      JOIN image i ON i.path = p.path AND i.repository_id = l.leaf_id
    WHERE l.root_id = p_root AND name_fits(p.path, l.include_re, l.exclude_re) AND viewer_actions(p_account, l.leaf_id, p.path) & 1 = 1;
END $$;

--
-- Name: repository_leaf; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.repository_leaf (
    root_id integer NOT NULL,
    ord integer NOT NULL,
    leaf_id integer NOT NULL,
    rank smallint NOT NULL,
    class smallint NOT NULL,
    include_re text[],
    exclude_re text[],
    library boolean DEFAULT false NOT NULL
);

--
-- Name: readable_paths(integer, boolean, integer[], text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.readable_paths(p_root integer, p_is_admin boolean, p_principals integer[], p_name text) RETURNS SETOF registry.repository_leaf
    LANGUAGE sql STABLE
    AS $$
  SELECT * FROM repository_leaf l WHERE l.root_id = p_root AND name_fits(stored_name(l.library, p_name), l.include_re, l.exclude_re)
    AND (p_is_admin OR EXISTS (SELECT FROM granting_rules(l.leaf_id, p_principals, 1, stored_name(l.library, p_name))))
$$;

--
-- Name: remote_answered(integer, integer, integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_answered(p_remote integer, p_limit integer, p_remaining integer, p_seconds integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO remote_state AS s (repository_id, rate_limit, rate_remaining, rate_seconds, rate_at)
  VALUES (p_remote, p_limit, p_remaining, p_seconds, CASE WHEN p_limit IS NOT NULL THEN now() END)
  ON CONFLICT (repository_id) DO UPDATE SET failures = 0, offline_until = NULL, suspect_until = NULL, trouble = NULL, struck = '{}', limited = false,
      rate_limit = coalesce(EXCLUDED.rate_limit, s.rate_limit), rate_remaining = coalesce(EXCLUDED.rate_remaining, s.rate_remaining),
      rate_seconds = coalesce(EXCLUDED.rate_seconds, s.rate_seconds), rate_at = coalesce(EXCLUDED.rate_at, s.rate_at)
    WHERE s.failures > 0 OR s.offline_until IS NOT NULL OR EXCLUDED.rate_limit IS NOT NULL
$$;

--
-- Name: remote_failed(integer, text, text, integer, boolean); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_failed(p_remote integer, p_trouble text, p_reason text, p_seconds integer, p_limited boolean) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO remote_state AS s (repository_id, failures, offline_until, trouble, reason, limited, told_at)
  VALUES (p_remote, 1, CASE WHEN p_seconds > 0 THEN now() + make_interval(secs => p_seconds) END, p_trouble, left(p_reason, 200), p_limited, now())
  ON CONFLICT (repository_id) DO UPDATE SET failures = s.failures + 1, offline_until = EXCLUDED.offline_until, suspect_until = NULL, struck = '{}',
    trouble = EXCLUDED.trouble, reason = EXCLUDED.reason, limited = EXCLUDED.limited,
    told_at = CASE WHEN s.told_at > now() - interval '1 minute' AND s.trouble = EXCLUDED.trouble THEN s.told_at ELSE now() END
  RETURNING told_at = now()
$$;

--
-- Name: remote_listed(integer, text, text[], integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_listed(p_remote integer, p_path text, p_tags text[], p_fresh_seconds integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO remote_tags (repository_id, path, tags, fresh_until) VALUES (p_remote, p_path, p_tags, now() + make_interval(secs => p_fresh_seconds))
  ON CONFLICT (repository_id, path) DO UPDATE SET tags = EXCLUDED.tags, fresh_until = EXCLUDED.fresh_until
$$;

--
-- Name: remote_missed(integer, text, text, text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_missed(p_remote integer, p_path text, p_reference text, p_reason text, p_seconds integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO remote_miss (repository_id, path, reference, refused, reason, until)
  SELECT p_remote, p_path, p_reference, p_reason IS NOT NULL, left(p_reason, 200), now() + make_interval(secs => p_seconds)
  WHERE p_seconds > 0 AND 10000 > (SELECT count(*) FROM (SELECT FROM remote_miss WHERE repository_id = p_remote LIMIT 10000) known)
  ON CONFLICT (repository_id, path, reference) DO UPDATE SET refused = EXCLUDED.refused, reason = EXCLUDED.reason, until = EXCLUDED.until
$$;

--
-- Name: remote_save(integer, jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_save(p_id integer, p_document jsonb) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $_$
DECLARE
  -- host and port, host, port
  v_part text[] := regexp_match(p_document ->> 'url', '^https?://(([A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?)(?:/[^?#[:space:][:cntrl:]]*)?$');
  v_hub boolean := lower(v_part[2]) IN ('registry-1.docker.io', 'index.docker.io', 'docker.io', 'registry.hub.docker.com');
  v_old repository_remote;
  v_new repository_remote;
  v_fault text := egress_fault(p_document);
BEGIN
  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION '%', v_fault USING ERRCODE = 'check_violation';
  END IF;
  IF v_part IS NULL OR v_part[3]::int NOT BETWEEN 1 AND 65535 THEN
    RAISE EXCEPTION 'url: must be http://HOST or https://HOST, with a port or a path' USING ERRCODE = 'check_violation';
  END IF;
  SELECT * INTO v_old FROM repository_remote WHERE repository_id = p_id;
  v_new := jsonb_populate_record(NULL::repository_remote, '{}');
  v_new.repository_id := p_id;
  v_new.class := 2;
  v_new.url := p_document ->> 'url';
  v_new.username := p_document ->> 'username';
  -- the password is returned as "": a client that sends it back with the same user does not intend to delete it
  v_new.password := CASE WHEN coalesce(p_document ->> 'password', '') <> '' THEN p_document ->> 'password'
    WHEN url_origin(v_new.url) <> url_origin(v_old.url) THEN ''
    WHEN NOT p_document ? 'password' OR v_new.username = v_old.username THEN coalesce(v_old.password, '') ELSE '' END;
  v_new.token_authentication := p_document -> 'enableTokenAuthentication';
  v_new.any_host_auth := p_document -> 'allowAnyHostAuth';
  v_new.realm_hosts := texts_of(p_document -> 'realmHosts');
  v_new.private_networks := p_document -> 'allowPrivateNetworks';
  v_new.networks := texts_of(p_document -> 'privateNetworks');
  v_new.proxy := CASE WHEN (p_document -> 'disableProxy')::boolean THEN '' ELSE p_document ->> 'proxy' END;
  v_new.client_certificate := p_document ->> 'clientTlsCertificate';
  v_new.local_address := p_document ->> 'localAddress';
  v_new.query_params := p_document ->> 'queryParams';
  v_new.library_prefix := coalesce((p_document -> 'libraryPrefix')::boolean, v_hub);
  v_new.ns_aliases := CASE WHEN p_document ? 'nsAliases' THEN texts_of(lower(p_document ->> 'nsAliases')::jsonb)
    WHEN v_hub THEN ARRAY['docker.io', 'index.docker.io', 'registry-1.docker.io'] ELSE ARRAY[lower(v_part[1])] END;
  v_new.offline := p_document -> 'offline';
  v_new.hard_fail := p_document -> 'hardFail';
  v_new.store_locally := p_document -> 'storeArtifactsLocally';
  v_new.fresh_seconds := p_document -> 'retrievalCachePeriodSecs';
  v_new.missing_seconds := p_document -> 'missedRetrievalCachePeriodSecs';
  v_new.assumed_offline_seconds := p_document -> 'assumedOfflinePeriodSecs';
  v_new.unused_hours := p_document -> 'unusedArtifactsCleanupPeriodHours';
  v_new.timeout_ms := time_limit(p_document -> 'socketTimeoutMillis', 3600000);
  v_new.answer_ms := time_limit(p_document -> 'answerTimeoutMillis', 3600000);
  v_new.metadata_timeout_ms := time_limit(p_document -> 'metadataRetrievalTimeoutSecs', 3600) * 1000;
  v_new.block_mismatching_types := p_document -> 'blockMismatchingMimeTypes';
  v_new.mismatching_types := p_document ->> 'mismatchingMimeTypesOverrideList';
  v_new.external_dependencies := p_document -> 'externalDependenciesEnabled';
  v_new.external_patterns := array_to_string(texts_of(p_document -> 'externalDependenciesPatterns'), ',');
  DELETE FROM repository_remote WHERE repository_id = p_id;
  INSERT INTO repository_remote SELECT v_new.*;
  -- the state is that of another upstream, user or route; and a password that is given again may be valid by now
  IF coalesce(p_document ->> 'password', '') <> ''
    OR (rtrim(v_old.url, '/'), v_old.username, v_old.password, v_old.token_authentication, v_old.any_host_auth, v_old.realm_hosts, v_old.private_networks,
      v_old.networks, v_old.proxy, v_old.client_certificate, v_old.local_address, v_old.query_params, v_old.timeout_ms, v_old.metadata_timeout_ms, v_old.answer_ms)
    IS DISTINCT FROM (rtrim(v_new.url, '/'), v_new.username, v_new.password, v_new.token_authentication, v_new.any_host_auth, v_new.realm_hosts, v_new.private_networks,
      v_new.networks, v_new.proxy, v_new.client_certificate, v_new.local_address, v_new.query_params, v_new.timeout_ms, v_new.metadata_timeout_ms, v_new.answer_ms) THEN
    DELETE FROM remote_state WHERE repository_id = p_id;
    DELETE FROM remote_miss WHERE repository_id = p_id;
    DELETE FROM remote_tags WHERE repository_id = p_id;
  END IF;
  RETURN CASE WHEN v_old.password <> '' AND v_new.password = '' AND v_new.username = v_old.username THEN 'its password was dropped: the url leads elsewhere' END;
END $_$;

--
-- Name: remote_struck(integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_struck(p_remote integer, p_path text) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO remote_state AS s (repository_id, failures, struck) VALUES (p_remote, 1, ARRAY[p_path])
  ON CONFLICT (repository_id) DO UPDATE SET failures = s.failures + 1,
    struck = CASE WHEN p_path = ANY (s.struck) OR cardinality(s.struck) >= 3 THEN s.struck ELSE s.struck || p_path END
  RETURNING cardinality(struck) >= 3
$$;

--
-- Name: remote_suspected(integer, text, text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_suspected(p_remote integer, p_trouble text, p_reason text, p_seconds integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO remote_state AS s (repository_id, failures, suspect_until, trouble, reason)
  VALUES (p_remote, 1, now() + make_interval(secs => p_seconds), p_trouble, left(p_reason, 200))
  ON CONFLICT (repository_id) DO UPDATE SET failures = s.failures + 1, suspect_until = EXCLUDED.suspect_until, trouble = EXCLUDED.trouble, reason = EXCLUDED.reason,
    limited = false
$$;

--
-- Name: remote_trust(integer, text, text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.remote_trust(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO remote_reference (image_id, tag, fresh_until) SELECT id, p_tag, now() + make_interval(secs => p_fresh_seconds)
  FROM image WHERE path = p_path AND repository_id = p_remote
  ON CONFLICT (image_id, tag) DO UPDATE SET fresh_until = EXCLUDED.fresh_until, checked_at = now();
  UPDATE image_manifest im SET pulled_on = current_date FROM tag t JOIN image i ON i.id = t.image_id
  WHERE i.path = p_path AND i.repository_id = p_remote AND t.name = p_tag AND im.image_id = i.id AND im.manifest_id = t.manifest_id
    AND im.pulled_on IS DISTINCT FROM current_date;
$$;

--
-- Name: repository_changed(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM edit_lock();
  IF TG_TABLE_NAME = 'repository' THEN
    -- a deleted repository is not a member, and not in a permission target
    DELETE FROM repository_member m USING repository r WHERE r.deleted_at IS NOT NULL AND r.id IN (m.virtual_id, m.member_id);
    DELETE FROM permission_target_repository p USING repository r WHERE r.deleted_at IS NOT NULL AND r.id = p.repository_id;
    PERFORM acl_expand(ARRAY(SELECT target_id FROM permission_target_repository WHERE any_of IS NOT NULL));
  END IF;
  PERFORM members_check();
  PERFORM leaves_refresh();
  RETURN NULL;
END $$;

--
-- Name: repository_columns(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_columns(p_id integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT jsonb_build_object('key', r.key, 'rclass', class_name(r.class), 'packageType', 'docker',
      'includesPattern', r.includes, 'excludesPattern', r.excludes, 'blackedOut', r.blacked_out,
      'priorityResolution', r.priority, 'dockerApiVersion', 'V' || r.api_version)
    || CASE r.class
      WHEN 1 THEN jsonb_build_object('blockPushingSchema1', r.block_schema1, 'bridgeRepository', array_to_string(r.bridge_repositories, ','),
        'bridgePush', r.bridge_push)
      WHEN 2 THEN jsonb_build_object('blockPushingSchema1', r.block_schema1, 'url', c.url, 'username', c.username, 'password', '',
        'hardFail', c.hard_fail, 'offline', c.offline, 'storeArtifactsLocally', c.store_locally,
        'retrievalCachePeriodSecs', c.fresh_seconds, 'missedRetrievalCachePeriodSecs', c.missing_seconds, 'unusedArtifactsCleanupPeriodHours', c.unused_hours,
        'assumedOfflinePeriodSecs', c.assumed_offline_seconds, 'blockMismatchingMimeTypes', c.block_mismatching_types,
        'mismatchingMimeTypesOverrideList', c.mismatching_types, 'allowAnyHostAuth', c.any_host_auth,
        'enableTokenAuthentication', c.token_authentication, 'externalDependenciesEnabled', c.external_dependencies,
        'externalDependenciesPatterns', to_jsonb(string_to_array(c.external_patterns, ',')), 'allowPrivateNetworks', c.private_networks, 'privateNetworks', to_jsonb(c.networks),
        'proxy', c.proxy, 'clientTlsCertificate', c.client_certificate, 'localAddress', c.local_address, 'queryParams', c.query_params,
        'libraryPrefix', c.library_prefix, 'nsAliases', to_jsonb(c.ns_aliases), 'realmHosts', to_jsonb(c.realm_hosts))
      ELSE jsonb_build_object('resolveDockerTagsByTimestamp', r.by_timestamp, 'shadowingGuard', r.shadowing_guard,
        'repositories', (SELECT coalesce(jsonb_agg(m.key ORDER BY rm.position), '[]') FROM repository_member rm JOIN repository m ON m.id = rm.member_id
          WHERE rm.virtual_id = r.id),
        'defaultDeploymentRepo', coalesce((SELECT key FROM repository d WHERE d.id = r.default_deployment_id), '')) END
  FROM repository r LEFT JOIN repository_remote c ON c.repository_id = r.id WHERE r.id = p_id
$$;

--
-- Name: repository_delete(text, integer, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_delete(p_key text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_old repository;
  v_above jsonb; -- the documents of virtuals that contain it, by id
  v_bridged int[];
BEGIN
  PERFORM edit_lock();
  SELECT * INTO v_old FROM repository WHERE key = p_key AND deleted_at IS NULL;
  IF NOT FOUND THEN
    outcome := 4;
    message := format('no such repository: %s', p_key);
    RETURN;
  ELSIF p_revision <> v_old.revision THEN
    outcome := 5;
    message := format('repository %s has been changed by another request', p_key);
    RETURN;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'repository_delete', 'done', p_key, p_key, document_changes(NULL, repository_document(v_old.id)));
  WITH RECURSIVE above (id) AS (
    (SELECT virtual_id FROM repository_member WHERE member_id = v_old.id UNION SELECT r.id FROM repository r WHERE r.default_deployment_id = v_old.id)
    UNION SELECT m.virtual_id FROM above a JOIN repository_member m ON m.member_id = a.id)
  SELECT jsonb_object_agg(id, repository_document(id)) INTO v_above FROM above;
  v_bridged := ARRAY(SELECT id FROM repository WHERE deleted_at IS NULL AND bridge_root(id) = v_old.id);
  UPDATE repository SET deleted_at = now(), default_deployment_id = NULL WHERE id = v_old.id;
  UPDATE repository r SET default_deployment_id = NULL FROM deployments_astray() a WHERE r.id = a.id AND v_above ? a.id::text;
  WITH changed AS (
    UPDATE repository r SET revision = revision + 1 FROM jsonb_each(v_above) a WHERE r.id = a.key::int AND repository_document(r.id) <> a.value
    RETURNING r.id, r.key, a.value AS document)
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'repository_change', 'done', key, key, document_changes(document, repository_document(id)) FROM changed;
  SELECT string_agg(format('V1 repository %s now shows %s', r.key, coalesce(b.key, 'no V2 repository')), '; ' ORDER BY r.key) INTO message
  FROM repository r LEFT JOIN repository b ON b.id = bridge_root(r.id) WHERE r.id = ANY (v_bridged);
  outcome := 1;
END $$;

--
-- Name: repository_document(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_document(p_id integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT document_defaults(class) || other || repository_columns(id) FROM repository WHERE id = p_id
$$;

--
-- Name: repository_paths(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_paths() RETURNS SETOF registry.repository_leaf
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: repository_save(text, jsonb, text, integer, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_save(p_key text, p_document jsonb, p_mode text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text, OUT revision integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_old repository;
  v_given jsonb;
  v_before jsonb;
  v_document jsonb;
  v_class int;
  v_version int;
  v_bridge text[];
  v_id int;
BEGIN
  PERFORM edit_lock();
  outcome := 2;
  IF p_document IS NULL OR jsonb_typeof(p_document) <> 'object' THEN
    message := 'request body must be a JSON object';
    RETURN;
  END IF;
  SELECT * INTO v_old FROM repository WHERE lower(key) = lower(p_key) AND deleted_at IS NULL;
  IF FOUND AND (p_mode = 'create' OR (p_mode = 'put' AND v_old.key <> p_key)) THEN
    outcome := 3;
    message := format('repository %s exists', v_old.key);
    RETURN;
  ELSIF v_old.key IS DISTINCT FROM p_key AND (p_mode = 'update' OR p_revision IS NOT NULL) THEN
    outcome := 4;
    message := format('no such repository: %s', p_key);
    RETURN;
  ELSIF p_revision <> v_old.revision THEN
    outcome := 5;
    message := format('repository %s has been changed by another request', p_key);
    RETURN;
  END IF;
  IF p_document ->> 'key' <> p_key THEN
    message := 'key: differs from the one in the URL';
    RETURN;
  END IF;
  v_class := array_position(ARRAY['local', 'remote', 'virtual'], lower(coalesce(p_document ->> 'rclass', class_name(v_old.class))));
  IF v_class IS NULL THEN
    message := 'rclass: must be local, remote or virtual';
    RETURN;
  ELSIF v_class <> v_old.class THEN
    message := format('rclass: cannot be changed (repository %s is %s)', p_key, class_name(v_old.class));
    RETURN;
  ELSIF NOT is_key(p_key) OR (v_class = 2 AND length(p_key) > 58) THEN
    message := format('key: must be 1 to %s letters, digits, dots, hyphens and underscores', CASE v_class WHEN 2 THEN 58 ELSE 64 END);
    RETURN;
  ELSIF p_key = 'configurations' AND v_old.id IS NULL THEN
    message := 'key: configurations is reserved';
    RETURN;
  ELSIF lower(coalesce(p_document ->> 'packageType', 'docker')) <> 'docker' THEN
    message := 'packageType: only docker is served here';
    RETURN;
  END IF;
  v_given := document_given(v_class, p_document);
  message := document_fault(v_class, v_given);
  IF message IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT f.field || ': has too many wildcards' INTO message FROM (VALUES
    ('includesPattern', v_given ->> 'includesPattern'), ('excludesPattern', v_given ->> 'excludesPattern'),
    ('externalDependenciesPatterns', CASE v_class WHEN 2 THEN array_to_string(texts_of(v_given -> 'externalDependenciesPatterns'), ',') END)) f (field, patterns)
  WHERE NOT is_pattern(f.patterns) LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;

  v_before := CASE WHEN v_old.id IS NOT NULL THEN repository_document(v_old.id) END;
  message := document_unbuilt(v_class, v_given, v_before);
  IF message IS NOT NULL THEN
    RETURN;
  END IF;
  v_document := document_own(v_class, CASE WHEN p_mode = 'update' THEN v_before ELSE document_defaults(v_class) END - 'password' || v_given);
  v_bridge := coalesce(keys_of(v_document -> 'bridgeRepository'), '{}');
  v_version := CASE coalesce(v_given ->> 'dockerApiVersion', 'V' || v_old.api_version, 'V2') WHEN 'V1' THEN 1 WHEN 'V2' THEN 2 END;
  IF v_version IS NULL OR (v_version = 1 AND v_class <> 1) THEN
    message := CASE WHEN v_version IS NULL THEN 'dockerApiVersion: must be V1 or V2' ELSE 'dockerApiVersion: only a local repository can be V1' END;
    RETURN;
  ELSIF v_version <> v_old.api_version THEN
    message := format('dockerApiVersion: cannot be changed (repository %s is V%s)', p_key, v_old.api_version);
    RETURN;
  ELSIF v_version = 2 AND v_bridge <> '{}' THEN
    message := 'bridgeRepository: only a V1 repository has one';
    RETURN;
  ELSIF (v_document -> 'bridgePush')::boolean AND v_bridge = '{}' THEN
    message := 'bridgePush: only with a bridgeRepository';
    RETURN;
  END IF;
  BEGIN
    IF v_old.id IS NULL THEN
      INSERT INTO repository (key, class, api_version) VALUES (p_key, v_class, v_version) RETURNING id INTO v_id;
    ELSE
      v_id := v_old.id;
    END IF;
    IF v_class = 2 THEN
      message := remote_save(v_id, v_document);
    END IF;
    UPDATE repository SET
      includes = v_document ->> 'includesPattern',
      excludes = v_document ->> 'excludesPattern',
      blacked_out = (v_document -> 'blackedOut')::boolean,
      priority = (v_document -> 'priorityResolution')::boolean,
      by_timestamp = coalesce((v_document -> 'resolveDockerTagsByTimestamp')::boolean, false),
      shadowing_guard = coalesce((v_document -> 'shadowingGuard')::boolean, true),
      block_schema1 = coalesce((v_document -> 'blockPushingSchema1')::boolean, true),
      bridge_repositories = v_bridge,
      bridge_push = coalesce((v_document -> 'bridgePush')::boolean, false),
      revision = CASE WHEN v_old.id IS NULL THEN 1 ELSE repository.revision + 1 END,
      other = (CASE WHEN p_mode = 'update' THEN v_old.other ELSE '{}' END || v_given) - ARRAY(SELECT jsonb_object_keys(repository_columns(v_id)))
    WHERE id = v_id RETURNING repository.revision INTO revision;
    IF v_class = 3 THEN
      PERFORM members_save(v_id, texts_of(v_document -> 'repositories'), v_document ->> 'defaultDeploymentRepo', v_given ? 'defaultDeploymentRepo');
    END IF;
  EXCEPTION WHEN check_violation THEN
    message := SQLERRM;
    revision := NULL;
    RETURN;
  END;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, CASE WHEN v_old.id IS NULL THEN 'repository_add' ELSE 'repository_change' END, 'done', p_key, p_key,
    document_changes(v_before, repository_document(v_id)) || CASE WHEN v_given ? 'password' THEN '{"password": "given"}' ELSE '{}' END::jsonb;
  outcome := CASE WHEN v_old.id IS NULL THEN 0 ELSE 1 END;
END $$;

--
-- Name: repository_seen(integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_seen(p_account integer, p_key text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN EXISTS (SELECT FROM account WHERE id = p_account AND is_admin)
    OR EXISTS (SELECT FROM repository r JOIN repository_leaf l ON l.root_id = r.id
      WHERE r.key = p_key AND r.deleted_at IS NULL AND viewer_actions(p_account, l.leaf_id, NULL) & 1 = 1);
END $$;

--
-- Name: repository_shrink(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_shrink(p_limit integer, OUT p_more boolean, OUT p_failed text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_repository repository;
BEGIN
  SELECT r.* INTO v_repository FROM repository r WHERE r.deleted_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM upload u JOIN image i ON i.id = u.image_id WHERE i.repository_id = r.id)
    AND NOT EXISTS (SELECT FROM blob_fetch f WHERE f.repository_id = r.id)
    AND NOT EXISTS (SELECT FROM gc_repository g WHERE g.repository_id = r.id AND g.due > now())
  ORDER BY r.deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  p_more := FOUND;
  IF NOT p_more THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM repository_shrink_piece(v_repository.id, p_limit);
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    p_failed := format('repository %s (deleted on %s): %s', v_repository.key, v_repository.deleted_at::date, SQLERRM);
    INSERT INTO gc_repository AS g (repository_id, due) VALUES (v_repository.id, now() + back_off(1))
    ON CONFLICT (repository_id) DO UPDATE SET tries = g.tries + 1, due = now() + back_off(g.tries + 1);
  END;
END $$;

--
-- Name: repository_shrink_piece(integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.repository_shrink_piece(p_repository integer, p_limit integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_images bigint[];
  v_left int := p_limit;
  v_count int;
BEGIN
  v_images := ARRAY(SELECT id FROM image WHERE repository_id = p_repository ORDER BY id LIMIT 100);
  IF v_images = '{}' THEN
    DELETE FROM repository WHERE id = p_repository;
    RETURN;
  END IF;
  DELETE FROM v1_upload WHERE image_id = ANY (v_images);
  DELETE FROM v1_tag WHERE ctid = ANY (ARRAY(SELECT ctid FROM v1_tag WHERE image_id = ANY (v_images) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM v1_image v WHERE ctid = ANY (ARRAY(SELECT o.ctid FROM v1_image o WHERE o.image_id = ANY (v_images)
    AND NOT EXISTS (SELECT FROM v1_tag t WHERE t.image_id = o.image_id) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM tag WHERE ctid = ANY (ARRAY(SELECT ctid FROM tag WHERE image_id = ANY (v_images) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM image_manifest WHERE ctid = ANY (ARRAY(SELECT ctid FROM image_manifest WHERE image_id = ANY (v_images) LIMIT v_left));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM image_blob WHERE ctid = ANY (ARRAY(SELECT ctid FROM image_blob WHERE image_id = ANY (v_images) LIMIT v_left));
  DELETE FROM image WHERE id = ANY (v_images) AND image_is_empty(id);
END $$;

--
-- Name: request_principal(integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.request_principal(p_account integer, p_epoch integer) RETURNS TABLE(is_admin boolean, valid boolean, principals integer[])
    LANGUAGE sql STABLE
    AS $$
  SELECT coalesce(a.is_admin, false), p_account = 0 OR (a.id IS NOT NULL AND a.epoch = p_epoch AND NOT a.disabled),
    CASE WHEN p_account = 0 THEN ARRAY[0] ELSE ARRAY(SELECT group_id FROM membership WHERE user_id = p_account) || ARRAY[p_account, 1] END
  FROM (SELECT 1) one LEFT JOIN account a ON a.id = p_account
$$;

--
-- Name: request_repository(text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.request_repository(p_key text, p_api_version integer) RETURNS TABLE(id integer, blacked_out boolean, shadowing_guard boolean, by_timestamp boolean)
    LANGUAGE sql STABLE
    AS $$
  SELECT r.id, r.blacked_out, r.shadowing_guard, r.by_timestamp FROM repository r
  WHERE r.key = p_key AND r.api_version = p_api_version AND r.deleted_at IS NULL
$$;

--
-- Name: request_target(text, integer, boolean, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.request_target(p_key text, p_account integer, p_valid boolean, p_name text) RETURNS TABLE(target_id integer, target_key text, blacked_out boolean, image_id bigint, actions integer, schema1 boolean)
    LANGUAGE sql STABLE
    AS $$
  SELECT t.target_id, t.target_key, t.blacked_out, i.id, CASE WHEN p_valid THEN push_actions(p_account, t.root_id, t.target_id, p_name) ELSE 0 END,
    (SELECT NOT r.block_schema1 FROM repository r WHERE r.id = t.target_id)
  FROM push_target t LEFT JOIN image i ON i.path = p_name AND i.repository_id = t.target_id WHERE t.key = p_key
$$;

--
-- Name: rules_below(integer, integer[], integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.rules_below(p_root integer, p_principals integer[], p_actions integer) RETURNS SETOF registry.acl
    LANGUAGE sql STABLE
    AS $$
  SELECT a.* FROM repository_leaf l JOIN acl a ON a.repository_id = l.leaf_id AND a.principal_id = ANY (p_principals) AND a.actions & p_actions = p_actions
  WHERE l.root_id = p_root
$$;

--
-- Name: rules_for_some_name(integer, integer[], integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.rules_for_some_name(p_repository integer, p_principals integer[], p_actions integer) RETURNS SETOF registry.acl
    LANGUAGE sql STABLE
    AS $$
  SELECT * FROM acl a WHERE a.repository_id = p_repository AND a.principal_id = ANY (p_principals) AND a.actions & p_actions = p_actions
$$;

--
-- Name: schema1_signed_size(bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.schema1_signed_size(p_payload bytea) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_format jsonb;
BEGIN
  v_format := convert_from(base64url_bytes(convert_from(p_payload, 'UTF8')::jsonb #>> '{signatures,0,protected}'), 'UTF8')::jsonb;
  RETURN (v_format ->> 'formatLength')::bigint + octet_length(base64url_bytes(v_format ->> 'formatTail'));
EXCEPTION WHEN data_exception OR untranslatable_character THEN
  RETURN NULL;
END $$;

--
-- Name: shown_with(bigint, bigint[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.shown_with(p_image bigint, p_manifests bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN ARRAY(
    WITH RECURSIVE shown (id) AS (
      SELECT unnest(p_manifests)
      UNION
      SELECT n.id FROM shown s, LATERAL (
        SELECT c.child_id FROM manifest_child c JOIN image_manifest im ON im.image_id = p_image AND im.manifest_id = c.child_id WHERE c.parent_id = s.id
        UNION ALL
        SELECT r.manifest_id FROM manifest m JOIN image_referrer r ON r.image_id = p_image AND r.subject = m.digest AND r.subject_alg = m.alg
        WHERE m.id = s.id) n (id))
    SELECT id FROM shown ORDER BY id);
END $$;

--
-- Name: sign_in_failed(integer, inet, integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.sign_in_failed(p_account integer, p_network inet, p_lock_failures integer, p_lock_seconds integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: sign_in_network(inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.sign_in_network(p_address inet) RETURNS inet
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT CASE WHEN p_address IS NULL THEN inet '0.0.0.0'
    WHEN family(p_address) = 4 THEN host(p_address)::inet
    WHEN p_address <<= inet '::ffff:0.0.0.0/96' THEN substr(host(p_address), length('::ffff:') + 1)::inet
    ELSE network(set_masklen(p_address, 64)) END
$$;

--
-- Name: sign_in_trim(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.sign_in_trim(p_account integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  DELETE FROM sign_in WHERE account = p_account AND network IN (SELECT network FROM sign_in WHERE account = p_account
    ORDER BY succeeded_at DESC NULLS LAST, expires_at DESC OFFSET 200)
$$;

--
-- Name: signing_key_get(bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.signing_key_get(p_fresh bytea) RETURNS bytea
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_secret bytea := (SELECT secret FROM signing_key);
BEGIN
  IF v_secret IS NULL THEN
    INSERT INTO signing_key (secret) VALUES (p_fresh) ON CONFLICT DO NOTHING;
    SELECT secret INTO v_secret FROM signing_key;
  END IF;
  RETURN v_secret;
END $$;

--
-- Name: stale_served(integer, text, text, text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.stale_served(p_remote integer, p_path text, p_tag text, p_reason text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'stale', 'done', r.key, p_path, p_tag, jsonb_build_object('reason', p_reason) FROM repository r
  WHERE r.id = p_remote AND NOT EXISTS (SELECT FROM audit a WHERE a.repository = r.key AND a.path = p_path AND a.action = 'stale' AND a.object = p_tag
    AND a.at > clock_timestamp() - interval '1 minute')
$$;

--
-- Name: storage_files(integer, text, text, text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.storage_files(p_root integer, p_name text, p_tag text, p_file text, p_account integer) RETURNS TABLE(file text, size bigint, type text, sha256 text, download text, payload bytea, created timestamp with time zone, creator integer, modified timestamp with time zone, modifier integer)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN QUERY WITH found AS (
    SELECT i.id, i.path FROM repository_leaf l JOIN image i ON i.path = p_name AND i.repository_id = l.leaf_id
    WHERE l.root_id = p_root AND tag_fits(i.path, p_tag, l.include_re, l.exclude_re) AND viewer_actions(p_account, l.leaf_id, i.path) & 1 = 1
      AND (EXISTS (SELECT FROM tag WHERE image_id = i.id AND name = p_tag) OR EXISTS (SELECT FROM v1_tag WHERE image_id = i.id AND name = p_tag))
    ORDER BY l.rank, l.ord LIMIT 1),
  shown AS (
    SELECT f.path, m.*, im.created_at AS shown_at, im.created_by, t.updated_at, t.updated_by FROM found f JOIN tag t ON t.image_id = f.id AND t.name = p_tag
      JOIN image_manifest im ON im.image_id = f.id AND im.manifest_id = t.manifest_id JOIN manifest m ON m.id = t.manifest_id)
  SELECT 'manifest.json', s.size::bigint, mt.name, CASE s.alg WHEN 1 THEN encode(s.digest, 'hex') ELSE '' END, 'manifests/' || digest_text(s.alg, s.digest), s.payload,
    s.shown_at, s.created_by, s.updated_at, s.updated_by
  FROM shown s JOIN media_type mt ON mt.id = s.media_type WHERE coalesce(p_file, 'manifest.json') = 'manifest.json'
  UNION ALL SELECT * FROM (
    SELECT replace(digest_text(b.alg, b.digest), ':', '__'), b.size, 'application/octet-stream', CASE b.alg WHEN 1 THEN encode(b.digest, 'hex') ELSE '' END,
      'blobs/' || digest_text(b.alg, b.digest), NULL::bytea, b.created_at, s.created_by, b.created_at, s.created_by
    FROM shown s JOIN manifest_blob mb ON mb.manifest_id = s.id JOIN blob b ON b.id = mb.blob_id) blobs (name) WHERE blobs.name = coalesce(p_file, blobs.name)
  UNION ALL SELECT 'tag.json', octet_length(v.json)::bigint, 'application/json', encode(sha256(v.json), 'hex'), NULL, v.json, v.created_at, v.created_by, t.updated_at, t.updated_by
  FROM found f JOIN v1_tag t ON t.image_id = f.id AND t.name = p_tag JOIN v1_image v ON v.image_id = f.id AND v.v1_id = t.v1_id
  WHERE coalesce(p_file, 'tag.json') = 'tag.json';
END $$;

--
-- Name: storage_folders(integer, text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.storage_folders(p_root integer, p_path text, p_account integer) RETURNS TABLE(folder text, created timestamp with time zone, modified timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_prefix text := CASE p_path WHEN '' THEN '' ELSE p_path || '/' END;
BEGIN
  RETURN QUERY SELECT split_part(substr(i.path || '/' || t.name, length(v_prefix) + 1), '/', 1), min(i.created_at), max(t.updated_at)
  FROM repository_leaf l JOIN image i ON i.repository_id = l.leaf_id
    JOIN LATERAL (SELECT name, updated_at FROM tag WHERE image_id = i.id UNION ALL SELECT name, updated_at FROM v1_tag WHERE image_id = i.id) t
      ON tag_fits(i.path, t.name, l.include_re, l.exclude_re)
  WHERE l.root_id = p_root AND (p_path = '' OR i.path = p_path OR (i.path >= v_prefix AND i.path < p_path || '0')) AND viewer_actions(p_account, l.leaf_id, i.path) & 1 = 1
  GROUP BY 1 ORDER BY 1;
END $$;

--
-- Name: storage_item(integer, text, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.storage_item(p_root integer, p_path text, p_account integer) RETURNS TABLE(item jsonb, sha256 text, download text, payload bytea)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $_$
DECLARE
  v_part text[] := regexp_match(p_path, '^(?:(.+)/)?([^/]+)/([^/]+)$'); -- NAME, TAG, FILE; or (NAME), NAME, TAG
  v_children jsonb;
  v_created timestamptz;
  v_modified timestamptz;
BEGIN
  RETURN QUERY SELECT jsonb_strip_nulls(jsonb_build_object('size', f.size::text, 'mimeType', f.type, 'created', json_time(f.created), 'createdBy', c.name,
      'lastModified', json_time(f.modified), 'modifiedBy', m.name, 'lastUpdated', json_time(f.modified))), f.sha256, v_part[1] || '/' || f.download, f.payload
    FROM storage_files(p_root, v_part[1], v_part[2], v_part[3], p_account) f LEFT JOIN principal c ON c.id = f.creator LEFT JOIN principal m ON m.id = f.modifier;
  IF FOUND THEN
    RETURN;
  END IF;
  SELECT jsonb_agg(jsonb_build_object('uri', '/' || e.name, 'folder', e.folder) ORDER BY e.name), min(e.created), max(e.modified) INTO v_children, v_created, v_modified
  FROM (SELECT f.folder AS name, true AS folder, f.created, f.modified FROM storage_folders(p_root, p_path, p_account) f
    UNION SELECT f.file, false, f.created, f.modified FROM storage_files(p_root, concat_ws('/', v_part[1], v_part[2]), v_part[3], NULL, p_account) f) e;
  IF v_children IS NOT NULL OR p_path = '' THEN
    RETURN QUERY SELECT jsonb_strip_nulls(jsonb_build_object('children', coalesce(v_children, '[]'), 'created', json_time(v_created), 'lastModified', json_time(v_modified),
      'lastUpdated', json_time(v_modified))), NULL::text, NULL::text, NULL::bytea;
  END IF;
END $_$;

--
-- Name: store_bind(integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.store_bind(p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  UPDATE installation SET store_bound_at = now() WHERE store_bound_at IS NULL;
  IF FOUND THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
    SELECT p_request, p_actor, p_actor_name, p_address, 'store_bind', 'done', identity::text FROM installation;
  END IF;
END $$;

--
-- Name: store_seen(text, text, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.store_seen(p_node text, p_program text, p_trouble text) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO store_state (node, program, trouble) VALUES (p_node, p_program, p_trouble)
  ON CONFLICT (node, program) DO UPDATE SET trouble = p_trouble, seen_at = now();
  DELETE FROM store_state WHERE seen_at < now() - interval '1 day';
  RETURN (SELECT identity FROM installation);
END $$;

--
-- Name: stored_name(boolean, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.stored_name(p_library boolean, p_name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT CASE WHEN p_library AND strpos(p_name, '/') = 0 THEN 'library/' || p_name ELSE p_name END
$$;

--
-- Name: sweep_look(text[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.sweep_look(p_paths text[]) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  WITH looked AS (INSERT INTO gc_orphan AS o (path) SELECT unnest(p_paths)
    ON CONFLICT (path) DO UPDATE SET looked_at = now(), first_at = CASE WHEN o.looked_at < now() - interval '36 hours' THEN now() ELSE o.first_at END RETURNING o.*)
  SELECT path FROM looked WHERE first_at < now() - interval '23 hours'
$$;

--
-- Name: sweep_next(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.sweep_next() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_directory text;
BEGIN
  UPDATE gc_sweep SET due = now() + interval '1 day'
  WHERE directory = (SELECT directory FROM gc_sweep WHERE due <= now() ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING directory INTO v_directory;
  IF v_directory = 'uploads' THEN
    DELETE FROM gc_orphan WHERE looked_at < now() - interval '3 days'; -- these were removed, or have an owner again
  END IF;
  RETURN v_directory;
END $$;

--
-- Name: tag_changed(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.tag_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.image_id ELSE NEW.image_id END;
  v_name text := CASE WHEN TG_OP = 'DELETE' THEN OLD.name ELSE NEW.name END;
  v_old bigint := CASE WHEN TG_OP <> 'INSERT' THEN OLD.manifest_id END;
  v_new bigint := CASE WHEN TG_OP <> 'DELETE' THEN NEW.manifest_id END;
BEGIN
  IF v_old IS NOT DISTINCT FROM v_new THEN
    RETURN NULL;
  END IF;
  INSERT INTO tag_event (image_id, actor, request, repository, path, name, old_digest, new_digest)
  SELECT i.id, nullif(current_setting('registry.actor', true), '')::int, nullif(current_setting('registry.request', true), '')::uuid,
    r.key, i.path, v_name,
    (SELECT digest_text(m.alg, m.digest) FROM manifest m WHERE m.id = v_old),
    (SELECT digest_text(m.alg, m.digest) FROM manifest m WHERE m.id = v_new)
  FROM image i JOIN repository r ON r.id = i.repository_id WHERE i.id = v_image;
  RETURN NULL;
END $$;

--
-- Name: tag_delete(integer, text, text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.tag_delete(p_target integer, p_name text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_manifest bigint;
BEGIN
  PERFORM act_as(p_actor, p_request);
  DELETE FROM tag WHERE name = p_tag AND image_id = (SELECT id FROM image WHERE path = p_name AND repository_id = p_target) RETURNING manifest_id INTO v_manifest;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'untag', 'done', r.key, p_name, p_tag, jsonb_build_object('digest', digest_text(m.alg, m.digest))
  FROM repository r, manifest m WHERE r.id = p_target AND m.id = v_manifest;
  RETURN true;
END $$;

--
-- Name: tag_fits(text, text, text[], text[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.tag_fits(p_name text, p_tag text, p_include text[], p_exclude text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT (p_include IS NULL OR p_name ~ ALL (p_include) OR p_name || '/' || p_tag || '/manifest.json' ~ ALL (p_include))
    AND (p_exclude IS NULL OR (p_name !~ ALL (p_exclude) AND p_name || '/' || p_tag || '/manifest.json' !~ ALL (p_exclude)))
$$;

--
-- Name: tag_kept_out(integer, integer, text, text[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.tag_kept_out(p_root integer, p_target integer, p_name text, p_tags text[]) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN (SELECT t FROM unnest(p_tags) t WHERE NOT EXISTS (SELECT FROM repository_leaf l
    WHERE l.root_id = p_root AND l.leaf_id = p_target AND tag_fits(p_name, t, l.include_re, l.exclude_re)) LIMIT 1);
END $$;

--
-- Name: texts_of(jsonb); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.texts_of(p_array jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT coalesce(array_agg(t ORDER BY n), '{}') FROM jsonb_array_elements_text(p_array) WITH ORDINALITY AS e (t, n)
$$;

--
-- Name: time_limit(jsonb, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.time_limit(p_value jsonb, p_hour integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT coalesce(nullif(least(p_value::int, p_hour), 0), p_hour)
$$;

--
-- Name: token_key_rotate(bytea, boolean, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.token_key_rotate(p_fresh bytea, p_revoke boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: token_key; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.token_key (
    kid text NOT NULL COLLATE pg_catalog."C",
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT token_key_revoked_is_retired CHECK (((revoked_at IS NULL) OR (retired_at IS NOT NULL))),
    CONSTRAINT token_key_secret_check CHECK ((octet_length(secret) = 32))
);

--
-- Name: token_keys(bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.token_keys(p_fresh bytea) RETURNS SETOF registry.token_key
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
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

--
-- Name: unlink_failed(bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.unlink_failed(p_file bigint) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  UPDATE gc_unlink SET tries = tries + 1, not_before = now() + back_off(tries) WHERE file_id = p_file
  RETURNING extract(epoch FROM now() - queued_at)::bigint
$$;

--
-- Name: gc_unlink; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.gc_unlink (
    file_id bigint NOT NULL,
    alg smallint,
    digest bytea,
    not_before timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: unlinks_due(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.unlinks_due(p_limit integer) RETURNS SETOF registry.gc_unlink
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT * FROM gc_unlink WHERE not_before <= now() ORDER BY not_before LIMIT p_limit FOR UPDATE SKIP LOCKED
$$;

--
-- Name: upload_end(uuid); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.upload_end(p_upload uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_upload upload;
BEGIN
  DELETE FROM upload WHERE id = p_upload RETURNING * INTO v_upload;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM file_abandon(v_upload.file_id, v_upload.sealed_alg, v_upload.sealed_digest, interval '0');
  PERFORM image_forget(v_upload.image_id);
  RETURN true;
END $$;

--
-- Name: upload_seal(uuid, integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.upload_seal(p_upload uuid, p_alg integer, p_digest bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE upload SET sealed_alg = p_alg, sealed_digest = p_digest, touched_at = now() WHERE id = p_upload;
  RETURN FOUND;
END $$;

--
-- Name: upload; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.upload (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    image_id bigint NOT NULL,
    account integer NOT NULL,
    alg smallint DEFAULT 1 NOT NULL,
    file_id bigint NOT NULL,
    received bigint DEFAULT 0 NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    touched_at timestamp with time zone DEFAULT now() NOT NULL,
    digest_so_far bytea,
    sealed_alg smallint,
    sealed_digest bytea,
    CONSTRAINT upload_account_check CHECK ((account > 1)),
    CONSTRAINT upload_alg_check CHECK ((alg = ANY (ARRAY[1, 2]))),
    CONSTRAINT upload_check CHECK (((sealed_alg IS NULL) = (sealed_digest IS NULL))),
    CONSTRAINT upload_received_check CHECK ((received >= 0))
);

--
-- Name: upload_start(integer, text, integer, integer, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.upload_start(p_repository integer, p_name text, p_account integer, p_alg integer, p_most bigint DEFAULT 0) RETURNS registry.upload
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_upload upload;
BEGIN
  IF pushes_full(p_account, p_most) THEN
    RETURN NULL;
  END IF;
  INSERT INTO upload (image_id, account, alg, file_id) VALUES (image_make(p_repository, p_name), p_account, p_alg, nextval('file_id'))
  RETURNING * INTO v_upload;
  RETURN v_upload;
END $$;

--
-- Name: uploads_abandoned(integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.uploads_abandoned(p_seconds integer, p_limit integer) RETURNS SETOF registry.upload
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT * FROM upload u WHERE touched_at < now() - make_interval(secs => p_seconds)
    OR EXISTS (SELECT FROM image i JOIN repository r ON r.id = i.repository_id WHERE i.id = u.image_id AND r.deleted_at IS NOT NULL)
  ORDER BY touched_at LIMIT p_limit
$$;

--
-- Name: upstream_status(integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.upstream_status(p_id integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT coalesce((SELECT jsonb_build_object('upstreamStatus', jsonb_strip_nulls(jsonb_build_object('trouble', trouble, 'reason', reason,
      'notAskedUntil', CASE WHEN offline_until > now() THEN offline_until END)))
    FROM remote_state WHERE repository_id = p_id AND trouble IS NOT NULL), '{}')
$$;

--
-- Name: url_origin(text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.url_origin(p_url text) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT ARRAY[m[1], m[2], coalesce(nullif(ltrim(m[3], ':0'), ''), CASE m[1] WHEN 'https' THEN '443' ELSE '80' END)]
  FROM regexp_match(lower(p_url), '^(https?)://(\[[^\]]*\]|[^/:]*)(:[0-9]+)?') m
$$;

--
-- Name: v1_checksum_put(integer, text, bytea, bytea, text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_checksum_put(p_repository integer, p_path text, p_id bytea, p_payload bytea, p_tarsum text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint;
  v_upload v1_upload;
  v_blob bigint;
  v_below bytea[] := '{}';
BEGIN
  -- one at a time per image, so that two pushes of the same id do not both create it
  SELECT id INTO v_image FROM image WHERE path = p_path AND repository_id = p_repository FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM v1_image WHERE image_id = v_image AND v1_id = p_id) THEN
    -- the answer to an earlier identical call may have been lost
    RETURN CASE WHEN EXISTS (SELECT FROM v1_image WHERE image_id = v_image AND v1_id = p_id AND payload = p_payload) THEN 0 ELSE 1 END;
  ELSIF NOT EXISTS (SELECT FROM v1_upload WHERE image_id = v_image AND v1_id = p_id) THEN
    RETURN CASE WHEN v1_seen(p_repository, p_path, p_actor, p_id) IS NULL THEN 2 ELSE 1 END;
  ELSIF NOT EXISTS (SELECT FROM v1_layer l JOIN v1_upload u ON u.id = l.upload_id WHERE u.image_id = v_image AND u.v1_id = p_id) THEN
    RETURN 3;
  END IF;
  SELECT u.* INTO v_upload FROM v1_upload u JOIN v1_layer l ON l.upload_id = u.id
  WHERE u.image_id = v_image AND u.v1_id = p_id AND l.payload = p_payload LIMIT 1;
  IF NOT FOUND THEN
    RETURN 4;
  END IF;
  SELECT l.blob_id INTO v_blob FROM v1_layer l WHERE l.upload_id = v_upload.id AND l.payload = p_payload;
  IF v_upload.parent IS NOT NULL THEN
    IF NOT v1_have(v_image, p_repository, p_path, p_actor, v_upload.parent) THEN
      RETURN 5;
    END IF;
    SELECT ancestry INTO v_below FROM v1_image WHERE image_id = v_image AND v1_id = v_upload.parent;
  END IF;
  IF cardinality(v_below) >= 127 THEN
    RETURN 6;
  END IF;
  INSERT INTO v1_image (image_id, v1_id, json, blob_id, ancestry, payload, tarsum, created_by)
  VALUES (v_image, p_id, v_upload.json, v_blob, p_id || v_below, p_payload, p_tarsum, p_actor);
  DELETE FROM v1_upload WHERE image_id = v_image AND v1_id = p_id;
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'push', 'done', r.key, p_path, 'v1:' || encode(p_id, 'hex'),
    jsonb_build_object('layer', digest_text(b.alg, b.digest), 'size', b.size) FROM repository r, blob b WHERE r.id = p_repository AND b.id = v_blob;
  RETURN 0;
END $$;

--
-- Name: v1_have(bigint, integer, text, integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_have(p_image bigint, p_repository integer, p_path text, p_account integer, p_id bytea) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_manifest bigint;
  v_position int;
BEGIN
  IF EXISTS (SELECT FROM v1_image WHERE image_id = p_image AND v1_id = p_id) THEN
    RETURN true;
  END IF;
  v_manifest := v1_seen(p_repository, p_path, p_account, p_id);
  IF v_manifest IS NULL THEN
    RETURN false;
  END IF;
  PERFORM FROM manifest_blob mb JOIN blob b ON b.id = mb.blob_id WHERE mb.manifest_id = v_manifest ORDER BY b.id FOR KEY SHARE OF b;
  v_position := (SELECT position FROM v1_view_image WHERE manifest_id = v_manifest AND v1_id = p_id);
  IF EXISTS (SELECT FROM v1_view_image w WHERE w.manifest_id = v_manifest AND w.position <= v_position AND w.digest IS NOT NULL
    AND NOT EXISTS (SELECT FROM blob b WHERE b.digest = w.digest AND b.alg = w.alg)) THEN
    RETURN false;
  END IF;
  INSERT INTO v1_image (image_id, v1_id, json, blob_id, zstd, ancestry, created_by)
  SELECT p_image, w.v1_id, w.json, b.id, w.zstd,
    ARRAY(SELECT o.v1_id FROM v1_view_image o WHERE o.manifest_id = v_manifest AND o.position <= w.position ORDER BY o.position DESC), p_account
  FROM v1_view_image w LEFT JOIN blob b ON b.digest = w.digest AND b.alg = w.alg
  WHERE w.manifest_id = v_manifest AND w.position <= v_position
  ORDER BY w.v1_id
  ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

--
-- Name: v1_json_put(integer, text, integer, bytea, bytea, bytea, bigint); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_json_put(p_repository integer, p_path text, p_account integer, p_id bytea, p_parent bytea, p_json bytea, p_most bigint DEFAULT 0) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint := (SELECT id FROM image WHERE path = p_path AND repository_id = p_repository);
BEGIN
  IF v1_pushed(v_image, p_id) OR v1_seen(p_repository, p_path, p_account, p_id) IS NOT NULL THEN
    RETURN 1;
  END IF;
  IF p_parent IS NOT NULL AND v1_seen(p_repository, p_path, p_account, p_parent) IS NULL
    AND NOT EXISTS (SELECT FROM v1_image WHERE image_id = v_image AND v1_id = p_parent)
    AND NOT EXISTS (SELECT FROM v1_upload WHERE image_id = v_image AND v1_id = p_parent) THEN
    RETURN 2;
  END IF;
  UPDATE v1_upload SET touched_at = now() WHERE image_id = v_image AND v1_id = p_id AND sha256(json) = sha256(p_json);
  IF FOUND THEN
    RETURN 0;
  ELSIF pushes_full(p_account, p_most) THEN
    RETURN 3;
  END IF;
  INSERT INTO v1_upload (image_id, v1_id, account, parent, json) VALUES (image_make(p_repository, p_path), p_id, p_account, p_parent, p_json)
  ON CONFLICT (image_id, v1_id, sha256(json)) DO UPDATE SET touched_at = now();
  RETURN 0;
END $$;

--
-- Name: v1_layer_put(uuid, bigint, integer, bytea, bigint, bigint[], bytea[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_layer_put(p_upload uuid, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, p_jsons bigint[], p_payloads bytea[], OUT won boolean, OUT file bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint;
  v_stored record;
BEGIN
  PERFORM digest_share(p_digest);
  DELETE FROM upload WHERE id = p_upload RETURNING image_id INTO v_image;
  won := FOUND;
  IF NOT won THEN
    RETURN;
  END IF;
  SELECT * INTO v_stored FROM blob_store(p_file, p_alg, p_digest, p_size);
  file := v_stored.file;
  WITH here AS (UPDATE v1_upload SET touched_at = now() WHERE id = ANY (p_jsons) RETURNING id)
  INSERT INTO v1_layer (upload_id, payload, blob_id)
  SELECT j.id, j.payload, v_stored.id FROM unnest(p_jsons, p_payloads) j (id, payload) JOIN here ON here.id = j.id ORDER BY j.id
  ON CONFLICT (upload_id, payload) DO UPDATE SET blob_id = EXCLUDED.blob_id;
  IF NOT FOUND THEN -- its JSONs expired
    PERFORM image_forget(v_image);
  END IF;
END $$;

--
-- Name: v1_layers_link(integer, text, bigint[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_layers_link(p_target integer, p_name text, p_blobs bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM blob_postpone(b) FROM unnest(p_blobs) b ORDER BY b;
  PERFORM FROM blob WHERE id = ANY (p_blobs) ORDER BY id FOR KEY SHARE;
  INSERT INTO image_blob (image_id, blob_id) SELECT image_make(p_target, p_name), id FROM blob WHERE id = ANY (p_blobs) ORDER BY id ON CONFLICT DO NOTHING;
END $$;

--
-- Name: v1_pushed(bigint, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_pushed(p_image bigint, p_id bytea) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT EXISTS (SELECT FROM v1_image v LEFT JOIN blob b ON b.id = v.blob_id WHERE v.image_id = p_image AND v.v1_id = p_id AND b.bad IS NOT TRUE)
$$;

--
-- Name: v1_seen(integer, text, integer, bytea); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_seen(p_repository integer, p_path text, p_account integer, p_id bytea) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN (SELECT w.manifest_id FROM v1_view_image w JOIN image_manifest im ON im.manifest_id = w.manifest_id
    WHERE w.v1_id = p_id AND NOT EXISTS (SELECT FROM blob b WHERE b.digest = w.digest AND b.alg = w.alg AND b.bad) AND im.image_id = ANY (ARRAY(
      SELECT readable_images(bridge_root(p_repository), n, p_account) FROM unnest(name_twins(p_path)) n)) LIMIT 1);
END $$;

--
-- Name: v1_tag_changed(); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_tag_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.image_id ELSE NEW.image_id END;
  v_name text := CASE WHEN TG_OP = 'DELETE' THEN OLD.name ELSE NEW.name END;
  v_old bytea := CASE WHEN TG_OP <> 'INSERT' THEN OLD.v1_id END;
  v_new bytea := CASE WHEN TG_OP <> 'DELETE' THEN NEW.v1_id END;
BEGIN
  IF v_old IS DISTINCT FROM v_new THEN
    INSERT INTO tag_event (image_id, actor, request, repository, path, name, old_digest, new_digest)
    SELECT i.id, nullif(current_setting('registry.actor', true), '')::int, nullif(current_setting('registry.request', true), '')::uuid,
      r.key, i.path, v_name, 'v1:' || encode(v_old, 'hex'), 'v1:' || encode(v_new, 'hex')
    FROM image i JOIN repository r ON r.id = i.repository_id WHERE i.id = v_image;
  END IF;
  RETURN NULL;
END $$;

--
-- Name: v1_tag_put(integer, text, text, bytea, text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_tag_put(p_repository integer, p_path text, p_tag text, p_id bytea, p_agent text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_image bigint;
  v_old bytea;
BEGIN
  IF v1_seen(p_repository, p_path, p_actor, p_id) IS NOT NULL THEN
    PERFORM image_make(p_repository, p_path);
  END IF;
  SELECT id INTO v_image FROM image WHERE path = p_path AND repository_id = p_repository FOR NO KEY UPDATE;
  IF NOT FOUND OR NOT v1_have(v_image, p_repository, p_path, p_actor, p_id) THEN
    PERFORM image_forget(v_image);
    RETURN 1;
  END IF;
  SELECT v1_id INTO v_old FROM v1_tag WHERE image_id = v_image AND name = p_tag;
  IF v_old <> p_id AND push_actions(p_actor, p_repository, p_repository, p_path) & 4 = 0 THEN
    RETURN 2;
  END IF;
  PERFORM act_as(p_actor, p_request);
  INSERT INTO v1_tag AS t (image_id, name, v1_id, updated_by, agent) VALUES (v_image, p_tag, p_id, p_actor, p_agent)
  ON CONFLICT (image_id, name) DO UPDATE SET v1_id = EXCLUDED.v1_id, updated_by = EXCLUDED.updated_by, updated_at = now(), agent = EXCLUDED.agent;
  IF v_old IS DISTINCT FROM p_id THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    SELECT p_request, p_actor, p_actor_name, p_address, 'tag', 'done', r.key, p_path, p_tag,
      jsonb_strip_nulls(jsonb_build_object('digest', 'v1:' || encode(p_id, 'hex'), 'old', 'v1:' || encode(v_old, 'hex')))
    FROM repository r WHERE r.id = p_repository;
  END IF;
  RETURN 0;
END $$;

--
-- Name: v1_tags_delete(integer, text, text, integer, text, uuid, inet); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_tags_delete(p_repository integer, p_path text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM act_as(p_actor, p_request);
  WITH gone AS (DELETE FROM v1_tag WHERE image_id = (SELECT id FROM image WHERE path = p_path AND repository_id = p_repository)
    AND (p_tag IS NULL OR name = p_tag) RETURNING name, v1_id)
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'untag', 'done', r.key, p_path, g.name, jsonb_build_object('digest', 'v1:' || encode(g.v1_id, 'hex'))
  FROM repository r, gone g WHERE r.id = p_repository ORDER BY g.name;
  RETURN FOUND;
END $$;

--
-- Name: v1_uploads_drop(integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_uploads_drop(p_seconds integer, p_limit integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_count bigint;
  v_images bigint[];
BEGIN
  WITH old AS (DELETE FROM v1_upload WHERE id = ANY (ARRAY(SELECT id FROM v1_upload WHERE touched_at < now() - make_interval(secs => p_seconds)
      ORDER BY touched_at LIMIT p_limit FOR UPDATE SKIP LOCKED)) RETURNING image_id)
  SELECT count(*), array_agg(DISTINCT image_id ORDER BY image_id) INTO v_count, v_images FROM old;
  PERFORM image_forget(i) FROM unnest(v_images) i;
  RETURN v_count;
END $$;

--
-- Name: v1_view_put(bigint, bigint, bytea, text, bytea[], text[], integer[], bytea[], integer[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.v1_view_put(p_manifest bigint, p_shown bigint, p_id bytea, p_reason text, p_ids bytea[], p_jsons text[], p_algs integer[], p_digests bytea[], p_zstds integer[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  PERFORM FROM manifest WHERE id IN (p_manifest, p_shown) ORDER BY id FOR KEY SHARE;
  IF EXISTS (SELECT FROM manifest_want WHERE manifest_id = p_shown) THEN
    RETURN false;
  END IF;
  INSERT INTO v1_view_image (manifest_id, position, v1_id, json, alg, digest, zstd)
  SELECT p_shown, w.position, w.v1_id, convert_to(w.json, 'UTF8'), nullif(w.alg, 0), CASE WHEN w.alg <> 0 THEN w.digest END, w.zstd <> 0
  FROM unnest(p_ids, p_jsons, p_algs, p_digests, p_zstds) WITH ORDINALITY AS w (v1_id, json, alg, digest, zstd, position)
  ON CONFLICT DO NOTHING;
  INSERT INTO v1_view (manifest_id, shown_id, v1_id, reason) VALUES (p_manifest, p_shown, p_id, p_reason) ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

--
-- Name: viewer_actions(integer, integer, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.viewer_actions(p_account integer, p_repository integer, p_name text) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  IF EXISTS (SELECT FROM account WHERE id = p_account AND is_admin) THEN
    RETURN 15;
  END IF;
  RETURN (SELECT coalesce(bit_or(a.actions), 0) FROM acl a
    WHERE a.repository_id = p_repository
      AND a.principal_id = ANY (CASE WHEN p_account = 0 THEN ARRAY[0]
        ELSE ARRAY(SELECT group_id FROM membership WHERE user_id = p_account) || ARRAY[p_account, 1] END)
      AND (p_name IS NULL OR ((a.include_re IS NULL OR p_name ~ a.include_re) AND (a.exclude_re IS NULL OR p_name !~ a.exclude_re))));
END $$;

--
-- Name: viewer_valid(integer, integer); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.viewer_valid(p_account integer, p_epoch integer) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
BEGIN
  RETURN p_account = 0 OR EXISTS (SELECT FROM account
    WHERE id = p_account AND epoch = p_epoch AND NOT disabled);
END $$;

--
-- Name: who_answers(text, text, text, integer, bytea, text); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.who_answers(p_key text, p_name text, p_tag text, p_alg integer, p_digest bytea, p_user text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
DECLARE
  v_root repository;
  v_account int := (SELECT id FROM principal WHERE name = lower(p_user) AND kind < 2);
  v_reference text := coalesce(p_tag, digest_text(p_alg, p_digest));
  v_local boolean;
  v_leaf record;
  v_why text;
  v_winner text;
  v_winner_rank int;
  v_asked text[] := '{}';
  v_asked_first text[] := '{}'; -- of these, the ones with priority
  v_answer text;
  v_members jsonb := '[]';
BEGIN
  SELECT * INTO v_root FROM repository WHERE key = p_key AND deleted_at IS NULL AND api_version = 2;
  IF NOT FOUND OR v_account IS NULL THEN
    RETURN NULL;
  END IF;
  v_local := v_root.shadowing_guard AND name_is_local(v_root.id, p_name);
  FOR v_leaf IN
    SELECT DISTINCT ON (l.rank <> 0, stamp, l.class, first) l.*, r.key, n.path, h.digest, h.updated_at, h.fresh, m.until IS NOT NULL AS missed, m.reason AS refusal, c.offline,
      s.offline_until > now() AS away, concat_ws(': ', s.trouble, s.reason) AS trouble, viewer_actions(v_account, l.leaf_id, n.path) AS actions,
      CASE WHEN p_tag IS NULL THEN name_fits(n.path, l.include_re, l.exclude_re) ELSE tag_fits(n.path, p_tag, l.include_re, l.exclude_re) END AS fits,
      CASE WHEN v_root.by_timestamp AND p_tag IS NOT NULL THEN -extract(epoch FROM h.updated_at) END AS stamp,
      min(l.ord) OVER (PARTITION BY l.leaf_id) AS first
    FROM repository_leaf l JOIN repository r ON r.id = l.leaf_id
      CROSS JOIN LATERAL (SELECT CASE WHEN l.library AND strpos(p_name, '/') = 0 THEN 'library/' || p_name ELSE p_name END AS path) n
      LEFT JOIN LATERAL (
        SELECT digest_text(m.alg, m.digest) AS digest, t.updated_at,
          l.class = 1 OR p_tag IS NULL OR EXISTS (SELECT FROM remote_reference f WHERE f.image_id = i.id AND f.tag = p_tag AND f.fresh_until > now()) AS fresh
        FROM image i JOIN image_manifest im ON im.image_id = i.id JOIN manifest m ON m.id = im.manifest_id
          LEFT JOIN tag t ON t.image_id = i.id AND t.manifest_id = m.id AND t.name = p_tag
        WHERE i.path = n.path AND i.repository_id = l.leaf_id AND CASE WHEN p_tag IS NULL THEN m.digest = p_digest AND m.alg = p_alg ELSE t.name IS NOT NULL END
      ) h ON true
      LEFT JOIN repository_remote c ON c.repository_id = l.leaf_id LEFT JOIN remote_state s ON s.repository_id = l.leaf_id
      LEFT JOIN remote_miss m ON m.repository_id = l.leaf_id AND m.path = n.path AND m.reference = v_reference AND m.until > now()
    WHERE l.root_id = v_root.id
    ORDER BY l.rank <> 0, stamp NULLS LAST, l.class, first, fits DESC
  LOOP
    v_why := CASE
      WHEN NOT v_leaf.fits THEN 'a pattern keeps ' || CASE WHEN name_fits(v_leaf.path, v_leaf.include_re, v_leaf.exclude_re) THEN 'the tag' ELSE 'the name' END || ' out'
      WHEN v_leaf.actions & 1 = 0 THEN 'the user may not read it here'
      WHEN v_leaf.class = 2 AND v_local AND p_tag IS NOT NULL THEN 'a local member has the name, so no remote answers for its tags'
      WHEN v_leaf.digest IS NOT NULL AND v_winner IS NOT NULL THEN 'has it, but another comes first'
      WHEN v_leaf.digest IS NOT NULL AND v_leaf.fresh THEN 'has it'
      WHEN v_leaf.digest IS NOT NULL THEN 'has it cached; its upstream is asked whether it still holds'
      WHEN v_leaf.class = 1 THEN 'does not have it'
      WHEN v_local THEN 'not cached, and a local member has the name, so no upstream is asked'
      WHEN v_leaf.offline THEN 'not cached, and set offline'
      WHEN v_leaf.missed AND v_leaf.refusal IS NOT NULL THEN 'its upstream refused it a while ago: ' || v_leaf.refusal
      WHEN v_leaf.missed THEN 'its upstream did not have it a while ago'
      WHEN v_leaf.actions & 2 = 0 THEN 'not cached, and the user may not fill the cache'
      WHEN v_leaf.away THEN 'not cached, and assumed offline: ' || v_leaf.trouble
      ELSE 'not cached; its upstream is asked' END;
    IF v_why LIKE 'has it%' AND v_winner IS NULL THEN
      v_winner := v_leaf.key;
      v_winner_rank := v_leaf.rank;
      v_answer := v_leaf.digest;
    ELSIF v_why = 'not cached; its upstream is asked' THEN
      v_asked := v_asked || v_leaf.key;
      v_asked_first := v_asked_first || CASE WHEN v_leaf.rank = 0 THEN v_leaf.key END;
    END IF;
    v_members := v_members || jsonb_build_object('repository', v_leaf.key, 'rclass', class_name(v_leaf.class), 'priority', v_leaf.rank = 0,
      'name', v_leaf.path, 'included', v_leaf.fits, 'readable', v_leaf.actions & 1 <> 0, 'mayFillCache', CASE WHEN v_leaf.class = 2 THEN v_leaf.actions & 2 <> 0 END,
      'digest', v_leaf.digest, 'updated', v_leaf.updated_at, 'fresh', CASE WHEN v_leaf.digest IS NOT NULL THEN v_leaf.fresh END, 'why', v_why);
  END LOOP;
  -- content in one member keeps all upstreams from being asked, except those of priority members before it
  IF v_winner IS NOT NULL THEN
    v_asked := CASE WHEN v_winner_rank = 0 THEN '{}' ELSE array_remove(v_asked_first, NULL) END;
    v_members := (SELECT jsonb_agg(CASE WHEN m.value ->> 'why' = 'not cached; its upstream is asked' AND m.value ->> 'repository' <> ALL (v_asked)
      THEN m.value || '{"why": "not cached, and another has it"}' ELSE m.value END ORDER BY m.place)
      FROM jsonb_array_elements(v_members) WITH ORDINALITY AS m (value, place));
  END IF;
  RETURN jsonb_build_object('repository', p_key, 'name', p_name, 'reference', v_reference, 'user', lower(p_user), 'nameIsLocal', v_local,
    'blackedOut', v_root.blacked_out, 'members', v_members, 'winner', v_winner, 'digest', v_answer, 'asked', to_jsonb(v_asked),
    'reason', CASE WHEN v_root.blacked_out THEN 'the repository is blacked out'
      WHEN v_winner IS NOT NULL AND v_asked <> '{}' THEN 'a priority remote is asked first; else ' || v_winner || ' answers'
      WHEN v_winner IS NOT NULL THEN v_winner || ' is the first in the order of the search that has it'
      WHEN v_asked <> '{}' THEN 'nobody has it; upstreams are asked in this order'
      ELSE 'nobody has it' END);
END $$;

--
-- Name: wrong_sizes(integer[], bytea[], bigint[], integer[], bytea[], bigint[]); Type: FUNCTION; Schema: registry; Owner: -
--

CREATE FUNCTION registry.wrong_sizes(p_blob_algs integer[], p_blob_digests bytea[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[]) RETURNS TABLE(alg integer, digest bytea, said bigint, size bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'registry', 'pg_temp'
    AS $$
  SELECT d.alg, d.digest, d.size, b.size FROM unnest(p_blob_algs, p_blob_digests, p_blob_sizes) d (alg, digest, size)
    JOIN blob b ON b.digest = d.digest AND b.alg = d.alg WHERE d.size >= 0 AND b.size <> d.size
  UNION ALL
  SELECT d.alg, d.digest, d.size, m.size FROM unnest(p_child_algs, p_child_digests, p_child_sizes) d (alg, digest, size)
    JOIN manifest m ON m.digest = d.digest AND m.alg = d.alg WHERE d.size >= 0 AND m.size <> d.size
      AND d.size IS DISTINCT FROM schema1_signed_size(m.payload)
$$;

--
-- Name: account; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.account (
    id integer NOT NULL,
    kind smallint DEFAULT 1 NOT NULL,
    password text,
    is_admin boolean DEFAULT false NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    failures_since timestamp with time zone,
    CONSTRAINT account_kind_check CHECK ((kind = 1))
);

--
-- Name: audit; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.audit (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    request uuid,
    actor integer NOT NULL,
    actor_name text NOT NULL,
    address inet,
    action text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    repository text COLLATE pg_catalog."C",
    path text COLLATE pg_catalog."C",
    object text NOT NULL,
    detail jsonb,
    role text DEFAULT SESSION_USER COLLATE pg_catalog."C",
    CONSTRAINT audit_action_check CHECK ((action ~ '^[a-z_]+$'::text)),
    CONSTRAINT audit_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text])))
)
PARTITION BY RANGE (at);

--
-- Name: audit_entry; Type: VIEW; Schema: registry; Owner: -
--

CREATE VIEW registry.audit_entry AS
 SELECT request,
    actor,
    actor_name,
    address,
    action,
    outcome,
    repository,
    path,
    object,
    detail
   FROM registry.audit;

--
-- Name: audit_rest; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.audit_rest (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    request uuid,
    actor integer NOT NULL,
    actor_name text NOT NULL,
    address inet,
    action text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    repository text COLLATE pg_catalog."C",
    path text COLLATE pg_catalog."C",
    object text NOT NULL,
    detail jsonb,
    role text DEFAULT SESSION_USER COLLATE pg_catalog."C",
    CONSTRAINT audit_action_check CHECK ((action ~ '^[a-z_]+$'::text)),
    CONSTRAINT audit_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text])))
);

--
-- Name: blob; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.blob (
    id bigint NOT NULL,
    size bigint NOT NULL,
    file_id bigint NOT NULL,
    alg smallint NOT NULL,
    bad boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    checked_on date,
    digest bytea NOT NULL,
    diff_id bytea,
    CONSTRAINT blob_check CHECK ((((alg = 1) AND (octet_length(digest) = 32)) OR ((alg = 2) AND (octet_length(digest) = 64)))),
    CONSTRAINT blob_diff_id_check CHECK ((octet_length(diff_id) = ANY (ARRAY[0, 32]))),
    CONSTRAINT blob_size_check CHECK ((size >= 0))
);

--
-- Name: blob_fetch; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.blob_fetch (
    repository_id integer NOT NULL,
    alg smallint NOT NULL,
    digest bytea NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    source text,
    store_locally boolean NOT NULL,
    owner uuid NOT NULL,
    file_id bigint NOT NULL,
    size bigint NOT NULL,
    received bigint DEFAULT 0 NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    error_status integer,
    error text
)
WITH (fillfactor='50');

--
-- Name: blob_fetch_name; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.blob_fetch_name (
    repository_id integer NOT NULL,
    alg smallint NOT NULL,
    digest bytea NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C"
);

--
-- Name: blob_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.blob ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.blob_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: file_id; Type: SEQUENCE; Schema: registry; Owner: -
--

CREATE SEQUENCE registry.file_id
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

--
-- Name: gc_blob; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.gc_blob (
    blob_id bigint NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

--
-- Name: gc_link; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.gc_link (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

--
-- Name: gc_manifest; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.gc_manifest (
    manifest_id bigint NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

--
-- Name: gc_orphan; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.gc_orphan (
    path text NOT NULL COLLATE pg_catalog."C",
    first_at timestamp with time zone DEFAULT now() NOT NULL,
    looked_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: gc_repository; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.gc_repository (
    repository_id integer NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 1 NOT NULL
);

--
-- Name: gc_sweep; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.gc_sweep (
    directory text NOT NULL COLLATE pg_catalog."C",
    due timestamp with time zone NOT NULL
);

--
-- Name: image; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.image (
    id bigint NOT NULL,
    repository_id integer NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT image_path_check CHECK (((length(path) >= 1) AND (length(path) <= 255)))
);

--
-- Name: image_blob; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.image_blob (
    image_id bigint NOT NULL,
    blob_id bigint NOT NULL
);

--
-- Name: image_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.image ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.image_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: image_manifest; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.image_manifest (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    created_by integer,
    pulled_on date,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: image_referrer; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.image_referrer (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    artifact_type integer,
    subject_alg smallint NOT NULL,
    subject bytea NOT NULL,
    descriptor text NOT NULL
);

--
-- Name: installation; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.installation (
    one boolean DEFAULT true NOT NULL,
    schema integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    identity uuid DEFAULT gen_random_uuid() NOT NULL,
    store_bound_at timestamp with time zone,
    oldest integer DEFAULT 9 NOT NULL,
    CONSTRAINT installation_one_check CHECK (one)
);

--
-- Name: manifest; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.manifest (
    id bigint NOT NULL,
    size integer NOT NULL,
    media_type integer NOT NULL,
    artifact_type integer,
    alg smallint NOT NULL,
    subject_alg smallint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    subject bytea,
    digest bytea NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT manifest_check CHECK ((octet_length(payload) = size)),
    CONSTRAINT manifest_check1 CHECK ((num_nulls(subject, subject_alg) <> 1)),
    CONSTRAINT manifest_check2 CHECK ((((alg = 1) AND (octet_length(digest) = 32)) OR ((alg = 2) AND (octet_length(digest) = 64)))),
    CONSTRAINT manifest_size_check CHECK (((size >= 1) AND (size <= 4194304)))
);
ALTER TABLE ONLY registry.manifest ALTER COLUMN payload SET COMPRESSION lz4;

--
-- Name: manifest_blob; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.manifest_blob (
    blob_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    role smallint NOT NULL,
    CONSTRAINT manifest_blob_role_check CHECK ((role = ANY (ARRAY[1, 2])))
);

--
-- Name: manifest_child; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.manifest_child (
    parent_id bigint NOT NULL,
    child_id bigint NOT NULL,
    CONSTRAINT manifest_child_check CHECK ((parent_id <> child_id))
);

--
-- Name: manifest_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.manifest ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.manifest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: manifest_want; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.manifest_want (
    manifest_id bigint NOT NULL,
    alg smallint NOT NULL,
    role smallint NOT NULL,
    digest bytea NOT NULL,
    size bigint,
    url text,
    CONSTRAINT manifest_want_role_check CHECK ((role = ANY (ARRAY[1, 2, 3])))
);

--
-- Name: media_type; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.media_type (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT media_type_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

--
-- Name: media_type_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.media_type ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.media_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: membership; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.membership (
    user_id integer NOT NULL,
    group_id integer NOT NULL,
    kind smallint DEFAULT 2 NOT NULL,
    CONSTRAINT membership_kind_check CHECK ((kind = 2))
);

--
-- Name: migration; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT migration_number_check CHECK ((number > 0)),
    CONSTRAINT migration_sha256_check CHECK ((octet_length(sha256) = 32))
);

--
-- Name: permission_target; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.permission_target (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    includes text DEFAULT ''::text NOT NULL,
    excludes text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT permission_target_excludes_check CHECK ((excludes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT permission_target_includes_check CHECK ((includes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT permission_target_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

--
-- Name: permission_target_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.permission_target ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.permission_target_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: permission_target_principal; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.permission_target_principal (
    target_id integer NOT NULL,
    principal_id integer NOT NULL,
    actions integer NOT NULL,
    CONSTRAINT permission_target_principal_actions_check CHECK (((actions >= 1) AND (actions <= 15)))
);

--
-- Name: permission_target_repository; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.permission_target_repository (
    target_id integer NOT NULL,
    repository_id integer,
    any_of text,
    CONSTRAINT permission_target_repository_any_of_check CHECK ((any_of = ANY (ARRAY['ANY'::text, 'ANY LOCAL'::text, 'ANY REMOTE'::text]))),
    CONSTRAINT permission_target_repository_check CHECK ((num_nonnulls(repository_id, any_of) = 1))
);

--
-- Name: principal; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.principal (
    id integer NOT NULL,
    kind smallint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT principal_kind_check CHECK ((kind = ANY (ARRAY[0, 1, 2]))),
    CONSTRAINT principal_name_check CHECK (((name = lower(name)) AND ((length(name) >= 1) AND (length(name) <= 64))))
);

--
-- Name: principal_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.principal ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.principal_id_seq
    START WITH 2
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: push_target; Type: VIEW; Schema: registry; Owner: -
--

CREATE VIEW registry.push_target AS
 SELECT v.key,
    v.id AS root_id,
    t.id AS target_id,
    t.key AS target_key,
    (v.blacked_out OR t.blacked_out) AS blacked_out
   FROM (registry.repository v
     JOIN registry.repository t ON ((t.id =
        CASE v.class
            WHEN 1 THEN v.id
            WHEN 3 THEN v.default_deployment_id
            ELSE NULL::integer
        END)))
  WHERE ((v.deleted_at IS NULL) AND (v.api_version = 2) AND (t.deleted_at IS NULL) AND (t.api_version = 2) AND (t.class = 1));

--
-- Name: remote_miss; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.remote_miss (
    repository_id integer NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    reference text NOT NULL COLLATE pg_catalog."C",
    refused boolean NOT NULL,
    until timestamp with time zone NOT NULL,
    reason text
);

--
-- Name: remote_reference; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.remote_reference (
    image_id bigint NOT NULL,
    tag text NOT NULL COLLATE pg_catalog."C",
    fresh_until timestamp with time zone NOT NULL,
    checked_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: remote_state; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.remote_state (
    repository_id integer NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    offline_until timestamp with time zone,
    limited boolean DEFAULT false NOT NULL,
    reason text,
    rate_limit integer,
    rate_remaining integer,
    rate_seconds integer,
    rate_at timestamp with time zone,
    trouble text,
    suspect_until timestamp with time zone,
    struck text[] DEFAULT '{}'::text[] NOT NULL,
    told_at timestamp with time zone
)
WITH (fillfactor='70');

--
-- Name: remote_tags; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.remote_tags (
    repository_id integer NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    fresh_until timestamp with time zone NOT NULL,
    tags text[] NOT NULL COLLATE pg_catalog."C"
);

--
-- Name: repository_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.repository ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.repository_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: repository_member; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.repository_member (
    virtual_id integer NOT NULL,
    class smallint DEFAULT 3 NOT NULL,
    "position" integer NOT NULL,
    member_id integer NOT NULL,
    CONSTRAINT repository_member_check CHECK ((virtual_id <> member_id)),
    CONSTRAINT repository_member_class_check CHECK ((class = 3))
);

--
-- Name: repository_remote; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.repository_remote (
    repository_id integer NOT NULL,
    class smallint DEFAULT 2 NOT NULL,
    url text NOT NULL,
    username text DEFAULT ''::text NOT NULL,
    password text DEFAULT ''::text NOT NULL,
    token_authentication boolean DEFAULT true NOT NULL,
    any_host_auth boolean DEFAULT false NOT NULL,
    realm_hosts text[] DEFAULT '{}'::text[] NOT NULL,
    private_networks boolean DEFAULT false NOT NULL,
    library_prefix boolean DEFAULT false NOT NULL,
    ns_aliases text[] DEFAULT '{}'::text[] NOT NULL,
    offline boolean DEFAULT false NOT NULL,
    hard_fail boolean DEFAULT false NOT NULL,
    store_locally boolean DEFAULT true NOT NULL,
    fresh_seconds integer DEFAULT 7200 NOT NULL,
    missing_seconds integer DEFAULT 1800 NOT NULL,
    assumed_offline_seconds integer DEFAULT 300 NOT NULL,
    unused_hours integer DEFAULT 0 NOT NULL,
    timeout_ms integer DEFAULT 15000 NOT NULL,
    metadata_timeout_ms integer DEFAULT 60000 NOT NULL,
    block_mismatching_types boolean DEFAULT true NOT NULL,
    mismatching_types text DEFAULT ''::text NOT NULL,
    external_dependencies boolean DEFAULT false NOT NULL,
    external_patterns text DEFAULT '**'::text NOT NULL,
    answer_ms integer DEFAULT 5000 NOT NULL,
    proxy text DEFAULT ''::text NOT NULL,
    client_certificate text DEFAULT ''::text NOT NULL,
    local_address text DEFAULT ''::text NOT NULL,
    query_params text DEFAULT ''::text NOT NULL,
    networks text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT repository_remote_answer_ms_check CHECK (((answer_ms >= 1) AND (answer_ms <= 3600000))),
    CONSTRAINT repository_remote_assumed_offline_seconds_check CHECK ((assumed_offline_seconds >= 0)),
    CONSTRAINT repository_remote_class_check CHECK ((class = 2)),
    CONSTRAINT repository_remote_client_certificate_check CHECK ((client_certificate ~ '^[A-Za-z0-9._-]{0,64}$'::text)),
    CONSTRAINT repository_remote_fresh_seconds_check CHECK ((fresh_seconds >= 0)),
    CONSTRAINT repository_remote_metadata_timeout_ms_check CHECK (((metadata_timeout_ms >= 1) AND (metadata_timeout_ms <= 3600000))),
    CONSTRAINT repository_remote_missing_seconds_check CHECK ((missing_seconds >= 0)),
    CONSTRAINT repository_remote_networks_check CHECK ((array_position(networks, NULL::text) IS NULL)),
    CONSTRAINT repository_remote_proxy_check CHECK ((proxy ~ '^[A-Za-z0-9._-]{0,64}$'::text)),
    CONSTRAINT repository_remote_query_params_check CHECK ((query_params ~ '^[A-Za-z0-9._~!$()*+,;:@/?=&%-]*$'::text)),
    CONSTRAINT repository_remote_timeout_ms_check CHECK (((timeout_ms >= 1) AND (timeout_ms <= 3600000))),
    CONSTRAINT repository_remote_unused_hours_check CHECK ((unused_hours >= 0)),
    CONSTRAINT repository_remote_url_check CHECK ((url ~ '^https?://[^/?#@[:space:][:cntrl:]]+(/[^?#[:space:][:cntrl:]]*)?$'::text))
);

--
-- Name: sign_in; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.sign_in (
    account integer NOT NULL,
    network inet NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    succeeded_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL
);

--
-- Name: signing_key; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.signing_key (
    one boolean DEFAULT true NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT signing_key_one_check CHECK (one),
    CONSTRAINT signing_key_secret_check CHECK ((octet_length(secret) = 96))
);

--
-- Name: store_space; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.store_space (
    single boolean DEFAULT true NOT NULL,
    total bigint NOT NULL,
    available bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT store_space_single_check CHECK (single)
);

--
-- Name: store_state; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.store_state (
    node text NOT NULL COLLATE pg_catalog."C",
    program text NOT NULL COLLATE pg_catalog."C",
    trouble text,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

--
-- Name: tag; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.tag (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    updated_by integer,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT tag_name_check CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'::text))
);

--
-- Name: tag_event; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.tag_event (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    image_id bigint NOT NULL,
    actor integer,
    request uuid,
    repository text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    old_digest text,
    new_digest text
)
PARTITION BY RANGE (at);

--
-- Name: tag_event_rest; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.tag_event_rest (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    image_id bigint NOT NULL,
    actor integer,
    request uuid,
    repository text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    old_digest text,
    new_digest text
);

--
-- Name: v1_image; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.v1_image (
    image_id bigint NOT NULL,
    v1_id bytea NOT NULL,
    json bytea NOT NULL,
    blob_id bigint,
    zstd boolean DEFAULT false NOT NULL,
    ancestry bytea[] NOT NULL,
    payload bytea,
    tarsum text,
    created_by integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT v1_image_check CHECK (((ancestry[1] = v1_id) AND (cardinality(ancestry) <= 127))),
    CONSTRAINT v1_image_payload_check CHECK ((octet_length(payload) = 32)),
    CONSTRAINT v1_image_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

--
-- Name: v1_layer; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.v1_layer (
    upload_id bigint NOT NULL,
    payload bytea NOT NULL,
    blob_id bigint NOT NULL,
    CONSTRAINT v1_layer_payload_check CHECK ((octet_length(payload) = 32))
);

--
-- Name: v1_tag; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.v1_tag (
    image_id bigint NOT NULL,
    v1_id bytea NOT NULL,
    updated_by integer,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    agent text DEFAULT ''::text NOT NULL,
    CONSTRAINT v1_tag_name_check CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'::text))
);

--
-- Name: v1_upload; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.v1_upload (
    id bigint NOT NULL,
    image_id bigint NOT NULL,
    v1_id bytea NOT NULL,
    parent bytea,
    touched_at timestamp with time zone DEFAULT now() NOT NULL,
    json bytea NOT NULL,
    account integer,
    CONSTRAINT v1_upload_account_check CHECK ((account > 1)),
    CONSTRAINT v1_upload_check CHECK (((octet_length(parent) = 32) AND (parent <> v1_id))),
    CONSTRAINT v1_upload_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

--
-- Name: v1_upload_id_seq; Type: SEQUENCE; Schema: registry; Owner: -
--

ALTER TABLE registry.v1_upload ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.v1_upload_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: v1_view; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.v1_view (
    manifest_id bigint NOT NULL,
    shown_id bigint NOT NULL,
    v1_id bytea,
    reason text,
    CONSTRAINT v1_view_check CHECK ((num_nonnulls(v1_id, reason) = 1)),
    CONSTRAINT v1_view_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

--
-- Name: v1_view_image; Type: TABLE; Schema: registry; Owner: -
--

CREATE TABLE registry.v1_view_image (
    manifest_id bigint NOT NULL,
    "position" integer NOT NULL,
    v1_id bytea NOT NULL,
    json bytea NOT NULL,
    alg smallint,
    digest bytea,
    zstd boolean NOT NULL,
    CONSTRAINT v1_view_image_check CHECK ((num_nulls(alg, digest) <> 1)),
    CONSTRAINT v1_view_image_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

--
-- Name: audit_rest; Type: TABLE ATTACH; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.audit ATTACH PARTITION registry.audit_rest DEFAULT;

--
-- Name: tag_event_rest; Type: TABLE ATTACH; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.tag_event ATTACH PARTITION registry.tag_event_rest DEFAULT;

--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

--
-- Name: acl acl_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_pkey PRIMARY KEY (repository_id, principal_id, target_id);

--
-- Name: blob_fetch blob_fetch_file_id_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.blob_fetch
    ADD CONSTRAINT blob_fetch_file_id_key UNIQUE (file_id);

--
-- Name: blob_fetch_name blob_fetch_name_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.blob_fetch_name
    ADD CONSTRAINT blob_fetch_name_pkey PRIMARY KEY (digest, alg, repository_id, path);

--
-- Name: blob_fetch blob_fetch_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.blob_fetch
    ADD CONSTRAINT blob_fetch_pkey PRIMARY KEY (digest, alg, repository_id);

--
-- Name: blob blob_file_id_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.blob
    ADD CONSTRAINT blob_file_id_key UNIQUE (file_id);

--
-- Name: blob blob_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.blob
    ADD CONSTRAINT blob_pkey PRIMARY KEY (id);

--
-- Name: gc_blob gc_blob_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_blob
    ADD CONSTRAINT gc_blob_pkey PRIMARY KEY (blob_id);

--
-- Name: gc_link gc_link_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_link
    ADD CONSTRAINT gc_link_pkey PRIMARY KEY (image_id, manifest_id);

--
-- Name: gc_manifest gc_manifest_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_manifest
    ADD CONSTRAINT gc_manifest_pkey PRIMARY KEY (manifest_id);

--
-- Name: gc_orphan gc_orphan_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_orphan
    ADD CONSTRAINT gc_orphan_pkey PRIMARY KEY (path);

--
-- Name: gc_repository gc_repository_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_repository
    ADD CONSTRAINT gc_repository_pkey PRIMARY KEY (repository_id);

--
-- Name: gc_sweep gc_sweep_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_sweep
    ADD CONSTRAINT gc_sweep_pkey PRIMARY KEY (directory);

--
-- Name: gc_unlink gc_unlink_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_unlink
    ADD CONSTRAINT gc_unlink_pkey PRIMARY KEY (file_id);

--
-- Name: image_blob image_blob_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image_blob
    ADD CONSTRAINT image_blob_pkey PRIMARY KEY (image_id, blob_id);

--
-- Name: image_manifest image_manifest_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image_manifest
    ADD CONSTRAINT image_manifest_pkey PRIMARY KEY (image_id, manifest_id);

--
-- Name: image image_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image
    ADD CONSTRAINT image_pkey PRIMARY KEY (id);

--
-- Name: image_referrer image_referrer_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image_referrer
    ADD CONSTRAINT image_referrer_pkey PRIMARY KEY (image_id, subject, subject_alg, manifest_id);

--
-- Name: installation installation_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (one);

--
-- Name: manifest_blob manifest_blob_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_blob
    ADD CONSTRAINT manifest_blob_pkey PRIMARY KEY (blob_id, manifest_id);

--
-- Name: manifest_child manifest_child_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_child
    ADD CONSTRAINT manifest_child_pkey PRIMARY KEY (parent_id, child_id);

--
-- Name: manifest manifest_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest
    ADD CONSTRAINT manifest_pkey PRIMARY KEY (id);

--
-- Name: manifest_want manifest_want_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_want
    ADD CONSTRAINT manifest_want_pkey PRIMARY KEY (manifest_id, digest, alg);

--
-- Name: media_type media_type_name_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.media_type
    ADD CONSTRAINT media_type_name_key UNIQUE (name);

--
-- Name: media_type media_type_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.media_type
    ADD CONSTRAINT media_type_pkey PRIMARY KEY (id);

--
-- Name: membership membership_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (user_id, group_id);

--
-- Name: migration migration_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);

--
-- Name: permission_target permission_target_name_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.permission_target
    ADD CONSTRAINT permission_target_name_key UNIQUE (name);

--
-- Name: permission_target permission_target_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.permission_target
    ADD CONSTRAINT permission_target_pkey PRIMARY KEY (id);

--
-- Name: permission_target_principal permission_target_principal_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.permission_target_principal
    ADD CONSTRAINT permission_target_principal_pkey PRIMARY KEY (target_id, principal_id);

--
-- Name: principal principal_id_kind_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.principal
    ADD CONSTRAINT principal_id_kind_key UNIQUE (id, kind);

--
-- Name: principal principal_name_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.principal
    ADD CONSTRAINT principal_name_key UNIQUE (name);

--
-- Name: principal principal_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.principal
    ADD CONSTRAINT principal_pkey PRIMARY KEY (id);

--
-- Name: remote_miss remote_miss_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_miss
    ADD CONSTRAINT remote_miss_pkey PRIMARY KEY (repository_id, path, reference);

--
-- Name: remote_reference remote_reference_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_reference
    ADD CONSTRAINT remote_reference_pkey PRIMARY KEY (image_id, tag);

--
-- Name: remote_state remote_state_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_state
    ADD CONSTRAINT remote_state_pkey PRIMARY KEY (repository_id);

--
-- Name: remote_tags remote_tags_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_tags
    ADD CONSTRAINT remote_tags_pkey PRIMARY KEY (repository_id, path);

--
-- Name: repository repository_id_class_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository
    ADD CONSTRAINT repository_id_class_key UNIQUE (id, class);

--
-- Name: repository_leaf repository_leaf_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_leaf
    ADD CONSTRAINT repository_leaf_pkey PRIMARY KEY (root_id, ord);

--
-- Name: repository_member repository_member_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_pkey PRIMARY KEY (virtual_id, "position") DEFERRABLE;

--
-- Name: repository_member repository_member_virtual_id_member_id_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_virtual_id_member_id_key UNIQUE (virtual_id, member_id);

--
-- Name: repository repository_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository
    ADD CONSTRAINT repository_pkey PRIMARY KEY (id);

--
-- Name: repository_remote repository_remote_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_remote
    ADD CONSTRAINT repository_remote_pkey PRIMARY KEY (repository_id);

--
-- Name: sign_in sign_in_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.sign_in
    ADD CONSTRAINT sign_in_pkey PRIMARY KEY (account, network);

--
-- Name: signing_key signing_key_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (one);

--
-- Name: store_space store_space_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.store_space
    ADD CONSTRAINT store_space_pkey PRIMARY KEY (single);

--
-- Name: store_state store_state_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.store_state
    ADD CONSTRAINT store_state_pkey PRIMARY KEY (node, program);

--
-- Name: tag tag_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.tag
    ADD CONSTRAINT tag_pkey PRIMARY KEY (image_id, name);

--
-- Name: token_key token_key_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.token_key
    ADD CONSTRAINT token_key_pkey PRIMARY KEY (kid);

--
-- Name: upload upload_file_id_key; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.upload
    ADD CONSTRAINT upload_file_id_key UNIQUE (file_id);

--
-- Name: upload upload_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

--
-- Name: v1_image v1_image_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_image
    ADD CONSTRAINT v1_image_pkey PRIMARY KEY (image_id, v1_id);

--
-- Name: v1_layer v1_layer_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_layer
    ADD CONSTRAINT v1_layer_pkey PRIMARY KEY (upload_id, payload);

--
-- Name: v1_tag v1_tag_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_tag
    ADD CONSTRAINT v1_tag_pkey PRIMARY KEY (image_id, name);

--
-- Name: v1_upload v1_upload_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_upload
    ADD CONSTRAINT v1_upload_pkey PRIMARY KEY (id);

--
-- Name: v1_view_image v1_view_image_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_view_image
    ADD CONSTRAINT v1_view_image_pkey PRIMARY KEY (manifest_id, "position");

--
-- Name: v1_view v1_view_pkey; Type: CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_view
    ADD CONSTRAINT v1_view_pkey PRIMARY KEY (manifest_id);

--
-- Name: acl_principal_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX acl_principal_id_idx ON registry.acl USING btree (principal_id);

--
-- Name: acl_target_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX acl_target_id_idx ON registry.acl USING btree (target_id);

--
-- Name: audit_actor_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_actor_at_idx ON ONLY registry.audit USING btree (actor, at);

--
-- Name: audit_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_at_idx ON ONLY registry.audit USING btree (at);

--
-- Name: audit_repository_path_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_repository_path_at_idx ON ONLY registry.audit USING btree (repository, path, at) WHERE (repository IS NOT NULL);

--
-- Name: audit_rest_actor_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_rest_actor_at_idx ON registry.audit_rest USING btree (actor, at);

--
-- Name: audit_sign_in_failed; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_sign_in_failed ON ONLY registry.audit USING btree (address, at) WHERE (action = 'sign_in_failed'::text);

--
-- Name: audit_rest_address_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_rest_address_at_idx ON registry.audit_rest USING btree (address, at) WHERE (action = 'sign_in_failed'::text);

--
-- Name: audit_rest_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_rest_at_idx ON registry.audit_rest USING btree (at);

--
-- Name: audit_rest_repository_path_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX audit_rest_repository_path_at_idx ON registry.audit_rest USING btree (repository, path, at) WHERE (repository IS NOT NULL);

--
-- Name: blob_digest; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX blob_digest ON registry.blob USING btree (digest, alg);

--
-- Name: blob_fetch_heartbeat_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX blob_fetch_heartbeat_idx ON registry.blob_fetch USING btree (heartbeat);

--
-- Name: blob_fetch_repository_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX blob_fetch_repository_id_idx ON registry.blob_fetch USING btree (repository_id);

--
-- Name: gc_blob_due_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX gc_blob_due_idx ON registry.gc_blob USING btree (due);

--
-- Name: gc_link_due_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX gc_link_due_idx ON registry.gc_link USING btree (due);

--
-- Name: gc_manifest_due_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX gc_manifest_due_idx ON registry.gc_manifest USING btree (due);

--
-- Name: gc_unlink_not_before_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX gc_unlink_not_before_idx ON registry.gc_unlink USING btree (not_before);

--
-- Name: image_manifest_manifest_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX image_manifest_manifest_id_idx ON registry.image_manifest USING btree (manifest_id);

--
-- Name: image_path; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX image_path ON registry.image USING btree (path, repository_id);

--
-- Name: image_referrer_image_id_manifest_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX image_referrer_image_id_manifest_id_idx ON registry.image_referrer USING btree (image_id, manifest_id);

--
-- Name: image_repository; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX image_repository ON registry.image USING btree (repository_id, path);

--
-- Name: manifest_blob_manifest; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX manifest_blob_manifest ON registry.manifest_blob USING btree (manifest_id);

--
-- Name: manifest_child_child_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX manifest_child_child_id_idx ON registry.manifest_child USING btree (child_id);

--
-- Name: manifest_digest; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX manifest_digest ON registry.manifest USING btree (digest, alg);

--
-- Name: manifest_want_digest_alg_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX manifest_want_digest_alg_idx ON registry.manifest_want USING btree (digest, alg);

--
-- Name: membership_group_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX membership_group_id_idx ON registry.membership USING btree (group_id);

--
-- Name: permission_target_principal_principal_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX permission_target_principal_principal_id_idx ON registry.permission_target_principal USING btree (principal_id);

--
-- Name: permission_target_repository_repository_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX permission_target_repository_repository_id_idx ON registry.permission_target_repository USING btree (repository_id) WHERE (repository_id IS NOT NULL);

--
-- Name: permission_target_repository_target_id_any_of_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX permission_target_repository_target_id_any_of_idx ON registry.permission_target_repository USING btree (target_id, any_of) WHERE (any_of IS NOT NULL);

--
-- Name: permission_target_repository_target_id_repository_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX permission_target_repository_target_id_repository_id_idx ON registry.permission_target_repository USING btree (target_id, repository_id) WHERE (repository_id IS NOT NULL);

--
-- Name: remote_miss_until_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX remote_miss_until_idx ON registry.remote_miss USING btree (until);

--
-- Name: repository_deleted; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX repository_deleted ON registry.repository USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

--
-- Name: repository_key; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX repository_key ON registry.repository USING btree (key) WHERE (deleted_at IS NULL);

--
-- Name: repository_key_lower; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX repository_key_lower ON registry.repository USING btree (lower(key)) WHERE (deleted_at IS NULL);

--
-- Name: repository_leaf_leaf_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX repository_leaf_leaf_id_idx ON registry.repository_leaf USING btree (leaf_id);

--
-- Name: repository_leaf_priority_remote; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX repository_leaf_priority_remote ON registry.repository_leaf USING btree (root_id) WHERE ((rank = 0) AND (class = 2));

--
-- Name: repository_leaf_remote; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX repository_leaf_remote ON registry.repository_leaf USING btree (root_id) WHERE (class = 2);

--
-- Name: repository_member_member_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX repository_member_member_id_idx ON registry.repository_member USING btree (member_id);

--
-- Name: sign_in_expires_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX sign_in_expires_at_idx ON registry.sign_in USING btree (expires_at);

--
-- Name: tag_event_repository_path_name_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX tag_event_repository_path_name_at_idx ON ONLY registry.tag_event USING btree (repository, path, name, at);

--
-- Name: tag_event_rest_repository_path_name_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX tag_event_rest_repository_path_name_at_idx ON registry.tag_event_rest USING btree (repository, path, name, at);

--
-- Name: tag_image_id_manifest_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX tag_image_id_manifest_id_idx ON registry.tag USING btree (image_id, manifest_id);

--
-- Name: upload_account_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX upload_account_idx ON registry.upload USING btree (account);

--
-- Name: upload_image_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX upload_image_id_idx ON registry.upload USING btree (image_id);

--
-- Name: upload_touched_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX upload_touched_at_idx ON registry.upload USING btree (touched_at);

--
-- Name: v1_image_blob_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_image_blob_id_idx ON registry.v1_image USING btree (blob_id) WHERE (blob_id IS NOT NULL);

--
-- Name: v1_image_v1_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_image_v1_id_idx ON registry.v1_image USING btree (v1_id);

--
-- Name: v1_layer_blob_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_layer_blob_id_idx ON registry.v1_layer USING btree (blob_id);

--
-- Name: v1_tag_image_id_v1_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_tag_image_id_v1_id_idx ON registry.v1_tag USING btree (image_id, v1_id);

--
-- Name: v1_upload_account_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_upload_account_idx ON registry.v1_upload USING btree (account);

--
-- Name: v1_upload_image_id_v1_id_sha256_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE UNIQUE INDEX v1_upload_image_id_v1_id_sha256_idx ON registry.v1_upload USING btree (image_id, v1_id, sha256(json));

--
-- Name: v1_upload_touched_at_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_upload_touched_at_idx ON registry.v1_upload USING btree (touched_at);

--
-- Name: v1_view_image_v1_id_manifest_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_view_image_v1_id_manifest_id_idx ON registry.v1_view_image USING btree (v1_id, manifest_id);

--
-- Name: v1_view_shown_id_idx; Type: INDEX; Schema: registry; Owner: -
--

CREATE INDEX v1_view_shown_id_idx ON registry.v1_view USING btree (shown_id);

--
-- Name: audit_rest_actor_at_idx; Type: INDEX ATTACH; Schema: registry; Owner: -
--

ALTER INDEX registry.audit_actor_at_idx ATTACH PARTITION registry.audit_rest_actor_at_idx;

--
-- Name: audit_rest_address_at_idx; Type: INDEX ATTACH; Schema: registry; Owner: -
--

ALTER INDEX registry.audit_sign_in_failed ATTACH PARTITION registry.audit_rest_address_at_idx;

--
-- Name: audit_rest_at_idx; Type: INDEX ATTACH; Schema: registry; Owner: -
--

ALTER INDEX registry.audit_at_idx ATTACH PARTITION registry.audit_rest_at_idx;

--
-- Name: audit_rest_repository_path_at_idx; Type: INDEX ATTACH; Schema: registry; Owner: -
--

ALTER INDEX registry.audit_repository_path_at_idx ATTACH PARTITION registry.audit_rest_repository_path_at_idx;

--
-- Name: tag_event_rest_repository_path_name_at_idx; Type: INDEX ATTACH; Schema: registry; Owner: -
--

ALTER INDEX registry.tag_event_repository_path_name_at_idx ATTACH PARTITION registry.tag_event_rest_repository_path_name_at_idx;

--
-- Name: audit append_only; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON registry.audit FOR EACH ROW EXECUTE FUNCTION registry.append_only();

--
-- Name: tag_event append_only; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON registry.tag_event FOR EACH ROW EXECUTE FUNCTION registry.append_only();

--
-- Name: tag history; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE OF manifest_id ON registry.tag FOR EACH ROW EXECUTE FUNCTION registry.tag_changed();

--
-- Name: v1_tag history; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE OF v1_id ON registry.v1_tag FOR EACH ROW EXECUTE FUNCTION registry.v1_tag_changed();

--
-- Name: repository_member member_changed; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER member_changed AFTER INSERT OR DELETE OR UPDATE ON registry.repository_member FOR EACH STATEMENT EXECUTE FUNCTION registry.repository_changed();

--
-- Name: audit no_truncate; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry.audit FOR EACH STATEMENT EXECUTE FUNCTION registry.append_only();

--
-- Name: tag_event no_truncate; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry.tag_event FOR EACH STATEMENT EXECUTE FUNCTION registry.append_only();

--
-- Name: permission_target_principal principal_added; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER principal_added AFTER INSERT ON registry.permission_target_principal REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

--
-- Name: permission_target_principal principal_removed; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER principal_removed AFTER DELETE ON registry.permission_target_principal REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

--
-- Name: permission_target_principal principal_updated; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER principal_updated AFTER UPDATE ON registry.permission_target_principal REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

--
-- Name: blob queue; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER queue AFTER INSERT ON registry.blob FOR EACH ROW EXECUTE FUNCTION registry.queue_new_blob();

--
-- Name: image_manifest queue; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER queue AFTER DELETE ON registry.image_manifest REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_manifests();

--
-- Name: manifest_blob queue; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER queue AFTER DELETE ON registry.manifest_blob REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_blobs();

--
-- Name: tag queue; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER queue AFTER DELETE OR UPDATE OF manifest_id ON registry.tag FOR EACH ROW EXECUTE FUNCTION registry.queue_link();

--
-- Name: v1_image queue; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER queue AFTER DELETE ON registry.v1_image REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_blobs();

--
-- Name: v1_layer queue; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER queue AFTER DELETE ON registry.v1_layer REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_blobs();

--
-- Name: repository_remote remote_changed; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER remote_changed AFTER INSERT OR DELETE OR UPDATE OF library_prefix ON registry.repository_remote FOR EACH STATEMENT EXECUTE FUNCTION registry.repository_changed();

--
-- Name: permission_target_repository repository_added; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER repository_added AFTER INSERT ON registry.permission_target_repository REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

--
-- Name: repository repository_changed; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER repository_changed AFTER INSERT OR DELETE OR UPDATE OF class, api_version, blacked_out, priority, includes, excludes, deleted_at ON registry.repository FOR EACH STATEMENT EXECUTE FUNCTION registry.repository_changed();

--
-- Name: permission_target_repository repository_removed; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER repository_removed AFTER DELETE ON registry.permission_target_repository REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

--
-- Name: permission_target_repository repository_updated; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER repository_updated AFTER UPDATE ON registry.permission_target_repository REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

--
-- Name: permission_target target_changed; Type: TRIGGER; Schema: registry; Owner: -
--

CREATE TRIGGER target_changed AFTER UPDATE ON registry.permission_target REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

--
-- Name: account account_id_kind_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.account
    ADD CONSTRAINT account_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES registry.principal(id, kind) ON DELETE CASCADE;

--
-- Name: acl acl_principal_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES registry.principal(id) ON DELETE CASCADE;

--
-- Name: acl acl_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: acl acl_target_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_target_id_fkey FOREIGN KEY (target_id) REFERENCES registry.permission_target(id) ON DELETE CASCADE;

--
-- Name: blob_fetch_name blob_fetch_name_digest_alg_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.blob_fetch_name
    ADD CONSTRAINT blob_fetch_name_digest_alg_repository_id_fkey FOREIGN KEY (digest, alg, repository_id) REFERENCES registry.blob_fetch(digest, alg, repository_id) ON DELETE CASCADE;

--
-- Name: blob_fetch blob_fetch_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.blob_fetch
    ADD CONSTRAINT blob_fetch_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: gc_repository gc_repository_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.gc_repository
    ADD CONSTRAINT gc_repository_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: image_manifest image_manifest_image_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image_manifest
    ADD CONSTRAINT image_manifest_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id);

--
-- Name: image_manifest image_manifest_manifest_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image_manifest
    ADD CONSTRAINT image_manifest_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id);

--
-- Name: image_referrer image_referrer_artifact_type_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image_referrer
    ADD CONSTRAINT image_referrer_artifact_type_fkey FOREIGN KEY (artifact_type) REFERENCES registry.media_type(id);

--
-- Name: image_referrer image_referrer_image_id_manifest_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image_referrer
    ADD CONSTRAINT image_referrer_image_id_manifest_id_fkey FOREIGN KEY (image_id, manifest_id) REFERENCES registry.image_manifest(image_id, manifest_id) ON DELETE CASCADE;

--
-- Name: image image_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.image
    ADD CONSTRAINT image_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id);

--
-- Name: manifest manifest_artifact_type_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest
    ADD CONSTRAINT manifest_artifact_type_fkey FOREIGN KEY (artifact_type) REFERENCES registry.media_type(id);

--
-- Name: manifest_blob manifest_blob_blob_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_blob
    ADD CONSTRAINT manifest_blob_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES registry.blob(id);

--
-- Name: manifest_blob manifest_blob_manifest_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_blob
    ADD CONSTRAINT manifest_blob_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

--
-- Name: manifest_child manifest_child_child_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_child
    ADD CONSTRAINT manifest_child_child_id_fkey FOREIGN KEY (child_id) REFERENCES registry.manifest(id);

--
-- Name: manifest_child manifest_child_parent_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_child
    ADD CONSTRAINT manifest_child_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

--
-- Name: manifest manifest_media_type_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest
    ADD CONSTRAINT manifest_media_type_fkey FOREIGN KEY (media_type) REFERENCES registry.media_type(id);

--
-- Name: manifest_want manifest_want_manifest_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.manifest_want
    ADD CONSTRAINT manifest_want_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

--
-- Name: membership membership_group_id_kind_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.membership
    ADD CONSTRAINT membership_group_id_kind_fkey FOREIGN KEY (group_id, kind) REFERENCES registry.principal(id, kind) ON DELETE CASCADE;

--
-- Name: membership membership_user_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.membership
    ADD CONSTRAINT membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES registry.account(id) ON DELETE CASCADE;

--
-- Name: permission_target_principal permission_target_principal_principal_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.permission_target_principal
    ADD CONSTRAINT permission_target_principal_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES registry.principal(id) ON DELETE CASCADE;

--
-- Name: permission_target_principal permission_target_principal_target_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.permission_target_principal
    ADD CONSTRAINT permission_target_principal_target_id_fkey FOREIGN KEY (target_id) REFERENCES registry.permission_target(id) ON DELETE CASCADE;

--
-- Name: permission_target_repository permission_target_repository_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.permission_target_repository
    ADD CONSTRAINT permission_target_repository_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: permission_target_repository permission_target_repository_target_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.permission_target_repository
    ADD CONSTRAINT permission_target_repository_target_id_fkey FOREIGN KEY (target_id) REFERENCES registry.permission_target(id) ON DELETE CASCADE;

--
-- Name: remote_miss remote_miss_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_miss
    ADD CONSTRAINT remote_miss_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: remote_reference remote_reference_image_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_reference
    ADD CONSTRAINT remote_reference_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id) ON DELETE CASCADE;

--
-- Name: remote_state remote_state_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_state
    ADD CONSTRAINT remote_state_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: remote_tags remote_tags_repository_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.remote_tags
    ADD CONSTRAINT remote_tags_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: repository repository_default_deployment_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository
    ADD CONSTRAINT repository_default_deployment_id_fkey FOREIGN KEY (default_deployment_id) REFERENCES registry.repository(id);

--
-- Name: repository_leaf repository_leaf_leaf_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_leaf
    ADD CONSTRAINT repository_leaf_leaf_id_fkey FOREIGN KEY (leaf_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: repository_leaf repository_leaf_root_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_leaf
    ADD CONSTRAINT repository_leaf_root_id_fkey FOREIGN KEY (root_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: repository_member repository_member_member_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_member_id_fkey FOREIGN KEY (member_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

--
-- Name: repository_member repository_member_virtual_id_class_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_virtual_id_class_fkey FOREIGN KEY (virtual_id, class) REFERENCES registry.repository(id, class) ON DELETE CASCADE;

--
-- Name: repository_remote repository_remote_repository_id_class_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.repository_remote
    ADD CONSTRAINT repository_remote_repository_id_class_fkey FOREIGN KEY (repository_id, class) REFERENCES registry.repository(id, class) ON DELETE CASCADE;

--
-- Name: sign_in sign_in_account_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.sign_in
    ADD CONSTRAINT sign_in_account_fkey FOREIGN KEY (account) REFERENCES registry.account(id) ON DELETE CASCADE;

--
-- Name: tag tag_image_id_manifest_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.tag
    ADD CONSTRAINT tag_image_id_manifest_id_fkey FOREIGN KEY (image_id, manifest_id) REFERENCES registry.image_manifest(image_id, manifest_id) ON DELETE CASCADE;

--
-- Name: upload upload_image_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.upload
    ADD CONSTRAINT upload_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id) ON DELETE CASCADE;

--
-- Name: v1_image v1_image_blob_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_image
    ADD CONSTRAINT v1_image_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES registry.blob(id);

--
-- Name: v1_image v1_image_image_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_image
    ADD CONSTRAINT v1_image_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id);

--
-- Name: v1_layer v1_layer_blob_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_layer
    ADD CONSTRAINT v1_layer_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES registry.blob(id);

--
-- Name: v1_layer v1_layer_upload_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_layer
    ADD CONSTRAINT v1_layer_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES registry.v1_upload(id) ON DELETE CASCADE;

--
-- Name: v1_tag v1_tag_image_id_v1_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_tag
    ADD CONSTRAINT v1_tag_image_id_v1_id_fkey FOREIGN KEY (image_id, v1_id) REFERENCES registry.v1_image(image_id, v1_id);

--
-- Name: v1_upload v1_upload_image_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_upload
    ADD CONSTRAINT v1_upload_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id);

--
-- Name: v1_view_image v1_view_image_manifest_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_view_image
    ADD CONSTRAINT v1_view_image_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

--
-- Name: v1_view v1_view_manifest_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_view
    ADD CONSTRAINT v1_view_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

--
-- Name: v1_view v1_view_shown_id_fkey; Type: FK CONSTRAINT; Schema: registry; Owner: -
--

ALTER TABLE ONLY registry.v1_view
    ADD CONSTRAINT v1_view_shown_id_fkey FOREIGN KEY (shown_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

--
-- Name: SCHEMA registry; Type: ACL; Schema: -; Owner: -
--

GRANT USAGE ON SCHEMA registry TO stowage_app;
GRANT USAGE ON SCHEMA registry TO stowage_audit;

--
-- Name: FUNCTION account_add(p_name text, p_password text, p_is_admin boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_add(p_name text, p_password text, p_is_admin boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION account_count_failure(p_account integer, p_hour_failures integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_count_failure(p_account integer, p_hour_failures integer) FROM PUBLIC;

--
-- Name: FUNCTION account_enable(p_name text, p_enabled boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_enable(p_name text, p_enabled boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION account_failed(p_account integer, p_name text, p_lock_failures integer, p_lock_seconds integer, p_hour_failures integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_failed(p_account integer, p_name text, p_lock_failures integer, p_lock_seconds integer, p_hour_failures integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.account_failed(p_account integer, p_name text, p_lock_failures integer, p_lock_seconds integer, p_hour_failures integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v1;
GRANT ALL ON FUNCTION registry.account_failed(p_account integer, p_name text, p_lock_failures integer, p_lock_seconds integer, p_hour_failures integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v2;
GRANT ALL ON FUNCTION registry.account_failed(p_account integer, p_name text, p_lock_failures integer, p_lock_seconds integer, p_hour_failures integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_admin;

--
-- Name: FUNCTION account_forgive(p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_forgive(p_account integer) FROM PUBLIC;

--
-- Name: FUNCTION account_is_last_admin(p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_is_last_admin(p_account integer) FROM PUBLIC;

--
-- Name: FUNCTION account_password(p_name text, p_password text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_password(p_name text, p_password text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.account_password(p_name text, p_password text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_admin;

--
-- Name: FUNCTION account_succeeded(p_account integer, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_succeeded(p_account integer, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.account_succeeded(p_account integer, p_address inet) TO stowage_v1;
GRANT ALL ON FUNCTION registry.account_succeeded(p_account integer, p_address inet) TO stowage_v2;
GRANT ALL ON FUNCTION registry.account_succeeded(p_account integer, p_address inet) TO stowage_admin;

--
-- Name: FUNCTION account_unlock(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.account_unlock(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION acl_expand(p_targets integer[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.acl_expand(p_targets integer[]) FROM PUBLIC;

--
-- Name: TABLE acl; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.acl TO stowage_v1;
GRANT SELECT ON TABLE registry.acl TO stowage_v2;
GRANT SELECT ON TABLE registry.acl TO stowage_admin;
GRANT SELECT ON TABLE registry.acl TO stowage_audit;

--
-- Name: FUNCTION acl_said(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.acl_said() FROM PUBLIC;
GRANT ALL ON FUNCTION registry.acl_said() TO stowage_audit;

--
-- Name: FUNCTION act_as(p_actor integer, p_request uuid); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.act_as(p_actor integer, p_request uuid) FROM PUBLIC;

--
-- Name: FUNCTION anonymous_writes(p_repositories text[], p_principals text[], p_actions integer[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.anonymous_writes(p_repositories text[], p_principals text[], p_actions integer[]) FROM PUBLIC;

--
-- Name: FUNCTION ant_include(p_patterns text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.ant_include(p_patterns text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.ant_include(p_patterns text) TO stowage_audit;

--
-- Name: FUNCTION ant_to_regex(p_patterns text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.ant_to_regex(p_patterns text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.ant_to_regex(p_patterns text) TO stowage_audit;

--
-- Name: FUNCTION append_only(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.append_only() FROM PUBLIC;

--
-- Name: FUNCTION back_off(p_tries integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.back_off(p_tries integer) FROM PUBLIC;

--
-- Name: FUNCTION base64url_bytes(p_text text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.base64url_bytes(p_text text) FROM PUBLIC;

--
-- Name: FUNCTION blob_arrived(p_blob bigint, p_alg integer, p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_arrived(p_blob bigint, p_alg integer, p_digest bytea) FROM PUBLIC;

--
-- Name: FUNCTION blob_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.blob_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v2;

--
-- Name: FUNCTION blob_here(p_images bigint[], p_alg integer, p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_here(p_images bigint[], p_alg integer, p_digest bytea) FROM PUBLIC;

--
-- Name: FUNCTION blob_mount(p_key text, p_from text, p_account integer, p_epoch integer, p_target integer, p_name text, p_alg integer, p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_mount(p_key text, p_from text, p_account integer, p_epoch integer, p_target integer, p_name text, p_alg integer, p_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.blob_mount(p_key text, p_from text, p_account integer, p_epoch integer, p_target integer, p_name text, p_alg integer, p_digest bytea) TO stowage_v2;

--
-- Name: FUNCTION blob_postpone(p_blob bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_postpone(p_blob bigint) FROM PUBLIC;

--
-- Name: FUNCTION blob_publish(p_upload uuid, p_image bigint, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT won boolean, OUT file bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_publish(p_upload uuid, p_image bigint, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT won boolean, OUT file bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.blob_publish(p_upload uuid, p_image bigint, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT won boolean, OUT file bigint) TO stowage_v1;
GRANT ALL ON FUNCTION registry.blob_publish(p_upload uuid, p_image bigint, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT won boolean, OUT file bigint) TO stowage_v2;

--
-- Name: FUNCTION blob_replace(p_alg integer, p_digest bytea, p_lost bigint, p_missing boolean, p_file bigint, p_size bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_replace(p_alg integer, p_digest bytea, p_lost bigint, p_missing boolean, p_file bigint, p_size bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.blob_replace(p_alg integer, p_digest bytea, p_lost bigint, p_missing boolean, p_file bigint, p_size bigint) TO stowage_v1;
GRANT ALL ON FUNCTION registry.blob_replace(p_alg integer, p_digest bytea, p_lost bigint, p_missing boolean, p_file bigint, p_size bigint) TO stowage_v2;

--
-- Name: FUNCTION blob_store(p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT id bigint, OUT file bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.blob_store(p_file bigint, p_alg integer, p_digest bytea, p_size bigint, OUT id bigint, OUT file bigint) FROM PUBLIC;

--
-- Name: FUNCTION bridge_root(p_repository integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.bridge_root(p_repository integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.bridge_root(p_repository integer) TO stowage_v1;
GRANT ALL ON FUNCTION registry.bridge_root(p_repository integer) TO stowage_v2;
GRANT ALL ON FUNCTION registry.bridge_root(p_repository integer) TO stowage_admin;

--
-- Name: FUNCTION class_name(p_class integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.class_name(p_class integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.class_name(p_class integer) TO stowage_admin;

--
-- Name: TABLE repository; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.repository TO stowage_v1;
GRANT SELECT ON TABLE registry.repository TO stowage_v2;
GRANT SELECT ON TABLE registry.repository TO stowage_keep;
GRANT SELECT ON TABLE registry.repository TO stowage_admin;
GRANT SELECT ON TABLE registry.repository TO stowage_audit;

--
-- Name: FUNCTION deployments_astray(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.deployments_astray() FROM PUBLIC;

--
-- Name: FUNCTION digest_share(p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.digest_share(p_digest bytea) FROM PUBLIC;

--
-- Name: FUNCTION digest_text(p_alg integer, p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.digest_text(p_alg integer, p_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.digest_text(p_alg integer, p_digest bytea) TO stowage_v2;
GRANT ALL ON FUNCTION registry.digest_text(p_alg integer, p_digest bytea) TO stowage_admin;
GRANT ALL ON FUNCTION registry.digest_text(p_alg integer, p_digest bytea) TO stowage_audit;

--
-- Name: FUNCTION digests_lock(p_digests bytea[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.digests_lock(p_digests bytea[]) FROM PUBLIC;

--
-- Name: FUNCTION document_changes(p_before jsonb, p_after jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.document_changes(p_before jsonb, p_after jsonb) FROM PUBLIC;

--
-- Name: FUNCTION document_defaults(p_class integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.document_defaults(p_class integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.document_defaults(p_class integer) TO stowage_admin;

--
-- Name: FUNCTION document_fault(p_class integer, p_document jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.document_fault(p_class integer, p_document jsonb) FROM PUBLIC;

--
-- Name: FUNCTION document_fields(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.document_fields() FROM PUBLIC;
GRANT ALL ON FUNCTION registry.document_fields() TO stowage_admin;

--
-- Name: FUNCTION document_given(p_class integer, p_document jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.document_given(p_class integer, p_document jsonb) FROM PUBLIC;

--
-- Name: FUNCTION document_own(p_class integer, p_document jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.document_own(p_class integer, p_document jsonb) FROM PUBLIC;

--
-- Name: FUNCTION document_unbuilt(p_class integer, p_given jsonb, p_before jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.document_unbuilt(p_class integer, p_given jsonb, p_before jsonb) FROM PUBLIC;

--
-- Name: FUNCTION edit_lock(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.edit_lock() FROM PUBLIC;

--
-- Name: FUNCTION egress_fault(p_document jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.egress_fault(p_document jsonb) FROM PUBLIC;

--
-- Name: FUNCTION fetch_advance(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_received bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetch_advance(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_received bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetch_advance(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_received bigint) TO stowage_v2;

--
-- Name: FUNCTION fetch_fail(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_status integer, p_error text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetch_fail(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_status integer, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetch_fail(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_status integer, p_error text) TO stowage_v2;

--
-- Name: FUNCTION fetch_join(p_remote integer, p_alg integer, p_digest bytea, p_path text, p_source text, p_size bigint, p_store boolean, p_owner uuid, OUT role integer, OUT file bigint, OUT old_file bigint, OUT received bigint, OUT size bigint, OUT error_status integer, OUT error text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetch_join(p_remote integer, p_alg integer, p_digest bytea, p_path text, p_source text, p_size bigint, p_store boolean, p_owner uuid, OUT role integer, OUT file bigint, OUT old_file bigint, OUT received bigint, OUT size bigint, OUT error_status integer, OUT error text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetch_join(p_remote integer, p_alg integer, p_digest bytea, p_path text, p_source text, p_size bigint, p_store boolean, p_owner uuid, OUT role integer, OUT file bigint, OUT old_file bigint, OUT received bigint, OUT size bigint, OUT error_status integer, OUT error text) TO stowage_v2;

--
-- Name: FUNCTION fetch_leave(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetch_leave(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetch_leave(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid) TO stowage_v2;

--
-- Name: FUNCTION fetch_patience(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetch_patience() FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetch_patience() TO stowage_v2;

--
-- Name: FUNCTION fetch_publish(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_size bigint, OUT won boolean, OUT file bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetch_publish(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_size bigint, OUT won boolean, OUT file bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetch_publish(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_file bigint, p_size bigint, OUT won boolean, OUT file bigint) TO stowage_v2;

--
-- Name: FUNCTION fetch_resize(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_size bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetch_resize(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_size bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetch_resize(p_remote integer, p_alg integer, p_digest bytea, p_owner uuid, p_size bigint) TO stowage_v2;

--
-- Name: FUNCTION fetches_drop(p_seconds integer, p_limit integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.fetches_drop(p_seconds integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.fetches_drop(p_seconds integer, p_limit integer) TO stowage_keep;

--
-- Name: FUNCTION file_abandon(p_file bigint, p_alg integer, p_digest bytea, p_delay interval); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.file_abandon(p_file bigint, p_alg integer, p_digest bytea, p_delay interval) FROM PUBLIC;

--
-- Name: FUNCTION file_reclaim(p_file bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.file_reclaim(p_file bigint) FROM PUBLIC;

--
-- Name: FUNCTION grace(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.grace() FROM PUBLIC;
GRANT ALL ON FUNCTION registry.grace() TO stowage_v2;

--
-- Name: FUNCTION granting_rules(p_repository integer, p_principals integer[], p_actions integer, p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.granting_rules(p_repository integer, p_principals integer[], p_actions integer, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.granting_rules(p_repository integer, p_principals integer[], p_actions integer, p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.granting_rules(p_repository integer, p_principals integer[], p_actions integer, p_name text) TO stowage_v2;

--
-- Name: FUNCTION group_add(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.group_add(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION group_member(p_group text, p_user text, p_member boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.group_member(p_group text, p_user text, p_member boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION history_extend(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.history_extend() FROM PUBLIC;
GRANT ALL ON FUNCTION registry.history_extend() TO stowage_keep;

--
-- Name: FUNCTION image_adopt(p_image bigint, p_manifests bigint[], p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_adopt(p_image bigint, p_manifests bigint[], p_account integer) FROM PUBLIC;

--
-- Name: FUNCTION image_copy(p_from bigint, p_to bigint, p_manifest bigint, p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_copy(p_from bigint, p_to bigint, p_manifest bigint, p_account integer) FROM PUBLIC;

--
-- Name: FUNCTION image_drop(p_image bigint, p_manifest bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_drop(p_image bigint, p_manifest bigint) FROM PUBLIC;

--
-- Name: FUNCTION image_forget(p_image bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_forget(p_image bigint) FROM PUBLIC;

--
-- Name: FUNCTION image_is_empty(p_image bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_is_empty(p_image bigint) FROM PUBLIC;

--
-- Name: FUNCTION image_make(p_repository integer, p_path text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_make(p_repository integer, p_path text) FROM PUBLIC;

--
-- Name: FUNCTION image_promote(p_key text, p_name text, p_target_key text, p_target_name text, p_tag text, p_target_tag text, p_copy boolean, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_promote(p_key text, p_name text, p_target_key text, p_target_name text, p_tag text, p_target_tag text, p_copy boolean, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.image_promote(p_key text, p_name text, p_target_key text, p_target_name text, p_tag text, p_target_tag text, p_copy boolean, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text) TO stowage_v2;

--
-- Name: FUNCTION image_show(p_image bigint, p_manifest bigint, p_blobs bigint[], p_account integer, p_subject_alg integer, p_subject bytea, p_artifact_type text, p_referrer text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.image_show(p_image bigint, p_manifest bigint, p_blobs bigint[], p_account integer, p_subject_alg integer, p_subject bytea, p_artifact_type text, p_referrer text) FROM PUBLIC;

--
-- Name: FUNCTION is_key(p_key text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.is_key(p_key text) FROM PUBLIC;

--
-- Name: FUNCTION is_line(p_value jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.is_line(p_value jsonb) FROM PUBLIC;

--
-- Name: FUNCTION is_network(p_text text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.is_network(p_text text) FROM PUBLIC;

--
-- Name: FUNCTION is_pattern(p_patterns text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.is_pattern(p_patterns text) FROM PUBLIC;

--
-- Name: FUNCTION json_time(p_at timestamp with time zone); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.json_time(p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.json_time(p_at timestamp with time zone) TO stowage_admin;

--
-- Name: FUNCTION keys_of(p_list jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.keys_of(p_list jsonb) FROM PUBLIC;

--
-- Name: FUNCTION leaves_refresh(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.leaves_refresh() FROM PUBLIC;

--
-- Name: FUNCTION manifest_arrived(p_manifest bigint, p_alg integer, p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.manifest_arrived(p_manifest bigint, p_alg integer, p_digest bytea) FROM PUBLIC;

--
-- Name: FUNCTION manifest_cache(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_blob_urls text[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_account integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.manifest_cache(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_blob_urls text[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_account integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.manifest_cache(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_blob_urls text[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_account integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v2;

--
-- Name: FUNCTION manifest_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT deleted boolean, OUT holder text, OUT holder_tag text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.manifest_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT deleted boolean, OUT holder text, OUT holder_tag text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.manifest_delete(p_target integer, p_name text, p_alg integer, p_digest bytea, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT deleted boolean, OUT holder text, OUT holder_tag text) TO stowage_v2;

--
-- Name: FUNCTION manifest_here(p_images bigint[], p_alg integer, p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.manifest_here(p_images bigint[], p_alg integer, p_digest bytea) FROM PUBLIC;

--
-- Name: FUNCTION manifest_names(p_manifest bigint, p_blobs bigint[], p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_children bigint[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.manifest_names(p_manifest bigint, p_blobs bigint[], p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_children bigint[]) FROM PUBLIC;

--
-- Name: FUNCTION manifest_put(p_key text, p_name text, p_target integer, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_tags text[], p_expected_alg integer, p_expected bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.manifest_put(p_key text, p_name text, p_target integer, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_tags text[], p_expected_alg integer, p_expected bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.manifest_put(p_key text, p_name text, p_target integer, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_tags text[], p_expected_alg integer, p_expected bytea) TO stowage_v1;
GRANT ALL ON FUNCTION registry.manifest_put(p_key text, p_name text, p_target integer, p_account integer, p_epoch integer, p_actor_name text, p_request uuid, p_address inet, p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_blob_algs integer[], p_blob_digests bytea[], p_blob_roles integer[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[], p_subject_alg integer, p_subject bytea, p_referrer text, p_tags text[], p_expected_alg integer, p_expected bytea) TO stowage_v2;

--
-- Name: FUNCTION manifest_store(p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_subject_alg integer, p_subject bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.manifest_store(p_alg integer, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text, p_subject_alg integer, p_subject bytea) FROM PUBLIC;

--
-- Name: FUNCTION media_type_number(p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.media_type_number(p_name text) FROM PUBLIC;

--
-- Name: FUNCTION members_check(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.members_check() FROM PUBLIC;

--
-- Name: FUNCTION members_save(p_id integer, p_members text[], p_deployment text, p_named boolean); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.members_save(p_id integer, p_members text[], p_deployment text, p_named boolean) FROM PUBLIC;

--
-- Name: FUNCTION memories_drop(p_limit integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.memories_drop(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.memories_drop(p_limit integer) TO stowage_keep;

--
-- Name: FUNCTION name_fits(p_name text, p_include text[], p_exclude text[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.name_fits(p_name text, p_include text[], p_exclude text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.name_fits(p_name text, p_include text[], p_exclude text[]) TO stowage_v1;
GRANT ALL ON FUNCTION registry.name_fits(p_name text, p_include text[], p_exclude text[]) TO stowage_v2;
GRANT ALL ON FUNCTION registry.name_fits(p_name text, p_include text[], p_exclude text[]) TO stowage_admin;

--
-- Name: FUNCTION name_is_local(p_root integer, p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.name_is_local(p_root integer, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.name_is_local(p_root integer, p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.name_is_local(p_root integer, p_name text) TO stowage_v2;
GRANT ALL ON FUNCTION registry.name_is_local(p_root integer, p_name text) TO stowage_admin;

--
-- Name: FUNCTION name_twins(p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.name_twins(p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.name_twins(p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.name_twins(p_name text) TO stowage_v2;
GRANT ALL ON FUNCTION registry.name_twins(p_name text) TO stowage_admin;

--
-- Name: FUNCTION permission_add(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[], p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text, OUT added boolean); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.permission_add(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[], p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text, OUT added boolean) FROM PUBLIC;

--
-- Name: FUNCTION permission_changed(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.permission_changed() FROM PUBLIC;

--
-- Name: FUNCTION permission_fault(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.permission_fault(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[]) FROM PUBLIC;

--
-- Name: FUNCTION permission_remove(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.permission_remove(p_name text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION permission_set(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[], p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.permission_set(p_name text, p_includes text, p_excludes text, p_repositories text[], p_principals text[], p_actions integer[], p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT unknown_repository text, OUT unknown_principal text) FROM PUBLIC;

--
-- Name: FUNCTION principal_remove(p_name text, p_kind integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.principal_remove(p_name text, p_kind integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION push_actions(p_account integer, p_root integer, p_target integer, p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.push_actions(p_account integer, p_root integer, p_target integer, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.push_actions(p_account integer, p_root integer, p_target integer, p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.push_actions(p_account integer, p_root integer, p_target integer, p_name text) TO stowage_v2;

--
-- Name: FUNCTION pushes_full(p_account integer, p_most bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.pushes_full(p_account integer, p_most bigint) FROM PUBLIC;

--
-- Name: FUNCTION queue_blobs(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.queue_blobs() FROM PUBLIC;

--
-- Name: FUNCTION queue_link(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.queue_link() FROM PUBLIC;

--
-- Name: FUNCTION queue_manifests(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.queue_manifests() FROM PUBLIC;

--
-- Name: FUNCTION queue_new_blob(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.queue_new_blob() FROM PUBLIC;

--
-- Name: FUNCTION readable_images(p_root integer, p_name text, p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.readable_images(p_root integer, p_name text, p_account integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.readable_images(p_root integer, p_name text, p_account integer) TO stowage_v1;

--
-- Name: TABLE repository_leaf; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.repository_leaf TO stowage_v1;
GRANT SELECT ON TABLE registry.repository_leaf TO stowage_v2;
GRANT SELECT ON TABLE registry.repository_leaf TO stowage_admin;
GRANT SELECT ON TABLE registry.repository_leaf TO stowage_audit;

--
-- Name: FUNCTION readable_paths(p_root integer, p_is_admin boolean, p_principals integer[], p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.readable_paths(p_root integer, p_is_admin boolean, p_principals integer[], p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.readable_paths(p_root integer, p_is_admin boolean, p_principals integer[], p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.readable_paths(p_root integer, p_is_admin boolean, p_principals integer[], p_name text) TO stowage_v2;

--
-- Name: FUNCTION remote_answered(p_remote integer, p_limit integer, p_remaining integer, p_seconds integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_answered(p_remote integer, p_limit integer, p_remaining integer, p_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.remote_answered(p_remote integer, p_limit integer, p_remaining integer, p_seconds integer) TO stowage_v2;
GRANT ALL ON FUNCTION registry.remote_answered(p_remote integer, p_limit integer, p_remaining integer, p_seconds integer) TO stowage_keep;

--
-- Name: FUNCTION remote_failed(p_remote integer, p_trouble text, p_reason text, p_seconds integer, p_limited boolean); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_failed(p_remote integer, p_trouble text, p_reason text, p_seconds integer, p_limited boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.remote_failed(p_remote integer, p_trouble text, p_reason text, p_seconds integer, p_limited boolean) TO stowage_v2;

--
-- Name: FUNCTION remote_listed(p_remote integer, p_path text, p_tags text[], p_fresh_seconds integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_listed(p_remote integer, p_path text, p_tags text[], p_fresh_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.remote_listed(p_remote integer, p_path text, p_tags text[], p_fresh_seconds integer) TO stowage_v2;

--
-- Name: FUNCTION remote_missed(p_remote integer, p_path text, p_reference text, p_reason text, p_seconds integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_missed(p_remote integer, p_path text, p_reference text, p_reason text, p_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.remote_missed(p_remote integer, p_path text, p_reference text, p_reason text, p_seconds integer) TO stowage_v2;

--
-- Name: FUNCTION remote_save(p_id integer, p_document jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_save(p_id integer, p_document jsonb) FROM PUBLIC;

--
-- Name: FUNCTION remote_struck(p_remote integer, p_path text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_struck(p_remote integer, p_path text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.remote_struck(p_remote integer, p_path text) TO stowage_v2;

--
-- Name: FUNCTION remote_suspected(p_remote integer, p_trouble text, p_reason text, p_seconds integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_suspected(p_remote integer, p_trouble text, p_reason text, p_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.remote_suspected(p_remote integer, p_trouble text, p_reason text, p_seconds integer) TO stowage_v2;

--
-- Name: FUNCTION remote_trust(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.remote_trust(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.remote_trust(p_remote integer, p_path text, p_tag text, p_fresh_seconds integer) TO stowage_v2;

--
-- Name: FUNCTION repository_changed(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_changed() FROM PUBLIC;

--
-- Name: FUNCTION repository_columns(p_id integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_columns(p_id integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.repository_columns(p_id integer) TO stowage_admin;

--
-- Name: FUNCTION repository_delete(p_key text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_delete(p_key text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.repository_delete(p_key text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text) TO stowage_admin;

--
-- Name: FUNCTION repository_document(p_id integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_document(p_id integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.repository_document(p_id integer) TO stowage_admin;

--
-- Name: FUNCTION repository_paths(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_paths() FROM PUBLIC;
GRANT ALL ON FUNCTION registry.repository_paths() TO stowage_audit;

--
-- Name: FUNCTION repository_save(p_key text, p_document jsonb, p_mode text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text, OUT revision integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_save(p_key text, p_document jsonb, p_mode text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text, OUT revision integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.repository_save(p_key text, p_document jsonb, p_mode text, p_revision integer, p_actor integer, p_actor_name text, p_request uuid, p_address inet, OUT outcome integer, OUT message text, OUT revision integer) TO stowage_admin;

--
-- Name: FUNCTION repository_seen(p_account integer, p_key text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_seen(p_account integer, p_key text) FROM PUBLIC;

--
-- Name: FUNCTION repository_shrink(p_limit integer, OUT p_more boolean, OUT p_failed text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_shrink(p_limit integer, OUT p_more boolean, OUT p_failed text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.repository_shrink(p_limit integer, OUT p_more boolean, OUT p_failed text) TO stowage_keep;

--
-- Name: FUNCTION repository_shrink_piece(p_repository integer, p_limit integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.repository_shrink_piece(p_repository integer, p_limit integer) FROM PUBLIC;

--
-- Name: FUNCTION request_principal(p_account integer, p_epoch integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.request_principal(p_account integer, p_epoch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.request_principal(p_account integer, p_epoch integer) TO stowage_v1;
GRANT ALL ON FUNCTION registry.request_principal(p_account integer, p_epoch integer) TO stowage_v2;
GRANT ALL ON FUNCTION registry.request_principal(p_account integer, p_epoch integer) TO stowage_admin;

--
-- Name: FUNCTION request_repository(p_key text, p_api_version integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.request_repository(p_key text, p_api_version integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.request_repository(p_key text, p_api_version integer) TO stowage_v1;
GRANT ALL ON FUNCTION registry.request_repository(p_key text, p_api_version integer) TO stowage_v2;

--
-- Name: FUNCTION request_target(p_key text, p_account integer, p_valid boolean, p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.request_target(p_key text, p_account integer, p_valid boolean, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.request_target(p_key text, p_account integer, p_valid boolean, p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.request_target(p_key text, p_account integer, p_valid boolean, p_name text) TO stowage_v2;

--
-- Name: FUNCTION rules_below(p_root integer, p_principals integer[], p_actions integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.rules_below(p_root integer, p_principals integer[], p_actions integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.rules_below(p_root integer, p_principals integer[], p_actions integer) TO stowage_admin;

--
-- Name: FUNCTION rules_for_some_name(p_repository integer, p_principals integer[], p_actions integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.rules_for_some_name(p_repository integer, p_principals integer[], p_actions integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.rules_for_some_name(p_repository integer, p_principals integer[], p_actions integer) TO stowage_v1;
GRANT ALL ON FUNCTION registry.rules_for_some_name(p_repository integer, p_principals integer[], p_actions integer) TO stowage_v2;

--
-- Name: FUNCTION schema1_signed_size(p_payload bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.schema1_signed_size(p_payload bytea) FROM PUBLIC;

--
-- Name: FUNCTION shown_with(p_image bigint, p_manifests bigint[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.shown_with(p_image bigint, p_manifests bigint[]) FROM PUBLIC;

--
-- Name: FUNCTION sign_in_failed(p_account integer, p_network inet, p_lock_failures integer, p_lock_seconds integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.sign_in_failed(p_account integer, p_network inet, p_lock_failures integer, p_lock_seconds integer) FROM PUBLIC;

--
-- Name: FUNCTION sign_in_network(p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.sign_in_network(p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.sign_in_network(p_address inet) TO stowage_v1;
GRANT ALL ON FUNCTION registry.sign_in_network(p_address inet) TO stowage_v2;
GRANT ALL ON FUNCTION registry.sign_in_network(p_address inet) TO stowage_admin;

--
-- Name: FUNCTION sign_in_trim(p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.sign_in_trim(p_account integer) FROM PUBLIC;

--
-- Name: FUNCTION signing_key_get(p_fresh bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.signing_key_get(p_fresh bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.signing_key_get(p_fresh bytea) TO stowage_v2;

--
-- Name: FUNCTION stale_served(p_remote integer, p_path text, p_tag text, p_reason text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.stale_served(p_remote integer, p_path text, p_tag text, p_reason text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.stale_served(p_remote integer, p_path text, p_tag text, p_reason text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v2;

--
-- Name: FUNCTION storage_files(p_root integer, p_name text, p_tag text, p_file text, p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.storage_files(p_root integer, p_name text, p_tag text, p_file text, p_account integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.storage_files(p_root integer, p_name text, p_tag text, p_file text, p_account integer) TO stowage_admin;

--
-- Name: FUNCTION storage_folders(p_root integer, p_path text, p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.storage_folders(p_root integer, p_path text, p_account integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.storage_folders(p_root integer, p_path text, p_account integer) TO stowage_admin;

--
-- Name: FUNCTION storage_item(p_root integer, p_path text, p_account integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.storage_item(p_root integer, p_path text, p_account integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.storage_item(p_root integer, p_path text, p_account integer) TO stowage_admin;

--
-- Name: FUNCTION store_bind(p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.store_bind(p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: FUNCTION store_seen(p_node text, p_program text, p_trouble text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.store_seen(p_node text, p_program text, p_trouble text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.store_seen(p_node text, p_program text, p_trouble text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.store_seen(p_node text, p_program text, p_trouble text) TO stowage_v2;
GRANT ALL ON FUNCTION registry.store_seen(p_node text, p_program text, p_trouble text) TO stowage_keep;

--
-- Name: FUNCTION stored_name(p_library boolean, p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.stored_name(p_library boolean, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.stored_name(p_library boolean, p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.stored_name(p_library boolean, p_name text) TO stowage_v2;

--
-- Name: FUNCTION sweep_look(p_paths text[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.sweep_look(p_paths text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.sweep_look(p_paths text[]) TO stowage_keep;

--
-- Name: FUNCTION sweep_next(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.sweep_next() FROM PUBLIC;
GRANT ALL ON FUNCTION registry.sweep_next() TO stowage_keep;

--
-- Name: FUNCTION tag_changed(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.tag_changed() FROM PUBLIC;

--
-- Name: FUNCTION tag_delete(p_target integer, p_name text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.tag_delete(p_target integer, p_name text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.tag_delete(p_target integer, p_name text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v2;

--
-- Name: FUNCTION tag_fits(p_name text, p_tag text, p_include text[], p_exclude text[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.tag_fits(p_name text, p_tag text, p_include text[], p_exclude text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.tag_fits(p_name text, p_tag text, p_include text[], p_exclude text[]) TO stowage_v1;
GRANT ALL ON FUNCTION registry.tag_fits(p_name text, p_tag text, p_include text[], p_exclude text[]) TO stowage_v2;
GRANT ALL ON FUNCTION registry.tag_fits(p_name text, p_tag text, p_include text[], p_exclude text[]) TO stowage_admin;

--
-- Name: FUNCTION tag_kept_out(p_root integer, p_target integer, p_name text, p_tags text[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.tag_kept_out(p_root integer, p_target integer, p_name text, p_tags text[]) FROM PUBLIC;

--
-- Name: FUNCTION texts_of(p_array jsonb); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.texts_of(p_array jsonb) FROM PUBLIC;

--
-- Name: FUNCTION time_limit(p_value jsonb, p_hour integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.time_limit(p_value jsonb, p_hour integer) FROM PUBLIC;

--
-- Name: FUNCTION token_key_rotate(p_fresh bytea, p_revoke boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.token_key_rotate(p_fresh bytea, p_revoke boolean, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;

--
-- Name: COLUMN token_key.kid; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(kid) ON TABLE registry.token_key TO stowage_audit;

--
-- Name: COLUMN token_key.created_at; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(created_at) ON TABLE registry.token_key TO stowage_audit;

--
-- Name: COLUMN token_key.retired_at; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(retired_at) ON TABLE registry.token_key TO stowage_audit;

--
-- Name: COLUMN token_key.revoked_at; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(revoked_at) ON TABLE registry.token_key TO stowage_audit;

--
-- Name: FUNCTION token_keys(p_fresh bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.token_keys(p_fresh bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.token_keys(p_fresh bytea) TO stowage_v1;
GRANT ALL ON FUNCTION registry.token_keys(p_fresh bytea) TO stowage_v2;

--
-- Name: FUNCTION unlink_failed(p_file bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.unlink_failed(p_file bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.unlink_failed(p_file bigint) TO stowage_keep;

--
-- Name: TABLE gc_unlink; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT,DELETE ON TABLE registry.gc_unlink TO stowage_keep;
GRANT SELECT ON TABLE registry.gc_unlink TO stowage_audit;

--
-- Name: FUNCTION unlinks_due(p_limit integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.unlinks_due(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.unlinks_due(p_limit integer) TO stowage_keep;

--
-- Name: FUNCTION upload_end(p_upload uuid); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.upload_end(p_upload uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.upload_end(p_upload uuid) TO stowage_v1;
GRANT ALL ON FUNCTION registry.upload_end(p_upload uuid) TO stowage_v2;
GRANT ALL ON FUNCTION registry.upload_end(p_upload uuid) TO stowage_keep;

--
-- Name: FUNCTION upload_seal(p_upload uuid, p_alg integer, p_digest bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.upload_seal(p_upload uuid, p_alg integer, p_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.upload_seal(p_upload uuid, p_alg integer, p_digest bytea) TO stowage_v1;
GRANT ALL ON FUNCTION registry.upload_seal(p_upload uuid, p_alg integer, p_digest bytea) TO stowage_v2;

--
-- Name: TABLE upload; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.upload TO stowage_v1;
GRANT SELECT ON TABLE registry.upload TO stowage_v2;
GRANT SELECT ON TABLE registry.upload TO stowage_keep;
GRANT SELECT ON TABLE registry.upload TO stowage_audit;

--
-- Name: COLUMN upload.received; Type: ACL; Schema: registry; Owner: -
--

GRANT UPDATE(received) ON TABLE registry.upload TO stowage_v1;
GRANT UPDATE(received) ON TABLE registry.upload TO stowage_v2;

--
-- Name: COLUMN upload.touched_at; Type: ACL; Schema: registry; Owner: -
--

GRANT UPDATE(touched_at) ON TABLE registry.upload TO stowage_v1;
GRANT UPDATE(touched_at) ON TABLE registry.upload TO stowage_v2;

--
-- Name: COLUMN upload.digest_so_far; Type: ACL; Schema: registry; Owner: -
--

GRANT UPDATE(digest_so_far) ON TABLE registry.upload TO stowage_v1;
GRANT UPDATE(digest_so_far) ON TABLE registry.upload TO stowage_v2;

--
-- Name: FUNCTION upload_start(p_repository integer, p_name text, p_account integer, p_alg integer, p_most bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.upload_start(p_repository integer, p_name text, p_account integer, p_alg integer, p_most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.upload_start(p_repository integer, p_name text, p_account integer, p_alg integer, p_most bigint) TO stowage_v1;
GRANT ALL ON FUNCTION registry.upload_start(p_repository integer, p_name text, p_account integer, p_alg integer, p_most bigint) TO stowage_v2;

--
-- Name: FUNCTION uploads_abandoned(p_seconds integer, p_limit integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.uploads_abandoned(p_seconds integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.uploads_abandoned(p_seconds integer, p_limit integer) TO stowage_keep;

--
-- Name: FUNCTION upstream_status(p_id integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.upstream_status(p_id integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.upstream_status(p_id integer) TO stowage_admin;

--
-- Name: FUNCTION url_origin(p_url text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.url_origin(p_url text) FROM PUBLIC;

--
-- Name: FUNCTION v1_checksum_put(p_repository integer, p_path text, p_id bytea, p_payload bytea, p_tarsum text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_checksum_put(p_repository integer, p_path text, p_id bytea, p_payload bytea, p_tarsum text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_checksum_put(p_repository integer, p_path text, p_id bytea, p_payload bytea, p_tarsum text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v1;

--
-- Name: FUNCTION v1_have(p_image bigint, p_repository integer, p_path text, p_account integer, p_id bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_have(p_image bigint, p_repository integer, p_path text, p_account integer, p_id bytea) FROM PUBLIC;

--
-- Name: FUNCTION v1_json_put(p_repository integer, p_path text, p_account integer, p_id bytea, p_parent bytea, p_json bytea, p_most bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_json_put(p_repository integer, p_path text, p_account integer, p_id bytea, p_parent bytea, p_json bytea, p_most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_json_put(p_repository integer, p_path text, p_account integer, p_id bytea, p_parent bytea, p_json bytea, p_most bigint) TO stowage_v1;

--
-- Name: FUNCTION v1_layer_put(p_upload uuid, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, p_jsons bigint[], p_payloads bytea[], OUT won boolean, OUT file bigint); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_layer_put(p_upload uuid, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, p_jsons bigint[], p_payloads bytea[], OUT won boolean, OUT file bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_layer_put(p_upload uuid, p_file bigint, p_alg integer, p_digest bytea, p_size bigint, p_jsons bigint[], p_payloads bytea[], OUT won boolean, OUT file bigint) TO stowage_v1;

--
-- Name: FUNCTION v1_layers_link(p_target integer, p_name text, p_blobs bigint[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_layers_link(p_target integer, p_name text, p_blobs bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_layers_link(p_target integer, p_name text, p_blobs bigint[]) TO stowage_v1;

--
-- Name: FUNCTION v1_pushed(p_image bigint, p_id bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_pushed(p_image bigint, p_id bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_pushed(p_image bigint, p_id bytea) TO stowage_v1;

--
-- Name: FUNCTION v1_seen(p_repository integer, p_path text, p_account integer, p_id bytea); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_seen(p_repository integer, p_path text, p_account integer, p_id bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_seen(p_repository integer, p_path text, p_account integer, p_id bytea) TO stowage_v1;

--
-- Name: FUNCTION v1_tag_changed(); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_tag_changed() FROM PUBLIC;

--
-- Name: FUNCTION v1_tag_put(p_repository integer, p_path text, p_tag text, p_id bytea, p_agent text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_tag_put(p_repository integer, p_path text, p_tag text, p_id bytea, p_agent text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_tag_put(p_repository integer, p_path text, p_tag text, p_id bytea, p_agent text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v1;

--
-- Name: FUNCTION v1_tags_delete(p_repository integer, p_path text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_tags_delete(p_repository integer, p_path text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_tags_delete(p_repository integer, p_path text, p_tag text, p_actor integer, p_actor_name text, p_request uuid, p_address inet) TO stowage_v1;

--
-- Name: FUNCTION v1_uploads_drop(p_seconds integer, p_limit integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_uploads_drop(p_seconds integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_uploads_drop(p_seconds integer, p_limit integer) TO stowage_keep;

--
-- Name: FUNCTION v1_view_put(p_manifest bigint, p_shown bigint, p_id bytea, p_reason text, p_ids bytea[], p_jsons text[], p_algs integer[], p_digests bytea[], p_zstds integer[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.v1_view_put(p_manifest bigint, p_shown bigint, p_id bytea, p_reason text, p_ids bytea[], p_jsons text[], p_algs integer[], p_digests bytea[], p_zstds integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.v1_view_put(p_manifest bigint, p_shown bigint, p_id bytea, p_reason text, p_ids bytea[], p_jsons text[], p_algs integer[], p_digests bytea[], p_zstds integer[]) TO stowage_v1;
GRANT ALL ON FUNCTION registry.v1_view_put(p_manifest bigint, p_shown bigint, p_id bytea, p_reason text, p_ids bytea[], p_jsons text[], p_algs integer[], p_digests bytea[], p_zstds integer[]) TO stowage_v2;

--
-- Name: FUNCTION viewer_actions(p_account integer, p_repository integer, p_name text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.viewer_actions(p_account integer, p_repository integer, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.viewer_actions(p_account integer, p_repository integer, p_name text) TO stowage_v1;
GRANT ALL ON FUNCTION registry.viewer_actions(p_account integer, p_repository integer, p_name text) TO stowage_v2;
GRANT ALL ON FUNCTION registry.viewer_actions(p_account integer, p_repository integer, p_name text) TO stowage_admin;

--
-- Name: FUNCTION viewer_valid(p_account integer, p_epoch integer); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.viewer_valid(p_account integer, p_epoch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.viewer_valid(p_account integer, p_epoch integer) TO stowage_v1;
GRANT ALL ON FUNCTION registry.viewer_valid(p_account integer, p_epoch integer) TO stowage_v2;
GRANT ALL ON FUNCTION registry.viewer_valid(p_account integer, p_epoch integer) TO stowage_admin;

--
-- Name: FUNCTION who_answers(p_key text, p_name text, p_tag text, p_alg integer, p_digest bytea, p_user text); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.who_answers(p_key text, p_name text, p_tag text, p_alg integer, p_digest bytea, p_user text) FROM PUBLIC;
GRANT ALL ON FUNCTION registry.who_answers(p_key text, p_name text, p_tag text, p_alg integer, p_digest bytea, p_user text) TO stowage_admin;

--
-- Name: FUNCTION wrong_sizes(p_blob_algs integer[], p_blob_digests bytea[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[]); Type: ACL; Schema: registry; Owner: -
--

REVOKE ALL ON FUNCTION registry.wrong_sizes(p_blob_algs integer[], p_blob_digests bytea[], p_blob_sizes bigint[], p_child_algs integer[], p_child_digests bytea[], p_child_sizes bigint[]) FROM PUBLIC;

--
-- Name: TABLE account; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.account TO stowage_v1;
GRANT SELECT ON TABLE registry.account TO stowage_v2;
GRANT SELECT ON TABLE registry.account TO stowage_admin;

--
-- Name: COLUMN account.id; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(id) ON TABLE registry.account TO stowage_audit;

--
-- Name: COLUMN account.kind; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(kind) ON TABLE registry.account TO stowage_audit;

--
-- Name: COLUMN account.is_admin; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(is_admin) ON TABLE registry.account TO stowage_audit;

--
-- Name: COLUMN account.disabled; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(disabled) ON TABLE registry.account TO stowage_audit;

--
-- Name: COLUMN account.epoch; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(epoch) ON TABLE registry.account TO stowage_audit;

--
-- Name: COLUMN account.failures; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(failures) ON TABLE registry.account TO stowage_audit;

--
-- Name: COLUMN account.locked_until; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(locked_until) ON TABLE registry.account TO stowage_audit;

--
-- Name: COLUMN account.failures_since; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(failures_since) ON TABLE registry.account TO stowage_audit;

--
-- Name: TABLE audit; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.audit TO stowage_audit;

--
-- Name: TABLE audit_entry; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.audit_entry TO stowage_audit;

--
-- Name: TABLE audit_rest; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.audit_rest TO stowage_audit;

--
-- Name: TABLE blob; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.blob TO stowage_v1;
GRANT SELECT ON TABLE registry.blob TO stowage_v2;
GRANT SELECT ON TABLE registry.blob TO stowage_keep;
GRANT SELECT ON TABLE registry.blob TO stowage_admin;
GRANT SELECT ON TABLE registry.blob TO stowage_audit;

--
-- Name: COLUMN blob.diff_id; Type: ACL; Schema: registry; Owner: -
--

GRANT UPDATE(diff_id) ON TABLE registry.blob TO stowage_v1;

--
-- Name: TABLE blob_fetch; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.blob_fetch TO stowage_v2;
GRANT SELECT ON TABLE registry.blob_fetch TO stowage_keep;
GRANT SELECT ON TABLE registry.blob_fetch TO stowage_audit;

--
-- Name: TABLE blob_fetch_name; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.blob_fetch_name TO stowage_v2;
GRANT SELECT ON TABLE registry.blob_fetch_name TO stowage_audit;

--
-- Name: SEQUENCE file_id; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON SEQUENCE registry.file_id TO stowage_keep;

--
-- Name: TABLE gc_blob; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.gc_blob TO stowage_v2;
GRANT SELECT ON TABLE registry.gc_blob TO stowage_audit;

--
-- Name: COLUMN gc_blob.due; Type: ACL; Schema: registry; Owner: -
--

GRANT UPDATE(due) ON TABLE registry.gc_blob TO stowage_v2;

--
-- Name: TABLE gc_link; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.gc_link TO stowage_audit;

--
-- Name: TABLE gc_manifest; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.gc_manifest TO stowage_audit;

--
-- Name: TABLE gc_orphan; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT,DELETE ON TABLE registry.gc_orphan TO stowage_keep;
GRANT SELECT ON TABLE registry.gc_orphan TO stowage_audit;

--
-- Name: TABLE gc_repository; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.gc_repository TO stowage_audit;

--
-- Name: TABLE gc_sweep; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.gc_sweep TO stowage_audit;

--
-- Name: TABLE image; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.image TO stowage_v1;
GRANT SELECT ON TABLE registry.image TO stowage_v2;
GRANT SELECT ON TABLE registry.image TO stowage_keep;
GRANT SELECT ON TABLE registry.image TO stowage_admin;
GRANT SELECT ON TABLE registry.image TO stowage_audit;

--
-- Name: TABLE image_blob; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.image_blob TO stowage_v2;
GRANT SELECT ON TABLE registry.image_blob TO stowage_admin;
GRANT SELECT ON TABLE registry.image_blob TO stowage_audit;

--
-- Name: TABLE image_manifest; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.image_manifest TO stowage_v1;
GRANT SELECT ON TABLE registry.image_manifest TO stowage_v2;
GRANT SELECT ON TABLE registry.image_manifest TO stowage_admin;
GRANT SELECT ON TABLE registry.image_manifest TO stowage_audit;

--
-- Name: TABLE image_referrer; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.image_referrer TO stowage_v2;
GRANT SELECT ON TABLE registry.image_referrer TO stowage_audit;

--
-- Name: TABLE installation; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.installation TO stowage_app;
GRANT SELECT ON TABLE registry.installation TO stowage_audit;

--
-- Name: TABLE manifest; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.manifest TO stowage_v1;
GRANT SELECT ON TABLE registry.manifest TO stowage_v2;
GRANT SELECT ON TABLE registry.manifest TO stowage_admin;
GRANT SELECT ON TABLE registry.manifest TO stowage_audit;

--
-- Name: TABLE manifest_blob; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.manifest_blob TO stowage_admin;
GRANT SELECT ON TABLE registry.manifest_blob TO stowage_audit;

--
-- Name: TABLE manifest_child; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.manifest_child TO stowage_audit;

--
-- Name: TABLE manifest_want; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.manifest_want TO stowage_v2;
GRANT SELECT ON TABLE registry.manifest_want TO stowage_audit;

--
-- Name: TABLE media_type; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.media_type TO stowage_v1;
GRANT SELECT ON TABLE registry.media_type TO stowage_v2;
GRANT SELECT ON TABLE registry.media_type TO stowage_admin;
GRANT SELECT ON TABLE registry.media_type TO stowage_audit;

--
-- Name: TABLE membership; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.membership TO stowage_v1;
GRANT SELECT ON TABLE registry.membership TO stowage_v2;
GRANT SELECT ON TABLE registry.membership TO stowage_admin;
GRANT SELECT ON TABLE registry.membership TO stowage_audit;

--
-- Name: TABLE migration; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.migration TO stowage_audit;

--
-- Name: TABLE permission_target; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.permission_target TO stowage_audit;

--
-- Name: TABLE permission_target_principal; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.permission_target_principal TO stowage_audit;

--
-- Name: TABLE permission_target_repository; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.permission_target_repository TO stowage_audit;

--
-- Name: TABLE principal; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.principal TO stowage_v1;
GRANT SELECT ON TABLE registry.principal TO stowage_v2;
GRANT SELECT ON TABLE registry.principal TO stowage_admin;
GRANT SELECT ON TABLE registry.principal TO stowage_audit;

--
-- Name: TABLE push_target; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.push_target TO stowage_v1;
GRANT SELECT ON TABLE registry.push_target TO stowage_v2;
GRANT SELECT ON TABLE registry.push_target TO stowage_audit;

--
-- Name: TABLE remote_miss; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.remote_miss TO stowage_v2;
GRANT SELECT ON TABLE registry.remote_miss TO stowage_admin;
GRANT SELECT ON TABLE registry.remote_miss TO stowage_audit;

--
-- Name: TABLE remote_reference; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.remote_reference TO stowage_v2;
GRANT SELECT ON TABLE registry.remote_reference TO stowage_admin;
GRANT SELECT ON TABLE registry.remote_reference TO stowage_audit;

--
-- Name: TABLE remote_state; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.remote_state TO stowage_v2;
GRANT SELECT ON TABLE registry.remote_state TO stowage_keep;
GRANT SELECT ON TABLE registry.remote_state TO stowage_admin;
GRANT SELECT ON TABLE registry.remote_state TO stowage_audit;

--
-- Name: TABLE remote_tags; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.remote_tags TO stowage_v2;
GRANT SELECT ON TABLE registry.remote_tags TO stowage_audit;

--
-- Name: TABLE repository_member; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.repository_member TO stowage_admin;
GRANT SELECT ON TABLE registry.repository_member TO stowage_audit;

--
-- Name: TABLE repository_remote; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.repository_remote TO stowage_v2;

--
-- Name: COLUMN repository_remote.repository_id; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(repository_id) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(repository_id) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(repository_id) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.class; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(class) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(class) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(class) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.url; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(url) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(url) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(url) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.username; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(username) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(username) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(username) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.token_authentication; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(token_authentication) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(token_authentication) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(token_authentication) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.any_host_auth; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(any_host_auth) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(any_host_auth) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(any_host_auth) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.realm_hosts; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(realm_hosts) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(realm_hosts) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(realm_hosts) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.private_networks; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(private_networks) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(private_networks) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(private_networks) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.library_prefix; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(library_prefix) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(library_prefix) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(library_prefix) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.ns_aliases; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(ns_aliases) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(ns_aliases) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(ns_aliases) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.offline; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(offline) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(offline) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(offline) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.hard_fail; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(hard_fail) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(hard_fail) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(hard_fail) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.store_locally; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(store_locally) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(store_locally) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(store_locally) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.fresh_seconds; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(fresh_seconds) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(fresh_seconds) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(fresh_seconds) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.missing_seconds; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(missing_seconds) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(missing_seconds) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(missing_seconds) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.assumed_offline_seconds; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(assumed_offline_seconds) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(assumed_offline_seconds) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(assumed_offline_seconds) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.unused_hours; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(unused_hours) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(unused_hours) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(unused_hours) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.timeout_ms; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(timeout_ms) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(timeout_ms) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(timeout_ms) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.metadata_timeout_ms; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(metadata_timeout_ms) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(metadata_timeout_ms) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(metadata_timeout_ms) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.block_mismatching_types; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(block_mismatching_types) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(block_mismatching_types) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(block_mismatching_types) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.mismatching_types; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(mismatching_types) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(mismatching_types) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(mismatching_types) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.external_dependencies; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(external_dependencies) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(external_dependencies) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(external_dependencies) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.external_patterns; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(external_patterns) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(external_patterns) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(external_patterns) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.answer_ms; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(answer_ms) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(answer_ms) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(answer_ms) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.proxy; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(proxy) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(proxy) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(proxy) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.client_certificate; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(client_certificate) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(client_certificate) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(client_certificate) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.local_address; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(local_address) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(local_address) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(local_address) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.query_params; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(query_params) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(query_params) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(query_params) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: COLUMN repository_remote.networks; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT(networks) ON TABLE registry.repository_remote TO stowage_audit;
GRANT SELECT(networks) ON TABLE registry.repository_remote TO stowage_keep;
GRANT SELECT(networks) ON TABLE registry.repository_remote TO stowage_admin;

--
-- Name: TABLE sign_in; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.sign_in TO stowage_v1;
GRANT SELECT ON TABLE registry.sign_in TO stowage_v2;
GRANT SELECT ON TABLE registry.sign_in TO stowage_admin;
GRANT SELECT ON TABLE registry.sign_in TO stowage_audit;

--
-- Name: TABLE store_space; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.store_space TO stowage_keep;
GRANT SELECT ON TABLE registry.store_space TO stowage_admin;
GRANT SELECT ON TABLE registry.store_space TO stowage_audit;

--
-- Name: COLUMN store_space.total; Type: ACL; Schema: registry; Owner: -
--

GRANT INSERT(total),UPDATE(total) ON TABLE registry.store_space TO stowage_keep;

--
-- Name: COLUMN store_space.available; Type: ACL; Schema: registry; Owner: -
--

GRANT INSERT(available),UPDATE(available) ON TABLE registry.store_space TO stowage_keep;

--
-- Name: COLUMN store_space.at; Type: ACL; Schema: registry; Owner: -
--

GRANT UPDATE(at) ON TABLE registry.store_space TO stowage_keep;

--
-- Name: TABLE store_state; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.store_state TO stowage_admin;
GRANT SELECT ON TABLE registry.store_state TO stowage_audit;

--
-- Name: TABLE tag; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.tag TO stowage_v1;
GRANT SELECT ON TABLE registry.tag TO stowage_v2;
GRANT SELECT ON TABLE registry.tag TO stowage_admin;
GRANT SELECT ON TABLE registry.tag TO stowage_audit;

--
-- Name: TABLE tag_event; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.tag_event TO stowage_audit;

--
-- Name: TABLE tag_event_rest; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.tag_event_rest TO stowage_audit;

--
-- Name: TABLE v1_image; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.v1_image TO stowage_v1;
GRANT SELECT ON TABLE registry.v1_image TO stowage_v2;
GRANT SELECT ON TABLE registry.v1_image TO stowage_admin;
GRANT SELECT ON TABLE registry.v1_image TO stowage_audit;

--
-- Name: TABLE v1_layer; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.v1_layer TO stowage_audit;

--
-- Name: TABLE v1_tag; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.v1_tag TO stowage_v1;
GRANT SELECT ON TABLE registry.v1_tag TO stowage_admin;
GRANT SELECT ON TABLE registry.v1_tag TO stowage_audit;

--
-- Name: TABLE v1_upload; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.v1_upload TO stowage_v1;
GRANT SELECT ON TABLE registry.v1_upload TO stowage_audit;

--
-- Name: TABLE v1_view; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.v1_view TO stowage_v1;
GRANT SELECT ON TABLE registry.v1_view TO stowage_v2;
GRANT SELECT ON TABLE registry.v1_view TO stowage_audit;

--
-- Name: TABLE v1_view_image; Type: ACL; Schema: registry; Owner: -
--

GRANT SELECT ON TABLE registry.v1_view_image TO stowage_v1;
GRANT SELECT ON TABLE registry.v1_view_image TO stowage_v2;
GRANT SELECT ON TABLE registry.v1_view_image TO stowage_audit;

--
-- PostgreSQL database dump complete
--

