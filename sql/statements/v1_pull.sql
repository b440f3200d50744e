SET search_path = registry;

-- A v1 image by id, under a name or anywhere. Pushed images take precedence over those of the bridged v2 repository. Many manifests share their
-- lowest images: under a name, the first few manifests of the id are examined, and if it has more, those of the name. Without a name, only the first
-- thousand manifests are examined.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   json bytea, ancestry text, layered boolean, zstd boolean, alg smallint, digest bytea, size bigint, file bigint, uploading boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set id $5::bytea
PREPARE v1_image_find AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 1)),
bridge AS MATERIALIZED (
  SELECT b.id, b.shadowing_guard, b.by_timestamp FROM root JOIN repository b ON b.id = bridge_root(root.id) WHERE NOT root.blacked_out),
own AS (
  SELECT v.json, v.zstd, v.blob_id IS NOT NULL AS layered, b.alg, b.digest, b.size, b.file_id, v.ancestry, NULL::bigint AS manifest_id,
    0 AS position
  FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    JOIN image i ON i.path = :name AND i.repository_id = l.member_id
    JOIN v1_image v ON v.image_id = i.id AND v.v1_id = :id
    LEFT JOIN blob b ON b.id = v.blob_id AND NOT b.bad
  WHERE me.valid AND name_fits(i.path, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))
  UNION ALL
  SELECT v.json, v.zstd, v.blob_id IS NOT NULL AS layered, b.alg, b.digest, b.size, b.file_id, v.ancestry, NULL::bigint AS manifest_id,
    0 AS position
  FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    JOIN v1_image v ON v.v1_id = :id
    JOIN image i ON i.id = v.image_id AND i.repository_id = l.member_id
    LEFT JOIN blob b ON b.id = v.blob_id AND NOT b.bad
  WHERE :name IS NULL AND me.valid AND name_fits(i.path, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))),
names AS MATERIALIZED (
  SELECT i.id FROM me, bridge
    JOIN resolved_member l ON l.root_id = bridge.id
    JOIN image i ON i.path = ANY (name_twins(:name)) AND i.repository_id = l.member_id
  WHERE me.valid AND name_fits(i.path, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))),
few AS MATERIALIZED (SELECT manifest_id, position FROM v1_projection_image WHERE v1_id = :id AND :name IS NOT NULL LIMIT 100),
holder AS (
  SELECT few.* FROM few CROSS JOIN LATERAL (
    SELECT FROM image_manifest im WHERE im.image_id = ANY (ARRAY(SELECT id FROM names)) AND im.manifest_id = few.manifest_id LIMIT 1) one
  UNION ALL
  SELECT w.* FROM image_manifest im CROSS JOIN LATERAL (
    SELECT manifest_id, position FROM v1_projection_image WHERE v1_id = :id AND manifest_id = im.manifest_id LIMIT 1) w
  WHERE im.image_id = ANY (ARRAY(SELECT id FROM names)) AND (SELECT count(*) FROM few) = 100
  LIMIT 1),
bridged AS (
  SELECT w.json, w.zstd, w.digest IS NOT NULL AS layered, b.alg, b.digest, b.size, b.file_id, NULL::bytea[] AS ancestry, w.manifest_id,
    w.position
  FROM holder
    JOIN v1_projection_image w ON w.manifest_id = holder.manifest_id AND w.position = holder.position
    LEFT JOIN blob b ON b.digest = w.digest AND b.alg = w.alg AND NOT b.bad
  UNION ALL
  (SELECT w.json, w.zstd, w.digest IS NOT NULL AS layered, b.alg, b.digest, b.size, b.file_id, NULL::bytea[] AS ancestry, w.manifest_id,
    w.position
  FROM me, bridge
    JOIN resolved_member l ON l.root_id = bridge.id
    JOIN v1_projection_image w ON w.v1_id = :id
    JOIN image_manifest im ON im.manifest_id = w.manifest_id
    JOIN image i ON i.id = im.image_id AND i.repository_id = l.member_id
    LEFT JOIN blob b ON b.digest = w.digest AND b.alg = w.alg AND NOT b.bad
  WHERE :name IS NULL AND me.valid AND name_fits(i.path, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))
  LIMIT 1000)),
found AS MATERIALIZED (SELECT 0 AS place, own.* FROM own UNION ALL SELECT 1, bridged.* FROM bridged),
hit AS (
  SELECT * FROM found WHERE :name IS NOT NULL OR (SELECT count(DISTINCT (json, layered, digest)) FROM found) = 1
  ORDER BY place LIMIT 1)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  CASE WHEN hit.place IS NOT NULL THEN true
    WHEN :name IS NOT NULL THEN me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, :name))
    ELSE me.valid AND (me.is_admin OR EXISTS (SELECT FROM rules_for_some_name(root.id, me.principals, 1))) END AS allowed,
  hit.json,
  (SELECT json_agg(encode(a.id, 'hex') ORDER BY a.place)::text
    FROM unnest(coalesce(hit.ancestry, ARRAY(
      SELECT o.v1_id FROM v1_projection_image o WHERE o.manifest_id = hit.manifest_id AND o.position <= hit.position
      ORDER BY o.position DESC))) WITH ORDINALITY a (id, place)) AS ancestry,
  hit.layered, hit.zstd, hit.alg, hit.digest, hit.size, hit.file_id AS file,
  CASE WHEN hit.place IS NULL THEN EXISTS (SELECT FROM image i JOIN v1_upload u ON u.image_id = i.id AND u.v1_id = :id
    WHERE i.path = :name AND i.repository_id = root.id) ELSE false END AS uploading
FROM me LEFT JOIN root ON true LEFT JOIN hit ON true;

-- The tags of a name, or one of them. If a one-part name matches two image names, the short one comes first. If there are no tags: one row, whose
-- tag is NULL. pending: the manifest of a tag that has no v1 projection yet.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   holds boolean, tag text, id bytea, pending bigint, updated_at timestamptz, agent text
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set tag $5::text
PREPARE v1_tags AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 1)),
bridge AS MATERIALIZED (
  SELECT b.id, b.shadowing_guard, b.by_timestamp FROM root JOIN repository b ON b.id = bridge_root(root.id) WHERE NOT root.blacked_out),
own AS (
  SELECT t.name, t.v1_id, t.updated_at, t.agent
  FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    JOIN image i ON i.path = :name AND i.repository_id = l.member_id
    JOIN v1_tag t ON t.image_id = i.id AND (:tag IS NULL OR t.name = :tag)
  WHERE me.valid AND name_fits(i.path, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))),
bridged AS (
  SELECT DISTINCT ON (t.name) t.name, t.manifest_id, t.updated_at
  FROM me, bridge
    CROSS JOIN unnest(name_twins(:name)) WITH ORDINALITY n (path, place)
    JOIN resolved_member l ON l.root_id = bridge.id
    JOIN image i ON i.path = n.path AND i.repository_id = l.member_id
    JOIN tag t ON t.image_id = i.id AND (:tag IS NULL OR t.name = :tag)
  WHERE me.valid AND tag_fits(i.path, t.name, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))
    AND NOT (l.class = 2 AND bridge.shadowing_guard AND name_is_local(bridge.id, n.path))
  ORDER BY t.name, n.place DESC, l.rank <> 0, CASE WHEN bridge.by_timestamp THEN t.updated_at END DESC, l.class, l.ord),
tags AS (
  SELECT coalesce(o.name, s.name) AS name, coalesce(o.v1_id, w.v1_id) AS id,
    CASE WHEN o.name IS NULL AND w.manifest_id IS NULL THEN s.manifest_id ELSE 0 END AS pending,
    coalesce(o.updated_at, s.updated_at) AS updated_at, coalesce(o.agent, '') AS agent
  FROM own o
    FULL JOIN bridged s ON s.name = o.name
    LEFT JOIN v1_projection w ON w.manifest_id = s.manifest_id),
summary AS MATERIALIZED (
  SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
    me.valid AND EXISTS (SELECT FROM readable_paths(root.id, me.is_admin, me.principals, :name)) OR EXISTS (SELECT FROM tags) AS allowed,
    EXISTS (SELECT FROM image i JOIN v1_image v ON v.image_id = i.id WHERE i.path = :name AND i.repository_id = root.id) AS holds
  FROM me LEFT JOIN root ON true)
SELECT summary.*, tags.name AS tag, tags.id, tags.pending, tags.updated_at, tags.agent
FROM summary LEFT JOIN tags ON true
ORDER BY tags.name;

-- Names that contain a text; without one, one row, whose name is NULL.
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean, name text, total bigint
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set part $4::text
\set limit $5::bigint
\set offset $6::bigint
PREPARE v1_search AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch)),
root AS MATERIALIZED (SELECT * FROM request_repository(:key, 1)),
bridge AS MATERIALIZED (
  SELECT b.id, b.shadowing_guard, b.by_timestamp FROM root JOIN repository b ON b.id = bridge_root(root.id) WHERE NOT root.blacked_out),
names AS (
  SELECT i.path FROM me, root
    JOIN resolved_member l ON l.root_id = root.id
    JOIN image i ON i.repository_id = l.member_id
  WHERE EXISTS (SELECT FROM v1_image v WHERE v.image_id = i.id)
    AND me.valid AND name_fits(i.path, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))
  UNION
  SELECT i.path FROM me, bridge
    JOIN resolved_member l ON l.root_id = bridge.id
    JOIN image i ON i.repository_id = l.member_id
  WHERE EXISTS (SELECT FROM tag t WHERE t.image_id = i.id)
    AND me.valid AND name_fits(i.path, l.include_re, l.exclude_re)
    AND (me.is_admin OR EXISTS (SELECT FROM granting_rules(l.member_id, me.principals, 1, i.path)))),
found AS (SELECT DISTINCT regexp_replace(path, '^library/([^/]+)$', '\1') AS name FROM names WHERE strpos(path, lower(:part)) > 0),
page AS (SELECT name FROM found ORDER BY name LIMIT :limit OFFSET :offset)
SELECT root.id IS NOT NULL AS repository_known, coalesce(root.blacked_out, false) AS blacked_out, me.valid AS principal_valid,
  me.valid AND (:account <> 0 OR EXISTS (SELECT FROM resolved_member l
      JOIN acl ON acl.repository_id = l.member_id AND acl.principal_id = 0 AND acl.actions & 1 = 1
    WHERE l.root_id = root.id OR l.root_id = (SELECT id FROM bridge))) AS allowed,
  page.name, (SELECT count(*) FROM found) AS total
FROM me LEFT JOIN root ON true LEFT JOIN page ON true
ORDER BY page.name;

-- Whether anonymous clients may read the name.
-- idempotent
-- returns: public boolean
\set key $1::text
\set name $2::text
PREPARE v1_public AS
SELECT coalesce((SELECT principal_actions(0, id, :name) & 1 = 1 FROM repository WHERE key = :key AND deleted_at IS NULL), false) AS public;
