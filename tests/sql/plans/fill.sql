-- 800 × :names manifests, and enough of all else that no table is so small that reading all of it would be cheapest. Made past the triggers.
SET search_path = registry;
BEGIN;
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;

-- 20 locals, 200 remotes, and 300 virtuals of all locals and one remote
INSERT INTO repository (key, class) SELECT 'plans-' || n, CASE WHEN n <= 20 THEN 1 WHEN n <= 220 THEN 2 ELSE 3 END FROM generate_series(1, 520) n;
CREATE TEMPORARY VIEW made AS SELECT id, class, row_number() OVER (ORDER BY id)::int AS n FROM repository WHERE key LIKE 'plans-%';
INSERT INTO repository_remote (repository_id, url)
  SELECT id, 'https://registry.example' FROM made WHERE class = 2 UNION ALL SELECT 1000000 + n, 'https://registry.example' FROM generate_series(1, 5000) n;
INSERT INTO resolved_member (root_id, ord, member_id, rank, class) SELECT id, 1, id, 0, class FROM made WHERE class < 3;
INSERT INTO resolved_member (root_id, ord, member_id, rank, class)
  SELECT v.id, l.n, l.id, 1, l.class FROM made v JOIN made l ON l.class = 1 OR (l.class = 2 AND l.n = 21 + v.n % 200) WHERE v.class = 3;

-- 3,000 accounts in three groups each, and a rule for every seventh of them in every repository
INSERT INTO principal (kind, name) SELECT CASE WHEN n <= 100 THEN 2 ELSE 1 END, 'plans-' || n FROM generate_series(1, 3100) n;
CREATE TEMPORARY VIEW somebody AS SELECT id, kind, row_number() OVER (ORDER BY id)::int AS n FROM principal WHERE name LIKE 'plans-%';
INSERT INTO account (id) SELECT id FROM somebody WHERE kind = 1;
INSERT INTO membership (user_id, group_id) SELECT u.id, g.id FROM somebody u JOIN somebody g ON g.kind = 2 AND g.n % 33 = u.n % 33 WHERE u.kind = 1;
INSERT INTO acl (repository_id, principal_id, target_id, actions) SELECT r.id, p.id, 1, 15 FROM made r JOIN somebody p ON p.n % 70 = r.n % 70 WHERE r.class < 3;

INSERT INTO sign_in (account, network, expires_at) SELECT id, '192.0.2.0'::inet + n % 200, now() FROM somebody WHERE kind = 1;
SELECT token_keys(sha256('key'));

INSERT INTO media_type (name) SELECT 'application/vnd.plans.' || n FROM generate_series(1, 2000) n;
-- every tenth name is one that other repositories have too, as when images are promoted
INSERT INTO image (repository_id, path)
  SELECT id, 'team/app' || a || CASE WHEN a % 10 <> 1 THEN '-' || n ELSE '' END FROM made, generate_series(1, :names) a WHERE class < 3;
CREATE TEMPORARY TABLE fresh AS
  SELECT row_number() OVER () AS n, i.id AS image_id, t AS tag FROM image i JOIN made r ON r.id = i.repository_id AND r.class = 1, generate_series(1, 40) t;
INSERT INTO manifest (size, media_type, alg, digest, payload)
  SELECT 1408, (SELECT max(id) FROM media_type), 1, sha256(n::text::bytea), repeat(md5(n::text), 44)::bytea FROM fresh;
CREATE TEMPORARY VIEW content AS SELECT f.*, m.id AS manifest_id FROM fresh f JOIN manifest m ON m.digest = sha256(f.n::text::bytea) AND m.alg = 1;
INSERT INTO image_manifest (image_id, manifest_id) SELECT image_id, manifest_id FROM content;
INSERT INTO tag (image_id, name, manifest_id) SELECT image_id, 't' || tag, manifest_id FROM content;
INSERT INTO image_referrer (image_id, manifest_id, subject_alg, subject, descriptor)
  SELECT image_id, manifest_id, 1, sha256((n - 1)::text::bytea), '{}' FROM content WHERE n % 4 = 0;
INSERT INTO blob (size, file_id, alg, digest) SELECT 1000, n, 1, sha256(n::text::bytea) FROM fresh;
INSERT INTO image_blob (image_id, blob_id) SELECT f.image_id, b.id FROM fresh f JOIN blob b ON b.file_id = f.n;
INSERT INTO gc_blob (blob_id, due) SELECT id, now() FROM blob;
INSERT INTO upload (image_id, account, file_id) SELECT image_id, 2 + n / 10 % 3000, 10000000 + n FROM fresh WHERE n % 10 = 0;
INSERT INTO gc_unlink (file_id, not_before) SELECT 40000000 + n, now() FROM fresh WHERE n % 10 = 0;
INSERT INTO upload_done SELECT gen_random_uuid(), image_id, 2 + n % 3000, 0, 1, sha256(n::text::bytea), now() FROM fresh;

-- images of the v1 API, pushed and being pushed
INSERT INTO v1_image (image_id, v1_id, json, ancestry) SELECT image_id, sha256(n::text::bytea), '{}', ARRAY[sha256(n::text::bytea)] FROM fresh WHERE n % 10 = 0;
INSERT INTO v1_upload (image_id, v1_id, json, account) SELECT image_id, sha256(n::text::bytea), '{}', 2 + n / 10 % 3000 FROM fresh WHERE n % 10 = 0;

-- what is known of upstreams
INSERT INTO remote_reference (image_id, tag, fresh_until) SELECT i.id, 't1', now() FROM image i JOIN made r ON r.id = i.repository_id AND r.class = 2;
INSERT INTO remote_tags (repository_id, path, fresh_until, tags) SELECT i.repository_id, i.path, now(), '{t1,t2}' FROM image i JOIN made r ON r.id = i.repository_id AND r.class = 2;
INSERT INTO negative_cache (repository_id, path, reference, refused, until) SELECT i.repository_id, i.path, 't3', false, now() FROM image i JOIN made r ON r.id = i.repository_id AND r.class = 2;
INSERT INTO remote_state (repository_id) SELECT id FROM made WHERE class = 2 UNION ALL SELECT 1000000 + n FROM generate_series(1, 5000) n;
INSERT INTO missing_reference (manifest_id, alg, role, digest, size) SELECT manifest_id, 1, 2, sha256(('want' || n)::bytea), 1 FROM content WHERE n % 4 = 0;
INSERT INTO blob_fetch (repository_id, alg, digest, path, store_locally, owner, file_id, size)
  SELECT r.id, 1, sha256(b::text::bytea), 'team/app1', true, gen_random_uuid(), 20000000 + 100 * r.n + b, 1 FROM made r, generate_series(1, 20) b WHERE r.class = 2;
INSERT INTO blob_fetch_name (repository_id, alg, digest, path) SELECT repository_id, alg, digest, path FROM blob_fetch;
SELECT setval('file_id', 30000000);
COMMIT;
VACUUM ANALYZE;
