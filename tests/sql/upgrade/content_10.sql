-- A row in each table that a migration after schema 10 renames. Triggers have no bodies yet.
SET search_path = registry;
INSERT INTO repository (key, class) VALUES ('local', 1), ('remote', 2);
INSERT INTO repository_leaf (root_id, ord, leaf_id, rank, class) SELECT id, 1, id, class, class FROM repository;
INSERT INTO remote_miss (repository_id, path, reference, refused, until) SELECT id, 'app', 'v1', false, now() + interval '1 h' FROM repository WHERE class = 2;
INSERT INTO media_type (name) VALUES ('application/x');
INSERT INTO manifest (size, media_type, alg, digest, payload) SELECT 1, id, 1, sha256('x'), 'x' FROM media_type;
INSERT INTO manifest_want (manifest_id, alg, role, digest) SELECT id, 1, 2, sha256('y') FROM manifest;
INSERT INTO v1_view_image (manifest_id, position, v1_id, json, zstd) SELECT id, 1, sha256('z'), '{}', false FROM manifest;
INSERT INTO v1_view (manifest_id, shown_id, v1_id) SELECT id, id, sha256('z') FROM manifest;
