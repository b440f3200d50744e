-- A million manifests in 83 local repositories, and virtuals of 8 and of 75 of them, the latter three deep. Made past the triggers, which
-- would queue and log every row.
SET search_path = registry;
BEGIN;
INSERT INTO repository (key, class) SELECT 'bench-local-' || n, 1 FROM generate_series(1, 83) n;
INSERT INTO repository (key, class) SELECT 'bench-' || v, 3 FROM unnest(ARRAY['8', '75', '75a', '75b', '75c']) v;
CREATE TEMPORARY VIEW member AS SELECT v.id AS virtual_id, m.id AS member_id, m.key FROM repository v, repository m;
-- 75: two of its own and 75a (24) > 75b (25) > 75c (24)
INSERT INTO repository_member (virtual_id, position, member_id)
SELECT v.id, row_number() OVER (PARTITION BY v.id ORDER BY m.id), m.id
FROM repository m JOIN repository v ON v.key = CASE
    WHEN m.key ~ '^bench-local-[1-8]$' THEN 'bench-8'
    WHEN m.key ~ '^bench-local-' AND substr(m.key, 13)::int <= 10 THEN 'bench-75'
    WHEN m.key ~ '^bench-local-' AND substr(m.key, 13)::int <= 34 THEN 'bench-75a'
    WHEN m.key ~ '^bench-local-' AND substr(m.key, 13)::int <= 59 THEN 'bench-75b'
    WHEN m.key ~ '^bench-local-' THEN 'bench-75c'
    WHEN m.key = 'bench-75a' THEN 'bench-75' WHEN m.key = 'bench-75b' THEN 'bench-75a' WHEN m.key = 'bench-75c' THEN 'bench-75b' END;
COMMIT;

BEGIN;
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;
INSERT INTO media_type (name) VALUES ('application/vnd.oci.image.manifest.v1+json') ON CONFLICT DO NOTHING;
-- 250 names in each repository, of 49 tags each; every tenth name is one that others have too, as when images are promoted
INSERT INTO image (repository_id, path)
SELECT r.id, 'team' || n % 10 || '/app' || CASE WHEN n % 10 > 0 THEN substr(r.key, 13) || '-' ELSE '' END || n
FROM repository r, generate_series(1, 250) n WHERE r.key LIKE 'bench-local-%';
CREATE TEMPORARY TABLE fresh AS
  SELECT row_number() OVER () AS n, i.id AS image_id, t AS tag FROM image i JOIN repository r ON r.id = i.repository_id, generate_series(1, 49) t
  WHERE r.key LIKE 'bench-local-%';
INSERT INTO manifest (size, media_type, alg, digest, payload)
SELECT 1408, (SELECT id FROM media_type WHERE name = 'application/vnd.oci.image.manifest.v1+json'), 1, sha256(n::text::bytea),
  convert_to((SELECT string_agg(md5(n::text || p), '') FROM generate_series(1, 44) p), 'UTF8') FROM fresh;
INSERT INTO image_manifest (image_id, manifest_id) SELECT f.image_id, m.id FROM fresh f JOIN manifest m ON m.digest = sha256(f.n::text::bytea) AND m.alg = 1;
INSERT INTO tag (image_id, name, manifest_id) SELECT f.image_id, 't' || f.tag, m.id FROM fresh f JOIN manifest m ON m.digest = sha256(f.n::text::bytea) AND m.alg = 1;
COMMIT;
VACUUM ANALYZE;
