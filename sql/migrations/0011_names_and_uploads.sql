-- Sessions that became a blob: if the answer to their last request was lost, the client repeats it.
SET LOCAL search_path = registry;

-- No foreign keys: ids are never reused, and the row of an image that is gone finds nothing.
CREATE TABLE upload_done (
  id         uuid PRIMARY KEY,
  image_id   bigint NOT NULL,
  account    int NOT NULL,
  received   bigint NOT NULL,                        -- as in upload, before the last request
  alg        smallint NOT NULL,
  digest     bytea NOT NULL,
  expires_at timestamptz NOT NULL);
CREATE INDEX ON upload_done (expires_at);

-- Tables get the names that the field has for them. Programs of schema 10 may be running: the old names become views, with the same privileges.
-- The table that every request reads is locked last, so that requests wait briefly.
DO $$
DECLARE
  v_table record;
  v_object record;
BEGIN
  FOR v_table IN SELECT o AS old, n AS new FROM unnest('{remote_miss,manifest_want,v1_view_image,v1_view,repository_leaf}'::text[],
      '{negative_cache,missing_reference,v1_projection_image,v1_projection,resolved_member}'::text[]) t (o, n) LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', v_table.old, v_table.new);
    FOR v_object IN SELECT conname FROM pg_constraint WHERE conrelid = v_table.new::regclass AND starts_with(conname, v_table.old || '_') LOOP
      EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', v_table.new, v_object.conname,
        v_table.new || substr(v_object.conname, length(v_table.old) + 1));
    END LOOP;
    FOR v_object IN SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = v_table.new::regclass AND starts_with(c.relname, v_table.old || '_') LOOP
      EXECUTE format('ALTER INDEX %I RENAME TO %I', v_object.relname, v_table.new || substr(v_object.relname, length(v_table.old) + 1));
    END LOOP;
  END LOOP;
END $$;

ALTER TABLE resolved_member RENAME leaf_id TO member_id;
ALTER INDEX resolved_member_leaf_id_idx RENAME TO resolved_member_member_id_idx;
ALTER TABLE resolved_member RENAME CONSTRAINT resolved_member_leaf_id_fkey TO resolved_member_member_id_fkey;
ALTER TABLE v1_projection RENAME shown_id TO projected_id;
ALTER INDEX v1_projection_shown_id_idx RENAME TO v1_projection_projected_id_idx;
ALTER TABLE v1_projection RENAME CONSTRAINT v1_projection_shown_id_fkey TO v1_projection_projected_id_fkey;

CREATE VIEW repository_leaf AS
  SELECT root_id, ord, member_id AS leaf_id, rank, class, include_re, exclude_re, library FROM resolved_member;
CREATE VIEW remote_miss AS SELECT repository_id, path, reference, refused, until, reason FROM negative_cache;
CREATE VIEW manifest_want AS SELECT manifest_id, alg, role, digest, size, url FROM missing_reference;
CREATE VIEW v1_view AS SELECT manifest_id, projected_id AS shown_id, v1_id, reason FROM v1_projection;
CREATE VIEW v1_view_image AS SELECT manifest_id, position, v1_id, json, alg, digest, zstd FROM v1_projection_image;

DO $$
DECLARE
  v_grant record;
BEGIN
  FOR v_grant IN SELECT v.o AS view, r.rolname AS role, a.privilege_type AS privilege
    FROM unnest('{repository_leaf,remote_miss,manifest_want,v1_view_image,v1_view}'::text[],
      '{resolved_member,negative_cache,missing_reference,v1_projection_image,v1_projection}'::text[]) v (o, n)
      JOIN pg_class c ON c.oid = v.n::regclass CROSS JOIN LATERAL aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
    WHERE a.grantee <> c.relowner LOOP
    EXECUTE format('GRANT %s ON %I TO %I', v_grant.privilege, v_grant.view, v_grant.role);
  END LOOP;
END $$;
