SET search_path = registry;

-- A repository as JSON, with the state of its upstream; no row if it does not exist or is not visible.
-- idempotent
-- returns: json text, revision integer
\set key $1::text
\set account $2::integer
\set epoch $3::integer
PREPARE document_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch))
SELECT (repository_document(r.id) || upstream_status(r.id))::text AS json, r.revision
FROM me, repository r
WHERE r.key = :key AND r.deleted_at IS NULL AND me.valid AND (me.is_admin OR EXISTS (SELECT FROM rules_below(r.id, me.principals, 1)));

-- All repositories of a class, or of all classes.
-- idempotent
-- returns: as document_find
\set class $1::text
\set account $2::integer
\set epoch $3::integer
PREPARE document_list AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch))
SELECT repository_document(r.id)::text AS json, r.revision
FROM me, repository r
WHERE r.deleted_at IS NULL AND (:class IS NULL OR class_name(r.class) = :class) AND me.valid AND (me.is_admin OR EXISTS (SELECT FROM rules_below(r.id, me.principals, 1)))
ORDER BY r.key;

-- Calls (sql/functions/document.sql). Revision 0 matches any revision.

-- returns: outcome integer, message text
PREPARE document_save AS
SELECT outcome, message FROM repository_save(p_key => $1::text, p_document => $2::jsonb, p_mode => $3::text, p_revision => nullif($4::integer, 0),
  p_actor => $5::integer, p_actor_name => $6::text, p_request => $7::uuid, p_address => $8::inet);

-- returns: outcome integer, message text
PREPARE document_delete AS
SELECT outcome, message FROM repository_delete(p_key => $1::text, p_revision => nullif($2::integer, 0),
  p_actor => $3::integer, p_actor_name => $4::text, p_request => $5::uuid, p_address => $6::inet);
