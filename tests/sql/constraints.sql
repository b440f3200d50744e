-- What the tables refuse from every writer.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(24);

SELECT results_eq('SELECT schema FROM installation', 'SELECT max(number) FROM migration', 'the schema number is that of the last migration');
SELECT throws_ok('INSERT INTO installation (schema) VALUES (2)', '23505', NULL, 'one installation row');

SELECT results_eq($$SELECT id, name FROM principal WHERE kind = 0 ORDER BY id$$, $$VALUES (0, '_anonymous' COLLATE "C"), (1, '_all')$$, 'two principals are built in');
SELECT is((SELECT account_add('first', NULL, false, 0, 'test', NULL, NULL) > 1), true, 'accounts have ids above the built-in ones');
SELECT throws_ok($$INSERT INTO principal (kind, name) VALUES (2, 'first')$$, '23505', NULL, 'a group cannot take a user''s name');
SELECT throws_ok($$INSERT INTO principal (kind, name) VALUES (1, 'Upper')$$, '23514', NULL, 'names are lower case');
SELECT throws_ok($$INSERT INTO account (id) VALUES (1)$$, '23503', NULL, 'only a user has an account');
SELECT throws_ok($$INSERT INTO membership (user_id, group_id) SELECT id, id FROM account$$, '23503', NULL, 'only a group has members');

INSERT INTO repository (key, class) VALUES ('one', 1), ('virtual', 3);
SELECT throws_ok($$INSERT INTO repository (key, class) VALUES ('ONE', 1)$$, '23505', NULL, 'keys that differ in case only are one key');
SELECT throws_ok($$INSERT INTO repository (key, class) VALUES ('a/b', 1)$$, '23514', NULL, 'a key is one segment');
SELECT throws_ok($$INSERT INTO repository (key, class) VALUES (repeat('k', 65), 1)$$, '23514', NULL, 'a key has 64 characters at most');
SELECT throws_ok($$INSERT INTO repository (key, class, api_version) VALUES ('v', 3, 1)$$, '23514', NULL, 'a virtual repository is of API v2');
SELECT throws_ok($$UPDATE repository SET default_deployment_id = id WHERE key = 'one'$$, '23514', NULL, 'only a virtual has a default deployment');
SELECT throws_ok($$INSERT INTO repository_member (virtual_id, position, member_id) SELECT o.id, 1, v.id FROM repository o, repository v WHERE o.key = 'one' AND v.key = 'virtual'$$,
  '23503', NULL, 'only a virtual has members');

SELECT throws_ok($$INSERT INTO blob (size, file_id, alg, digest) VALUES (1, 1, 1, '\x00')$$, '23514', NULL, 'a sha256 has 32 bytes');
SELECT throws_ok($$INSERT INTO blob (size, file_id, alg, digest) VALUES (1, 1, 2, sha256('x'))$$, '23514', NULL, 'a sha512 has 64');
SELECT throws_ok($$INSERT INTO blob (size, file_id, alg, digest) VALUES (1, 1, 3, sha256('x'))$$, '23514', NULL, 'a third algorithm is refused');
INSERT INTO blob (size, file_id, alg, digest) VALUES (1, 1000001, 1, sha256('x'));
SELECT throws_ok($$INSERT INTO blob (size, file_id, alg, digest) VALUES (1, 1000002, 1, sha256('x'))$$, '23505', NULL, 'one row for a digest');
SELECT throws_ok($$INSERT INTO blob (size, file_id, alg, digest) VALUES (1, 1000001, 1, sha256('y'))$$, '23505', NULL, 'one blob for a file');
INSERT INTO media_type (name) VALUES ('application/x');
SELECT throws_ok($$INSERT INTO manifest (size, media_type, alg, digest, payload) SELECT 2, id, 1, sha256('x'), 'x' FROM media_type$$, '23514', NULL, 'a manifest''s size is that of its bytes');
INSERT INTO manifest (size, media_type, alg, digest, payload) SELECT 1, id, 1, sha256('x'), 'x' FROM media_type;
INSERT INTO manifest_blob (blob_id, manifest_id, role) SELECT b.id, m.id, 1 FROM blob b, manifest m;
SELECT throws_ok('DELETE FROM blob', '23503', NULL, 'a blob in use cannot go');
INSERT INTO image (repository_id, path) SELECT id, 'a' FROM repository WHERE key = 'one';
SELECT throws_ok($$INSERT INTO tag (image_id, manifest_id, name) SELECT i.id, m.id, 'v1' FROM image i, manifest m$$, '23503', NULL, 'a tag names a manifest of its image');
INSERT INTO image_manifest (image_id, manifest_id) SELECT i.id, m.id FROM image i, manifest m;
SELECT throws_ok($$INSERT INTO tag (image_id, manifest_id, name) SELECT i.id, m.id, '.v1' FROM image i, manifest m$$, '23514', NULL, 'a tag is a tag');
SELECT throws_ok($$INSERT INTO upload (image_id, account, file_id) SELECT id, 0, 1 FROM image$$, '23514', NULL, 'anonymous uploads nothing');

SELECT * FROM finish();
ROLLBACK;
