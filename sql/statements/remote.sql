SET search_path = registry;

-- The remotes that may be asked about an image name, in search order; of several paths to a remote, the first counts. If tag and digest are NULL,
-- the tags are requested. If the shadowing guard is on and a local member has the name, remotes are excluded if the principal sees that member;
-- else they are guarded and report that nothing is found. stated_size: the size of the digest if a manifest cached under the name references it
-- or if it is being fetched, else -1; remotes with a stated size come first, because nothing needs to be proven there. If there are no remotes:
-- one row, whose id is NULL.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   id integer, key text, path text, priority boolean, guarded boolean, may_fill boolean, offline boolean, in_negative_cache boolean,
--   stated_size bigint, tags_fresh boolean, backoff_seconds bigint, limited boolean, suspect_ms bigint, trouble text, reason text,
--   username text, password text,
--   fresh_seconds integer, missing_seconds integer, assumed_offline_seconds integer, hard_fail boolean, store_locally boolean,
--   block_schema1 boolean, block_mismatching_types boolean, mismatching_types text, source text,
--   url text, token_authentication boolean, any_host_auth boolean, private_networks boolean, realm_hosts text, timeout_ms integer,
--   metadata_timeout_ms integer, answer_ms integer, proxy text, client_certificate text, local_address text, query_params text, networks text
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set reference $5::text
\set tag $6::text
\set alg $7::smallint
\set digest $8::bytea
PREPARE remotes_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
path AS MATERIALIZED (
  SELECT DISTINCT ON (l.member_id) l.member_id, l.rank, l.ord, stored_name(l.library, :name) AS path,
    root.shadowing_guard AND (SELECT name_is_local(id, :name) FROM root) AS guarded
  FROM me, root JOIN resolved_member l ON l.root_id = root.id AND l.class = 2
  WHERE me.valid
    AND CASE WHEN :tag IS NULL THEN name_fits(stored_name(l.library, :name), l.include_re, l.exclude_re)
      ELSE tag_fits(stored_name(l.library, :name), :tag, l.include_re, l.exclude_re) END
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, stored_name(l.library, :name))))
    AND NOT (root.shadowing_guard AND (SELECT name_is_local(id, :name) FROM root)
      AND (SELECT me.is_admin OR EXISTS (SELECT FROM root
          JOIN resolved_member l ON l.root_id = root.id AND l.class = 1
          JOIN image i ON i.repository_id = l.member_id AND i.path = ANY (name_twins(:name))
        WHERE me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path))) FROM me))
  ORDER BY l.member_id, l.rank <> 0, l.ord)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  path.member_id IS NOT NULL AS allowed,
  path.member_id AS id, r.key, path.path, path.rank = 0 AS priority, path.guarded,
  me.is_admin OR EXISTS (SELECT FROM granting_rules(path.member_id, me.principals, 2, path.path)) AS may_fill,
  c.offline, miss.until IS NOT NULL AS in_negative_cache,
  stated.size AS stated_size,
  EXISTS (SELECT FROM remote_tags t WHERE t.repository_id = path.member_id AND t.path = path.path AND t.fresh_until > now()) AS tags_fresh,
  greatest(0, ceil(extract(epoch FROM s.offline_until - now())))::bigint AS backoff_seconds,
  coalesce(s.limited, false) AS limited,
  greatest(0, extract(epoch FROM s.suspect_until - now()) * 1000)::bigint AS suspect_ms,
  s.trouble, s.reason, c.username, c.password, c.fresh_seconds, c.missing_seconds, c.assumed_offline_seconds, c.hard_fail, c.store_locally,
  r.block_schema1, c.block_mismatching_types, c.mismatching_types,
  (SELECT w.url FROM image i
      JOIN image_manifest im ON im.image_id = i.id
      JOIN missing_reference w ON w.manifest_id = im.manifest_id AND w.digest = :digest AND w.alg = :alg
    WHERE i.path = path.path AND i.repository_id = path.member_id AND w.url IS NOT NULL LIMIT 1) AS source,
  rtrim(c.url, '/') AS url, c.token_authentication, c.any_host_auth, c.private_networks, array_to_string(c.realm_hosts, ' ') AS realm_hosts,
  c.timeout_ms, c.metadata_timeout_ms, c.answer_ms, c.proxy, c.client_certificate, c.local_address, c.query_params,
  array_to_string(c.networks, ' ') AS networks
FROM me LEFT JOIN root ON true
  LEFT JOIN (path JOIN repository r ON r.id = path.member_id
    JOIN repository_remote c ON c.repository_id = path.member_id) ON true
  LEFT JOIN remote_state s ON s.repository_id = path.member_id
  LEFT JOIN negative_cache miss ON miss.repository_id = path.member_id AND miss.path = path.path AND miss.reference = :reference AND miss.until > now()
  LEFT JOIN LATERAL (SELECT CASE WHEN :digest IS NULL THEN -1 ELSE coalesce(
    (SELECT w.size FROM image i
        JOIN image_manifest im ON im.image_id = i.id
        JOIN missing_reference w ON w.manifest_id = im.manifest_id AND w.digest = :digest AND w.alg = :alg
      WHERE i.path = path.path AND i.repository_id = path.member_id AND w.role < 3 LIMIT 1),
    (SELECT f.size FROM blob_fetch_name n JOIN blob_fetch f USING (digest, alg, repository_id)
      WHERE n.repository_id = path.member_id AND n.path = path.path AND n.digest = :digest AND n.alg = :alg), -1) END AS size) stated ON true
ORDER BY stated.size < 0, path.rank <> 0, path.ord;

-- Remotes that failed, with the columns that a probe needs; not those that limit our rate or refuse our credentials, because these are not
-- probed repeatedly.
-- idempotent
-- returns: id integer, key text,
--   url text, token_authentication boolean, any_host_auth boolean, private_networks boolean, realm_hosts text, timeout_ms integer,
--   metadata_timeout_ms integer, answer_ms integer, proxy text, client_certificate text, local_address text, query_params text, networks text
PREPARE remotes_backing_off AS
SELECT r.id, r.key,
  rtrim(c.url, '/') AS url, c.token_authentication, c.any_host_auth, c.private_networks, array_to_string(c.realm_hosts, ' ') AS realm_hosts,
  c.timeout_ms, c.metadata_timeout_ms, c.answer_ms, c.proxy, c.client_certificate, c.local_address, c.query_params,
  array_to_string(c.networks, ' ') AS networks
FROM remote_state s
  JOIN repository r ON r.id = s.repository_id AND r.deleted_at IS NULL AND NOT r.blacked_out
  JOIN repository_remote c ON c.repository_id = r.id AND NOT c.offline
WHERE s.offline_until > now() AND NOT s.limited AND s.trouble IS DISTINCT FROM 'refused'
ORDER BY r.id;

-- Calls (sql/functions/cache.sql).

-- idempotent
-- returns: warning text
PREPARE manifest_cache AS
SELECT manifest_cache(p_remote => $1::integer, p_path => $2::text, p_tag => $3::text, p_fresh_seconds => $4::integer,
  p_alg => $5::integer, p_digest => $6::bytea, p_payload => $7::bytea, p_media_type => $8::text, p_artifact_type => $9::text,
  p_blob_algs => $10::integer[], p_blob_digests => $11::bytea[], p_blob_roles => $12::integer[], p_blob_sizes => $13::bigint[],
  p_blob_urls => $14::text[], p_child_algs => $15::integer[], p_child_digests => $16::bytea[], p_child_sizes => $17::bigint[],
  p_subject_alg => nullif($18::integer, 0), p_subject => $19::bytea, p_referrer => $20::text,
  p_account => $21::integer, p_actor_name => $22::text, p_request => $23::uuid, p_address => $24::inet) AS warning;

-- idempotent
PREPARE remote_revalidated AS
SELECT remote_revalidated(p_remote => $1::integer, p_path => $2::text, p_tag => $3::text, p_fresh_seconds => $4::integer);

-- idempotent
PREPARE negative_cache_put AS
SELECT negative_cache_put(p_remote => $1::integer, p_path => $2::text, p_reference => $3::text, p_reason => $4::text, p_seconds => $5::integer);

-- idempotent
PREPARE remote_tags_put AS
SELECT remote_tags_put(p_remote => $1::integer, p_path => $2::text, p_tags => $3::text[], p_fresh_seconds => $4::integer);

-- idempotent
PREPARE remote_suspected AS
SELECT remote_suspected(p_remote => $1::integer, p_trouble => $2::text, p_reason => $3::text, p_seconds => $4::integer);

-- idempotent
-- returns: several boolean
PREPARE remote_struck AS
SELECT remote_struck(p_remote => $1::integer, p_path => $2::text) AS several;

-- idempotent
-- returns: must_log boolean
PREPARE remote_failed AS
SELECT remote_failed(p_remote => $1::integer, p_trouble => $2::text, p_reason => $3::text, p_seconds => $4::integer, p_limited => $5::boolean) AS must_log;

-- -1: unknown, for the limit, the remaining number of requests, and the window.
-- idempotent
PREPARE remote_answered AS
SELECT remote_answered(p_remote => $1::integer, p_limit => nullif($2::integer, -1), p_remaining => nullif($3::integer, -1),
  p_seconds => nullif($4::integer, -1));

-- idempotent
PREPARE stale_served AS
SELECT stale_served(p_remote => $1::integer, p_path => $2::text, p_tag => $3::text, p_reason => $4::text,
  p_actor => $5::integer, p_actor_name => $6::text, p_request => $7::uuid, p_address => $8::inet);
