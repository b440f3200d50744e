-- Where repositories lead: leaves follow members, flags and patterns; cycles are refused.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(32);

INSERT INTO repository (key, class) VALUES ('l1', 1), ('l2', 1), ('r1', 2), ('v1', 3), ('v2', 3), ('v3', 3);
CREATE FUNCTION pg_temp.id(p_key text) RETURNS int LANGUAGE sql AS $$ SELECT id FROM registry.repository WHERE key = p_key AND deleted_at IS NULL $$;
CREATE FUNCTION pg_temp.member(p_virtual text, p_position int, p_member text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO registry.repository_member (virtual_id, position, member_id) VALUES (pg_temp.id(p_virtual), p_position, pg_temp.id(p_member)) $$;
-- the leaves of a key in the order they are searched
CREATE FUNCTION pg_temp.leaves(p_key text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(r.key, ' ' ORDER BY l.rank, l.ord) FROM registry.resolved_member l JOIN registry.repository r ON r.id = l.member_id WHERE l.root_id = pg_temp.id(p_key) $$;

SELECT is(pg_temp.leaves('l1'), 'l1', 'a local leads to itself');
SELECT is(pg_temp.leaves('r1'), 'r1', 'so does a remote');
SELECT is(pg_temp.leaves('v1'), NULL, 'a virtual without members leads nowhere');
SELECT pg_temp.member('v1', 1, 'r1'), pg_temp.member('v1', 2, 'l2'), pg_temp.member('v1', 3, 'l1');
SELECT is(pg_temp.leaves('v1'), 'l2 l1 r1', 'locals before remotes, else in the members'' order');
SELECT pg_temp.member('v2', 1, 'v1'), pg_temp.member('v2', 2, 'r1');
SELECT is(pg_temp.leaves('v2'), 'l2 l1 r1 r1', 'one row for each path');
UPDATE repository SET priority = true WHERE key = 'r1';
SELECT is(pg_temp.leaves('v1'), 'r1 l2 l1', 'priority comes first');
SELECT is((SELECT rank FROM resolved_member WHERE root_id = pg_temp.id('r1')), 2::smallint, 'and means nothing alone');
UPDATE repository SET priority = false WHERE key = 'r1';
UPDATE repository_member SET position = position + 10 WHERE virtual_id = pg_temp.id('v1') AND position = 2;
SELECT is(pg_temp.leaves('v1'), 'l1 l2 r1', 'members move');

UPDATE repository SET includes = 'team/**' WHERE key = 'v1';
UPDATE repository SET excludes = '**/x' WHERE key = 'r1';
SELECT results_eq($$SELECT include_re, exclude_re FROM resolved_member WHERE root_id = pg_temp.id('v2') AND member_id = pg_temp.id('r1') ORDER BY ord$$,
  $$VALUES (ARRAY[ant_to_regex('team/**')], ARRAY[ant_to_regex('**/x')]), (NULL, ARRAY[ant_to_regex('**/x')])$$, 'each path has the patterns met on its way');
SELECT is(name_fits('team/y', ARRAY[ant_to_regex('team/**')], ARRAY[ant_to_regex('**/x')]), true, 'a name must match what is included');
SELECT is(name_fits('team/x', ARRAY[ant_to_regex('team/**')], ARRAY[ant_to_regex('**/x')]), false, 'and nothing excluded');
SELECT is(name_fits('team/y', ARRAY[ant_to_regex('team/**'), ant_to_regex('other/**')], NULL), false, 'of all that is included on the way');

UPDATE repository SET blacked_out = true WHERE key = 'v1';
SELECT is(pg_temp.leaves('v2'), 'r1', 'no path leads through what is blacked out');
SELECT is(pg_temp.leaves('v1'), NULL, 'nor starts there');
UPDATE repository SET blacked_out = false WHERE key = 'v1';
UPDATE repository SET blacked_out = true WHERE key = 'l1';
SELECT is(pg_temp.leaves('v2'), 'l2 r1 r1', 'nor ends there');
UPDATE repository SET blacked_out = false WHERE key = 'l1';
SELECT is(pg_temp.leaves('v2'), 'l1 l2 r1 r1', 'and all is back');

SELECT throws_ok($$SELECT pg_temp.member('v1', 20, 'v2')$$, '23514', NULL, 'a cycle is refused');
SELECT throws_ok($$SELECT pg_temp.member('v1', 20, 'v1')$$, '23514', NULL, 'a repository is not its own member');
SELECT pg_temp.member('v3', 1, 'v2');
SELECT throws_ok($$SELECT pg_temp.member('v1', 20, 'v3')$$, '23514', NULL, 'a longer cycle too');
INSERT INTO repository (key, class) SELECT 'deep' || n, 3 FROM generate_series(1, 9) n;
SELECT lives_ok($$SELECT pg_temp.member('deep' || n, 1, 'deep' || n + 1) FROM generate_series(1, 7) n$$, 'eight deep');
SELECT throws_ok($$SELECT pg_temp.member('deep8', 1, 'deep9'), pg_temp.member('deep9', 1, 'l1')$$, '23514', NULL, 'and no deeper');
INSERT INTO repository (key, class) SELECT 'wide' || a || '-' || b, 3 FROM generate_series(1, 5) a, generate_series(1, 10) b;
SELECT throws_ok($$INSERT INTO repository_member (virtual_id, position, member_id)
  SELECT pg_temp.id('wide' || a || '-' || b), c, pg_temp.id('wide' || a + 1 || '-' || c) FROM generate_series(1, 4) a, generate_series(1, 10) b, generate_series(1, 10) c$$,
  '23514', NULL, 'more than ten thousand paths are refused');

INSERT INTO repository (key, class, api_version) VALUES ('old', 1, 1);
SELECT is(pg_temp.leaves('old'), 'old', 'a V1 repository leads to itself');
SELECT throws_ok($$SELECT pg_temp.member('v1', 20, 'old')$$, '23514', NULL, 'and is nobody''s member');

-- "library/" before names of one part, as the remote says
CREATE FUNCTION pg_temp.library(p_key text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(r.key || ' ' || l.library, ', ' ORDER BY l.rank, l.ord) FROM registry.resolved_member l JOIN registry.repository r ON r.id = l.member_id WHERE l.root_id = pg_temp.id(p_key) $$;
SELECT is(pg_temp.library('v1'), 'l1 false, l2 false, r1 false', 'no member has it by itself');
INSERT INTO repository_remote (repository_id, url, library_prefix) VALUES (pg_temp.id('r1'), 'https://a', true);
SELECT is(pg_temp.library('r1'), 'r1 true', 'a remote that says so has it');
SELECT is(pg_temp.library('v1'), 'l1 false, l2 false, r1 true', 'and no other member beside it');
SELECT is(pg_temp.library('v2'), 'l1 false, l2 false, r1 true, r1 true', 'over every path');
UPDATE repository_remote SET library_prefix = false;
SELECT is(pg_temp.library('v2'), 'l1 false, l2 false, r1 false, r1 false', 'until it says otherwise');
UPDATE repository_remote SET library_prefix = true;
DELETE FROM repository_remote;
SELECT is(pg_temp.library('r1'), 'r1 false', 'or nothing');
SELECT is((SELECT count(*) FROM (TABLE resolved_member EXCEPT SELECT * FROM repository_paths()) l), 0::bigint, 'leaves are what their paths say');

UPDATE repository SET deleted_at = now() WHERE key = 'v1';
SELECT is(pg_temp.leaves('v2'), 'r1', 'a deleted repository is not a member any more');

SELECT * FROM finish();
ROLLBACK;
