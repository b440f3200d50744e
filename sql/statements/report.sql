SET search_path = registry;

-- idempotent
-- returns: blobs bigint, blob_bytes bigint, key text, class text, images bigint, manifests bigint, bytes bigint
PREPARE storage_report AS
SELECT (SELECT count(*) FROM blob) AS blobs, (SELECT coalesce(sum(size), 0)::bigint FROM blob) AS blob_bytes,
  r.key, class_name(r.class) AS class,
  (SELECT count(*) FROM image i WHERE i.repository_id = r.id) AS images,
  (SELECT count(*) FROM image i JOIN image_manifest im ON im.image_id = i.id WHERE i.repository_id = r.id)
    + (SELECT count(*) FROM image i JOIN v1_image v ON v.image_id = i.id WHERE i.repository_id = r.id) AS manifests,
  (SELECT coalesce(sum(b.size), 0)::bigint FROM blob b WHERE b.id IN
    (SELECT ib.blob_id FROM image i JOIN image_blob ib ON ib.image_id = i.id WHERE i.repository_id = r.id)) AS bytes
FROM (SELECT 1) one LEFT JOIN repository r ON r.deleted_at IS NULL AND r.class < 3
ORDER BY r.key;

-- idempotent
-- returns: total bigint, available bigint, at text
PREPARE space_report AS
SELECT total, available, json_time(at) AS at FROM store_space;

-- idempotent
-- returns: node text, program text, trouble text, at text
PREPARE store_report AS
SELECT node, program, trouble, json_time(seen_at) AS at FROM store_state ORDER BY node, program;

-- Files as the storage API lists them, after a path and tag. directory: "/DIRECTORY", or "" for all. Paths, tags and digests contain no characters
-- that JSON escapes. The condition on the path alone excludes images outside the directory without reading their tags.
-- idempotent
-- returns: path text, tag text, json text
\set key $1::text
\set after_path $2::text
\set after_tag $3::text
\set limit $4::bigint
\set directory $5::text
PREPARE files_page AS
SELECT f.path, f.name AS tag, json_strip_nulls(json_build_object('uri',
    substr('/' || f.path || '/' || f.name || '/' || f.file, 1 + length(:directory)),
  'size', f.size, 'lastModified', json_time(f.updated_at), 'folder', false, 'sha2', f.sha2, 'digest', f.digest))::text AS json
FROM repository r LEFT JOIN LATERAL (
  (SELECT i.path, t.name, 'manifest.json' AS file, digest_text(m.alg, m.digest) AS digest, m.size, t.updated_at,
      CASE m.alg WHEN 1 THEN encode(m.digest, 'hex') END AS sha2
    FROM image i JOIN tag t ON t.image_id = i.id JOIN manifest m ON m.id = t.manifest_id
    WHERE i.repository_id = r.id AND i.path >= :after_path AND (i.path > :after_path OR t.name > :after_tag)
      AND (starts_with('/' || i.path || '/', :directory || '/') OR starts_with(:directory || '/', '/' || i.path || '/'))
      AND starts_with('/' || i.path || '/' || t.name || '/', :directory || '/')
    ORDER BY i.path, t.name LIMIT :limit)
  UNION ALL
  (SELECT i.path, t.name, 'tag.json', NULL, octet_length(v.json), t.updated_at, encode(sha256(v.json), 'hex')
    FROM image i JOIN v1_tag t ON t.image_id = i.id JOIN v1_image v ON v.image_id = t.image_id AND v.v1_id = t.v1_id
    WHERE i.repository_id = r.id AND i.path >= :after_path AND (i.path > :after_path OR t.name > :after_tag)
      AND (starts_with('/' || i.path || '/', :directory || '/') OR starts_with(:directory || '/', '/' || i.path || '/'))
      AND starts_with('/' || i.path || '/' || t.name || '/', :directory || '/')
    ORDER BY i.path, t.name LIMIT :limit)
  ) f ON true
WHERE r.key = :key AND r.deleted_at IS NULL
ORDER BY f.path, f.name LIMIT :limit;

-- No row if the repository is not visible; NULL if the path does not exist.
-- idempotent
-- returns: json text, sha256 text, download text, payload bytea
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set path $4::text
PREPARE storage_item AS
WITH me AS MATERIALIZED (SELECT * FROM request_principal(:account, :epoch))
SELECT s.item::text AS json, s.sha256, s.download, s.payload
FROM me, repository r CROSS JOIN LATERAL storage_item(r.id, :path, :account) s
WHERE r.key = :key AND r.deleted_at IS NULL AND me.valid AND (me.is_admin OR EXISTS (SELECT FROM rules_below(r.id, me.principals, 1)));

-- idempotent
-- returns: json text
PREPARE who_answers AS
SELECT who_answers(p_key => $1::text, p_name => $2::text, p_tag => $3::text, p_alg => nullif($4::integer, 0), p_digest => $5::bytea,
  p_user => $6::text)::text AS json;
