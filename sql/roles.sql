-- Database roles, one for each program. Repeated at every deploy; a grant of an earlier version that is not named here is revoked.
--
--   stowage_app    for every program: the schema, and the number that says whether a program may use it
--   stowage_v1, stowage_v2, stowage_keep, stowage_admin
--                  for the programs of those names: members of stowage_app, with what their statements (sql/statements) need and nothing else
--   stowage_audit  for auditors: reads all but secrets
--
-- A program reads tables, and writes by functions that have the owner's rights (SECURITY DEFINER): content, audit and history change together or
-- not at all. If a grant below names columns, one statement of the program writes them. The owner, which runs migrations, is not one of these roles,
-- so triggers apply to all roles. If the user may not create roles, the schema is installed without them, and an administrator adds them.
SET LOCAL search_path = registry;

DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['stowage_app', 'stowage_audit', 'stowage_v1', 'stowage_v2', 'stowage_keep', 'stowage_admin'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
      EXECUTE format('CREATE ROLE %I %s', v_role, CASE WHEN v_role IN ('stowage_app', 'stowage_audit') THEN 'NOLOGIN' ELSE 'LOGIN IN ROLE stowage_app' END);
    END IF;
  END LOOP;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE 'roles are not made: % may not', current_user;
  WHEN duplicate_object OR unique_violation THEN
    NULL; -- roles belong to the whole cluster: the deploy of another database was faster
END $$;

DO $$
DECLARE
  v_role text;
BEGIN
  REVOKE ALL ON SCHEMA registry FROM PUBLIC;
  REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM PUBLIC;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registry FROM PUBLIC;
  FOR v_role IN SELECT rolname FROM pg_roles
    WHERE rolname IN ('stowage_app', 'stowage_audit', 'stowage_v1', 'stowage_v2', 'stowage_keep', 'stowage_admin')
  LOOP
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM %I', v_role);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA registry FROM %I', v_role);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registry FROM %I', v_role);
  END LOOP;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_app') THEN
    GRANT USAGE ON SCHEMA registry TO stowage_app;
    GRANT SELECT ON installation TO stowage_app;
  END IF;

  -- serving: rights, content, sign-ins with hashes of passwords, sessions
  FOR v_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('stowage_v1', 'stowage_v2') LOOP
    EXECUTE format('GRANT SELECT ON account, acl, blob, image, image_manifest, manifest, media_type, membership, principal, push_target, repository,
      resolved_member, sign_in, tag, upload, v1_image, v1_projection, v1_projection_image TO %I', v_role);
    EXECUTE format('GRANT UPDATE (received, digest_so_far, touched_at) ON upload TO %I', v_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION account_failed, account_succeeded, blob_publish, blob_replace, bridge_root, granting_rules, manifest_put,
      name_fits, name_is_local, name_twins, push_actions, readable_paths, request_principal, request_repository, request_target,
      rules_for_some_name, sign_in_network, store_seen, stored_name, tag_fits, token_keys, upload_end, upload_seal, upload_start, v1_projection_put, principal_actions, principal_valid TO %I', v_role);
  END LOOP;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_v1') THEN
    GRANT SELECT ON v1_tag, v1_upload TO stowage_v1;
    GRANT UPDATE (diff_id) ON blob TO stowage_v1;
    GRANT EXECUTE ON FUNCTION readable_images, v1_checksum_put, v1_json_put, v1_layer_put, v1_layers_link, v1_pushed, v1_projected, v1_tag_put,
      v1_tags_delete TO stowage_v1;
  END IF;

  -- with upstreams and their passwords
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_v2') THEN
    GRANT SELECT ON blob_fetch, blob_fetch_name, gc_blob, image_blob, image_referrer, missing_reference, negative_cache, remote_reference, remote_state,
      remote_tags, repository_remote, upload_done TO stowage_v2;
    GRANT UPDATE (due) ON gc_blob TO stowage_v2;
    GRANT EXECUTE ON FUNCTION blob_delete, blob_mount, digest_text, fetch_advance, fetch_fail, fetch_join, fetch_leave, fetch_lease, fetch_publish,
      fetch_resize, fetch_role, grace, image_promote, manifest_cache, manifest_delete, remote_answered, remote_failed, remote_tags_put, negative_cache_put, remote_struck,
      remote_suspected, remote_revalidated, request_blob, signing_key_get, stale_served, tag_delete TO stowage_v2;
  END IF;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_keep') THEN
    GRANT SELECT ON blob, blob_fetch, gc_orphan, gc_unlink, image, remote_state, repository, store_space, upload TO stowage_keep;
    GRANT SELECT ON SEQUENCE file_id TO stowage_keep;
    GRANT DELETE ON gc_orphan, gc_unlink TO stowage_keep;
    GRANT INSERT (total, available), UPDATE (total, available, at) ON store_space TO stowage_keep;
    GRANT EXECUTE ON FUNCTION fetches_drop, file_owner, history_extend, cache_expire, remote_answered, repository_shrink, store_seen, sweep_look, sweep_next,
      unlink_failed, unlinks_due, upload_end, uploads_abandoned, v1_uploads_drop TO stowage_keep;
  END IF;

  -- what REST shows; hashes of passwords, no other secret
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_admin') THEN
    GRANT SELECT ON account, acl, blob, image, image_blob, image_manifest, manifest, manifest_blob, media_type, membership, principal, negative_cache,
      remote_reference, remote_state, repository, resolved_member, repository_member, sign_in, store_space, store_state, tag, v1_image,
      v1_tag TO stowage_admin;
    GRANT EXECUTE ON FUNCTION account_failed, account_password, account_succeeded, bridge_root, class_name, digest_text, document_defaults,
      document_fields, json_time, name_fits, name_is_local, name_twins, repository_columns, repository_delete, repository_document,
      repository_save, request_principal, rules_below, sign_in_network, storage_files, storage_folders, storage_item, tag_fits, upstream_status, principal_actions,
      principal_valid, who_answers TO stowage_admin;
  END IF;

  -- what programs of schema 10 use besides (functions/older.sql)
  FOR v_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('stowage_v1', 'stowage_v2') LOOP
    EXECUTE format('GRANT SELECT ON repository_leaf, v1_view, v1_view_image TO %I', v_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION v1_view_put, viewer_actions, viewer_valid TO %I', v_role);
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_v1') THEN
    GRANT EXECUTE ON FUNCTION v1_seen TO stowage_v1;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_v2') THEN
    GRANT SELECT ON manifest_want, remote_miss TO stowage_v2;
    GRANT EXECUTE ON FUNCTION fetch_patience, remote_listed, remote_missed, remote_trust TO stowage_v2;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_keep') THEN
    GRANT EXECUTE ON FUNCTION memories_drop TO stowage_keep;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_admin') THEN
    GRANT SELECT ON remote_miss, repository_leaf TO stowage_admin;
    GRANT EXECUTE ON FUNCTION viewer_actions, viewer_valid TO stowage_admin;
  END IF;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_audit') THEN
    GRANT USAGE ON SCHEMA registry TO stowage_audit;
    GRANT SELECT ON ALL TABLES IN SCHEMA registry TO stowage_audit;
    REVOKE SELECT ON account, token_key, signing_key, repository_remote FROM stowage_audit;
    GRANT SELECT (id, kind, is_admin, disabled, epoch, failures, failures_since, locked_until) ON account TO stowage_audit;
    GRANT SELECT (kid, created_at, retired_at, revoked_at) ON token_key TO stowage_audit;
    GRANT EXECUTE ON FUNCTION digest_text(int, bytea), repository_paths(), acl_derived(), ant_include(text), ant_to_regex(text) TO stowage_audit;
  END IF;

  -- how upstreams are reached, without their passwords
  FOR v_role IN SELECT rolname FROM pg_roles WHERE rolname IN ('stowage_keep', 'stowage_admin', 'stowage_audit') LOOP
    EXECUTE format('GRANT SELECT (%s) ON repository_remote TO %I',
      (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = 'repository_remote'::regclass AND attnum > 0 AND NOT attisdropped
        AND attname <> 'password'), v_role);
  END LOOP;
END $$;
