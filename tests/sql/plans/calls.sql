-- After the files of sql/statements in one session: run what serves requests, and what its functions run, with the plans that they have for any
-- parameters. "call NAME" and, by auto_explain, the plans of all that it runs appear on standard error. Nothing is kept.
SET search_path = registry;
SET plan_cache_mode = force_generic_plan;
SET jit = off;
\o /dev/null

-- A user who may read and write in plans-1, under the names of its own and of groups; plans-230 is a virtual of it and of the remote plans-51.
SELECT id AS someone FROM principal WHERE name = 'plans-141' \gset
SELECT id AS target FROM repository WHERE key = 'plans-1' \gset
SELECT id AS remote FROM repository WHERE key = 'plans-51' \gset

BEGIN;
LOAD 'auto_explain';
SET LOCAL auto_explain.log_min_duration = 0;
SET LOCAL auto_explain.log_nested_statements = on;
SET LOCAL auto_explain.log_verbose = on;
SET LOCAL auto_explain.log_format = json;
SET LOCAL auto_explain.log_level = notice;

-- who asks
\warn call account_sign_in
EXECUTE account_sign_in('plans-141', '192.0.2.1');
\warn call account_succeeded
EXECUTE account_succeeded(:someone, '192.0.2.1');
\warn call token_keys
EXECUTE token_keys(sha256('key'));
\warn call principal_find
EXECUTE principal_find(:someone, 0);
\warn call access_decision_find
EXECUTE access_decision_find('plans-230', :someone, 0, 2);
\warn call rights_find
EXECUTE rights_find('plans-1', :someone, 0, 'team/app1');

-- pulls
\warn call manifest_by_tag
EXECUTE manifest_by_tag('plans-230', :someone, 0, 'team/app1', true, 't1');
\warn call manifest_by_digest
EXECUTE manifest_by_digest('plans-230', :someone, 0, 'team/app1', true, 1, sha256('1'));
\warn call blob_find
EXECUTE blob_find('plans-230', :someone, 0, 'team/app1', 1, sha256('1'));
\warn call blob_find_keep
EXECUTE blob_find_keep('plans-230', :someone, 0, 'team/app1', 1, sha256('1'));
\warn call tags_list
EXECUTE tags_list('plans-230', :someone, 0, 'team/app1', '', 100);
\warn call catalog
EXECUTE catalog('plans-230', :someone, 0, '', 100);
\warn call referrers_list
EXECUTE referrers_list('plans-230', :someone, 0, 'team/app1', 1, sha256('3'), NULL, NULL, NULL, 100, 4194304);

-- pushes
\warn call target_find
EXECUTE target_find('plans-1', :someone, 0, 'team/app1', 3);
\warn call blob_mount
EXECUTE blob_mount('plans-1', 'team/app1', :someone, 0, :target, 'team/app2-1', 1, sha256('1'));
\warn call upload_start
EXECUTE upload_start(:target, 'team/app1', :someone, 1, 10000) \gset
\warn call upload_find
EXECUTE upload_find('plans-1', :someone, 0, 'team/app1', :'id');
\warn call upload_advance
EXECUTE upload_advance(:'id', 0, 3, NULL, NULL);
\warn call upload_seal
EXECUTE upload_seal(:'id', 1, sha256('new'));
\warn call blob_publish
EXECUTE blob_publish(:'id', :image, :file, 1, sha256('new'), 3);
\warn call manifest_put
EXECUTE manifest_put('plans-1', 'team/app1', :target, :someone, 0, 'plans-141', NULL, NULL, 1, sha256('made'), 'made', 'application/vnd.plans.1',
  'application/vnd.plans.2', '{1}', ARRAY[sha256('new')], '{1}', '{3}', '{1}', ARRAY[sha256('1')], '{-1}', 1, sha256('3'), '{}', '{t1,made}',
  NULL, NULL);
\warn call tag_delete
EXECUTE tag_delete(:target, 'team/app1', 'made', :someone, 'plans-141', NULL, NULL);

-- upstreams
\warn call namespace_find
EXECUTE namespace_find('plans-230', :someone, 0, 'team/app1', 'registry.example', 't1');
\warn call remotes_find
EXECUTE remotes_find('plans-230', :someone, 0, 'team/app1', 't1', 't1', NULL, NULL);
\warn call fetch_look
EXECUTE fetch_look(:remote, 1, sha256('1'));
ROLLBACK;
