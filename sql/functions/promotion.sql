-- Promotion: copy or move images between local repositories, without copying a byte.
SET LOCAL search_path = registry;

-- The closure of some manifests of an image: they, all below them, all that refer to any of these, and so on.
CREATE OR REPLACE FUNCTION shown_with(p_image bigint, p_manifests bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN ARRAY(
    WITH RECURSIVE shown (id) AS (
      SELECT unnest(p_manifests)
      UNION
      SELECT n.id FROM shown s, LATERAL (
        SELECT c.child_id FROM manifest_child c JOIN image_manifest im ON im.image_id = p_image AND im.manifest_id = c.child_id WHERE c.parent_id = s.id
        UNION ALL
        SELECT r.manifest_id FROM manifest m JOIN image_referrer r ON r.image_id = p_image AND r.subject = m.digest AND r.subject_alg = m.alg
        WHERE m.id = s.id) n (id))
    SELECT id FROM shown ORDER BY id);
END $$;

-- Link to another image what a manifest needs: it, all below it, and its referrers.
CREATE OR REPLACE FUNCTION image_copy(p_from bigint, p_to bigint, p_manifest bigint, p_account int) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_manifests bigint[] := shown_with(p_from, ARRAY[p_manifest]);
BEGIN
  PERFORM image_link(p_to, v_manifests, p_account);
  INSERT INTO image_referrer (image_id, manifest_id, artifact_type, subject_alg, subject, descriptor)
  SELECT p_to, manifest_id, artifact_type, subject_alg, subject, descriptor FROM image_referrer WHERE image_id = p_from AND manifest_id = ANY (v_manifests)
  ON CONFLICT DO NOTHING;
END $$;

-- Unlink what an image has only because of this manifest: it, all below it, its referrers. Content of a tag is kept, and that of an index that is
-- kept, with all below and all referrers.
CREATE OR REPLACE FUNCTION image_drop(p_image bigint, p_manifest bigint) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_all bigint[] := shown_with(p_image, ARRAY[p_manifest]);
  v_kept bigint[];
BEGIN
  v_kept := shown_with(p_image, ARRAY(
    SELECT m FROM unnest(v_all) m WHERE EXISTS (SELECT FROM tag WHERE image_id = p_image AND manifest_id = m)
      OR EXISTS (SELECT FROM manifest_child c JOIN image_manifest p ON p.image_id = p_image AND p.manifest_id = c.parent_id
        WHERE c.child_id = m AND c.parent_id <> ALL (v_all))));
  DELETE FROM image_manifest WHERE image_id = p_image AND manifest_id = ANY (v_all) AND manifest_id <> ALL (v_kept);
END $$;

-- p_tag NULL: all tags of the image. outcome: promotion_outcome. Only done writes.
CREATE OR REPLACE FUNCTION image_promote(p_key text, p_name text, p_target_key text, p_target_name text, p_tag text, p_target_tag text, p_copy boolean,
  p_account int, p_epoch int, p_actor_name text, p_request uuid, p_address inet, OUT outcome int, OUT message text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_source int := (SELECT id FROM repository WHERE key = p_key AND class = repository_class('local') AND api_version = 2 AND deleted_at IS NULL AND NOT blacked_out);
  v_target int := (SELECT id FROM repository WHERE key = p_target_key AND class = repository_class('local') AND api_version = 2 AND deleted_at IS NULL AND NOT blacked_out);
  v_from bigint := (SELECT id FROM image WHERE path = p_name AND repository_id = v_source);
  v_to bigint;
  v_actions int;
  v_tag record;
  v_refused text;
BEGIN
  outcome := promotion_outcome('no_repository');
  IF v_source IS NULL AND repository_visible(p_account, p_key) OR v_target IS NULL AND repository_visible(p_account, p_target_key) THEN
    message := format('%s: must be a local repository', CASE WHEN v_source IS NULL THEN p_key ELSE p_target_key END);
    RETURN;
  END IF;
  outcome := promotion_outcome('denied');
  IF NOT principal_valid(p_account, p_epoch) OR principal_actions(p_account, v_source, p_name) & action('read') = 0 THEN
    message := format('no right to read %s in %s', p_name, p_key);
    RETURN;
  ELSIF NOT p_copy AND principal_actions(p_account, v_source, p_name) & action('delete') = 0 THEN
    message := format('no right to delete from %s in %s: copy instead', p_name, p_key);
    RETURN;
  END IF;
  v_actions := push_actions(p_account, v_target, v_target, p_target_name);
  IF v_actions & action('write') = 0 THEN
    message := format('no right to push to %s in %s', p_target_name, p_target_key);
    RETURN;
  END IF;
  IF v_from IS NULL OR NOT EXISTS (SELECT FROM tag WHERE image_id = v_from AND name = coalesce(p_tag, name)) THEN
    outcome := promotion_outcome('unknown');
    message := format('no such image: %s%s in %s', p_name, coalesce(':' || p_tag, ''), p_key);
    RETURN;
  END IF;
  v_to := image_make(v_target, p_target_name);
  PERFORM FROM image WHERE id IN (v_from, v_to) ORDER BY id FOR NO KEY UPDATE;
  IF v_actions & action('delete') = 0 AND EXISTS (SELECT FROM tag s JOIN tag t ON t.image_id = v_to AND t.name = coalesce(p_target_tag, s.name) AND t.manifest_id <> s.manifest_id
      WHERE s.image_id = v_from AND s.name = coalesce(p_tag, s.name)) THEN
    message := format('no right to overwrite tags of %s in %s', p_target_name, p_target_key);
    RETURN;
  END IF;
  v_refused := tag_excluded(v_target, v_target, p_target_name,
    ARRAY(SELECT coalesce(p_target_tag, name) FROM tag WHERE image_id = v_from AND name = coalesce(p_tag, name)));
  IF v_refused IS NOT NULL THEN
    PERFORM image_forget(v_to);
    message := format('tag excluded by the patterns of %s: %s:%s', p_target_key, p_target_name, v_refused);
    RETURN;
  END IF;
  PERFORM act_as(p_account, p_request);
  FOR v_tag IN SELECT t.name, t.manifest_id, digest_text(m.alg, m.digest) AS digest FROM tag t JOIN manifest m ON m.id = t.manifest_id
      WHERE t.image_id = v_from AND t.name = coalesce(p_tag, t.name) ORDER BY t.name LOOP
    PERFORM image_copy(v_from, v_to, v_tag.manifest_id, p_account);
    PERFORM tag_move(v_to, coalesce(p_target_tag, v_tag.name), v_tag.manifest_id, p_account);
    IF NOT p_copy AND (v_from <> v_to OR coalesce(p_target_tag, v_tag.name) <> v_tag.name) THEN
      PERFORM tag_drop(v_from, v_tag.name);
      IF v_from <> v_to THEN
        PERFORM image_drop(v_from, v_tag.manifest_id);
      END IF;
    END IF;
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    VALUES (p_request, p_account, p_actor_name, p_address, 'promote', 'done', p_target_key, p_target_name, coalesce(p_target_tag, v_tag.name),
      jsonb_build_object('digest', v_tag.digest, 'from', p_key, 'name', p_name, 'tag', v_tag.name, 'copy', p_copy));
  END LOOP;
  outcome := promotion_outcome('done');
END $$;
