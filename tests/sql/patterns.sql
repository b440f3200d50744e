-- Ant patterns.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(34);

CREATE FUNCTION pg_temp.fits(p_pattern text, p_name text, p_yes boolean) RETURNS text LANGUAGE sql AS $$
  SELECT public.is(p_name ~ registry.ant_to_regex(p_pattern), p_yes, p_pattern || CASE WHEN p_yes THEN ' takes ' ELSE ' refuses ' END || p_name)
$$;

SELECT is(ant_to_regex(''), NULL, 'no pattern, no limit');
SELECT is(ant_to_regex(' , '), NULL, 'blanks are no pattern');
SELECT is(ant_include('**'), NULL, 'including everything does not limit');
SELECT is(ant_include('**/*'), NULL, 'nor is its longer form');
SELECT isnt(ant_to_regex('**'), NULL, 'excluding everything is one');
SELECT pg_temp.fits('**', 'a/b/c', true);
SELECT pg_temp.fits('**/*', 'a', true);
SELECT pg_temp.fits('**/*', 'a/b', true);
SELECT pg_temp.fits('*', 'a', true);
SELECT pg_temp.fits('*', 'a/b', false);
SELECT pg_temp.fits('library/**', 'library/busybox', true);
SELECT pg_temp.fits('library/**', 'library/a/b', true);
SELECT pg_temp.fits('library/**', 'library', true);
SELECT pg_temp.fits('library/**', 'library2/a', false);
SELECT pg_temp.fits('library/**', 'x/library/a', false);
SELECT pg_temp.fits('library/', 'library/a/b', true);
SELECT pg_temp.fits('/library/*', 'library/a', true);
SELECT pg_temp.fits('library/*', 'library/a/b', false);
SELECT pg_temp.fits('a/**/b', 'a/b', true);
SELECT pg_temp.fits('a/**/b', 'a/x/y/b', true);
SELECT pg_temp.fits('a/**/b', 'a/xb', false);
SELECT pg_temp.fits('a/**/**/b', 'a/x/b', true);
SELECT pg_temp.fits('**/secret', 'secret', true);
SELECT pg_temp.fits('**/secret', 'a/b/secret', true);
SELECT pg_temp.fits('**/secret', 'a/topsecret', false);
SELECT pg_temp.fits('app-?', 'app-1', true);
SELECT pg_temp.fits('app-?', 'app-', false);
SELECT pg_temp.fits('app-?', 'app-/', false);
SELECT pg_temp.fits('a.b', 'a.b', true);
SELECT pg_temp.fits('a.b', 'axb', false);
SELECT pg_temp.fits('a(b)[c]{2}|^$\d+', 'a(b)[c]{2}|^$\d+', true);
SELECT pg_temp.fits('one, two/**', 'two/x', true);
SELECT pg_temp.fits('one, two/**', 'three', false);
SELECT pg_temp.fits('one,two', 'oneatwo', false);

SELECT * FROM finish();
ROLLBACK;
