-- Who may do what in the database, one role for each kind of work. Repeated at every deploy.
--
--   stowage_app    what serving needs: content, uploads, failed sign-ins; of history only to add and to read. No secrets
--   stowage_v1, stowage_v2
--                  the responders of those names sign in as these; they are stowage_app, with hashes, keys and passwords of upstreams
--   stowage_keep   stowage-keep: removes what is over
--   stowage_admin  the responder of that name: edits repositories, accounts and rights; reads hashes of passwords, no other secret
--   stowage_audit  reads all but secrets: for auditors
--
-- The owner, who migrates, is none of them, so triggers bind them all. A user who may not make roles gets the schema
-- without them, for an administrator to add.
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
    NULL; -- roles belong to the whole cluster: another database's deploy was faster
END $$;

DO $$
DECLARE
  v_table regclass;
  v_columns text;
BEGIN
  REVOKE ALL ON SCHEMA registry FROM PUBLIC;
  REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM PUBLIC;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registry FROM PUBLIC;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_app') THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM stowage_app;
    GRANT USAGE ON SCHEMA registry TO stowage_app;
    GRANT SELECT ON installation, store_space, migration, principal, membership, repository, repository_member, repository_leaf,
      permission_target, permission_target_repository, permission_target_principal, acl, push_target TO stowage_app;
    GRANT UPDATE (failures, failures_since, locked_until) ON account TO stowage_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in TO stowage_app;
    FOR v_table, v_columns IN
      SELECT attrelid, string_agg(quote_ident(attname), ', ') FROM pg_attribute
      WHERE attrelid IN ('account'::regclass, 'repository_remote'::regclass) AND attnum > 0 AND NOT attisdropped AND attname <> 'password' GROUP BY 1
    LOOP
      EXECUTE format('GRANT SELECT (%s) ON %s TO stowage_app', v_columns, v_table);
    END LOOP;
    GRANT SELECT ON audit, tag_event TO stowage_app;
    GRANT INSERT ON audit_entry TO stowage_app;
    GRANT SELECT, INSERT ON media_type TO stowage_app;
    GRANT SELECT, INSERT, UPDATE ON blob, manifest, image, gc_link, gc_manifest, gc_blob TO stowage_app;
    GRANT SELECT, INSERT ON gc_unlink, manifest_blob, manifest_child, image_blob TO stowage_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON upload, tag, blob_fetch, blob_fetch_name, remote_state, remote_reference, remote_tags, remote_miss TO stowage_app;
    GRANT UPDATE (pulled_on) ON image_manifest TO stowage_app;
    GRANT SELECT, INSERT, DELETE ON image_manifest, image_referrer, manifest_want TO stowage_app;
    GRANT DELETE ON image_blob TO stowage_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON v1_upload, v1_layer, v1_tag, store_state TO stowage_app;
    GRANT SELECT, INSERT ON v1_image, v1_view, v1_view_image TO stowage_app;
    GRANT USAGE ON SEQUENCE file_id TO stowage_app;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA registry TO stowage_app;
    REVOKE EXECUTE ON FUNCTION token_keys(bytea), signing_key_get(bytea), history_extend(), account_add(text, text, boolean, int, text, uuid, inet),
      account_password(text, text, int, text, uuid, inet), group_add(text, int, text, uuid, inet),
      account_enable(text, boolean, int, text, uuid, inet), account_unlock(text, int, text, uuid, inet),
      principal_remove(text, int, int, text, uuid, inet), group_member(text, text, boolean, int, text, uuid, inet),
      permission_remove(text, int, text, uuid, inet), token_key_rotate(bytea, boolean, int, text, uuid, inet),
      permission_set(text, text, text, text[], text[], int[], int, text, uuid, inet),
      permission_add(text, text, text, text[], text[], int[], int, text, uuid, inet),
      repository_save(text, jsonb, text, int, int, text, uuid, inet), repository_delete(text, int, int, text, uuid, inet),
      remote_save(int, jsonb), members_save(int, text[], text, boolean) FROM stowage_app;
  END IF;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_v1') AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_v2') THEN
    GRANT SELECT (password) ON account, repository_remote TO stowage_v1, stowage_v2;
    GRANT EXECUTE ON FUNCTION token_keys(bytea), signing_key_get(bytea) TO stowage_v1, stowage_v2;
  END IF;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_keep') THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM stowage_keep;
    GRANT UPDATE, DELETE ON repository, gc_unlink TO stowage_keep;
    GRANT SELECT, INSERT, UPDATE, DELETE ON gc_repository, gc_sweep, gc_orphan TO stowage_keep;
    GRANT SELECT ON SEQUENCE file_id TO stowage_keep;
    GRANT DELETE ON image, v1_image TO stowage_keep;
    GRANT INSERT, UPDATE ON store_space TO stowage_keep;
    GRANT EXECUTE ON FUNCTION history_extend() TO stowage_keep;
  END IF;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_admin') THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM stowage_admin;
    GRANT INSERT, UPDATE ON repository TO stowage_admin;
    GRANT INSERT, UPDATE, DELETE ON repository_member, repository_remote, permission_target, permission_target_repository,
      permission_target_principal, principal, account, membership TO stowage_admin;
    GRANT SELECT (password) ON account TO stowage_admin;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA registry TO stowage_admin;
    REVOKE EXECUTE ON FUNCTION token_keys(bytea), signing_key_get(bytea), token_key_rotate(bytea, boolean, int, text, uuid, inet) FROM stowage_admin;
  END IF;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stowage_audit') THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM stowage_audit;
    GRANT USAGE ON SCHEMA registry TO stowage_audit;
    GRANT SELECT ON ALL TABLES IN SCHEMA registry TO stowage_audit;
    REVOKE SELECT ON account, token_key, signing_key, repository_remote FROM stowage_audit;
    GRANT SELECT (repository_id, url, username, token_authentication, any_host_auth, realm_hosts, private_networks, networks, proxy,
      client_certificate, local_address, query_params, library_prefix, ns_aliases, offline, hard_fail, store_locally, fresh_seconds, missing_seconds, assumed_offline_seconds, unused_hours, timeout_ms, metadata_timeout_ms, answer_ms,
      block_mismatching_types, mismatching_types, external_dependencies, external_patterns) ON repository_remote TO stowage_audit;
    GRANT SELECT (id, kind, is_admin, disabled, epoch, failures, failures_since, locked_until) ON account TO stowage_audit;
    GRANT SELECT (kid, created_at, retired_at, revoked_at) ON token_key TO stowage_audit;
    GRANT EXECUTE ON FUNCTION digest_text(int, bytea), repository_paths(), acl_said(), ant_include(text), ant_to_regex(text) TO stowage_audit;
  END IF;
END $$;
