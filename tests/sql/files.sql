-- Files: what ends their owner queues them in the same transaction; what cannot be removed waits for others.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(52);

SELECT account_add('root', NULL, true, 0, 'test', NULL, NULL) AS root \gset
SELECT repository_save('local', '{"rclass": "local"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT repository_save('remote', '{"rclass": "remote", "url": "https://a"}', 'create', NULL, 0, 'test', NULL, NULL);
SELECT id AS local FROM repository WHERE key = 'local' \gset
SELECT id AS remote FROM repository WHERE key = 'remote' \gset

CREATE FUNCTION pg_temp.queued(p_file bigint) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(encode(digest, 'hex') = encode(sha256('bytes'), 'hex'), false) || ' ' || to_char(not_before - now(), 'DD HH24:MI') FROM registry.gc_unlink WHERE file_id = p_file
$$;
CREATE FUNCTION pg_temp.join(p_owner text, OUT role int, OUT file bigint, OUT old_file bigint) LANGUAGE sql AS $$
  SELECT role, file, old_file FROM registry.fetch_join((SELECT id FROM registry.repository WHERE key = 'remote'), 1, sha256('bytes'), 'app', NULL, 5, true, p_owner::uuid)
$$;
CREATE FUNCTION pg_temp.silence() RETURNS void LANGUAGE sql AS $$ UPDATE registry.blob_fetch SET heartbeat = now() - interval '10 min' $$;

-- uploads
SELECT u.id AS upload, u.file_id AS file FROM upload_start(:local, 'app', :root, 1) u \gset
SELECT is((upload_end(:'upload'), pg_temp.queued(:file), upload_end(:'upload')), (true, 'false 00 00:00'::text, false), 'an upload that ends queues its file');
SELECT u.id AS upload, u.file_id AS file FROM upload_start(:local, 'app', :root, 1) u \gset
SELECT is((upload_seal(:'upload', 1, sha256('bytes')), upload_end(:'upload'), pg_temp.queued(:file)), (true, true, 'true 00 00:00'::text), 'one that is sealed under both names');
SELECT is(upload_seal(:'upload', 1, sha256('bytes')), false, 'one that is over cannot be sealed');
SELECT u.id AS upload, u.image_id AS image, u.file_id AS file FROM upload_start(:local, 'app', :root, 1) u \gset
SELECT * FROM blob_publish(:'upload', :image, :file, 1, sha256('bytes'), 5);
SELECT is(pg_temp.queued(:file), NULL, 'the file of a blob is not queued');
SELECT is(won, true, 'a session is committed twice with one result') FROM blob_publish(:'upload', :image, 0, 1, sha256('bytes'), 0);
SELECT is(won, false, 'and with one digest') FROM blob_publish(:'upload', :image, 0, 1, sha256('other'), 0);
SELECT is((SELECT array_agg(id) FROM upload_done), ARRAY[:'upload'::uuid], 'it is remembered');
SELECT cache_expire(100);
SELECT is((SELECT count(*) FROM upload_done), 1::bigint, 'for a day');
UPDATE upload_done SET expires_at = now() - interval '1 s';
SELECT is((cache_expire(100), cache_expire(100)), (1::bigint, 0::bigint), 'and then forgotten');
SELECT u.id AS upload, u.file_id AS second FROM upload_start(:local, 'app', :root, 1) u \gset
SELECT is((SELECT file FROM blob_publish(:'upload', :image, :second, 1, sha256('bytes'), 5)), :file::bigint, 'of two pushes of the same bytes the first stays');
SELECT is(pg_temp.queued(:second), 'true 00 00:15', 'and the loser is queued');
SELECT is(file_reclaim(:second), true, 'who may have it back before that');
UPDATE gc_unlink SET not_before = now() + interval '30 s';
SELECT is(file_reclaim(file_id), false, 'but not at the last moment') FROM gc_unlink LIMIT 1;
SELECT u.id AS upload, u.file_id AS third FROM upload_start(:local, 'app', :root, 1) u \gset
SELECT is((SELECT file FROM blob_publish(:'upload', :image, :third, 1, sha256('bytes'), 6)), :third::bigint, 'a row of another size takes the bytes that were counted');
SELECT is((SELECT size FROM blob WHERE file_id = :third), 6::bigint, 'with their size');
SELECT is(pg_temp.queued(:file), 'true 00 00:15', 'and its old file is queued');
SELECT is((SELECT id FROM upload_start(:local, 'app', :root, 1, 1)) IS NULL, false, 'sessions that became a blob count no more');
SELECT is((SELECT id FROM upload_start(:local, 'other', :root, 1, 1)), NULL, 'no session is begun beyond the most that there may be');
SELECT is((SELECT count(*) FROM (SELECT upload_end(id) FROM upload) e, image WHERE path = 'app'), 1::bigint, 'a name with a blob outlives its sessions');
SELECT u.id AS first FROM upload_start(:local, 'new', :root, 1) u \gset
SELECT u.id AS second FROM upload_start(:local, 'new', :root, 1) u \gset
SELECT is((upload_end(:'first'), (SELECT count(*) FROM image WHERE path = 'new')), (true, 1::bigint), 'a new name stays while a session is open');
SELECT upload_end(:'second');
SELECT is((SELECT array_agg(path) FROM image), '{app}', 'and goes with its last one');
DELETE FROM image_blob;
DELETE FROM gc_blob;
DELETE FROM blob;

-- fetches
SELECT file AS first FROM pg_temp.join('00000000-0000-4000-8000-000000000001') \gset
SELECT pg_temp.silence();
SELECT file AS second FROM pg_temp.join('00000000-0000-4000-8000-000000000002') \gset
SELECT is(pg_temp.queued(:second), 'true 01 00:00', 'the file of a new owner is queued until the row names it');
SELECT is(pg_temp.queued(:first), NULL, 'that of the old one is still named');
SELECT is(fetch_advance(:remote, 1, sha256('bytes'), '00000000-0000-4000-8000-000000000001', :first, 1), false, 'the old owner owns nothing any more');
SELECT is(fetch_advance(:remote, 1, sha256('bytes'), '00000000-0000-4000-8000-000000000002', :second, 1), true, 'the new one goes on');
SELECT is((pg_temp.queued(:second), pg_temp.queued(:first)), (NULL::text, 'true 00 00:15'::text), 'then the files have changed places');
SELECT is(fetch_fail(:remote, 1, sha256('bytes'), '00000000-0000-4000-8000-000000000002', 502, 'x'), true, 'it fails');
SELECT pg_temp.silence();
SELECT file AS third FROM pg_temp.join('00000000-0000-4000-8000-000000000003') \gset
SELECT is(pg_temp.queued(:second), 'true 00 00:00', 'who begins anew leaves its file to be removed');
SELECT pg_temp.silence();
SELECT is((fetches_drop(300, 10), fetches_drop(300, 10)), (1::bigint, 0::bigint), 'a fetch that rests is dropped');
SELECT is(pg_temp.queued(:third), 'true 00 00:00', 'and its file, whichever name it has');
SELECT file AS fourth FROM pg_temp.join('00000000-0000-4000-8000-000000000004') \gset
SELECT is(fetch_fail(:remote, 1, sha256('bytes'), '00000000-0000-4000-8000-000000000004', NULL, NULL), true, 'one of which nothing is stored ends');
SELECT is(pg_temp.queued(:fourth), 'true 01 00:00', 'and its file is its readers'' for a day');

-- a take-over that the row was never told of, since the database was away
SELECT file AS fifth FROM pg_temp.join('00000000-0000-4000-8000-000000000005') \gset
SELECT pg_temp.silence();
SELECT file AS sixth FROM pg_temp.join('00000000-0000-4000-8000-000000000006') \gset
SELECT is((SELECT won FROM fetch_publish(:remote, 1, sha256('bytes'), '00000000-0000-4000-8000-000000000005', :fifth, 5)), false, 'the old owner publishes nothing');
SELECT is(pg_temp.queued(:fifth), 'true 00 00:15', 'and its file is queued');
SELECT is((SELECT file FROM fetch_publish(:remote, 1, sha256('bytes'), '00000000-0000-4000-8000-000000000006', :sixth, 5)), :sixth::bigint, 'the new one publishes');
SELECT is((pg_temp.queued(:sixth), pg_temp.queued(:fifth)), (NULL::text, 'true 00 00:15'::text), 'and its file is queued no more');
SELECT file_abandon(:sixth, 1, sha256('bytes'), interval '0');
SELECT is(pg_temp.queued(:sixth), NULL, 'a file that a row names is not queued');
SELECT u.id AS upload, u.image_id AS image, u.file_id AS seventh FROM upload_start(:local, 'app', :root, 1) u \gset
SELECT file_abandon(:seventh, 1, sha256('other'), interval '0');
SELECT throws_like(format('SELECT blob_publish(%L, %s, %s, 1, sha256(''other''), 5)', :'upload', :image, :seventh), '%is being removed', 'a file that is due is not named');
DELETE FROM gc_unlink WHERE file_id = :seventh;
UPDATE gc_unlink SET tries = 1 WHERE file_id = :fifth;
SELECT is(file_reclaim(:fifth), false, 'nor one that maintenance has tried to remove');
DELETE FROM image_blob;
DELETE FROM gc_blob;
DELETE FROM blob;

-- files without an owner: two looks, a day apart
CREATE FUNCTION pg_temp.days(p_days int) RETURNS void LANGUAGE sql AS $$
  UPDATE registry.gc_orphan SET first_at = first_at - p_days * interval '1 day', looked_at = looked_at - p_days * interval '1 day'
$$;
SELECT is_empty($$SELECT sweep_look('{uploads/1,uploads/2}')$$, 'a file that is found without an owner stays');
SELECT pg_temp.days(1);
SELECT results_eq($$SELECT sweep_look('{uploads/1}')$$, '{uploads/1}'::text[], 'and goes if it has none a day later either');
SELECT pg_temp.days(1);
SELECT is_empty($$SELECT sweep_look('{uploads/2}')$$, 'one that had an owner at the look in between counts anew');
SELECT pg_temp.days(1);
SELECT results_eq($$SELECT sweep_look('{uploads/2}')$$, '{uploads/2}'::text[], 'from then on');
DELETE FROM gc_orphan;

-- what cannot be removed
UPDATE gc_unlink SET not_before = now() - interval '1 min', queued_at = now() - interval '2 hours' WHERE file_id = :fourth;
SELECT is(unlink_failed(:fourth), 7200::bigint, 'a file that stays says for how long');
SELECT is((SELECT (tries, not_before - now()) FROM gc_unlink WHERE file_id = :fourth), (1, interval '1 min'), 'and is tried later');
SELECT is((back_off(1), back_off(5), back_off(1000)), (interval '2 min', interval '32 min', interval '1 day'), 'each time after a longer while');

SELECT repository_save(key, '{"rclass": "local"}', 'create', NULL, 0, 'test', NULL, NULL) FROM unnest('{stuck,free}'::text[]) key;
SELECT image_make(id, 'app') FROM repository WHERE key IN ('stuck', 'free');
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.repository_id = (SELECT id FROM registry.repository WHERE key = 'stuck') THEN RAISE 'it will not go'; END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER refuse BEFORE DELETE ON image FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
UPDATE repository SET deleted_at = now() - CASE key WHEN 'stuck' THEN interval '1 day' ELSE interval '0' END WHERE key IN ('stuck', 'free');
SELECT matches((SELECT p_failed FROM repository_shrink(10)), '^repository stuck .*it will not go$', 'a repository that cannot be removed says why');
SELECT is((SELECT array_agg((repository_shrink(10)).p_more) FROM generate_series(1, 4)), '{t,t,f,f}', 'others are');
SELECT is((SELECT array_agg(key) FROM repository WHERE deleted_at IS NOT NULL), '{stuck}'::text[], 'to their end');
SELECT is((SELECT (tries, due - now()) FROM gc_repository), (1, interval '1 min'), 'it is tried later, as a file is');
UPDATE gc_repository SET due = now();
SELECT repository_shrink(10);
SELECT is((SELECT (tries, due - now()) FROM gc_repository), (2, interval '2 min'), 'and each time after a longer while');
DROP TRIGGER refuse ON image;
UPDATE gc_repository SET due = now();
SELECT is((SELECT array_agg((repository_shrink(10)).p_more) FROM generate_series(1, 3)), '{t,t,f}', 'and it, when it can be');

SELECT finish();
ROLLBACK;
