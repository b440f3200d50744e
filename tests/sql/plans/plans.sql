-- After the files of sql/statements in one session: each statement has a plan for any parameters, and the plans of those that serve requests
-- are made of these nodes. A node that is new here costs every request: look at it before it is written down.
SET search_path = registry, public;
SET plan_cache_mode = force_generic_plan;
SET jit = off;

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

CREATE FUNCTION pg_temp.nodes(p_name text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(DISTINCT concat_ws(' ', n ->> 'Node Type', n ->> 'Relation Name', n ->> 'Function Name'), ', ')
  FROM jsonb_path_query(pg_temp.plan_of(p_name), 'strict $.**') n WHERE jsonb_typeof(n) = 'object' AND n ? 'Node Type'
$$;

CREATE TEMPORARY TABLE hot (name text, nodes text);
\ir hot.sql

SELECT plan((SELECT count(*) FROM pg_prepared_statements WHERE name !~ '^_')::int + (SELECT 3 * count(*) FROM hot)::int);

SELECT lives_ok(format('SELECT pg_temp.plan_of(%L)', name), name || ' can be planned') FROM pg_prepared_statements WHERE name !~ '^_' ORDER BY name;

SELECT is(pg_temp.nodes(name), nodes, name || ' has the plan that is known of it') FROM hot WHERE current_setting('server_version_num')::int < 160000;
SELECT skip('plans of PostgreSQL 15 are known', count(*)::int) FROM hot WHERE current_setting('server_version_num')::int >= 160000 HAVING count(*) > 0;

SELECT unalike(pg_temp.nodes(name), '%Seq Scan%', name || ' reads no table as a whole') FROM hot;

-- A part that is called and not put in place is planned anew at each call.
SELECT is((SELECT string_agg(DISTINCT f.proname, ', ') FROM pg_proc f WHERE f.pronamespace = 'registry'::regnamespace AND f.prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql')
    AND f.proconfig IS NULL AND pg_temp.plan_of(name)::text ~ ('\m' || f.proname || '\(')), NULL, name || ' calls no function that could stand in place') FROM hot;
