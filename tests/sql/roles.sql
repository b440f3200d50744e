-- What each role may, and that serving needs no more than its own.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(67);

GRANT USAGE ON SCHEMA public TO PUBLIC;
SELECT account_add('alice', 'crypt', true, 0, 'test', NULL, NULL) AS alice \gset
SELECT repository_save('one', '{"rclass": "local"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT id AS one FROM repository WHERE key = 'one' \gset
SELECT repository_save('far', '{"rclass": "remote", "url": "https://a", "username": "u", "password": "s3cret"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT id AS far FROM repository WHERE key = 'far' \gset

-- an earlier version granted more
DO $$
DECLARE
  v_role text;
BEGIN
  FOR v_role IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'stowage\_%' LOOP
    EXECUTE format('GRANT ALL ON ALL TABLES IN SCHEMA registry TO %I', v_role);
    EXECUTE format('GRANT UPDATE (password) ON account TO %I', v_role);
    EXECUTE format('GRANT ALL ON ALL SEQUENCES IN SCHEMA registry TO %I', v_role);
    EXECUTE format('GRANT ALL ON ALL FUNCTIONS IN SCHEMA registry TO %I', v_role);
  END LOOP;
END $$;
\ir ../../sql/roles.sql
SET LOCAL search_path = registry, public;

SELECT ok(pg_has_role(r, 'stowage_app', 'USAGE'), r || ' is stowage_app') FROM unnest('{stowage_v1,stowage_v2,stowage_keep,stowage_admin}'::text[]) r;
SELECT is((SELECT count(*) FROM pg_roles WHERE rolname LIKE 'stowage%' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)), 0::bigint, 'no role is special');
SELECT is((SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'stowage%' AND rolcanlogin), '{stowage_admin,stowage_keep,stowage_v1,stowage_v2}', 'only programs sign in');
SELECT ok(NOT has_schema_privilege(r, 'registry', 'CREATE'), r || ' creates nothing') FROM unnest('{stowage_app,stowage_audit,stowage_v1,stowage_v2,stowage_keep,stowage_admin}'::text[]) r;

-- Every privilege of every role on every relation, of their own or from stowage_app: with columns, if not on all of them.
CREATE TEMP VIEW granted AS
SELECT r.rolname::text COLLATE "default" AS role, p.privilege, c.relname::text COLLATE "default" || CASE
    WHEN CASE c.relkind WHEN 'S' THEN has_sequence_privilege(r.oid, c.oid, p.privilege) ELSE has_table_privilege(r.oid, c.oid, p.privilege) END THEN ''
    WHEN p.privilege = 'SELECT' THEN ' without ' || a.others ELSE '(' || a.granted || ')' END AS relation
FROM pg_roles r CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,USAGE}'::text[]) p (privilege) CROSS JOIN pg_class c
  LEFT JOIN LATERAL (SELECT string_agg(attname, ',' ORDER BY attname) FILTER (WHERE has) AS granted, string_agg(attname, ',' ORDER BY attname) FILTER (WHERE NOT has) AS others
    FROM (SELECT attname::text COLLATE "default", has_column_privilege(r.oid, c.oid, attnum, p.privilege) AS has FROM pg_attribute
      WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND c.relkind <> 'S' AND p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')) e) a ON true
WHERE r.rolname LIKE 'stowage\_%' AND c.relnamespace = 'registry'::regnamespace AND NOT (r.rolname = 'stowage_audit' AND c.relispartition)
  AND CASE WHEN c.relkind = 'S' THEN p.privilege IN ('SELECT', 'UPDATE', 'USAGE') AND has_sequence_privilege(r.oid, c.oid, p.privilege)
    WHEN c.relkind IN ('r', 'p', 'v') AND p.privilege <> 'USAGE' THEN has_table_privilege(r.oid, c.oid, p.privilege) OR a.granted IS NOT NULL END;
SELECT results_eq('SELECT role, privilege, string_agg(relation, '' '' ORDER BY relation) FROM granted GROUP BY 1, 2 ORDER BY 1, 2', $$VALUES
  ('stowage_admin', 'SELECT', 'account acl blob image image_blob image_manifest installation manifest manifest_blob media_type membership'
    ' negative_cache principal remote_miss remote_reference remote_state repository repository_leaf repository_member repository_remote without'
    ' password resolved_member sign_in store_space store_state tag v1_image v1_tag'),
  ('stowage_app', 'SELECT', 'installation'),
  ('stowage_audit', 'SELECT', 'account without password acl audit audit_entry blob blob_fetch blob_fetch_name gc_blob gc_link gc_manifest gc_orphan'
    ' gc_repository gc_sweep gc_unlink image image_blob image_manifest image_referrer installation manifest manifest_blob manifest_child manifest_want'
    ' media_type membership migration missing_reference negative_cache permission_target permission_target_principal permission_target_repository'
    ' principal push_target remote_miss remote_reference remote_state remote_tags repository repository_leaf repository_member'
    ' repository_remote without password resolved_member sign_in store_space store_state tag tag_event token_key without secret upload upload_done'
    ' v1_image v1_layer v1_projection v1_projection_image v1_tag v1_upload v1_view v1_view_image'),
  ('stowage_keep', 'DELETE', 'gc_orphan gc_unlink'),
  ('stowage_keep', 'INSERT', 'store_space(available,total)'),
  ('stowage_keep', 'SELECT', 'blob blob_fetch file_id gc_orphan gc_unlink image installation remote_state repository repository_remote without'
    ' password store_space upload'),
  ('stowage_keep', 'UPDATE', 'store_space(at,available,total)'),
  ('stowage_v1', 'SELECT', 'account acl blob image image_manifest installation manifest media_type membership principal push_target repository'
    ' repository_leaf resolved_member sign_in tag upload v1_image v1_projection v1_projection_image v1_tag v1_upload v1_view'
    ' v1_view_image'),
  ('stowage_v1', 'UPDATE', 'blob(diff_id) upload(digest_so_far,received,touched_at)'),
  ('stowage_v2', 'SELECT', 'account acl blob blob_fetch blob_fetch_name gc_blob image image_blob image_manifest image_referrer installation manifest'
    ' manifest_want media_type membership missing_reference negative_cache principal push_target remote_miss remote_reference remote_state'
    ' remote_tags repository repository_leaf repository_remote resolved_member sign_in tag upload upload_done v1_image v1_projection'
    ' v1_projection_image v1_view v1_view_image'),
  ('stowage_v2', 'UPDATE', 'gc_blob(due) upload(digest_so_far,received,touched_at)')$$, 'a role has the privileges that the statements of its program need');
SELECT results_eq($$SELECT r.rolname::text COLLATE "default", string_agg(p.proname::text COLLATE "default", ' ' ORDER BY p.proname) FROM pg_roles r JOIN pg_proc p ON has_function_privilege(r.oid, p.oid, 'EXECUTE')
  WHERE r.rolname LIKE 'stowage\_%' AND p.pronamespace = 'registry'::regnamespace AND p.prosecdef GROUP BY 1 ORDER BY 1$$, $$VALUES
  ('stowage_admin', 'account_failed account_password account_succeeded repository_delete repository_save'),
  ('stowage_keep', 'cache_expire fetches_drop history_extend remote_answered repository_shrink store_seen sweep_look sweep_next unlink_failed'
    ' unlinks_due upload_end v1_uploads_drop'),
  ('stowage_v1', 'account_failed account_succeeded blob_publish blob_replace manifest_put store_seen token_keys upload_end upload_seal upload_start'
    ' v1_checksum_put v1_json_put v1_layer_put v1_layers_link v1_projection_put v1_tag_put v1_tags_delete'),
  ('stowage_v2', 'account_failed account_succeeded blob_delete blob_mount blob_publish blob_replace fetch_advance fetch_fail fetch_join fetch_leave'
    ' fetch_publish fetch_resize image_promote manifest_cache manifest_delete manifest_put negative_cache_put remote_answered remote_failed'
    ' remote_revalidated remote_struck remote_suspected remote_tags_put signing_key_get stale_served store_seen tag_delete token_keys upload_end'
    ' upload_seal upload_start v1_projection_put')$$,
  'and runs with the owner''s rights what writes for it');
SELECT is_empty($$SELECT proname FROM pg_proc WHERE pronamespace = 'registry'::regnamespace AND prosecdef AND NOT 'search_path=registry, pg_temp' = ANY (proconfig)$$,
  'such a function looks at its own schema only');
SELECT is((SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc p WHERE pronamespace = 'registry'::regnamespace AND prorettype <> 'trigger'::regtype
    AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname LIKE 'stowage\_%' AND has_function_privilege(r.oid, p.oid, 'EXECUTE'))
    AND NOT EXISTS (SELECT FROM pg_proc o WHERE o.pronamespace = p.pronamespace AND o.oid <> p.oid AND o.prosrc ~ ('\m' || p.proname || '\('))),
  'account_add account_enable account_unlock group_add group_member permission_add permission_remove principal_remove store_bind token_key_rotate',
  'a function that no role and no other function calls is for stowagectl');
SELECT is_empty($$SELECT proname FROM pg_proc WHERE pronamespace = 'registry'::regnamespace AND prosrc ~* 'insert into audit\y'$$, 'functions add to the audit by audit_entry');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p', 'v')
  AND has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE')$$, 'nobody else has any right');

-- the responder's day
SET LOCAL ROLE stowage_v2;
SELECT lives_ok('SELECT * FROM token_keys(sha256(''k''))', 'the responder makes the first key');
SELECT lives_ok($$SELECT account_failed(id, 'alice', 1, 60, 1, 0, '', NULL, NULL) FROM account$$, 'counts failures');
SELECT lives_ok('SELECT account_succeeded(id, NULL) FROM account', 'forgives them');
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

SELECT throws_ok($$INSERT INTO audit_entry (request, actor, actor_name, action, outcome, object) VALUES (NULL, 0, 'x', 'x', 'done', 'x')$$,
  '42501', NULL, 'it adds to the audit by its deeds only');
SELECT throws_ok($$DELETE FROM tag$$, '42501', NULL, 'removes tags by theirs');
SELECT throws_ok($$UPDATE upload SET account = 1$$, '42501', NULL, 'takes over no session');

RESET ROLE;
SELECT is((SELECT array_agg(DISTINCT role) FROM audit WHERE action = 'push'), ARRAY[session_user::text], 'its rows of the audit name the role that is signed in');
SELECT throws_ok($$INSERT INTO audit_entry (request, actor, actor_name, action, outcome, object, at) VALUES (NULL, 0, 'x', 'x', 'done', 'x', now() - interval '1 year')$$,
  '42703', NULL, 'and a time that nobody chooses');

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
SELECT throws_ok($$UPDATE account SET is_admin = true$$, '42501', NULL, 'it makes administrators by no statement of its own');

-- maintenance
SET LOCAL ROLE stowage_keep;
SELECT is((SELECT array_agg((repository_shrink(1000)).p_more) FROM generate_series(1, 6)), '{t,t,t,f,f,f}', 'maintenance deletes their content');
SELECT is((SELECT count(*) FROM repository WHERE deleted_at IS NOT NULL), 0::bigint, 'to the end');
SELECT lives_ok('DELETE FROM gc_unlink', 'and the rows of files');
SELECT throws_ok('DELETE FROM audit', '42501', NULL, 'but forgets no audit');
SELECT throws_ok($$UPDATE repository SET blacked_out = true$$, '42501', NULL, 'and edits no repository');

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
