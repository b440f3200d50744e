-- Permission targets multiplied out, and what an account may.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(30);

INSERT INTO repository (key, class) VALUES ('l1', 1), ('r1', 2), ('v1', 3);
SELECT account_add('alice', NULL, false, 0, 'test', NULL, NULL) AS alice, account_add('root', NULL, true, 0, 'test', NULL, NULL) AS root \gset
SELECT group_add('team', 0, 'test', NULL, NULL);
CREATE FUNCTION pg_temp.set(p_repositories text[], p_principals text[], p_actions int[], p_includes text DEFAULT '') RETURNS void LANGUAGE sql AS $$
  SELECT registry.permission_set('target', p_includes, '', p_repositories, p_principals, p_actions, 0, 'test', NULL, NULL) $$;
CREATE VIEW pg_temp.said AS SELECT r.key, p.name, acl.actions FROM registry.acl JOIN registry.repository r ON r.id = acl.repository_id
  JOIN registry.principal p ON p.id = acl.principal_id ORDER BY 1, 2;
CREATE FUNCTION pg_temp.may(p_account int, p_key text, p_name text) RETURNS int LANGUAGE sql AS $$
  SELECT registry.principal_actions(p_account, id, p_name) FROM registry.repository WHERE key = p_key $$;

SELECT pg_temp.set('{ANY}', '{team,alice}', '{1,3}');
SELECT results_eq('TABLE pg_temp.said', $$VALUES ('l1' COLLATE "C", 'alice' COLLATE "C", 3), ('l1', 'team', 1), ('r1', 'alice', 3), ('r1', 'team', 1)$$,
  'ANY is every local and remote, and no virtual');
SELECT pg_temp.set('{ANY LOCAL}', '{team}', '{1}');
SELECT results_eq('TABLE pg_temp.said', $$VALUES ('l1' COLLATE "C", 'team' COLLATE "C", 1)$$, 'ANY LOCAL is the locals, and the old rows are gone');
SELECT pg_temp.set('{ANY REMOTE,r1}', '{team,team}', '{1,2}');
SELECT results_eq('TABLE pg_temp.said', $$VALUES ('r1' COLLATE "C", 'team' COLLATE "C", 3)$$, 'what is said twice counts once');
INSERT INTO repository (key, class) VALUES ('r2', 2);
SELECT is((SELECT count(*) FROM pg_temp.said WHERE key = 'r2'), 1::bigint, 'a new repository falls under ANY REMOTE');
UPDATE repository SET deleted_at = now() WHERE key = 'r2';
SELECT is((SELECT count(*) FROM pg_temp.said WHERE key = 'r2'), 0::bigint, 'until it is deleted');
SELECT is(unknown_repository, 'v1', 'a virtual has no rights of its own')
FROM permission_set('other', '', '', '{v1}', '{team}', '{1}', 0, 'test', NULL, NULL);
SELECT results_eq($$SELECT * FROM permission_add('target', '', '', '{ANY}', '{alice}', '{1}', 0, 'test', NULL, NULL)$$, 'VALUES (NULL, NULL, false)',
  'what is there already is not made');
SELECT is((SELECT count(*) FROM pg_temp.said WHERE name = 'alice'), 0::bigint, 'nor changed');
SELECT is((SELECT unknown_principal FROM permission_add('new', '', '', '{ANY}', '{nobody}', '{1}', 0, 'test', NULL, NULL)), 'nobody', 'nor for an unknown user');
SELECT is((SELECT added FROM permission_add('new', '', '', '{ANY}', '{alice}', '{1}', 0, 'test', NULL, NULL)), true, 'what is not is');
SELECT throws_ok($$SELECT permission_set('bad', repeat('**/', 3000) || 'x', '', '{ANY}', '{alice}', '{1}', 0, 'test', NULL, NULL)$$, '23514', NULL,
  'a pattern that cannot be matched is refused');
DELETE FROM permission_target WHERE name = 'new';
DELETE FROM permission_target_principal;
SELECT is_empty('TABLE pg_temp.said', 'rows follow who is removed');

SELECT pg_temp.set('{l1}', '{team}', '{1}');
SELECT is(pg_temp.may(:alice, 'l1', 'a'), 0, 'who is not in the group may nothing');
INSERT INTO membership (user_id, group_id) SELECT :alice, id FROM principal WHERE name = 'team';
SELECT is(pg_temp.may(:alice, 'l1', 'a'), 1, 'who is may what it may');
DELETE FROM membership;
SELECT is(pg_temp.may(:alice, 'l1', 'a'), 0, 'and loses it with it');
SELECT pg_temp.set('{l1}', '{_all,alice}', '{1,2}');
SELECT is(pg_temp.may(:alice, 'l1', 'a'), 3, 'rights add up');
SELECT is(pg_temp.may(0, 'l1', 'a'), 0, '_all is nobody without an account');
SELECT pg_temp.set('{l1}', '{_anonymous}', '{1}');
SELECT is(pg_temp.may(0, 'l1', 'a'), 1, '_anonymous is');
SELECT is(pg_temp.may(:alice, 'l1', 'a'), 0, 'and nobody else');
SELECT is(pg_temp.may(:root, 'l1', 'a'), 15, 'an administrator may everything');
SELECT pg_temp.set('{l1}', '{alice}', '{1}', 'team/**');
SELECT is(pg_temp.may(:alice, 'l1', 'team/a'), 1, 'under names that match');
SELECT is(pg_temp.may(:alice, 'l1', 'a'), 0, 'and no others');
UPDATE permission_target SET includes = '', excludes = 'team/**';
SELECT is(pg_temp.may(:alice, 'l1', 'team/a'), 0, 'changed patterns hold at once');

SELECT is(principal_valid(0, 5), true, 'anonymous is always who it was');
SELECT is(principal_valid(:alice, 0), true, 'an account is, at its epoch');
SELECT is(principal_valid(:alice, 1), false, 'at no other');
UPDATE account SET locked_until = now() + interval '1 second' WHERE id = :alice;
SELECT is(principal_valid(:alice, 0), true, 'locked or not');
UPDATE account SET locked_until = NULL, disabled = true WHERE id = :alice;
SELECT is(principal_valid(:alice, 0), false, 'not when disabled');
SELECT is(principal_valid(1000000, 0), false, 'an unknown account is nobody');

DELETE FROM principal WHERE name = 'alice';
SELECT is_empty('TABLE pg_temp.said', 'rows follow an account that is removed');

SELECT * FROM finish();
ROLLBACK;
