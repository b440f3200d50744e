-- What each role may, and that serving needs no more than its own.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(114);

GRANT USAGE ON SCHEMA public TO PUBLIC;
SELECT account_add('alice', 'crypt', true, 0, 'test', NULL, NULL) AS alice \gset
SELECT repository_save('one', '{"rclass": "local"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT id AS one FROM repository WHERE key = 'one' \gset
SELECT repository_save('far', '{"rclass": "remote", "url": "https://a", "username": "u", "password": "s3cret"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT id AS far FROM repository WHERE key = 'far' \gset

SELECT ok(pg_has_role(r, 'stowage_app', 'USAGE'), r || ' is stowage_app') FROM unnest('{stowage_v1,stowage_v2,stowage_keep}'::text[]) r;
SELECT is((SELECT count(*) FROM pg_roles WHERE rolname LIKE 'stowage%' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)), 0::bigint, 'no role is special');
SELECT is((SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'stowage%' AND rolcanlogin), '{stowage_admin,stowage_keep,stowage_v1,stowage_v2}', 'only programs sign in');
SELECT ok(pg_has_role('stowage_admin', 'stowage_app', 'USAGE'), 'so is the one for administrators');
SELECT ok(NOT has_schema_privilege(r, 'registry', 'CREATE'), r || ' creates nothing') FROM unnest('{stowage_app,stowage_audit,stowage_v1,stowage_v2,stowage_keep,stowage_admin}'::text[]) r;
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')
  AND (has_table_privilege('stowage_app', c.oid, 'TRUNCATE, TRIGGER, REFERENCES') OR has_table_privilege('stowage_audit', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES'))$$,
  'nobody truncates, and the auditor changes nothing');
SELECT ok(NOT has_table_privilege(r, t, 'INSERT') AND NOT has_any_column_privilege(r, t, 'INSERT, UPDATE'), r || ' writes ' || t || ' by no statement of its own')
FROM unnest('{stowage_app,stowage_v1,stowage_v2,stowage_keep,stowage_admin}'::text[]) r, unnest('{registry.audit,registry.tag_event,registry.token_key,registry.signing_key,registry.acl,registry.repository_leaf}'::text[]) t;
SELECT is_empty($$SELECT proname FROM pg_proc WHERE pronamespace = 'registry'::regnamespace AND NOT prosecdef
  AND prosrc ~* 'insert into (audit|tag_event|token_key|signing_key|acl|repository_leaf)\y' AND proname NOT IN ('acl_expand', 'leaves_refresh')$$,
  'functions add to the audit by audit_entry');
SELECT is((SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'stowage%' AND has_column_privilege(rolname, t, 'password', 'SELECT')),
  roles::text[], 'who reads the passwords of ' || t) FROM (VALUES ('registry.account', '{stowage_admin,stowage_v1,stowage_v2}'),
    ('registry.repository_remote', '{stowage_v1,stowage_v2}')) v (t, roles);
SELECT is_empty($$SELECT rolname, t FROM pg_roles, unnest('{registry.token_key,registry.signing_key}'::text[]) t WHERE rolname LIKE 'stowage%' AND has_column_privilege(rolname, t, 'secret', 'SELECT')$$,
  'nobody reads keys from their tables');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')
  AND has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE')$$, 'nobody else has any right');
SELECT ok(NOT has_table_privilege(r, t, 'UPDATE, DELETE'), r || ' only adds to ' || t)
FROM unnest('{stowage_app,stowage_admin}'::text[]) r, unnest('{registry.audit,registry.tag_event}'::text[]) t;
SELECT ok(has_table_privilege('stowage_app', t, 'SELECT') AND has_table_privilege('stowage_app', t, 'INSERT') AND has_table_privilege('stowage_app', t, 'UPDATE')
  AND has_table_privilege('stowage_app', t, 'DELETE'), 'serving keeps ' || t)
FROM unnest('{registry.remote_state,registry.remote_reference,registry.remote_tags,registry.remote_miss,registry.blob_fetch,registry.blob_fetch_name}'::text[]) t;
SELECT ok(NOT has_function_privilege(r, f, 'EXECUTE'), r || ' calls no ' || split_part(f, '(', 1)) FROM unnest('{stowage_v1,stowage_v2,stowage_keep,stowage_audit}'::text[]) r,
  unnest('{"registry.repository_save(text, jsonb, text, int, int, text, uuid, inet)","registry.permission_add(text, text, text, text[], text[], int[], int, text, uuid, inet)","registry.repository_delete(text, int, int, text, uuid, inet)"}'::text[]) f;

-- the responder's day
SET LOCAL ROLE stowage_v2;
SELECT lives_ok('SELECT * FROM token_keys(sha256(''k''))', 'the responder makes the first key');
SELECT lives_ok($$SELECT account_failed(id, 'alice', 1, 60, 1, 0, '', NULL, NULL) FROM account$$, 'counts failures');
SELECT lives_ok('SELECT account_succeeded(id, NULL), account_forgive(id) FROM account', 'forgives them');
SELECT lives_ok(format('SELECT * FROM upload_start(%s, ''a'', %s, 1)', :one, :alice), 'opens a session');
SELECT lives_ok($$UPDATE upload SET received = 1, touched_at = now()$$, 'advances it');
SELECT lives_ok($$SELECT blob_publish(id, image_id, file_id, 1, sha256('x'), 1) FROM upload$$, 'publishes it');
SELECT is((SELECT blob_mount('one', 'a', :alice, 0, :one, 'b', 1, sha256('x'))), true, 'mounts');
SELECT is((SELECT outcome FROM manifest_put('one', 'a', :one, :alice, 0, 'alice', NULL, NULL, 1, sha256('m'), 'm', 'application/x', 'application/y',
  '{1}', ARRAY[sha256('x')], '{1}', '{1}', '{}', '{}', '{}', 1, sha256('s'), '{}', '{v1,v2}', NULL, NULL)), 0, 'pushes');
SELECT is((SELECT outcome FROM manifest_put('one', 'a', :one, :alice, 0, 'alice', NULL, NULL, 1, sha256('i'), 'i', 'application/x', '',
  '{}', '{}', '{}', '{}', '{1}', ARRAY[sha256('m')], '{1}', NULL, NULL, NULL, '{v1}', NULL, NULL)), 0, 'moves a tag');
SELECT is((SELECT tag_delete(:one, 'a', 'v2', :alice, 'alice', NULL, NULL)), true, 'deletes a tag');
SELECT is((SELECT deleted FROM manifest_delete(:one, 'a', 1, sha256('i'), :alice, 'alice', NULL, NULL)), true, 'deletes a manifest');
SELECT is((SELECT blob_delete(:one, 'b', 1, sha256('x'), :alice, 'alice', NULL, NULL)), 0, 'deletes a blob');
SELECT throws_ok('UPDATE account SET is_admin = true', '42501', NULL, 'it makes no administrators');
SELECT throws_ok($$UPDATE account SET password = 'mine'$$, '42501', NULL, 'sets no passwords');
SELECT throws_ok($$SELECT account_add('mallory', NULL, true, 0, '', NULL, NULL)$$, '42501', NULL, 'adds no accounts');
SELECT throws_ok($$INSERT INTO acl VALUES (1, 1, 1, 15)$$, '42501', NULL, 'gives no rights');
SELECT throws_ok($$UPDATE repository SET key = 'x'$$, '42501', NULL, 'edits no repositories');
SELECT throws_ok($$UPDATE repository_remote SET url = 'http://b'$$, '42501', NULL, 'sends no remote elsewhere');
SELECT is((SELECT password FROM repository_remote), 's3cret', 'signs in to upstreams');
SELECT throws_ok('DELETE FROM audit', '42501', NULL, 'forgets no audit');
SELECT throws_ok($$UPDATE tag_event SET name = 'x'$$, '42501', NULL, 'rewrites no history');
SELECT throws_ok('DELETE FROM blob', '42501', NULL, 'and removes no blob');

SELECT is((SELECT count(DISTINCT role) FROM audit WHERE action = 'push'), 1::bigint, 'its rows of the audit name the role that is signed in');
SELECT throws_ok($$INSERT INTO audit_entry (request, actor, actor_name, action, outcome, object, at) VALUES (NULL, 0, 'x', 'x', 'done', 'x', now() - interval '1 year')$$,
  '42703', NULL, 'whose time it cannot choose');

-- the administrator's
SET LOCAL ROLE stowage_admin;
SELECT throws_ok('SELECT * FROM token_keys(sha256(''k''))', '42501', NULL, 'the administrator reads no keys');
SELECT is((SELECT outcome FROM repository_save('made', '{"rclass": "remote", "url": "https://a"}', 'create', NULL, 0, 'test', NULL, NULL)), 0, 'the administrator makes a repository');
SELECT is((SELECT outcome FROM repository_save('both', '{"rclass": "virtual", "repositories": ["one", "made"], "defaultDeploymentRepo": "one"}', 'create', NULL, 0, 'test', NULL, NULL)), 0, 'and a virtual');
SELECT is((SELECT outcome FROM repository_save('made', '{"url": "https://b"}', 'update', NULL, 0, 'test', NULL, NULL)), 1, 'changes one');
SELECT is((SELECT outcome FROM repository_delete('made', NULL, 0, 'test', NULL, NULL)), 1, 'deletes one');
SELECT is((SELECT outcome FROM repository_delete('one', NULL, 0, 'test', NULL, NULL)), 1, 'and one with content');
SELECT throws_ok('SELECT repository_shrink(1000)', '42501', NULL, 'but takes away nothing');
SELECT throws_ok('DELETE FROM gc_unlink', '42501', NULL, 'no file''s row either');
SELECT throws_ok('DELETE FROM audit', '42501', NULL, 'and forgets no audit');

-- housekeeping
SET LOCAL ROLE stowage_keep;
SELECT is((SELECT array_agg((repository_shrink(1000)).p_more) FROM generate_series(1, 6)), '{t,t,t,f,f,f}', 'housekeeping takes away what they held');
SELECT is((SELECT count(*) FROM repository WHERE deleted_at IS NOT NULL), 0::bigint, 'to the end');
SELECT lives_ok('DELETE FROM gc_unlink', 'and the rows of files');
SELECT throws_ok('DELETE FROM audit', '42501', NULL, 'but forgets no audit');

SET LOCAL ROLE stowage_audit;
SELECT lives_ok('SELECT * FROM audit, tag_event, acl, repository', 'the auditor reads');
SELECT throws_ok('SELECT password FROM account', '42501', NULL, 'but no passwords');
SELECT throws_ok('SELECT secret FROM token_key', '42501', NULL, 'no keys');
SELECT throws_ok('SELECT password FROM repository_remote', '42501', NULL, 'and no upstream''s');
SELECT throws_ok('SELECT r FROM repository_remote r', '42501', NULL, 'in no way');
SELECT is_empty($$SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'repository_remote'::regclass AND a.attnum > 0 AND a.attname NOT IN ('password', 'class')
  AND NOT has_column_privilege('stowage_audit', a.attrelid, a.attnum, 'SELECT')$$, 'all else of one');
RESET ROLE;
SELECT is((SELECT count(*) FROM account WHERE is_admin), 1::bigint, 'nothing of that was done');

SELECT * FROM finish();
ROLLBACK;
