SET search_path = registry;

-- The push target of a name: always the repository itself.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   target_id integer, target_key text, actions integer, image_id bigint, schema1 boolean, bridge_push boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set action $5::integer
PREPARE v1_target_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 1)),
target AS (
  SELECT root.id AS target_id, :key AS target_key, root.blacked_out, i.id AS image_id, false AS schema1,
    CASE WHEN me.valid THEN push_actions(:account, root.id, root.id, :name) ELSE 0 END AS actions
  FROM me, root LEFT JOIN image i ON i.path = :name AND i.repository_id = root.id)
SELECT root.id IS NOT NULL AS repository_known, coalesce(target.blacked_out, root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  coalesce(target.actions & :action = :action, false) AS allowed,
  target.target_id, target.target_key, target.actions, target.image_id, target.schema1,
  coalesce((SELECT bridge_push FROM repository r WHERE r.id = root.id), false) AS bridge_push
FROM me LEFT JOIN root ON true LEFT JOIN target ON true;

-- Whether the image exists, and its open uploads. If there are no uploads: one row, whose id is NULL.
-- idempotent
-- returns: image_exists boolean, id bigint, json bytea
\set repository $1::integer
\set name $2::text
\set account $3::integer
\set image $4::bytea
\set limit $5::bigint
PREPARE v1_uploads AS
WITH i AS (SELECT id FROM image WHERE path = :name AND repository_id = :repository)
SELECT v1_pushed(i.id, :image) OR v1_projected(:repository, :name, :account, :image) IS NOT NULL AS image_exists, u.id, u.json
FROM (SELECT 1) one
  LEFT JOIN i ON true
  LEFT JOIN LATERAL (SELECT o.id, o.json FROM v1_upload o WHERE o.image_id = i.id AND o.v1_id = :image
    ORDER BY o.touched_at DESC, o.id DESC LIMIT :limit) u ON true
ORDER BY u.id;

-- Calls (sql/functions/v1.sql).

-- idempotent
-- returns: outcome integer
PREPARE v1_json_put AS
SELECT v1_json_put(p_repository => $1::integer, p_path => $2::text, p_account => $3::integer, p_id => $4::bytea, p_parent => $5::bytea,
  p_json => $6::bytea, p_most => $7::bigint) AS outcome;

-- returns: won boolean, file bigint
PREPARE v1_layer_put AS
SELECT won, file FROM v1_layer_put(p_upload => $1::uuid, p_file => $2::bigint, p_alg => $3::integer, p_digest => $4::bytea, p_size => $5::bigint,
  p_jsons => $6::bigint[], p_payloads => $7::bytea[]);

-- idempotent
-- returns: outcome integer
PREPARE v1_checksum_put AS
SELECT v1_checksum_put(p_repository => $1::integer, p_path => $2::text, p_id => $3::bytea, p_payload => $4::bytea, p_tarsum => $5::text,
  p_actor => $6::integer, p_actor_name => $7::text, p_request => $8::uuid, p_address => $9::inet) AS outcome;

-- idempotent
-- returns: outcome integer
PREPARE v1_tag_put AS
SELECT v1_tag_put(p_repository => $1::integer, p_path => $2::text, p_tag => $3::text, p_id => $4::bytea, p_agent => $5::text,
  p_actor => $6::integer, p_actor_name => $7::text, p_request => $8::uuid, p_address => $9::inet) AS outcome;

-- returns: found boolean
PREPARE v1_tags_delete AS
SELECT v1_tags_delete(p_repository => $1::integer, p_path => $2::text, p_tag => $3::text, p_actor => $4::integer, p_actor_name => $5::text, p_request => $6::uuid, p_address => $7::inet) AS found;
