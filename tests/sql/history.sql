-- History: written by every statement that moves a tag, append only, kept by month.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(21);

INSERT INTO repository (key, class) VALUES ('l1', 1);
INSERT INTO image (repository_id, path) SELECT id, 'a/b' FROM repository WHERE key = 'l1' RETURNING id AS image \gset
INSERT INTO media_type (name) VALUES ('application/x') RETURNING id AS type \gset
INSERT INTO manifest (size, media_type, alg, digest, payload) VALUES (1, :type, 1, sha256('x'), 'x') RETURNING id AS x \gset
INSERT INTO manifest (size, media_type, alg, digest, payload) VALUES (1, :type, 1, sha256('y'), 'y') RETURNING id AS y \gset
INSERT INTO image_manifest (image_id, manifest_id) VALUES (:image, :x), (:image, :y);
INSERT INTO tag (image_id, manifest_id, name) VALUES (:image, :x, 'v1');
SELECT results_eq('SELECT repository, path, name, old_digest, new_digest, actor FROM tag_event',
  $$VALUES ('l1' COLLATE "C", 'a/b' COLLATE "C", 'v1' COLLATE "C", NULL, digest_text(1, sha256('x')), NULL::int)$$, 'a new tag is an event, though nobody asked for it');
SELECT act_as(7, '00000000-0000-4000-8000-000000000001');
UPDATE tag SET manifest_id = :y;
SELECT results_eq($$SELECT old_digest, new_digest, actor, request FROM tag_event ORDER BY at DESC LIMIT 1$$,
  $$VALUES (digest_text(1, sha256('x')), digest_text(1, sha256('y')), 7, '00000000-0000-4000-8000-000000000001'::uuid)$$, 'a move is one, with who asked');
UPDATE tag SET manifest_id = :y, updated_at = now();
SELECT is((SELECT count(*) FROM tag_event), 2::bigint, 'a move to the same manifest is not recorded');
DELETE FROM image_manifest WHERE manifest_id = :y;
SELECT results_eq($$SELECT old_digest, new_digest FROM tag_event ORDER BY at DESC LIMIT 1$$, $$VALUES (digest_text(1, sha256('y')), NULL)$$, 'a cascade is one');

SELECT account_failed(0, 'nobody', 5, 60, 100, 0, '', NULL, NULL);
SELECT throws_ok('UPDATE audit SET actor = 1', '42501', 'audit_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') || ' is append only', 'audit rows do not change');
SELECT throws_ok('DELETE FROM audit', '42501', NULL, 'nor go');
SELECT throws_ok('TRUNCATE audit', '42501', 'audit is append only', 'nor all at once');
SELECT throws_ok($$UPDATE tag_event SET name = 'x'$$, '42501', NULL, 'tag events do not change');
SELECT throws_ok('DELETE FROM tag_event', '42501', NULL, 'nor go');
SELECT throws_ok('TRUNCATE tag_event', '42501', 'tag_event is append only', 'nor all at once');

SELECT is((SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit'::regclass), 5::bigint, 'audit has this month, three to come, and the rest');
SELECT is((SELECT count(*) FROM pg_inherits WHERE inhparent = 'tag_event'::regclass), 5::bigint, 'so has tag_event');
SELECT is((SELECT count(*) FROM audit_rest), 0::bigint, 'nothing lies in the rest');
SELECT lives_ok($$INSERT INTO audit (at, actor, actor_name, action, outcome, object) VALUES (now() + interval '2 years', 0, '', 'test', 'done', '')$$,
  'a row of a month without a table is kept');
SELECT lives_ok('SELECT history_extend()', 'months are made as often as one likes');

SELECT throws_ok($$INSERT INTO audit (actor, actor_name, action, outcome, object) VALUES (0, '', 'Push!', 'done', '')$$, '23514', NULL, 'actions are words');
SELECT throws_ok($$INSERT INTO audit (actor, actor_name, action, outcome, object) VALUES (0, '', 'push', 'maybe', '')$$, '23514', NULL, 'done or refused');

SELECT is((SELECT array_agg(proname::text ORDER BY proname) FROM pg_proc WHERE pronamespace = 'registry'::regnamespace
    AND prosrc ~ '\m(INSERT INTO|UPDATE|DELETE FROM) tag\M'), '{repository_shrink_piece,tag_drop,tag_move,tags_drop}', 'few functions move or delete tags');

-- queues
SELECT results_eq('SELECT image_id, manifest_id FROM gc_link ORDER BY 2', format('VALUES (%s::bigint, %s::bigint), (%s, %s)', :image, :x, :image, :y), 'a link that lost a tag is queued');
SELECT results_eq('SELECT manifest_id FROM gc_manifest', ARRAY[:y]::bigint[], 'a manifest that lost a link is queued');
INSERT INTO blob (size, file_id, alg, digest) VALUES (1, nextval('file_id'), 1, sha256('x')) RETURNING id AS blob \gset
DELETE FROM gc_blob;
INSERT INTO manifest_blob (blob_id, manifest_id, role) VALUES (:blob, :x, 1);
DELETE FROM manifest_blob;
SELECT is((SELECT due - now() FROM gc_blob WHERE blob_id = :blob), interval '24 hours', 'a blob that lost a reference is queued for tomorrow');

SELECT * FROM finish();
ROLLBACK;
