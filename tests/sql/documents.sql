-- Repositories as documents: what comes back, what is refused and how it is said, what an edit leaves behind.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(210);

CREATE FUNCTION pg_temp.save(p_key text, p_document jsonb, p_mode text DEFAULT 'create', p_revision int DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', outcome, message) FROM registry.repository_save(p_key, p_document, p_mode, p_revision, 7, 'tester', NULL, '192.0.2.1') $$;
-- an edit that must do
CREATE FUNCTION pg_temp.make(p_key text, p_document jsonb, p_mode text DEFAULT 'create') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_said text := pg_temp.save(p_key, p_document, p_mode);
BEGIN
  IF v_said !~ '^[01]' THEN
    RAISE EXCEPTION '% %: %', p_mode, p_key, v_said;
  END IF;
END $$;
CREATE FUNCTION pg_temp.remove(p_key text, p_revision int DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', outcome, message) FROM registry.repository_delete(p_key, p_revision, 7, 'tester', NULL, '192.0.2.1') $$;
CREATE FUNCTION pg_temp.id(p_key text) RETURNS int LANGUAGE sql AS $$ SELECT id FROM registry.repository WHERE key = p_key AND deleted_at IS NULL $$;
CREATE FUNCTION pg_temp.document(p_key text) RETURNS jsonb LANGUAGE sql AS $$ SELECT registry.repository_document(pg_temp.id(p_key)) $$;
CREATE FUNCTION pg_temp.field(p_key text, p_field text) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.document(p_key) -> p_field $$;
CREATE FUNCTION pg_temp.revision(p_key text) RETURNS int LANGUAGE sql AS $$ SELECT revision FROM registry.repository WHERE id = pg_temp.id(p_key) $$;
CREATE FUNCTION pg_temp.audited(p_key text, p_action text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT detail FROM registry.audit WHERE repository = p_key AND action = p_action ORDER BY at DESC LIMIT 1 $$;

-- defaults
SELECT is(jsonb_object_agg(field, standard), '{"packageType": "docker", "dockerApiVersion": "V2", "includesPattern": "**/*", "repoLayoutRef": "simple-default",
  "blockPushingSchema1": true, "dockerTagRetention": 1, "storeArtifactsLocally": true, "socketTimeoutMillis": 15000, "answerTimeoutMillis": 5000, "retrievalCachePeriodSecs": 7200,
  "metadataRetrievalTimeoutSecs": 60, "missedRetrievalCachePeriodSecs": 1800, "assumedOfflinePeriodSecs": 300, "blockMismatchingMimeTypes": true,
  "enableTokenAuthentication": true, "shadowingGuard": true,
  "contentSynchronisation": {"enabled": false, "statistics": {"enabled": false}, "properties": {"enabled": false}, "source": {"originAbsenceDetection": false}}}',
  'defaults that are not nothing are Artifactory''s') FROM document_fields() WHERE standard NOT IN ('false', '0', '""', '[]');
SELECT is(pg_temp.save('local', '{"rclass": "local"}'), '0', 'a class is all that a local needs');
SELECT is(pg_temp.save('old', '{"rclass": "local", "dockerApiVersion": "V1", "bridgeRepository": "docker-dev"}'), '0', 'a V1 local may name what it shows, there or not');
SELECT is(pg_temp.save('remote', '{"key": "remote", "rclass": "remote", "packageType": "docker", "url": "https://quay.io"}'), '0', 'a remote needs a URL too');
SELECT is(pg_temp.save('virtual', '{"rclass": "virtual"}'), '0', 'a virtual no members');
SELECT is(pg_temp.document('local'), document_defaults(1) || '{"key": "local"}', 'a local starts as the list of fields says');
SELECT is(pg_temp.document('remote'), document_defaults(2) || '{"key": "remote", "url": "https://quay.io", "libraryPrefix": false, "nsAliases": ["quay.io"]}', 'so does a remote');
SELECT is(pg_temp.document('virtual'), document_defaults(3) || '{"key": "virtual"}', 'and a virtual');
SELECT is(pg_temp.field('local', 'packageType') || pg_temp.field('local', 'rclass') || pg_temp.field('local', 'dockerApiVersion') || pg_temp.field('old', 'dockerApiVersion'),
  '["docker", "local", "V2", "V1"]', 'with its class and version');
SELECT is(pg_temp.field('old', 'bridgeRepository'), '"docker-dev"', 'the bridge comes back');
SELECT pg_temp.make('bridge' || n, jsonb_build_object('rclass', 'local', 'dockerApiVersion', 'V1', 'bridgeRepository', list))
FROM unnest('{"\"docker-dev,b.2\"","[\"docker-dev\", \"b.2\"]","\" docker-dev , b.2,\""}'::jsonb[]) WITH ORDINALITY AS l (list, n);
SELECT pg_temp.make('bridge1', '{"notes": "n"}', 'update');
SELECT is(pg_temp.field('bridge' || n, 'bridgeRepository'), '"docker-dev,b.2"', 'a list of bridges, however it was written, is one string') FROM generate_series(1, 3) n;
SELECT is(pg_temp.save('old', jsonb_build_object('bridgeRepository', list), 'update'), '2 bridgeRepository: must be at most 8 keys of repositories, as an array or separated by commas',
  'no list of bridges: ' || list::text) FROM unnest('{"\"a,b/c\"","[1]","[\"a,b\"]",7,"{}","\"a,b,c,d,e,f,g,h,i\""}'::jsonb[]) list;
SELECT is(repository_document(-1), NULL, 'no repository, no document');
SELECT results_eq('SELECT token_authentication, private_networks, timeout_ms, metadata_timeout_ms, fresh_seconds FROM repository_remote WHERE repository_id = pg_temp.id(''remote'')',
  'VALUES (true, false, 15000, 60000, 7200)', 'columns hold the defaults too');

-- Docker Hub, by its hosts
SELECT is(pg_temp.save('hub' || n, jsonb_build_object('rclass', 'remote', 'url', url)), '0', url || ' is one')
FROM unnest('{https://registry-1.docker.io/,https://index.docker.io,https://docker.io,https://Registry.Hub.Docker.com}'::text[]) WITH ORDINALITY AS h (url, n);
SELECT is(pg_temp.field('hub1', 'url'), '"https://registry-1.docker.io/"', 'a slash at the end comes back');
SELECT is(count(*), 4::bigint, 'each has official images, and the names that clients know Docker Hub by') FROM generate_series(1, 4) n
WHERE pg_temp.field('hub' || n, 'libraryPrefix') = 'true' AND pg_temp.field('hub' || n, 'nsAliases') = '["docker.io", "index.docker.io", "registry-1.docker.io"]';
SELECT is((SELECT library FROM resolved_member WHERE root_id = pg_temp.id('hub1')), true, 'which its resolved member has');
SELECT is(pg_temp.save('hub1', '{"libraryPrefix": false, "nsAliases": ["Hub.Example:5000"]}', 'update'), '1', 'all that can be said otherwise');
SELECT is((SELECT library FROM resolved_member WHERE root_id = pg_temp.id('hub1')), false, 'the resolved member follows');
SELECT is((SELECT ns_aliases FROM repository_remote WHERE repository_id = pg_temp.id('hub1')), '{hub.example:5000}', 'hosts are compared in lower case');
SELECT is(pg_temp.save('port', '{"rclass": "remote", "url": "http://[::1]:5000/deep"}'), '0', 'a host may be an address, with port and path');
SELECT is(pg_temp.field('port', 'nsAliases'), '["[::1]:5000"]', 'a client names the port as well');

-- everything that is sent comes back
CREATE TEMPORARY TABLE sent (key text, document jsonb);
INSERT INTO sent VALUES
  ('local', '{"description": "two\nlines", "notes": "n", "includesPattern": "", "excludesPattern": "x/**", "repoLayoutRef": "maven-2-default", "projectKey": "p",
    "environments": ["DEV", "a b"], "blackedOut": true, "priorityResolution": true, "xrayIndex": true, "propertySets": ["a b"], "archiveBrowsingEnabled": true,
    "downloadRedirect": true, "cdnRedirect": true, "blockPushingSchema1": false, "maxUniqueTags": 0, "dockerTagRetention": 1, "url": "kept, as unknown",
    "unknown": {"deep": [null, {"a": null}]}, "nothing": null}'),
  ('remote', '{"url": "https://quay.io/path", "username": "u", "proxy": "p", "disableProxy": false, "remoteRepoLayoutRef": "l", "hardFail": true, "offline": true,
    "storeArtifactsLocally": false, "socketTimeoutMillis": 0, "answerTimeoutMillis": 3000, "localAddress": "192.0.2.7", "queryParams": "a=b", "retrievalCachePeriodSecs": 0,
    "metadataRetrievalTimeoutSecs": 2147483647, "missedRetrievalCachePeriodSecs": 1, "unusedArtifactsCleanupPeriodHours": 0, "assumedOfflinePeriodSecs": 0,
    "blockMismatchingMimeTypes": false, "mismatchingMimeTypesOverrideList": "text/html,a/b", "allowAnyHostAuth": true, "enableTokenAuthentication": false,
    "externalDependenciesEnabled": true, "externalDependenciesPatterns": ["**/a/**", "b"], "enableCookieManagement": true, "bypassHeadRequests": true,
    "synchronizeProperties": true, "shareConfiguration": true, "listRemoteFolderItems": true, "disableUrlNormalization": true, "clientTlsCertificate": "c",
    "contentSynchronisation": {"enabled": true}, "dockerProjectId": "d", "curated": false, "passThrough": true, "allowPrivateNetworks": true,
    "privateNetworks": ["10.1.0.0/16", "fd00::1"], "libraryPrefix": true, "nsAliases": ["a", "b:1"], "realmHosts": ["auth.example:443"], "blockPushingSchema1": false}'),
  ('virtual', '{"repositories": ["remote", "local"], "defaultDeploymentRepo": "local", "artifactoryRequestsCanRetrieveRemoteArtifacts": true,
    "resolveDockerTagsByTimestamp": true, "shadowingGuard": false}');
SELECT is(pg_temp.save(key, document, 'update'), '1', key || ' takes all of its fields') FROM sent;
SELECT is(pg_temp.document(key) || document, pg_temp.document(key), key || ' gives them back') FROM sent;
SELECT is(pg_temp.save(key, pg_temp.document(key) - 'password', 'put'), '1', key || ' takes its own document') FROM sent;
SELECT is(pg_temp.document(key) || document, pg_temp.document(key), 'and is what it was') FROM sent;
SELECT is(pg_temp.revision('remote'), 3, 'revisions are counted');
SELECT is(array_agg(field), NULL, 'no field of the list was left out above') FROM document_fields() f
WHERE field NOT IN ('key', 'rclass', 'packageType', 'dockerApiVersion', 'password', 'bridgeRepository', 'bridgePush') AND NOT EXISTS (SELECT FROM sent s WHERE s.document ? f.field);
SELECT results_eq('SELECT timeout_ms, metadata_timeout_ms, external_patterns, realm_hosts FROM repository_remote WHERE repository_id = pg_temp.id(''remote'')',
  $$VALUES (3600000, 3600000, '**/a/**,b', '{auth.example:443}'::text[])$$, 'a time limit of none is an hour');
SELECT is((SELECT other ?& '{url,description,unknown}' FROM repository WHERE id = pg_temp.id('local')), true, 'what has no column is kept aside');
SELECT is((SELECT other FROM repository WHERE id = pg_temp.id('virtual')) ?| '{repositories,defaultDeploymentRepo,rclass,key,packageType,includesPattern}', false, 'what has one is not');

-- what nothing acts on yet
SELECT is(pg_temp.save(key, jsonb_build_object(field, value), 'update'), format('2 %s: must be %s (got %s): not implemented yet', field, standard, value), field || ' is refused')
FROM document_fields() JOIN (VALUES ('local', 'maxUniqueTags', '7'::jsonb), ('local', 'dockerTagRetention', '2'), ('remote', 'unusedArtifactsCleanupPeriodHours', '1'),
  ('remote', 'curated', 'true')) u (key, field, value) USING (field);
UPDATE repository SET other = other || '{"maxUniqueTags": 7}' WHERE id = pg_temp.id('local');
SELECT is(pg_temp.save('local', '{"maxUniqueTags": 7}', 'update'), '1', 'what an earlier version took may be sent back');
SELECT is(pg_temp.save('local', '{"maxUniqueTags": 0}', 'update'), '1', 'and be taken away');

-- by which way upstreams are reached
SELECT results_eq('SELECT proxy, client_certificate, local_address, query_params, networks FROM repository_remote WHERE repository_id = pg_temp.id(''remote'')',
  $$VALUES ('p', 'c', '192.0.2.7', 'a=b', '{10.1.0.0/16,fd00::1}'::text[])$$, 'columns hold the way');
SELECT is(split_part(pg_temp.save('remote', document, 'update'), ':', 1), '2 ' || key, format('no way: %s', document))
FROM unnest('{"{\"proxy\": \"http://p:1\"}","{\"clientTlsCertificate\": \"/etc/key.pem\"}","{\"localAddress\": \"eth0\"}","{\"localAddress\": \"10.0.0.0/8\"}",
  "{\"queryParams\": \"a b\"}","{\"queryParams\": \"?a=b\"}","{\"queryParams\": \"a#b\"}","{\"privateNetworks\": [\"10.0.0.0/33\"]}","{\"privateNetworks\": [\"inside\"]}"}'::jsonb[]) document,
  jsonb_object_keys(document) key;
SELECT pg_temp.make('remote', '{"disableProxy": true}', 'update');
SELECT is(pg_temp.field('remote', 'proxy'), '""', 'a disabled proxy is not set');

-- a password belongs to an origin
CREATE FUNCTION pg_temp.password(p_key text) RETURNS text LANGUAGE sql AS $$ SELECT password FROM registry.repository_remote WHERE repository_id = pg_temp.id(p_key) $$;
CREATE TEMPORARY TABLE moved AS SELECT n, url, same FROM (VALUES (1, 'https://quay.io:443/other', true), (2, 'https://QUAY.io', true), (3, 'http://quay.io', false),
  (4, 'https://quay.io:444', false), (5, 'https://quay.io.example', false)) m (n, url, same);
SELECT pg_temp.make('moved' || n, '{"rclass": "remote", "url": "https://quay.io", "username": "u", "password": "secret"}') FROM moved;
SELECT is(pg_temp.save('moved' || n, jsonb_build_object('url', url, 'username', 'u', 'password', ''), 'update'), '1' ||
  CASE WHEN same THEN '' ELSE ' its password was dropped: the url leads elsewhere' END, 'a remote moves to ' || url) FROM moved;
SELECT is(pg_temp.password('moved' || n), CASE WHEN same THEN 'secret' ELSE '' END, 'its password goes along or not: ' || url) FROM moved;

-- update and put
SELECT pg_temp.make('edit', '{"rclass": "local", "description": "d", "xrayIndex": true, "excludesPattern": "x", "mine": 1}');
SELECT pg_temp.make('edit', '{"notes": "n", "description": null}', 'update');
SELECT is(pg_temp.document('edit') @> '{"description": "d", "notes": "n", "xrayIndex": true, "excludesPattern": "x", "mine": 1}', true, 'update leaves what it does not name');
SELECT pg_temp.make('edit', '{"notes": "m"}', 'put');
SELECT is(pg_temp.document('edit'), document_defaults(1) || '{"key": "edit", "notes": "m"}', 'put leaves nothing');
SELECT is(pg_temp.audited('edit', 'repository_change') @> '{"mine": [1, null], "notes": ["n", "m"], "xrayIndex": [true, false]}', true, 'and the audit has it');
SELECT is(pg_temp.save('fresh', '{"rclass": "local"}', 'put'), '0', 'put creates');
SELECT is(pg_temp.save('fresh', '{"rclass": "local"}', 'create'), '3 cannot create repository fresh: it exists', 'create does nothing else');
SELECT is(pg_temp.save('nowhere', '{"rclass": "local"}', 'update'), '4 no such repository: nowhere', 'update does not');
SELECT is(pg_temp.save('old', '{"notes": "n"}', 'put'), '1', 'class and version need not be repeated');

-- keys
SELECT is(pg_temp.save('FRESH', '{"rclass": "local"}', m), '3 cannot create repository fresh: it exists', 'keys that differ in case are one key: ' || m) FROM unnest('{create,put}'::text[]) m;
SELECT is(pg_temp.save('FRESH', '{}', 'update'), '4 no such repository: FRESH', 'but nobody is edited by another''s');
SELECT is(pg_temp.save(k, '{"rclass": "local"}'), '2 key: must be 1 to 64 letters, digits, dots, hyphens and underscores', 'no key: ' || left(k, 5))
FROM unnest(ARRAY['', '.a', '-a', 'a/b', 'a b', 'ä', repeat('k', 65)]) k;
SELECT is(pg_temp.save(repeat('k', 64), '{"rclass": "local"}'), '0', 'a local''s key has 64 characters at most');
SELECT is(pg_temp.save(repeat('r', 59), '{"rclass": "remote", "url": "http://a"}'), '2 key: must be 1 to 58 letters, digits, dots, hyphens and underscores', 'a remote''s 58');
SELECT is(pg_temp.save(repeat('r', 58), '{"rclass": "remote", "url": "http://a"}'), '0', 'that many');
SELECT is(pg_temp.save('fresh', '{"key": "other"}', 'update'), '2 key: must equal the one in the URL (got other)', 'a document has the key of its repository');

-- what cannot change
SELECT is(pg_temp.save('fresh', '{"rclass": "virtual"}', 'update'), '2 rclass: cannot be changed (repository fresh is local)', 'a class stays');
SELECT is(pg_temp.save('fresh', '{"rclass": "remote", "url": "http://a"}', 'put'), '2 rclass: cannot be changed (repository fresh is local)', 'under put too');
SELECT is(pg_temp.save('fresh', '{"dockerApiVersion": "V1"}', 'update'), '2 dockerApiVersion: cannot be changed (repository fresh is V2)', 'a version stays');
SELECT is(pg_temp.save('fresh', '{"packageType": "npm"}', 'update'), '2 packageType: only docker is served here', 'a type is docker');

-- clients that send the fields of all classes
CREATE TEMPORARY TABLE odd AS SELECT c AS class, v AS value, f.field, c = ANY (f.classes) AS own
FROM generate_series(1, 3) c, unnest('{"null",7,true,"\"x\"","[1]","{}"}'::jsonb[]) v, document_fields() f;
SELECT is(pg_temp.save('foreign-' || md5(class || value::text), document || jsonb_build_object('rclass', class_name(class)) || CASE class WHEN 2 THEN '{"url": "http://a"}' ELSE '{}' END::jsonb),
  '0', format('fields of other classes may be %s in a %s', value, class_name(class)))
FROM (SELECT class, value, jsonb_object_agg(field, value) AS document FROM odd WHERE NOT own GROUP BY 1, 2) o;
SELECT is(string_agg(field || ' ' || value, ', '), NULL, 'no value of any field is an error of the database')
FROM odd WHERE own AND pg_temp.save((ARRAY['local', 'remote', 'virtual'])[class], jsonb_build_object(field, value), 'update') !~ '^[12]';

-- what is refused, and how
SELECT is(pg_temp.save('bad', document), '2 ' || message, message) FROM (VALUES
  ('[]'::jsonb, 'request body must be a JSON object'), ('null', 'request body must be a JSON object'), (NULL, 'request body must be a JSON object'),
  ('{}', 'rclass: must be local, remote or virtual'), ('{"rclass": "federated"}', 'rclass: must be local, remote or virtual'),
  ('{"rclass": "local", "dockerApiVersion": "V3"}', 'dockerApiVersion: must be V1 or V2'),
  ('{"rclass": "virtual", "dockerApiVersion": "V1"}', 'dockerApiVersion: only a local repository can be V1'),
  ('{"rclass": "remote", "url": "http://a", "dockerApiVersion": "V1"}', 'dockerApiVersion: only a local repository can be V1'),
  ('{"rclass": "local", "bridgeRepository": "virtual"}', 'bridgeRepository: only a V1 repository has one'),
  ('{"rclass": "local", "dockerApiVersion": "V1", "bridgePush": true}', 'bridgePush: only with a bridgeRepository'),
  ('{"rclass": "local", "blackedOut": "true"}', 'blackedOut: must be true or false'),
  ('{"rclass": "local", "description": 1}', 'description: must be a string'),
  ('{"rclass": "local", "includesPattern": "a\nb"}', 'includesPattern: must be a string of one line, at most 10000 characters'),
  (jsonb_build_object('rclass', 'local', 'excludesPattern', repeat('a', 10001)), 'excludesPattern: must be a string of one line, at most 10000 characters'),
  ('{"rclass": "local", "maxUniqueTags": -1}', 'maxUniqueTags: must be a whole number from 0 to 2147483647'),
  ('{"rclass": "local", "maxUniqueTags": 1.5}', 'maxUniqueTags: must be a whole number from 0 to 2147483647'),
  ('{"rclass": "local", "maxUniqueTags": "1"}', 'maxUniqueTags: must be a whole number from 0 to 2147483647'),
  ('{"rclass": "local", "maxUniqueTags": 2147483648}', 'maxUniqueTags: must be a whole number from 0 to 2147483647'),
  ('{"rclass": "local", "environments": "DEV"}', 'environments: must be an array of strings of one line'),
  ('{"rclass": "local", "environments": [1]}', 'environments: must be an array of strings of one line'),
  ('{"rclass": "remote", "url": "http://a", "realmHosts": ["a,b"]}', 'realmHosts: must be an array of strings, none of them empty or with a space or comma'),
  ('{"rclass": "remote", "url": "http://a", "realmHosts": [""]}', 'realmHosts: must be an array of strings, none of them empty or with a space or comma'),
  ('{"rclass": "remote", "url": "http://a", "contentSynchronisation": []}', 'contentSynchronisation: must be an object'),
  ('{"rclass": "remote"}', 'url: must be http://HOST or https://HOST, optionally with a port and a path'),
  ('{"rclass": "virtual", "repositories": ["local", "local"]}', 'repositories: local is named twice'),
  ('{"rclass": "virtual", "repositories": ["nowhere"]}', 'repositories: no such repository: nowhere'),
  ('{"rclass": "virtual", "repositories": ["bad"]}', 'repositories: bad must not contain this repository'),
  ('{"rclass": "virtual", "repositories": ["old"]}', 'repositories: old, a V1 repository, cannot be a member'),
  ('{"rclass": "virtual", "repositories": ["remote"], "defaultDeploymentRepo": "remote"}', 'defaultDeploymentRepo: must be a local repository among the members (got remote)'),
  ('{"rclass": "virtual", "repositories": ["remote"], "defaultDeploymentRepo": "local"}', 'defaultDeploymentRepo: must be a local repository among the members (got local)'),
  ('{"rclass": "virtual", "repositories": ["local"], "defaultDeploymentRepo": "old"}', 'defaultDeploymentRepo: must be a local repository among the members (got old)')
) AS b (document, message);
SELECT is(array_agg(url), NULL, 'no such URL is taken') FROM unnest(ARRAY['', 'quay.io', 'ftp://a', '//a', 'https://', 'https:///p', 'https://u:p@a', 'https://a?q', 'https://a#f',
  'https://a b', 'https://a:', 'https://a:p', 'https://a:0', 'https://a:65536', 'https://.', 'https://a\b', E'https://a\n']) url
WHERE pg_temp.save('bad', jsonb_build_object('rclass', 'remote', 'url', url)) NOT LIKE '2 url: must be %';
SELECT is(pg_temp.id('bad'), NULL, 'nothing of that was made');
SELECT is((SELECT count(*) FROM audit WHERE repository = 'bad'), 0::bigint, 'nor written down');

-- members and default deployment
SELECT pg_temp.make('l' || n, '{"rclass": "local"}') FROM generate_series(1, 3) n;
SELECT pg_temp.make('inner', '{"rclass": "virtual", "repositories": ["l1", "l2"], "defaultDeploymentRepo": "l2"}');
SELECT pg_temp.make('outer', '{"rclass": "virtual", "repositories": ["l3", "inner"], "defaultDeploymentRepo": "l1"}');
SELECT is(pg_temp.document('outer') @> '{"repositories": ["l3", "inner"], "defaultDeploymentRepo": "l1"}', true, 'a default deployment may be a member''s member');
SELECT is(pg_temp.save('inner', '{"repositories": ["l1", "outer"]}', 'update'), '2 repositories: outer must not contain this repository', 'a cycle is refused');
SELECT is(pg_temp.save('inner', '{"repositories": ["l2"]}', 'update'), '2 repositories: must keep the default deployment of outer',
  'so is what takes away another''s default deployment');
SELECT pg_temp.make('outer', '{"repositories": ["inner", "l3"]}', 'update');
SELECT is(pg_temp.document('outer') @> '{"repositories": ["inner", "l3"], "defaultDeploymentRepo": "l1"}', true, 'it stays when members move');
SELECT pg_temp.make('inner', '{"repositories": ["l1"]}', 'update');
SELECT is(pg_temp.field('inner', 'defaultDeploymentRepo'), '""', 'and goes with its member');
SELECT is(pg_temp.save('inner', '{"repositories": ["l1"], "defaultDeploymentRepo": "l2"}', 'update'), '2 defaultDeploymentRepo: must be a local repository among the members (got l2)',
  'unless it is named');
SELECT pg_temp.make('inner', '{"repositories": ["l1"], "defaultDeploymentRepo": "l1"}', 'update');
CREATE FUNCTION pg_temp.cleared(p_by jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_temp.make('inner', '{"defaultDeploymentRepo": "l1"}', 'update');
  PERFORM pg_temp.make('inner', jsonb_build_object('defaultDeploymentRepo', p_by), 'update');
  RETURN pg_temp.field('inner', 'defaultDeploymentRepo');
END $$;
SELECT is(pg_temp.cleared(none), '""', 'a default deployment is cleared by ' || none::text) FROM unnest('{"\"\"","null","\"nobody\""}'::jsonb[]) none;
SELECT pg_temp.make('inner', '{"defaultDeploymentRepo": "l1"}', 'update');

-- revisions
SELECT is(pg_temp.save('l1', '{}', 'update', 2), '5 repository l1 has been changed by another request', 'a stale edit is refused');
SELECT is(pg_temp.save('l1', '{"notes": "x"}', 'update', 1), '1', 'a fresh one is not');
SELECT is(pg_temp.save('unborn', '{"rclass": "local"}', 'put', 1), '4 no such repository: unborn', 'a revision means one that is there');
SELECT is(pg_temp.remove('l1', 1), '5 repository l1 has been changed by another request', 'a stale deletion is refused');

-- passwords
SELECT is(pg_temp.save('remote', '{"username": "u", "password": "s3cret"}', 'update'), '1', 'a password is taken');
SELECT is(pg_temp.field('remote', 'password'), '""', 'and not given back');
SELECT pg_temp.make('remote', '{"url": "https://quay.io", "username": "u"}', 'put');
SELECT is((SELECT password FROM repository_remote WHERE repository_id = pg_temp.id('remote')), 's3cret', 'one that is not named stays, under put too');
SELECT pg_temp.make('remote', '{"password": ""}', 'update');
SELECT is((SELECT password FROM repository_remote WHERE repository_id = pg_temp.id('remote')), 's3cret', 'an empty one, as it is given back, says nothing');
SELECT pg_temp.make('remote', '{"username": "", "password": ""}', 'update');
SELECT is((SELECT password FROM repository_remote WHERE repository_id = pg_temp.id('remote')), '', 'but with another user it takes it away');
SELECT pg_temp.make('edit', '{"password": "s3cret"}', 'update'), pg_temp.make('inner', '{"password": "s3cret"}', 'update');
SELECT is(pg_temp.document('edit') ? 'password' OR pg_temp.document('inner') ? 'password', false, 'where none belongs it is not kept');
SELECT pg_temp.make('secret', '{"rclass": "remote", "url": "http://a", "password": "s3cret"}');
SELECT is(count(*), 0::bigint, 'no audit row has one') FROM audit WHERE detail::text LIKE '%s3cret%';
SELECT is(pg_temp.audited('secret', 'repository_add'), '{"key": "secret", "url": "http://a", "password": "given", "nsAliases": ["a"], "libraryPrefix": false}',
  'what was given otherwise than by default is there');
SELECT results_eq($$SELECT actor, actor_name, address, outcome, object FROM audit WHERE repository = 'secret'$$,
  $$VALUES (7, 'tester', '192.0.2.1'::inet, 'done' COLLATE "C", 'secret')$$, 'with who did it');

-- what was learnt of an upstream
CREATE FUNCTION pg_temp.learn(p_key text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO registry.remote_state (repository_id, failures) VALUES (pg_temp.id(p_key), 3) ON CONFLICT DO NOTHING;
  INSERT INTO registry.negative_cache VALUES (pg_temp.id(p_key), 'a', 'v1', false, now() + interval '1 hour') ON CONFLICT DO NOTHING;
  INSERT INTO registry.remote_tags VALUES (pg_temp.id(p_key), 'a', now(), '{v1}') ON CONFLICT DO NOTHING $$;
CREATE FUNCTION pg_temp.known(p_key text) RETURNS bigint LANGUAGE sql AS $$
  SELECT (SELECT count(*) FROM registry.remote_state WHERE repository_id = pg_temp.id(p_key)) + (SELECT count(*) FROM registry.negative_cache WHERE repository_id = pg_temp.id(p_key))
    + (SELECT count(*) FROM registry.remote_tags WHERE repository_id = pg_temp.id(p_key)) $$;
SELECT pg_temp.learn('secret');
SELECT pg_temp.make('secret', '{"url": "http://a/", "hardFail": true, "notes": "n"}', 'update');
SELECT is(pg_temp.known('secret'), 3::bigint, 'is kept while the upstream is the same');
CREATE FUNCTION pg_temp.known_after(p_document jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_temp.learn('secret');
  PERFORM pg_temp.make('secret', p_document, 'update');
  RETURN pg_temp.known('secret');
END $$;
SELECT is(pg_temp.known_after(document), 0::bigint, 'and forgotten with ' || document::text)
FROM unnest('{"{\"url\": \"http://b\"}","{\"username\": \"u\"}","{\"password\": \"p\"}","{\"enableTokenAuthentication\": false}","{\"allowAnyHostAuth\": true}",
  "{\"realmHosts\": [\"c\"]}","{\"allowPrivateNetworks\": true}","{\"socketTimeoutMillis\": 1}","{\"metadataRetrievalTimeoutSecs\": 1}",
  "{\"proxy\": \"p\"}","{\"clientTlsCertificate\": \"c\"}","{\"localAddress\": \"::1\"}","{\"queryParams\": \"a=b\"}","{\"privateNetworks\": [\"10.0.0.1\"]}",
  "{\"answerTimeoutMillis\": 1}"}'::jsonb[]) document;

-- deletion
SELECT pg_temp.make('secret', '{"password": "s3cret"}', 'update');
SELECT is(pg_temp.remove('secret'), '1', 'a repository is deleted');
SELECT is(pg_temp.audited('secret', 'repository_delete')::text LIKE '%s3cret%', false, 'the audit says what it was, but no password');
SELECT is(pg_temp.audited('secret', 'repository_delete') @> '{"url": "http://b", "hardFail": true}', true, 'so that it can be made again');
SELECT is(pg_temp.remove('secret'), '4 no such repository: secret', 'it is gone');
SELECT is(pg_temp.save('secret', '{"rclass": "virtual"}'), '0', 'and its key free, for another class too');
SELECT pg_temp.revision('inner') AS inner, pg_temp.revision('outer') AS outer \gset
SELECT is(pg_temp.remove('l1'), '1', 'a member is deleted');
SELECT is(pg_temp.document('inner') @> '{"repositories": [], "defaultDeploymentRepo": ""}', true, 'it leaves its virtual, which loses its default deployment');
SELECT is(pg_temp.document('outer') @> '{"repositories": ["inner", "l3"], "defaultDeploymentRepo": ""}', true, 'as does the one further up');
SELECT is(pg_temp.revision('inner') - :inner, 1, 'which counts as an edit');
SELECT is(pg_temp.audited('outer', 'repository_change'), '{"defaultDeploymentRepo": ["l1", ""]}', 'and is audited');
SELECT pg_temp.make('inner', '{"repositories": ["l2"]}', 'update'), pg_temp.make('outer', '{"defaultDeploymentRepo": "l2"}', 'update');
SELECT pg_temp.make('top', '{"rclass": "virtual", "repositories": ["outer"], "defaultDeploymentRepo": "l2"}');
SELECT pg_temp.make('above', '{"rclass": "virtual", "repositories": ["outer"], "defaultDeploymentRepo": "l3"}');
SELECT is(pg_temp.remove('inner'), '1', 'a virtual is deleted');
SELECT is(pg_temp.document('outer') @> '{"repositories": ["l3"], "defaultDeploymentRepo": ""}', true, 'a default deployment reached through it goes too');
SELECT is(pg_temp.field('top', 'defaultDeploymentRepo'), '""', 'however far up');
SELECT is(pg_temp.field('above', 'defaultDeploymentRepo'), '"l3"', 'another does not');
SELECT is(pg_temp.revision('above'), 1, 'who lost nothing has not changed');
SELECT pg_temp.remove('above');
UPDATE repository SET default_deployment_id = pg_temp.id('l3') WHERE key = 'top';
UPDATE repository_member SET member_id = pg_temp.id('edit') WHERE virtual_id = pg_temp.id('top');
SELECT pg_temp.remove('l3');
SELECT is((SELECT count(*) FROM repository WHERE default_deployment_id = ANY (ARRAY(SELECT id FROM repository WHERE key = 'l3'))), 0::bigint,
  'nobody names what is deleted: neither deleted virtuals nor who never led there');
SELECT is((SELECT count(*) FROM resolved_member l JOIN repository r ON r.id IN (l.member_id, l.root_id) WHERE r.deleted_at IS NOT NULL), 0::bigint, 'no resolved member is left');

SELECT * FROM finish();
ROLLBACK;
