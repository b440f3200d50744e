-- What each role may, and that serving needs no more than its own.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(34);

GRANT USAGE ON SCHEMA public TO PUBLIC;
SELECT account_add('alice', 'crypt', true, 0, 'test', NULL, NULL) AS alice \gset
SELECT repository_save('one', '{"rclass": "local"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT id AS one FROM repository WHERE key = 'one' \gset

SELECT ok(pg_has_role('stowage_v2', 'stowage_app', 'USAGE'), 'the responder is stowage_app');
SELECT is((SELECT count(*) FROM pg_roles WHERE rolname LIKE 'stowage%' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)), 0::bigint, 'no role is special');
SELECT is((SELECT array_agg(rolname::text ORDER BY 1) FROM pg_roles WHERE rolname LIKE 'stowage%' AND rolcanlogin), '{stowage_v2,stowage_admin}', 'only programs sign in');
SELECT ok(NOT has_schema_privilege(r, 'registry', 'CREATE'), r || ' creates nothing') FROM unnest('{stowage_app,stowage_audit,stowage_v2}'::text[]) r;
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')
  AND (has_table_privilege('stowage_app', c.oid, 'TRUNCATE, TRIGGER, REFERENCES') OR has_table_privilege('stowage_audit', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES'))$$,
  'nobody truncates, and the auditor changes nothing');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')
  AND has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE')$$, 'nobody else has any right');
SELECT ok(NOT has_table_privilege('stowage_app', t, 'UPDATE, DELETE'), 'serving only adds to ' || t) FROM unnest('{registry.audit,registry.tag_event}'::text[]) t;

-- the responder's day
SET LOCAL ROLE stowage_v2;
SELECT lives_ok('SELECT * FROM token_keys(sha256(''k''))', 'the responder makes the first key');
SELECT lives_ok($$SELECT account_failed(id, 'alice', 5, 60, 0, '', NULL, NULL) FROM account$$, 'counts failures');
SELECT lives_ok('UPDATE account SET failures = 0, locked_until = NULL', 'forgives them');
SELECT lives_ok(format('SELECT * FROM upload_start(%s, ''a'', %s, 1)', :one, :alice), 'opens a session');
SELECT lives_ok($$UPDATE upload SET received = 1, touched_at = now()$$, 'advances it');
SELECT lives_ok($$SELECT blob_publish(id, image_id, file_id, 1, sha256('x'), 1) FROM upload$$, 'publishes it');
SELECT is((SELECT blob_mount('one', 'a', :alice, 0, :one, 'b', 1, sha256('x'))), true, 'mounts');
SELECT is((SELECT outcome FROM manifest_put('one', 'a', :one, :alice, 0, 'alice', NULL, NULL, 1, sha256('m'), 'm', 'application/x', 'application/y',
  '{1}', ARRAY[sha256('x')], '{1}', '{}', '{}', 1, sha256('s'), '{}', '{v1,v2}', NULL, NULL)), 0, 'pushes');
SELECT is((SELECT outcome FROM manifest_put('one', 'a', :one, :alice, 0, 'alice', NULL, NULL, 1, sha256('i'), 'i', 'application/x', '',
  '{}', '{}', '{}', '{1}', ARRAY[sha256('m')], NULL, NULL, NULL, '{v1}', NULL, NULL)), 0, 'moves a tag');
SELECT is((SELECT tag_delete(:one, 'a', 'v2', :alice, 'alice', NULL, NULL)), true, 'deletes a tag');
SELECT is((SELECT manifest_delete(:one, 'a', 1, sha256('i'), :alice, 'alice', NULL, NULL)), true, 'deletes a manifest');
SELECT is((SELECT blob_delete(:one, 'b', 1, sha256('x'), :alice, 'alice', NULL, NULL)), 0, 'deletes a blob');
SELECT throws_ok('UPDATE account SET is_admin = true', '42501', NULL, 'it makes no administrators');
SELECT throws_ok($$UPDATE account SET password = 'mine'$$, '42501', NULL, 'sets no passwords');
SELECT throws_ok($$SELECT account_add('mallory', NULL, true, 0, '', NULL, NULL)$$, '42501', NULL, 'adds no accounts');
SELECT throws_ok($$INSERT INTO acl VALUES (1, 1, 1, 15)$$, '42501', NULL, 'gives no rights');
SELECT throws_ok($$UPDATE repository SET key = 'x'$$, '42501', NULL, 'edits no repositories');
SELECT throws_ok('DELETE FROM audit', '42501', NULL, 'forgets no audit');
SELECT throws_ok($$UPDATE tag_event SET name = 'x'$$, '42501', NULL, 'rewrites no history');
SELECT throws_ok('DELETE FROM blob', '42501', NULL, 'and removes no blob');

SET LOCAL ROLE stowage_audit;
SELECT lives_ok('SELECT * FROM audit, tag_event, acl, repository', 'the auditor reads');
SELECT throws_ok('SELECT password FROM account', '42501', NULL, 'but no passwords');
SELECT throws_ok('SELECT secret FROM token_key', '42501', NULL, 'and no keys');
RESET ROLE;
SELECT is((SELECT count(*) FROM account WHERE is_admin), 1::bigint, 'nothing of that was done');

SELECT * FROM finish();
ROLLBACK;
