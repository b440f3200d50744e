-- The numbers of words (sql/functions/words.sql) are those that columns accept.
BEGIN;
SET LOCAL search_path = registry, public;
SELECT plan(11);

-- the numbers in a text, in order
CREATE FUNCTION pg_temp.numbers(p_text text) RETURNS int[] LANGUAGE sql AS $$
  SELECT array_agg(n[1]::int ORDER BY n[1]::int) FROM regexp_matches(p_text, '\m(\d+)\M', 'g') n
$$;
CREATE FUNCTION pg_temp.word_numbers(p_function text) RETURNS int[] LANGUAGE sql AS $$
  SELECT pg_temp.numbers(string_agg(n[1], ' ')) FROM pg_proc, regexp_matches(prosrc, 'THEN (\d+)', 'g') n WHERE oid = (p_function || '(text)')::regprocedure
$$;
CREATE FUNCTION pg_temp.accepted(p_table text, p_constraint text) RETURNS int[] LANGUAGE sql AS $$
  SELECT pg_temp.numbers(pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid = p_table::regclass AND conname = p_constraint
$$;

SELECT is(pg_temp.accepted('repository', 'repository_class_check'), pg_temp.word_numbers('repository_class'), 'repository.class has the classes');
SELECT is((SELECT array_agg(class_name(repository_class(w))) FROM unnest('{local,remote,virtual}'::text[]) w), '{local,remote,virtual}', 'classes have their names');
SELECT is(pg_temp.accepted('repository_remote', 'repository_remote_class_check'), ARRAY[repository_class('remote')], 'only a remote has an upstream');
SELECT is(pg_temp.accepted('repository_member', 'repository_member_class_check'), ARRAY[repository_class('virtual')], 'only a virtual has members');
SELECT is(pg_temp.accepted('principal', 'principal_kind_check'), ARRAY[0] || pg_temp.word_numbers('principal_kind'), 'principal.kind has the kinds, and 0');
SELECT is(pg_temp.accepted('account', 'account_kind_check'), ARRAY[principal_kind('user')], 'only a user has an account');
SELECT is(pg_temp.accepted('membership', 'membership_kind_check'), ARRAY[principal_kind('group')], 'only a group has members');
SELECT is(pg_temp.accepted('permission_target_principal', 'permission_target_principal_actions_check'), ARRAY[1, action('read') | action('write') | action('delete') | action('manage')],
  'actions has the bits of all actions');
SELECT is(15, action('read') + action('write') + action('delete') + action('manage'), 'an action is a bit of its own');
SELECT is(pg_temp.accepted('missing_reference', 'missing_reference_role_check'), pg_temp.word_numbers('reference_role'), 'a missing reference has any role');
SELECT is(pg_temp.accepted('manifest_blob', 'manifest_blob_role_check'), ARRAY[reference_role('config'), reference_role('layer')], 'a blob is a config or a layer');

SELECT * FROM finish();
ROLLBACK;
