-- Repositories as documents: Artifactory's repository configuration JSON, read and written as a whole.
SET LOCAL search_path = registry;

-- All fields, with the classes they belong to (1 local, 2 remote, 3 virtual), type and default. Validation, defaults and the returned document follow
-- this list. Fields that only other tools read are stored in repository.other, like unknown ones. Types: line and lines are strings without control
-- characters, words are strings also without space and comma, keys a list of repositories.
CREATE OR REPLACE FUNCTION document_fields() RETURNS TABLE (field text, classes int[], kind text, standard jsonb) LANGUAGE sql IMMUTABLE AS $$
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

-- A list of keys as clients write it: an array, or one string with commas. NULL: neither; "": an element that is not a string.
CREATE OR REPLACE FUNCTION keys_of(p_list jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path = registry, pg_temp AS $$
  SELECT CASE jsonb_typeof(p_list) WHEN 'array' THEN (SELECT coalesce(array_agg(CASE jsonb_typeof(e) WHEN 'string' THEN e #>> '{}' ELSE '' END), '{}') FROM jsonb_array_elements(p_list) e)
    WHEN 'string' THEN array_remove(regexp_split_to_array(btrim(p_list #>> '{}'), ' *, *'), '') END
$$;

-- The fields that are stored in columns. A password is never returned. Time limits are returned as sent; the columns have the values derived from
-- them.
CREATE OR REPLACE FUNCTION repository_columns(p_id int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
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

-- The whole document.
CREATE OR REPLACE FUNCTION repository_document(p_id int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT document_defaults(class) || other || repository_columns(id) FROM repository WHERE id = p_id
$$;

-- State of the upstream of a remote while it fails; {} while it answers. Returned with the document, but not part of it.
CREATE OR REPLACE FUNCTION upstream_status(p_id int) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT coalesce((SELECT jsonb_build_object('upstreamStatus', jsonb_strip_nulls(jsonb_build_object('trouble', trouble, 'reason', reason,
      'notAskedUntil', CASE WHEN offline_until > now() THEN offline_until END)))
    FROM remote_state WHERE repository_id = p_id AND trouble IS NOT NULL), '{}')
$$;

-- The fields that a client sets. null counts as absent, unless the field is unknown here, or it clears the default deployment. A password is stored
-- only in its column.
CREATE OR REPLACE FUNCTION document_given(p_class int, p_document jsonb) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(d.key, CASE WHEN f.field = 'defaultDeploymentRepo' AND d.value = 'null' THEN '""' ELSE d.value END), '{}')
  FROM jsonb_each(p_document) d LEFT JOIN document_fields() f ON f.field = d.key AND p_class = ANY (f.classes)
  WHERE (d.value <> 'null' OR f.field IS NULL OR f.field = 'defaultDeploymentRepo') AND (d.key <> 'password' OR f.field IS NOT NULL)
    AND d.key <> 'upstreamStatus'
$$;

-- The fields of one class in a document, which may also have those of other classes, of any type.
CREATE OR REPLACE FUNCTION document_own(p_class int, p_document jsonb) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(d.key, d.value), '{}') FROM jsonb_each(p_document) d JOIN document_fields() f ON f.field = d.key AND p_class = ANY (f.classes)
$$;

CREATE OR REPLACE FUNCTION is_key(p_key text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT p_key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'
$$;

CREATE OR REPLACE FUNCTION is_line(p_value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_typeof(p_value) = 'string' AND p_value #>> '{}' !~ '[[:cntrl:]]' AND length(p_value #>> '{}') <= 10000
$$;

-- The first wrong type in the fields of a document, as a message; NULL: none.
CREATE OR REPLACE FUNCTION document_fault(p_class int, p_document jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
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
$$;

-- The first change of a field that has no effect yet, as a message: it must have its default or its stored value.
CREATE OR REPLACE FUNCTION document_unbuilt(p_class int, p_given jsonb, p_before jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT format('%s: must be %s (got %s): not implemented yet', f.field, f.standard, p_given -> f.field)
  FROM document_fields() f WHERE p_class = ANY (f.classes) AND f.field IN ('maxUniqueTags', 'dockerTagRetention', 'unusedArtifactsCleanupPeriodHours', 'curated')
    AND p_given ? f.field AND p_given -> f.field <> f.standard AND p_given -> f.field IS DISTINCT FROM p_before -> f.field LIMIT 1
$$;

-- An address, or a network with its number of bits.
CREATE OR REPLACE FUNCTION is_network(p_text text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN p_text::inet IS NOT NULL;
EXCEPTION WHEN invalid_text_representation THEN
  RETURN false;
END $$;

-- Scheme, host and port.
CREATE OR REPLACE FUNCTION url_origin(p_url text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[m[1], m[2], coalesce(nullif(ltrim(m[3], ':0'), ''), CASE m[1] WHEN 'https' THEN '443' ELSE '80' END)]
  FROM regexp_match(lower(p_url), '^(https?)://(\[[^\]]*\]|[^/:]*)(:[0-9]+)?') m
$$;

-- The first fault in the settings of how an upstream is reached, as above.
CREATE OR REPLACE FUNCTION egress_fault(p_document jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT CASE
    WHEN p_document ->> 'proxy' !~ '^[A-Za-z0-9._-]{0,64}$' THEN 'proxy: must be the name of a [proxy] section of stowage.conf'
    WHEN p_document ->> 'clientTlsCertificate' !~ '^[A-Za-z0-9._-]{0,64}$' THEN 'clientTlsCertificate: must be the name of a [certificate] section of stowage.conf'
    WHEN p_document ->> 'localAddress' <> '' AND (p_document ->> 'localAddress' ~ '/' OR NOT is_network(p_document ->> 'localAddress'))
      THEN 'localAddress: must be an IP address'
    WHEN p_document ->> 'queryParams' !~ '^([A-Za-z0-9._~!$()*+,;:@/=%-][A-Za-z0-9._~!$()*+,;:@/?=&%-]*)?$'
      THEN 'queryParams: must be NAME=VALUE, joined by &, other characters as %XX'
    WHEN EXISTS (SELECT FROM unnest(texts_of(p_document -> 'privateNetworks')) n WHERE NOT is_network(n))
      THEN 'privateNetworks: must be addresses and networks, such as 10.1.0.0/16' END
$$;

-- A list of patterns that PostgreSQL can match: it refuses patterns that are too large, and then every pull through the repository would fail.
CREATE OR REPLACE FUNCTION is_pattern(p_patterns text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM '' ~ ant_to_regex(p_patterns);
  RETURN true;
EXCEPTION WHEN invalid_regular_expression THEN
  RETURN false;
END $$;

-- A time limit as clients write it, at most an hour; 0: no limit.
CREATE OR REPLACE FUNCTION time_limit(p_value jsonb, p_hour int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(nullif(least(p_value::int, p_hour), 0), p_hour)
$$;

-- Save how the upstream is reached, from a complete document. The old password is kept if none is given and the origin is unchanged; with the owner's
-- rights, since an administrator cannot read it. Returns NULL, or a message for the client.
CREATE OR REPLACE FUNCTION remote_save(p_id int, p_document jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
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
    RAISE EXCEPTION 'url: must be http://HOST or https://HOST, optionally with a port and a path' USING ERRCODE = 'check_violation';
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
    DELETE FROM negative_cache WHERE repository_id = p_id;
    DELETE FROM remote_tags WHERE repository_id = p_id;
  END IF;
  RETURN CASE WHEN v_old.password <> '' AND v_new.password = '' AND v_new.username = v_old.username THEN 'its password was dropped: the url leads elsewhere' END;
END $$;

-- Virtual repositories whose default deployment is not a local among their members, direct or indirect.
CREATE OR REPLACE FUNCTION deployments_astray() RETURNS SETOF repository LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT v.* FROM repository v WHERE v.deleted_at IS NULL AND v.default_deployment_id IS NOT NULL AND NOT EXISTS (
    WITH RECURSIVE walk (id) AS (
      SELECT member_id FROM repository_member WHERE virtual_id = v.id
      UNION SELECT m.member_id FROM walk w JOIN repository_member m ON m.virtual_id = w.id)
    SELECT FROM walk JOIN repository r USING (id) WHERE r.id = v.default_deployment_id AND r.class = 1)
$$;

-- Save members and default deployment, from a complete document. A default deployment that was not named is removed with its member.
CREATE OR REPLACE FUNCTION members_save(p_id int, p_members text[], p_deployment text, p_named boolean) RETURNS void
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
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
    RAISE EXCEPTION 'repositories: % must not contain this repository', v_bad USING ERRCODE = 'check_violation';
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
      RAISE EXCEPTION 'defaultDeploymentRepo: must be a local repository among the members (got %)', p_deployment USING ERRCODE = 'check_violation';
    END IF;
    UPDATE repository SET default_deployment_id = NULL WHERE id = p_id;
  END IF;
  SELECT key INTO v_bad FROM deployments_astray() WHERE id <> ALL (v_astray) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'repositories: must keep the default deployment of %', v_bad USING ERRCODE = 'check_violation';
  END IF;
END $$;

-- Create or change. p_mode: create, update (missing fields are kept), put (either; missing fields get their
-- default). outcome: document_outcome.
CREATE OR REPLACE FUNCTION repository_save(p_key text, p_document jsonb, p_mode text, p_revision int, p_actor int, p_actor_name text, p_request uuid, p_address inet,
  OUT outcome int, OUT message text, OUT revision int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
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
  outcome := document_outcome('bad');
  IF p_document IS NULL OR jsonb_typeof(p_document) <> 'object' THEN
    message := 'request body must be a JSON object';
    RETURN;
  END IF;
  SELECT * INTO v_old FROM repository WHERE lower(key) = lower(p_key) AND deleted_at IS NULL;
  IF FOUND AND (p_mode = 'create' OR (p_mode = 'put' AND v_old.key <> p_key)) THEN
    outcome := document_outcome('exists');
    message := format('cannot create repository %s: it exists', v_old.key);
    RETURN;
  ELSIF v_old.key IS DISTINCT FROM p_key AND (p_mode = 'update' OR p_revision IS NOT NULL) THEN
    outcome := document_outcome('unknown');
    message := format('no such repository: %s', p_key);
    RETURN;
  ELSIF p_revision <> v_old.revision THEN
    outcome := document_outcome('stale');
    message := format('repository %s has been changed by another request', p_key);
    RETURN;
  END IF;
  IF p_document ->> 'key' <> p_key THEN
    message := format('key: must equal the one in the URL (got %s)', p_document ->> 'key');
    RETURN;
  END IF;
  v_class := array_position(ARRAY['local', 'remote', 'virtual'], lower(coalesce(p_document ->> 'rclass', class_name(v_old.class))));
  IF v_class IS NULL THEN
    message := 'rclass: must be local, remote or virtual';
    RETURN;
  ELSIF v_class <> v_old.class THEN
    message := format('rclass: cannot be changed (repository %s is %s)', p_key, class_name(v_old.class));
    RETURN;
  ELSIF NOT is_key(p_key) OR (v_class = repository_class('remote') AND length(p_key) > 58) THEN
    message := format('key: must be 1 to %s letters, digits, dots, hyphens and underscores', CASE v_class WHEN repository_class('remote') THEN 58 ELSE 64 END);
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
    ('externalDependenciesPatterns', CASE v_class WHEN repository_class('remote') THEN array_to_string(texts_of(v_given -> 'externalDependenciesPatterns'), ',') END)) f (field, patterns)
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
  IF v_version IS NULL OR (v_version = 1 AND v_class <> repository_class('local')) THEN
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
    IF v_class = repository_class('remote') THEN
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
    IF v_class = repository_class('virtual') THEN
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
  outcome := CASE WHEN v_old.id IS NULL THEN document_outcome('created') ELSE document_outcome('changed') END;
END $$;

-- Old and new value of each changed field; of a new repository the values that differ from the default.
CREATE OR REPLACE FUNCTION document_changes(p_before jsonb, p_after jsonb) RETURNS jsonb LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(key, CASE WHEN p_before IS NULL THEN a.value ELSE jsonb_build_array(b.value, a.value) END), '{}')
  FROM jsonb_each(p_after) a
    FULL JOIN jsonb_each(coalesce(p_before, document_defaults(array_position(ARRAY['local', 'remote', 'virtual'], p_after ->> 'rclass')))) b USING (key)
  WHERE a.value IS DISTINCT FROM b.value
$$;

-- Delete a repository at once and free its key; its content is removed later, in pieces. Virtual repositories that contain it are changed by this,
-- and lose a default deployment that they had through it. outcome: document_outcome, one of changed, unknown, stale; the message of changed names
-- the repositories that V1 repositories bridged to it serve from now on.
CREATE OR REPLACE FUNCTION repository_delete(p_key text, p_revision int, p_actor int, p_actor_name text, p_request uuid, p_address inet,
  OUT outcome int, OUT message text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_old repository;
  v_above jsonb; -- the documents of virtuals that contain it, by id
  v_bridged int[];
BEGIN
  PERFORM edit_lock();
  SELECT * INTO v_old FROM repository WHERE key = p_key AND deleted_at IS NULL;
  IF NOT FOUND THEN
    outcome := document_outcome('unknown');
    message := format('no such repository: %s', p_key);
    RETURN;
  ELSIF p_revision <> v_old.revision THEN
    outcome := document_outcome('stale');
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
  SELECT string_agg(format('V1 repository %s is now bridged to %s', r.key, coalesce(b.key, 'no V2 repository')), '; ' ORDER BY r.key) INTO message
  FROM repository r LEFT JOIN repository b ON b.id = bridge_root(r.id) WHERE r.id = ANY (v_bridged);
  outcome := document_outcome('changed');
END $$;
