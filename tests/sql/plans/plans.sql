-- After the files of sql/statements in one session; standard input: the plans of calls.sql, as plans.awk prints them. Each statement has a plan for
-- any parameters, and what runs for one that serves requests is made of the nodes in hot.sql. A node that is new here costs every request: look at
-- it before it is written down.
SET search_path = registry, public;
SET plan_cache_mode = force_generic_plan;
SET jit = off;

CREATE TEMPORARY TABLE said (name text, plan jsonb);
\copy said FROM pstdin (FORMAT csv, DELIMITER E'\t', QUOTE E'\x01')

-- NULL is a value of every type, and a generic plan does not look at values.
CREATE FUNCTION pg_temp.plan_of(p_name text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_plan jsonb;
  v_values text;
BEGIN
  SELECT '(' || string_agg('NULL', ', ') || ')' INTO v_values FROM pg_prepared_statements s, unnest(s.parameter_types) WHERE s.name = p_name;
  EXECUTE format('EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE %I %s', p_name, v_values) INTO v_plan;
  RETURN v_plan;
END $$;

-- Is an index read from end to end: without a condition on its first column?
CREATE FUNCTION pg_temp.whole(p_index text, p_condition text) RETURNS boolean LANGUAGE sql AS $$
  SELECT coalesce(strpos(p_condition, pg_get_indexdef(to_regclass(format('registry.%I', p_index)), 1, true)), 0) = 0
$$;

-- The kinds of nodes of a call, with those of all that its functions and triggers run: a sort with the columns that it sorts by. All joins are one
-- kind, and so are all ways to look up an index, since the choice among them depends on the statistics.
CREATE TEMPORARY TABLE node AS
SELECT DISTINCT s.name, concat_ws(' ',
  CASE WHEN n ? 'Index Name' AND pg_temp.whole(n ->> 'Index Name', n ->> 'Index Cond') THEN 'Whole ' || (n ->> 'Index Name')
    WHEN t.type IN ('Index Only Scan', 'Bitmap Heap Scan') THEN 'Index Scan'
    WHEN t.type IN ('Nested Loop', 'Hash Join', 'Merge Join') THEN 'Join' ELSE t.type END,
  n ->> 'Relation Name', n ->> 'Function Name',
  'by ' || (SELECT string_agg(coalesce(substring(key, '^[a-z_0-9.]+(?= |$)'), '...'), ', ') FROM jsonb_array_elements_text(n -> 'Sort Key') key)) AS node
FROM said s, jsonb_path_query(s.plan -> 'Plan', 'strict $.**') n, LATERAL (SELECT n ->> 'Node Type') t (type)
WHERE jsonb_typeof(n) = 'object' AND n ? 'Node Type' AND t.type NOT IN ('BitmapAnd', 'BitmapOr', 'Hash', 'Materialize', 'Memoize')
  AND (t.type <> 'Bitmap Index Scan' OR pg_temp.whole(n ->> 'Index Name', n ->> 'Index Cond'));

CREATE TEMPORARY TABLE hot (name text, nodes text);
\ir hot.sql

SELECT plan((SELECT count(*) FROM pg_prepared_statements WHERE name !~ '^_')::int + (SELECT 3 * count(*) FROM hot)::int + 1);

SELECT lives_ok(format('SELECT pg_temp.plan_of(%L)', name), name || ' can be planned') FROM pg_prepared_statements WHERE name !~ '^_' ORDER BY name;

SELECT set_eq('SELECT DISTINCT name FROM said', 'SELECT name FROM hot', 'the nodes of every call are known');
SELECT diag(name || ': ' || string_agg(node, '; ' ORDER BY node)) FROM node GROUP BY name ORDER BY name;
SELECT set_eq(format('SELECT node FROM node WHERE name = %L', name), regexp_split_to_array(nodes, ';\s+'), name || ' has the nodes that are known of it')
FROM hot WHERE current_setting('server_version_num')::int < 160000;
SELECT skip('plans of PostgreSQL 15 are known', count(*)::int) FROM hot WHERE current_setting('server_version_num')::int >= 160000 HAVING count(*) > 0;

-- but for the few keys
SELECT is((SELECT string_agg(node, '; ') FROM node n WHERE n.name = hot.name AND node ~ '^(Seq Scan|Whole) ' AND node <> 'Seq Scan token_key'), NULL,
  name || ' reads no table as a whole') FROM hot;

-- A part that is called and not put in place is planned anew at each call.
SELECT is((SELECT string_agg(DISTINCT f.proname, ', ') FROM pg_proc f WHERE f.pronamespace = 'registry'::regnamespace AND f.prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql')
    AND f.proconfig IS NULL AND pg_temp.plan_of(name)::text ~ ('\m' || f.proname || '\(')), NULL, name || ' calls no function that could stand in place') FROM hot;
