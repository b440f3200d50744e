-- Some of everything, for the auditor's questions: pushed, moved and deleted through the functions that requests use.
SET search_path = registry;
SELECT account_add('root', NULL, true, 0, 'test', NULL, NULL) AS root \gset
SELECT account_add('alice', NULL, false, 0, 'test', NULL, NULL) AS alice \gset
SELECT repository_save(key, '{"rclass": "local"}', 'create', NULL, 0, 'test', NULL, NULL) FROM unnest(ARRAY['one', 'two']) key;
INSERT INTO repository (key, class, default_deployment_id) SELECT 'both', 3, id FROM repository WHERE key = 'one';
INSERT INTO repository_member (virtual_id, position, member_id)
SELECT v.id, r.id, r.id FROM repository v, repository r WHERE v.key = 'both' AND r.key IN ('one', 'two');
SELECT group_add('readers', 0, 'test', NULL, NULL), permission_set('Anything', '', '', '{ANY}', '{readers,alice,_anonymous}', '{1,3,1}', 0, 'test', NULL, NULL);
INSERT INTO membership (user_id, group_id) SELECT :alice, id FROM principal WHERE name = 'readers';
SELECT id AS one FROM repository WHERE key = 'one' \gset
SELECT u.id AS upload, u.image_id AS image, u.file_id AS file FROM upload_start(:one, 'team/app', :alice, 1) u \gset
SELECT * FROM blob_publish(:'upload', :image, :file, 1, sha256('layer'), 5);
SELECT * FROM manifest_put('both', 'team/app', :one, :alice, 0, 'alice', gen_random_uuid(), '192.0.2.1', 1, sha256('m1'), 'm1', 'application/test', '',
  '{1}', ARRAY[sha256('layer')], '{2}', '{5}', '{}', '{}', '{}', NULL, NULL, NULL, '{v1,latest}', NULL, NULL);
SELECT * FROM manifest_put('both', 'team/app', :one, :root, 0, 'root', gen_random_uuid(), '192.0.2.1', 1, sha256('m2'), 'm2', 'application/test', 'application/art',
  '{}', '{}', '{}', '{}', '{1}', ARRAY[sha256('m1')], '{2}', 1, sha256('m1'), '{}', '{latest}', NULL, NULL);
SELECT manifest_delete(:one, 'team/app', 1, sha256('m1'), :root, 'root', NULL, NULL);
SELECT account_failed(:alice, 'alice', 5, 60, 100, 0, '', NULL, '192.0.2.1');
