SET search_path = registry;

-- The manifest of a tag, from the first resolved member that has it; the payload only if requested. A hit implies the right to read; only a miss
-- checks it. The content of a member is looked up before the check whether the member must be silent, which costs as much as all the rest.
-- ask_upstream: an upstream may have a newer result: on a miss, for a stale cached tag, and for a hit behind a priority remote.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   alg smallint, digest bytea, media_type text, size integer, repository text, payload bytea,
--   ask_upstream boolean, member integer, class smallint, priority boolean, stale boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set payload $5::boolean
\set tag $6::text
PREPARE manifest_by_tag AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
held AS MATERIALIZED (
  SELECT l.member_id, l.class, l.rank, l.ord, i.id AS image_id, tag.manifest_id, tag.updated_at
  FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    JOIN image i ON i.path = stored_name(l.library, :name) AND i.repository_id = l.member_id
    JOIN tag ON tag.image_id = i.id AND tag.name = :tag
  WHERE me.valid AND tag_fits(stored_name(l.library, :name), :tag, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, stored_name(l.library, :name))))),
hit AS MATERIALIZED (
  SELECT l.* FROM root, held l
  WHERE NOT (l.class = 2 AND root.shadowing_guard AND (SELECT name_is_local(id, :name) FROM root))
  ORDER BY l.rank <> 0, CASE WHEN root.by_timestamp THEN l.updated_at END DESC, l.class, l.ord LIMIT 1)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  CASE WHEN hit.member_id IS NOT NULL THEN true
    ELSE me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, :name)) END AS allowed,
  m.alg, m.digest, t.name AS media_type, m.size, r.key AS repository, CASE WHEN :payload THEN m.payload END AS payload,
  CASE WHEN hit.member_id IS NULL THEN EXISTS (SELECT FROM resolved_member l WHERE l.root_id = root.id AND l.class = 2)
    ELSE hit.class = 2 AND NOT EXISTS (SELECT FROM remote_reference rr
        WHERE rr.image_id = hit.image_id AND rr.tag = :tag AND rr.fresh_until > now())
      OR hit.rank <> 0 AND EXISTS (SELECT FROM resolved_member l WHERE l.root_id = root.id AND l.class = 2 AND l.rank = 0)
    END AS ask_upstream,
  hit.member_id AS member, hit.class, hit.rank = 0 AS priority,
  hit.class = 2 AND NOT EXISTS (SELECT FROM remote_reference rr
    WHERE rr.image_id = hit.image_id AND rr.tag = :tag AND rr.fresh_until > now()) AS stale
FROM me LEFT JOIN root ON true LEFT JOIN hit ON true
  LEFT JOIN manifest m ON m.id = hit.manifest_id
  LEFT JOIN media_type t ON t.id = m.media_type
  LEFT JOIN repository r ON r.id = hit.member_id;

-- The same for a digest: content is never stale, and the shadowing guard does not apply.
-- idempotent
-- returns: as manifest_by_tag
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set payload $5::boolean
\set alg $6::smallint
\set digest $7::bytea
PREPARE manifest_by_digest AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
content AS MATERIALIZED (SELECT id FROM manifest WHERE digest = :digest AND alg = :alg),
hit AS MATERIALIZED (
  SELECT l.member_id, l.class, l.rank, content.id AS manifest_id
  FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    JOIN image i ON i.path = stored_name(l.library, :name) AND i.repository_id = l.member_id
    JOIN content ON true
    JOIN image_manifest im ON im.image_id = i.id AND im.manifest_id = content.id
  WHERE me.valid AND name_fits(stored_name(l.library, :name), l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, stored_name(l.library, :name))))
  ORDER BY l.rank <> 0, l.class, l.ord LIMIT 1)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  CASE WHEN hit.member_id IS NOT NULL THEN true
    ELSE me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, :name)) END AS allowed,
  m.alg, m.digest, t.name AS media_type, m.size, r.key AS repository, CASE WHEN :payload THEN m.payload END AS payload,
  CASE WHEN hit.member_id IS NULL THEN EXISTS (SELECT FROM resolved_member l WHERE l.root_id = root.id AND l.class = 2)
    ELSE hit.rank <> 0 AND EXISTS (SELECT FROM resolved_member l WHERE l.root_id = root.id AND l.class = 2 AND l.rank = 0)
    END AS ask_upstream,
  hit.member_id AS member, hit.class, hit.rank = 0 AS priority, false AS stale
FROM me LEFT JOIN root ON true LEFT JOIN hit ON true
  LEFT JOIN manifest m ON m.id = hit.manifest_id
  LEFT JOIN media_type t ON t.id = m.media_type
  LEFT JOIN repository r ON r.id = hit.member_id;

-- The whole push (sql/functions/manifest.sql): one row, or one row for each missing digest.
-- idempotent
-- returns: outcome integer, missing_alg integer, missing_digest bytea, real_size bigint
PREPARE manifest_put AS
SELECT outcome, missing_alg, missing_digest, real_size FROM manifest_put(p_key => $1::text, p_name => $2::text, p_target => $3::integer,
  p_account => $4::integer, p_epoch => $5::integer, p_actor_name => $6::text, p_request => $7::uuid, p_address => $8::inet,
  p_alg => $9::integer, p_digest => $10::bytea, p_payload => $11::bytea, p_media_type => $12::text, p_artifact_type => $13::text,
  p_blob_algs => $14::integer[], p_blob_digests => $15::bytea[], p_blob_roles => $16::integer[], p_blob_sizes => $17::bigint[],
  p_child_algs => $18::integer[], p_child_digests => $19::bytea[], p_child_sizes => $20::bigint[],
  p_subject_alg => nullif($21::integer, 0), p_subject => $22::bytea, p_referrer => $23::text, p_tags => $24::text[],
  p_expected_alg => nullif($25::integer, 0), p_expected => $26::bytea);

-- returns: deleted boolean, holder text, holder_tag text
PREPARE manifest_delete AS
SELECT deleted, holder, holder_tag FROM manifest_delete(p_target => $1::integer, p_name => $2::text, p_alg => $3::integer, p_digest => $4::bytea,
  p_actor => $5::integer, p_actor_name => $6::text, p_request => $7::uuid, p_address => $8::inet);

-- returns: found boolean
PREPARE tag_delete AS
SELECT tag_delete(p_target => $1::integer, p_name => $2::text, p_tag => $3::text,
  p_actor => $4::integer, p_actor_name => $5::text, p_request => $6::uuid, p_address => $7::inet) AS found;

-- The tags of an image name after a given tag, with those that upstreams listed; up to a page from each image. A name is known if it has content,
-- or a tag that a pattern includes although the patterns exclude the name. If there are no tags: one row, whose tag is NULL.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   known boolean, tag text, ask_upstream boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set after $5::text
\set limit $6::bigint
PREPARE tags_list AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
l AS MATERIALIZED (
  SELECT l.member_id, l.include_re, l.exclude_re, stored_name(l.library, :name) AS path, i.id
  FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    LEFT JOIN image i ON i.path = stored_name(l.library, :name) AND i.repository_id = l.member_id
  WHERE me.valid AND (i.id IS NOT NULL OR l.class = 2)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, stored_name(l.library, :name))))
    AND NOT (l.class = 2 AND root.shadowing_guard AND (SELECT name_is_local(id, :name) FROM root))),
names AS (
  SELECT DISTINCT t.name FROM l, LATERAL (
    SELECT name FROM tag WHERE image_id = l.id AND name > :after AND tag_fits(l.path, name, l.include_re, l.exclude_re) ORDER BY name LIMIT :limit) t
  UNION
  SELECT t.name FROM l JOIN remote_tags rt ON rt.repository_id = l.member_id AND rt.path = l.path, unnest(rt.tags) t (name)
  WHERE t.name > :after AND tag_fits(l.path, t.name, l.include_re, l.exclude_re)
  ORDER BY name LIMIT :limit),
known AS MATERIALIZED (
  SELECT EXISTS (SELECT FROM l WHERE name_fits(l.path, l.include_re, l.exclude_re)
      AND (EXISTS (SELECT FROM image_manifest im WHERE im.image_id = l.id)
        OR EXISTS (SELECT FROM remote_tags rt WHERE rt.repository_id = l.member_id AND rt.path = l.path)))
    OR EXISTS (SELECT FROM l JOIN tag t ON t.image_id = l.id AND tag_fits(l.path, t.name, l.include_re, l.exclude_re)) AS known)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  known.known OR me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, :name)) AS allowed,
  known.known, names.name AS tag, EXISTS (SELECT FROM resolved_member l WHERE l.root_id = root.id AND l.class = 2) AS ask_upstream
FROM me LEFT JOIN root ON true LEFT JOIN names ON true, known
ORDER BY names.name;

-- Manifests whose subject is the digest, in order of digest after a given one: at most a page by number and by bytes of descriptors, because
-- descriptors carry annotations of up to 4 MiB each; the first one is returned in any case.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   descriptor text, digest text, found bigint
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set subject_alg $5::smallint
\set subject $6::bytea
\set artifact_type $7::text
\set after_alg $8::smallint
\set after $9::bytea
\set limit $10::bigint
\set bytes $11::bigint
PREPARE referrers_list AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 2)),
images AS MATERIALIZED (
  SELECT DISTINCT i.id FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    JOIN image i ON i.path = stored_name(l.library, :name) AND i.repository_id = l.member_id
  WHERE me.valid AND name_fits(stored_name(l.library, :name), l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, stored_name(l.library, :name))))),
found AS (
  SELECT DISTINCT ON (m.alg, m.digest) m.alg, m.digest, ir.descriptor
  FROM images
    JOIN image_referrer ir ON ir.image_id = images.id AND ir.subject = :subject AND ir.subject_alg = :subject_alg
    JOIN manifest m ON m.id = ir.manifest_id
    LEFT JOIN media_type t ON t.id = ir.artifact_type
  WHERE (:artifact_type IS NULL OR t.name = :artifact_type) AND (:after IS NULL OR (m.alg, m.digest) > (:after_alg, :after))
  ORDER BY m.alg, m.digest LIMIT :limit),
page AS (
  SELECT found.*, row_number() OVER w AS place, sum(octet_length(descriptor) + 1) OVER w AS bytes
  FROM found WINDOW w AS (ORDER BY alg, digest))
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, :name)) AS allowed,
  page.descriptor, digest_text(page.alg, page.digest) AS digest, (SELECT count(*) FROM found) AS found
FROM me LEFT JOIN root ON true LEFT JOIN page ON page.place = 1 OR page.bytes <= :bytes
ORDER BY page.alg, page.digest;
