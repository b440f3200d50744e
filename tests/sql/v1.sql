-- The v1 API: images on their way and arrived, tags, and what its clients see of v2.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(60);

SELECT account_add('root', NULL, true, 0, 'test', NULL, NULL) AS root \gset
SELECT account_add('alice', NULL, false, 0, 'test', NULL, NULL) AS alice \gset
SELECT repository_save('two', '{"rclass": "local"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT repository_save('one', '{"rclass": "local", "dockerApiVersion": "V1", "bridgeRepository": "both"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT repository_save('both', '{"rclass": "virtual", "repositories": ["two"]}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT id AS one FROM repository WHERE key = 'one' \gset
SELECT id AS two FROM repository WHERE key = 'two' \gset
SELECT id AS both FROM repository WHERE key = 'both' \gset
SELECT permission_set('all', '', '', '{ANY}', '{alice}', '{3}', 0, 'test', NULL, NULL);

CREATE FUNCTION pg_temp.id(p text) RETURNS bytea LANGUAGE sql AS $$ SELECT sha256(p::bytea) $$;
CREATE FUNCTION pg_temp.repository(p text) RETURNS int LANGUAGE sql AS $$ SELECT id FROM registry.repository WHERE key = p $$;
CREATE FUNCTION pg_temp.json(p_path text, p_id text, p_parent text, p_json text) RETURNS int LANGUAGE sql AS $$
  SELECT registry.v1_json_put(pg_temp.repository('one'), p_path, (SELECT id FROM registry.principal WHERE name = 'alice'), pg_temp.id(p_id), pg_temp.id(p_parent), p_json::bytea)
$$;
-- A layer for every JSON of the id that is under way; the checksum of a layer with a JSON is that of both as text.
CREATE FUNCTION pg_temp.layer(p_path text, p_id text, p_layer text) RETURNS boolean LANGUAGE plpgsql SET search_path = registry AS $$
DECLARE
  v upload := upload_start(pg_temp.repository('one'), p_path, 2, 1);
BEGIN
  RETURN (SELECT won FROM v1_layer_put(v.id, v.file_id, 1, sha256(p_layer::bytea), length(p_layer),
    ARRAY(SELECT u.id FROM v1_upload u JOIN image i ON i.id = u.image_id WHERE i.path = p_path AND u.v1_id = pg_temp.id(p_id) ORDER BY 1),
    ARRAY(SELECT sha256(u.json || '\x0a' || p_layer::bytea) FROM v1_upload u JOIN image i ON i.id = u.image_id WHERE i.path = p_path AND u.v1_id = pg_temp.id(p_id) ORDER BY u.id)));
END $$;
CREATE FUNCTION pg_temp.done(p_path text, p_id text, p_json text, p_layer text) RETURNS int LANGUAGE sql AS $$
  SELECT registry.v1_checksum_put(pg_temp.repository('one'), p_path, pg_temp.id(p_id), sha256(p_json::bytea || '\x0a' || p_layer::bytea), 'tarsum+sha256:x',
    (SELECT id FROM registry.principal WHERE name = 'alice'), 'alice', NULL, NULL)
$$;
CREATE FUNCTION pg_temp.tag(p_path text, p_tag text, p_id text, p_account text DEFAULT 'alice') RETURNS int LANGUAGE sql AS $$
  SELECT registry.v1_tag_put(pg_temp.repository('one'), p_path, p_tag, pg_temp.id(p_id), 'docker/1.6', (SELECT id FROM registry.principal WHERE name = p_account), p_account, NULL, NULL)
$$;
CREATE FUNCTION pg_temp.ancestry(p_path text, p_id text) RETURNS bytea[] LANGUAGE sql AS $$
  SELECT ancestry FROM registry.v1_image v JOIN registry.image i ON i.id = v.image_id WHERE i.path = p_path AND v.v1_id = pg_temp.id(p_id)
$$;

-- a push
SELECT is(pg_temp.json('a', 'r', NULL, 'root'), 0, 'an image is announced');
SELECT is(pg_temp.done('a', 'r', 'root', 'bytes'), 3, 'without a layer it cannot be finished');
SELECT is(pg_temp.layer('a', 'r', 'bytes'), true, 'its layer comes');
SELECT is(pg_temp.done('a', 'r', 'root', 'other'), 4, 'with another checksum it is not finished');
SELECT is(pg_temp.ancestry('a', 'r'), NULL, 'nor visible');
SELECT is(pg_temp.done('a', 'r', 'root', 'bytes'), 0, 'with its own it is');
SELECT is(pg_temp.done('a', 'r', 'root', 'bytes'), 0, 'which may be said twice');
SELECT is(pg_temp.done('a', 'r', 'root', 'other'), 1, 'but not otherwise');
SELECT is(pg_temp.json('a', 'r', NULL, 'root'), 1, 'what exists is not announced again');
SELECT is(pg_temp.ancestry('a', 'r'), ARRAY[pg_temp.id('r')], 'the root has no ancestors');
SELECT is((SELECT count(*) FROM v1_upload), 0::bigint, 'nothing is left under way');
SELECT is(pg_temp.json('a', 'c', 'nowhere', 'child'), 2, 'a parent must be there');
SELECT is(pg_temp.json('a', 'c', 'r', 'child'), 0, 'as here');
SELECT throws_ok($$SELECT pg_temp.json('a', 'x', 'x', 'self')$$, '23514', NULL, 'nobody is their own parent') FROM (SELECT pg_temp.json('a', 'x', NULL, 'seed')) s;
SELECT is(pg_temp.layer('a', 'c', 'bytes'), true, 'the same layer again');
SELECT is(pg_temp.done('a', 'c', 'child', 'bytes'), 0, 'is one blob for two images');
SELECT is(pg_temp.ancestry('a', 'c'), ARRAY[pg_temp.id('c'), pg_temp.id('r')], 'itself first, the root last');
SELECT is((SELECT count(*) FROM blob), 1::bigint, 'stored once');
SELECT is((SELECT object FROM audit WHERE action = 'push' ORDER BY at DESC LIMIT 1), 'v1:' || encode(pg_temp.id('c'), 'hex'), 'the audit names it');

-- two who push at once
SELECT is((pg_temp.json('b', 'r', NULL, 'mine'), pg_temp.json('b', 'r', NULL, 'yours')), (0, 0), 'two announce an id differently');
SELECT is((pg_temp.layer('b', 'r', 'my bytes'), pg_temp.layer('b', 'r', 'your bytes')), (true, true), 'and send different layers');
SELECT is(pg_temp.done('b', 'r', 'mine', 'my bytes'), 0, 'the first to end has it');
SELECT is(pg_temp.done('b', 'r', 'yours', 'your bytes'), 1, 'the other learns that it exists');
SELECT is((SELECT count(DISTINCT json) FROM v1_image WHERE v1_id = pg_temp.id('r')), 2::bigint, 'an id is known within its image only');

-- a parent that is only under way
SELECT is((pg_temp.json('d', 'p', NULL, 'p'), pg_temp.json('d', 'q', 'p', 'q')), (0, 0), 'a parent under way will do to begin');
SELECT is((pg_temp.layer('d', 'q', 'q'), pg_temp.done('d', 'q', 'q', 'q')), (true, 5), 'but not to end');
SELECT is((SELECT count(pg_temp.json('deep', n::text, nullif(n - 1, 0)::text, n::text)) + count(pg_temp.layer('deep', n::text, n::text))
  + sum(pg_temp.done('deep', n::text, n::text, n::text)) FROM generate_series(1, 127) n), 254::bigint, '127 deep');
SELECT is((pg_temp.json('deep', '128', '127', '128'), pg_temp.layer('deep', '128', '128'), pg_temp.done('deep', '128', '128', '128')), (0, true, 6), 'and no deeper');

-- tags
SELECT is(pg_temp.tag('a', 'latest', 'r'), 0, 'a tag');
SELECT is(pg_temp.tag('a', 'latest', 'nowhere'), 1, 'names what is there');
SELECT is(pg_temp.tag('a', 'latest', 'c'), 2, 'and is not moved without the right to delete');
SELECT is(pg_temp.tag('a', 'latest', 'r'), 0, 'though it may be set again');
SELECT is(pg_temp.tag('a', 'latest', 'c', 'root'), 0, 'who may moves it');
SELECT results_eq($$SELECT old_digest, new_digest FROM tag_event WHERE path = 'a' ORDER BY at$$,
  $$VALUES (NULL, 'v1:' || encode(pg_temp.id('r'), 'hex')), ('v1:' || encode(pg_temp.id('r'), 'hex'), 'v1:' || encode(pg_temp.id('c'), 'hex'))$$, 'history knows');
SELECT is(v1_tags_delete(:one, 'a', NULL, :root, 'root', NULL, NULL), true, 'tags are taken away');
SELECT is(v1_tags_delete(:one, 'a', NULL, :root, 'root', NULL, NULL), false, 'once');
SELECT is(pg_temp.ancestry('a', 'c') IS NULL, false, 'images stay');

-- the bridge
SELECT u.id AS upload, u.image_id AS image, u.file_id AS file FROM upload_start(:two, 'app', :root, 1) u \gset
SELECT * FROM blob_publish(:'upload', :image, :file, 1, sha256('layer'), 5);
SELECT * FROM manifest_put('two', 'app', :two, :root, 0, 'root', NULL, NULL, 1, sha256('m'), 'm', 'application/test', '',
  '{1}', ARRAY[sha256('layer')], '{2}', '{5}', '{}', '{}', '{}', NULL, NULL, NULL, '{v1}', NULL, NULL);
SELECT id AS m FROM manifest \gset
SELECT is(v1_projection_put(:m, :m, pg_temp.id('top'), NULL, ARRAY[pg_temp.id('base'), pg_temp.id('top')], '{base,top}', '{1,0}', ARRAY[sha256('layer'), sha256('')], '{0,0}'), true, 'a manifest as v1 clients see it');
SELECT is(v1_projected(:one, 'library/app', :alice, pg_temp.id('base')), :m::bigint, 'is seen under both names of one part');
SELECT is(v1_projected(:one, 'library/other', :alice, pg_temp.id('base')), NULL, 'not under others');
SELECT is(v1_projected(:one, 'app', 0, pg_temp.id('base')), NULL, 'nor by those who may not read it');
SELECT is(pg_temp.json('library/app', 'base', NULL, 'base'), 1, 'it exists for who pushes');
SELECT is((pg_temp.json('library/app', 'mine', 'top', 'mine'), pg_temp.layer('library/app', 'mine', 'mine'), pg_temp.done('library/app', 'mine', 'mine', 'mine')), (0, true, 0), 'who may build on it');
SELECT is(pg_temp.ancestry('library/app', 'mine'), ARRAY[pg_temp.id('mine'), pg_temp.id('top'), pg_temp.id('base')], 'then all below is there');
UPDATE v1_projection_image SET digest = sha256('lost') WHERE position = 1;
SELECT is(pg_temp.tag('app', 'copy', 'top'), 1, 'without one of its layers it is not there');
SELECT is((SELECT count(*) FROM v1_image v JOIN image i ON i.id = v.image_id WHERE i.path = 'app'), 0::bigint, 'and no image takes the empty layer for it');
UPDATE v1_projection_image SET digest = sha256('layer') WHERE position = 1;
SELECT is(pg_temp.tag('app', 'copy', 'base'), 0, 'and tag it');
SELECT is((SELECT count(*) FROM v1_image v JOIN image i ON i.id = v.image_id WHERE i.path = 'app'), 1::bigint, 'with no more than is below');
SELECT is(name_is_local(:both, 'app'), true, 'a name with a v1 image is local behind the bridge') FROM (SELECT name_is_local(:both, 'deep')) x;
-- what is left under way
UPDATE v1_upload SET touched_at = now() - interval '2 days' WHERE v1_id = pg_temp.id('x');
SELECT is((v1_uploads_drop(86400, 100), v1_uploads_drop(86400, 100)), (1::bigint, 0::bigint), 'a push that rests is dropped');
SELECT is((SELECT count(*) > 0 FROM v1_upload), true, 'others stay');

UPDATE repository SET deleted_at = now() WHERE key = 'both';
SELECT is(v1_projected(:one, 'app', :root, pg_temp.id('base')), NULL, 'a bridge needs its repository');
SELECT repository_save('one', '{"bridgeRepository": "both,nowhere,one,two"}', 'update', NULL, 0, 'test', NULL, NULL);
SELECT is(v1_projected(:one, 'app', :root, pg_temp.id('base')), :m::bigint, 'of a list the first V2 repository that is there counts');
SELECT is(name_is_local(:two, 'app'), true, 'for the shadowing guard too');
SELECT repository_save('both', '{"rclass": "virtual", "blackedOut": true}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT is(v1_projected(:one, 'app', :root, pg_temp.id('base')), NULL, 'one that is blacked out is there');
SELECT is(bridge_root(:one), (SELECT id FROM repository WHERE key = 'both' AND deleted_at IS NULL), 'and shows nothing');
SELECT is(repository_delete('both', NULL, 0, 'test', NULL, NULL)::text, '(1,"V1 repository one is now bridged to two")', 'when it goes, what comes next is said');
SELECT is(repository_delete('two', NULL, 0, 'test', NULL, NULL)::text, '(1,"V1 repository one is now bridged to no V2 repository")', 'as when nothing does');
SELECT repository_delete('one', NULL, 0, 'test', NULL, NULL);
SELECT is((SELECT array_agg(DISTINCT (repository_shrink(1000)).p_failed) FROM generate_series(1, 12)), ARRAY[NULL]::text[], 'a deleted repository shrinks');
SELECT is((SELECT count(*) FROM v1_image), 0::bigint, 'until no image is left, of the empty layer either');

SELECT finish();
ROLLBACK;
