-- Repositories as documents: Artifactory's repository configuration JSON, read and written as a whole.
SET LOCAL search_path = registry;

-- Every field there is, the classes it belongs to (1 local, 2 remote, 3 virtual), its type and its default. Validation, what is
-- given back and the manual page go by this list. Those that only other tools read are kept in repository.other, as are unknown ones.
CREATE OR REPLACE FUNCTION document_fields() RETURNS TABLE (field text, classes int[], kind text, standard jsonb) LANGUAGE sql IMMUTABLE AS $$
  VALUES
    ('key', '{1,2,3}'::int[], 'text', NULL::jsonb),
    ('rclass', '{1,2,3}', 'text', NULL),
    ('packageType', '{1,2,3}', 'text', '"docker"'),
    ('description', '{1,2,3}', 'text', '""'),
    ('notes', '{1,2,3}', 'text', '""'),
    ('includesPattern', '{1,2,3}', 'text', '"**/*"'),
    ('excludesPattern', '{1,2,3}', 'text', '""'),
    ('repoLayoutRef', '{1,2,3}', 'text', '"simple-default"'),
    ('projectKey', '{1,2,3}', 'text', '""'),
    ('environments', '{1,2,3}', 'texts', '[]'),
    ('blackedOut', '{1,2,3}', 'boolean', 'false'),
    ('priorityResolution', '{1,2,3}', 'boolean', 'false'),
    ('dockerApiVersion', '{1,2,3}', 'text', '"V2"'),
    ('xrayIndex', '{1,2}', 'boolean', 'false'),
    ('propertySets', '{1,2}', 'texts', '[]'),
    ('archiveBrowsingEnabled', '{1,2}', 'boolean', 'false'),
    ('downloadRedirect', '{1,2}', 'boolean', 'false'),
    ('cdnRedirect', '{1,2}', 'boolean', 'false'),
    ('blockPushingSchema1', '{1,2}', 'boolean', 'true'),
    ('maxUniqueTags', '{1}', 'number', '0'),
    ('dockerTagRetention', '{1}', 'number', '1'),
    ('bridgeRepository', '{1}', 'text', '""'),
    ('url', '{2}', 'text', NULL),
    ('username', '{2}', 'text', '""'),
    ('password', '{2}', 'text', '""'),
    ('proxy', '{2}', 'text', '""'),
    ('disableProxy', '{2}', 'boolean', 'false'),
    ('remoteRepoLayoutRef', '{2}', 'text', '""'),
    ('hardFail', '{2}', 'boolean', 'false'),
    ('offline', '{2}', 'boolean', 'false'),
    ('storeArtifactsLocally', '{2}', 'boolean', 'true'),
    ('socketTimeoutMillis', '{2}', 'number', '15000'),
    ('localAddress', '{2}', 'text', '""'),
    ('queryParams', '{2}', 'text', '""'),
    ('retrievalCachePeriodSecs', '{2}', 'number', '7200'),
    ('metadataRetrievalTimeoutSecs', '{2}', 'number', '60'),
    ('missedRetrievalCachePeriodSecs', '{2}', 'number', '1800'),
    ('unusedArtifactsCleanupPeriodHours', '{2}', 'number', '0'),
    ('assumedOfflinePeriodSecs', '{2}', 'number', '300'),
    ('blockMismatchingMimeTypes', '{2}', 'boolean', 'true'),
    ('mismatchingMimeTypesOverrideList', '{2}', 'text', '""'),
    ('allowAnyHostAuth', '{2}', 'boolean', 'false'),
    ('enableTokenAuthentication', '{2}', 'boolean', 'true'),
    ('externalDependenciesEnabled', '{2}', 'boolean', 'false'),
    ('externalDependenciesPatterns', '{2}', 'texts', '["**"]'),
    ('enableCookieManagement', '{2}', 'boolean', 'false'),
    ('bypassHeadRequests', '{2}', 'boolean', 'false'),
    ('synchronizeProperties', '{2}', 'boolean', 'false'),
    ('shareConfiguration', '{2}', 'boolean', 'false'),
    ('listRemoteFolderItems', '{2}', 'boolean', 'false'),
    ('disableUrlNormalization', '{2}', 'boolean', 'false'),
    ('clientTlsCertificate', '{2}', 'text', '""'),
    ('contentSynchronisation', '{2}', 'object', '{"enabled": false, "statistics": {"enabled": false}, "properties": {"enabled": false}, "source": {"originAbsenceDetection": false}}'),
    ('dockerProjectId', '{2}', 'text', '""'),
    ('curated', '{2}', 'boolean', 'false'),
    ('passThrough', '{2}', 'boolean', 'false'),
    ('allowPrivateNetworks', '{2}', 'boolean', 'false'),
    ('libraryPrefix', '{2}', 'boolean', NULL),      -- by the host: Docker Hub has it
    ('nsAliases', '{2}', 'texts', NULL),            -- by the host as well
    ('realmHosts', '{2}', 'texts', '[]'),
    ('repositories', '{3}', 'texts', '[]'),
    ('defaultDeploymentRepo', '{3}', 'text', '""'),
    ('artifactoryRequestsCanRetrieveRemoteArtifacts', '{3}', 'boolean', 'false'),
    ('resolveDockerTagsByTimestamp', '{3}', 'boolean', 'false'),
    ('shadowingGuard', '{3}', 'boolean', 'true')
$$;

CREATE OR REPLACE FUNCTION class_name(p_class int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT (ARRAY['local', 'remote', 'virtual'])[p_class]
$$;

CREATE OR REPLACE FUNCTION document_defaults(p_class int) RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = registry, pg_temp AS $$
  SELECT jsonb_object_agg(field, standard) || jsonb_build_object('rclass', class_name(p_class))
  FROM document_fields() WHERE p_class = ANY (classes) AND standard IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION texts_of(p_array jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(array_agg(t ORDER BY n), '{}') FROM jsonb_array_elements_text(p_array) WITH ORDINALITY AS e (t, n)
$$;

-- The fields that have columns. A password is never given back.
CREATE OR REPLACE FUNCTION repository_columns(p_id int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT jsonb_build_object('key', r.key, 'rclass', class_name(r.class),
      'includesPattern', CASE r.includes WHEN '' THEN '**/*' ELSE r.includes END, 'excludesPattern', r.excludes, 'blackedOut', r.blacked_out,
      'priorityResolution', r.priority, 'dockerApiVersion', 'V' || r.api_version)
    || CASE r.class
      WHEN 1 THEN jsonb_build_object('blockPushingSchema1', r.block_schema1, 'bridgeRepository', coalesce(r.bridge_repository, ''))
      WHEN 2 THEN jsonb_build_object('blockPushingSchema1', r.block_schema1, 'url', c.url, 'username', c.username, 'password', '',
        'hardFail', c.hard_fail, 'offline', c.offline, 'storeArtifactsLocally', c.store_locally, 'socketTimeoutMillis', c.timeout_ms,
        'retrievalCachePeriodSecs', c.fresh_seconds, 'metadataRetrievalTimeoutSecs', c.metadata_timeout_ms / 1000,
        'missedRetrievalCachePeriodSecs', c.missing_seconds, 'unusedArtifactsCleanupPeriodHours', c.unused_hours,
        'assumedOfflinePeriodSecs', c.assumed_offline_seconds, 'blockMismatchingMimeTypes', c.block_mismatching_types,
        'mismatchingMimeTypesOverrideList', c.mismatching_types, 'allowAnyHostAuth', c.any_host_auth,
        'enableTokenAuthentication', c.token_authentication, 'externalDependenciesEnabled', c.external_dependencies,
        'externalDependenciesPatterns', to_jsonb(string_to_array(c.external_patterns, ',')), 'allowPrivateNetworks', c.private_networks,
        'libraryPrefix', c.library_prefix, 'nsAliases', to_jsonb(c.ns_aliases), 'realmHosts', to_jsonb(c.realm_hosts))
      ELSE jsonb_build_object('resolveDockerTagsByTimestamp', r.by_timestamp, 'shadowingGuard', r.shadowing_guard,
        'repositories', (SELECT coalesce(jsonb_agg(m.key ORDER BY rm.position), '[]') FROM repository_member rm JOIN repository m ON m.id = rm.member_id
          WHERE rm.virtual_id = r.id),
        'defaultDeploymentRepo', coalesce((SELECT key FROM repository d WHERE d.id = r.default_deployment_id), '')) END
  FROM repository r LEFT JOIN repository_remote c ON c.repository_id = r.id WHERE r.id = p_id
$$;

-- The whole document.
CREATE OR REPLACE FUNCTION repository_document(p_id int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT document_defaults(class) || other || repository_columns(id) FROM repository WHERE id = p_id
$$;

-- The first thing that is wrong with the types of a document's fields, in a sentence; NULL: nothing.
CREATE OR REPLACE FUNCTION document_fault(p_class int, p_document jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT format('%s: want %s', f.field, CASE f.kind WHEN 'text' THEN 'a string' WHEN 'texts' THEN 'an array of strings'
    WHEN 'number' THEN 'a whole number from 0 to 2147483647' WHEN 'boolean' THEN 'true or false' ELSE 'an object' END)
  FROM document_fields() f JOIN LATERAL (SELECT p_document -> f.field AS value) v ON v.value IS NOT NULL
  WHERE p_class = ANY (f.classes) AND NOT CASE f.kind
    WHEN 'text' THEN jsonb_typeof(v.value) = 'string' AND v.value #>> '{}' !~ '[[:cntrl:]]' OR f.field IN ('description', 'notes') AND jsonb_typeof(v.value) = 'string'
    WHEN 'texts' THEN jsonb_typeof(v.value) = 'array' AND NOT EXISTS (SELECT FROM jsonb_array_elements(CASE jsonb_typeof(v.value) WHEN 'array' THEN v.value ELSE '[]' END) e
      WHERE jsonb_typeof(e) <> 'string' OR e #>> '{}' ~ '[[:cntrl:][:space:],]')
    WHEN 'number' THEN jsonb_typeof(v.value) = 'number' AND v.value #>> '{}' ~ '^[0-9]{1,10}$' AND (v.value #>> '{}')::numeric <= 2147483647
    ELSE jsonb_typeof(v.value) = f.kind END
  LIMIT 1
$$;

-- How the upstream is reached, from a whole document. The old password stays if none is given.
CREATE OR REPLACE FUNCTION remote_save(p_id int, p_document jsonb) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_url text := regexp_replace(p_document ->> 'url', '/+$', '');
  v_host text := lower(substring(v_url FROM '^https?://([^/?#@:[:space:]]+|\[[0-9A-Fa-f:.]+\])'));
  v_hub boolean := v_host IN ('registry-1.docker.io', 'index.docker.io', 'docker.io', 'registry.hub.docker.com');
  v_old repository_remote;
  v_new repository_remote;
BEGIN
  IF v_url IS NULL OR v_host IS NULL OR v_url !~ '^https?://[^/?#@[:space:][:cntrl:]]+(/[^?#[:space:][:cntrl:]]*)?$' THEN
    RAISE EXCEPTION 'url: want http://HOST or https://HOST, with a port or a path' USING ERRCODE = 'check_violation';
  END IF;
  SELECT * INTO v_old FROM repository_remote WHERE repository_id = p_id;
  v_new := jsonb_populate_record(NULL::repository_remote, '{}');
  v_new.repository_id := p_id;
  v_new.class := 2;
  v_new.url := v_url;
  v_new.username := p_document ->> 'username';
  v_new.password := coalesce(p_document ->> 'password', v_old.password, '');
  v_new.token_authentication := p_document -> 'enableTokenAuthentication';
  v_new.any_host_auth := p_document -> 'allowAnyHostAuth';
  v_new.realm_hosts := texts_of(p_document -> 'realmHosts');
  v_new.private_networks := p_document -> 'allowPrivateNetworks';
  v_new.library_prefix := coalesce((p_document -> 'libraryPrefix')::boolean, v_hub);
  v_new.ns_aliases := CASE WHEN p_document ? 'nsAliases' THEN texts_of(p_document -> 'nsAliases')
    WHEN v_hub THEN ARRAY['docker.io', 'index.docker.io', 'registry-1.docker.io'] ELSE ARRAY[v_host] END;
  v_new.offline := p_document -> 'offline';
  v_new.hard_fail := p_document -> 'hardFail';
  v_new.store_locally := p_document -> 'storeArtifactsLocally';
  v_new.fresh_seconds := p_document -> 'retrievalCachePeriodSecs';
  v_new.missing_seconds := p_document -> 'missedRetrievalCachePeriodSecs';
  v_new.assumed_offline_seconds := p_document -> 'assumedOfflinePeriodSecs';
  v_new.unused_hours := p_document -> 'unusedArtifactsCleanupPeriodHours';
  v_new.timeout_ms := greatest(1, least((p_document -> 'socketTimeoutMillis')::int, 3600000));
  v_new.metadata_timeout_ms := greatest(1, least((p_document -> 'metadataRetrievalTimeoutSecs')::int, 3600)) * 1000;
  v_new.block_mismatching_types := p_document -> 'blockMismatchingMimeTypes';
  v_new.mismatching_types := p_document ->> 'mismatchingMimeTypesOverrideList';
  v_new.external_dependencies := p_document -> 'externalDependenciesEnabled';
  v_new.external_patterns := array_to_string(texts_of(p_document -> 'externalDependenciesPatterns'), ',');
  DELETE FROM repository_remote WHERE repository_id = p_id;
  INSERT INTO repository_remote SELECT v_new.*;
  -- what was learnt about another upstream, or as another user, is worth nothing
  IF (v_old.url, v_old.username, v_old.password) IS DISTINCT FROM (v_new.url, v_new.username, v_new.password) THEN
    DELETE FROM remote_state WHERE repository_id = p_id;
    DELETE FROM remote_miss WHERE repository_id = p_id;
    DELETE FROM remote_tags WHERE repository_id = p_id;
  END IF;
END $$;

-- Members and default deployment, from a whole document.
CREATE OR REPLACE FUNCTION members_save(p_id int, p_members text[], p_deployment text) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_bad text;
  v_deployment int;
BEGIN
  SELECT m INTO v_bad FROM unnest(p_members) m WHERE NOT EXISTS (SELECT FROM repository WHERE key = m AND deleted_at IS NULL) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: there is no repository %', v_bad USING ERRCODE = 'check_violation';
  END IF;
  SELECT m INTO v_bad FROM unnest(p_members) m GROUP BY m HAVING count(*) > 1 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: % is named twice', v_bad USING ERRCODE = 'check_violation';
  END IF;
  IF p_members IS DISTINCT FROM ARRAY(SELECT r.key FROM repository_member m JOIN repository r ON r.id = m.member_id WHERE m.virtual_id = p_id ORDER BY m.position) THEN
    IF EXISTS (SELECT FROM repository WHERE id = p_id AND key = ANY (p_members)) THEN
      RAISE EXCEPTION 'repositories: a virtual repository cannot contain itself' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM repository_member WHERE virtual_id = p_id;
    INSERT INTO repository_member (virtual_id, position, member_id)
    SELECT p_id, m.place, r.id FROM unnest(p_members) WITH ORDINALITY AS m (key, place) JOIN repository r ON r.key = m.key AND r.deleted_at IS NULL;
  END IF;
  -- a name that nobody has means none: that is how some clients clear the field
  SELECT id INTO v_deployment FROM repository WHERE key = p_deployment AND deleted_at IS NULL;
  IF v_deployment IS NOT NULL AND NOT EXISTS (
    WITH RECURSIVE walk (id) AS (
      SELECT member_id FROM repository_member WHERE virtual_id = p_id
      UNION SELECT m.member_id FROM walk w JOIN repository_member m ON m.virtual_id = w.id)
    SELECT FROM walk JOIN repository r USING (id) WHERE r.id = v_deployment AND r.class = 1 AND r.api_version = 2) THEN
    RAISE EXCEPTION 'defaultDeploymentRepo: % is no local repository among the members', p_deployment USING ERRCODE = 'check_violation';
  END IF;
  UPDATE repository SET default_deployment_id = v_deployment WHERE id = p_id AND default_deployment_id IS DISTINCT FROM v_deployment;
END $$;

-- Create or change. p_mode: create, update (fields that are not named stay), put (either; fields that are not named take their default).
-- Outcomes: 0 created, 1 changed, 2 bad request, 3 exists, 4 unknown, 5 stale revision.
CREATE OR REPLACE FUNCTION repository_save(p_key text, p_document jsonb, p_mode text, p_revision int, p_actor int, p_actor_name text, p_request uuid, p_address inet,
  OUT outcome int, OUT message text, OUT revision int) LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_old repository;
  v_before jsonb;
  v_document jsonb;
  v_class int;
  v_version int;
  v_id int;
BEGIN
  PERFORM edit_lock();
  outcome := 2;
  IF p_document IS NULL OR jsonb_typeof(p_document) <> 'object' THEN
    message := 'want a JSON object';
    RETURN;
  END IF;
  SELECT * INTO v_old FROM repository WHERE lower(key) = lower(p_key) AND deleted_at IS NULL;
  IF FOUND AND (p_mode = 'create' OR v_old.key <> p_key) THEN
    outcome := 3;
    message := format('repository %s exists', v_old.key);
    RETURN;
  ELSIF v_old.id IS NULL AND (p_mode = 'update' OR p_revision IS NOT NULL) THEN
    outcome := 4;
    message := format('there is no repository %s', p_key);
    RETURN;
  ELSIF p_revision <> v_old.revision THEN
    outcome := 5;
    message := format('repository %s has been changed meanwhile', p_key);
    RETURN;
  END IF;
  IF p_document ->> 'key' <> p_key THEN
    message := 'key: differs from the one in the URL';
    RETURN;
  END IF;
  v_class := array_position(ARRAY['local', 'remote', 'virtual'], lower(coalesce(p_document ->> 'rclass', class_name(v_old.class))));
  IF v_class IS NULL THEN
    message := 'rclass: want local, remote or virtual';
    RETURN;
  ELSIF v_class <> v_old.class THEN
    message := format('rclass: repository %s is %s and stays so', p_key, class_name(v_old.class));
    RETURN;
  ELSIF p_key !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' OR (v_class = 2 AND length(p_key) > 58) THEN
    message := format('key: want 1 to %s letters, digits, dots, hyphens and underscores', CASE v_class WHEN 2 THEN 58 ELSE 64 END);
    RETURN;
  ELSIF lower(coalesce(p_document ->> 'packageType', 'docker')) <> 'docker' THEN
    message := 'packageType: only docker is served here';
    RETURN;
  END IF;
  message := document_fault(v_class, jsonb_strip_nulls(p_document));
  IF message IS NOT NULL THEN
    RETURN;
  END IF;

  v_before := CASE WHEN v_old.id IS NOT NULL THEN repository_document(v_old.id) END;
  v_document := CASE WHEN p_mode = 'update' THEN v_before ELSE document_defaults(v_class) END - 'password' || jsonb_strip_nulls(p_document)
    || CASE WHEN p_document -> 'defaultDeploymentRepo' = 'null' THEN '{"defaultDeploymentRepo": ""}' ELSE '{}' END::jsonb;
  -- a default deployment that was not named goes with the member it was
  IF v_class = 3 AND NOT p_document ? 'defaultDeploymentRepo' AND p_document ? 'repositories' AND v_old.default_deployment_id IS NOT NULL
    AND NOT texts_of(v_document -> 'repositories') @> ARRAY[v_document ->> 'defaultDeploymentRepo'] THEN
    v_document := v_document || '{"defaultDeploymentRepo": ""}';
  END IF;
  v_version := CASE v_document ->> 'dockerApiVersion' WHEN 'V1' THEN 1 WHEN 'V2' THEN 2 END;
  IF v_version IS NULL OR (v_version = 1 AND v_class <> 1) THEN
    message := CASE WHEN v_version IS NULL THEN 'dockerApiVersion: want V1 or V2' ELSE 'dockerApiVersion: only a local repository can be V1' END;
    RETURN;
  ELSIF v_version <> v_old.api_version THEN
    message := format('dockerApiVersion: repository %s is V%s and stays so', p_key, v_old.api_version);
    RETURN;
  END IF;
  BEGIN
    IF v_old.id IS NULL THEN
      INSERT INTO repository (key, class, api_version) VALUES (p_key, v_class, v_version) RETURNING id INTO v_id;
    ELSE
      v_id := v_old.id;
    END IF;
    IF v_class = 2 THEN
      PERFORM remote_save(v_id, v_document);
    END IF;
    UPDATE repository SET
      includes = CASE btrim(v_document ->> 'includesPattern') WHEN '**/*' THEN '' ELSE v_document ->> 'includesPattern' END,
      excludes = v_document ->> 'excludesPattern',
      blacked_out = (v_document -> 'blackedOut')::boolean,
      priority = (v_document -> 'priorityResolution')::boolean,
      by_timestamp = coalesce((v_document -> 'resolveDockerTagsByTimestamp')::boolean, false),
      shadowing_guard = coalesce((v_document -> 'shadowingGuard')::boolean, true),
      block_schema1 = coalesce((v_document -> 'blockPushingSchema1')::boolean, true),
      bridge_repository = nullif(v_document ->> 'bridgeRepository', ''),
      revision = CASE WHEN v_old.id IS NULL THEN 1 ELSE repository.revision + 1 END,
      other = (CASE WHEN p_mode = 'update' THEN v_old.other ELSE '{}' END || jsonb_strip_nulls(p_document)) - ARRAY(SELECT jsonb_object_keys(repository_columns(v_id)))
    WHERE id = v_id RETURNING repository.revision INTO revision;
    IF v_class = 3 THEN
      PERFORM members_save(v_id, texts_of(v_document -> 'repositories'), v_document ->> 'defaultDeploymentRepo');
    END IF;
  EXCEPTION WHEN check_violation OR invalid_regular_expression THEN
    message := SQLERRM;
    revision := NULL;
    RETURN;
  END;
  INSERT INTO audit (request, actor, actor_name, address, action, outcome, repository, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, CASE WHEN v_old.id IS NULL THEN 'repository_add' ELSE 'repository_change' END, 'done', p_key, p_key,
    document_changes(v_before, repository_document(v_id)) || CASE WHEN p_document ? 'password' THEN '{"password": "given"}' ELSE '{}' END::jsonb;
  outcome := CASE WHEN v_old.id IS NULL THEN 0 ELSE 1 END;
END $$;

-- Field by field what was and what is; of a new repository what is not the default.
CREATE OR REPLACE FUNCTION document_changes(p_before jsonb, p_after jsonb) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(a.key, CASE WHEN p_before IS NULL THEN a.value ELSE jsonb_build_array(p_before -> a.key, a.value) END), '{}')
  FROM jsonb_each(p_after) a
  WHERE a.value IS DISTINCT FROM coalesce(p_before, document_defaults(array_position(ARRAY['local', 'remote', 'virtual'], p_after ->> 'rclass'))) -> a.key
$$;

-- Gone for everybody at once, its key free again; what it held is removed later, bit by bit. Outcomes as above: 1, 4, 5.
CREATE OR REPLACE FUNCTION repository_delete(p_key text, p_revision int, p_actor int, p_actor_name text, p_request uuid, p_address inet,
  OUT outcome int, OUT message text) LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_old repository;
BEGIN
  PERFORM edit_lock();
  SELECT * INTO v_old FROM repository WHERE key = p_key AND deleted_at IS NULL;
  IF NOT FOUND THEN
    outcome := 4;
    message := format('there is no repository %s', p_key);
    RETURN;
  ELSIF p_revision <> v_old.revision THEN
    outcome := 5;
    message := format('repository %s has been changed meanwhile', p_key);
    RETURN;
  END IF;
  INSERT INTO audit (request, actor, actor_name, address, action, outcome, repository, object, detail)
  VALUES (p_request, p_actor, p_actor_name, p_address, 'repository_delete', 'done', p_key, p_key, document_changes(NULL, repository_document(v_old.id)));
  UPDATE repository SET default_deployment_id = NULL WHERE default_deployment_id = v_old.id;
  UPDATE repository SET deleted_at = now(), default_deployment_id = NULL WHERE id = v_old.id;
  outcome := 1;
END $$;
