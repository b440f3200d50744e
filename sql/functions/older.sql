-- Names that programs of schema 10 call while an upgrade goes from node to node; like the views of migration 0011, until the first release.
SET LOCAL search_path = registry;
SET LOCAL check_function_bodies = off; -- they call functions of files that come later

CREATE OR REPLACE FUNCTION viewer_valid(p_account int, p_epoch int) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT principal_valid(p_account, p_epoch)
$$;
CREATE OR REPLACE FUNCTION viewer_actions(p_account int, p_repository int, p_name text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT principal_actions(p_account, p_repository, p_name)
$$;
CREATE OR REPLACE FUNCTION fetch_patience() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT fetch_lease() $$;
CREATE OR REPLACE FUNCTION memories_drop(p_limit int) RETURNS bigint LANGUAGE sql AS $$ SELECT cache_expire(p_limit) $$;
CREATE OR REPLACE FUNCTION remote_missed(p_remote int, p_path text, p_reference text, p_reason text, p_seconds int) RETURNS void LANGUAGE sql AS $$
  SELECT negative_cache_put(p_remote, p_path, p_reference, p_reason, p_seconds)
$$;
CREATE OR REPLACE FUNCTION remote_listed(p_remote int, p_path text, p_tags text[], p_fresh_seconds int) RETURNS void LANGUAGE sql AS $$
  SELECT remote_tags_put(p_remote, p_path, p_tags, p_fresh_seconds)
$$;
CREATE OR REPLACE FUNCTION remote_trust(p_remote int, p_path text, p_tag text, p_fresh_seconds int) RETURNS void LANGUAGE sql AS $$
  SELECT remote_revalidated(p_remote, p_path, p_tag, p_fresh_seconds)
$$;
CREATE OR REPLACE FUNCTION v1_seen(p_repository int, p_path text, p_account int, p_id bytea) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT v1_projected(p_repository, p_path, p_account, p_id)
$$;
CREATE OR REPLACE FUNCTION v1_view_put(p_manifest bigint, p_shown bigint, p_id bytea, p_reason text, p_ids bytea[], p_jsons text[], p_algs int[],
  p_digests bytea[], p_zstds int[]) RETURNS boolean LANGUAGE sql AS $$
  SELECT v1_projection_put(p_manifest, p_shown, p_id, p_reason, p_ids, p_jsons, p_algs, p_digests, p_zstds)
$$;
SET LOCAL check_function_bodies = on;
