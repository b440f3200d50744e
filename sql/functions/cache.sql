-- Content of upstreams: cached manifests, their missing references, and the state of upstreams.
SET LOCAL search_path = registry;

-- A manifest that names missing content, and the insertion of that content, must not overlap: a transaction that writes a missing reference locks its
-- digests exclusively, one that inserts content shares the lock of its digest. 256 locks, in order; acquired first in a transaction.
CREATE OR REPLACE FUNCTION digests_lock(p_digests bytea[]) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(1380993106, n) FROM (SELECT DISTINCT get_byte(d, 0) AS n FROM unnest(p_digests) d ORDER BY 1) buckets
$$;
CREATE OR REPLACE FUNCTION digest_share(p_digest bytea) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock_shared(1380993106, get_byte(p_digest, 0))
$$;

-- A blob has been stored: link it to the manifests that miss it, and to the images that have them. An entry of an index may be a blob; it stays a
-- missing manifest, since any client can push the bytes of one as a blob.
CREATE OR REPLACE FUNCTION blob_resolve(p_blob bigint, p_alg int, p_digest bytea) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM missing_reference WHERE digest = p_digest AND alg = p_alg) THEN
    RETURN;
  END IF;
  WITH missing AS (SELECT manifest_id, least(role, reference_role('layer')) AS role FROM missing_reference WHERE digest = p_digest AND alg = p_alg),
  named AS (INSERT INTO manifest_blob (blob_id, manifest_id, role) SELECT p_blob, manifest_id, min(role) FROM missing GROUP BY manifest_id ORDER BY 2
    ON CONFLICT DO NOTHING)
  INSERT INTO image_blob (image_id, blob_id) SELECT DISTINCT im.image_id, p_blob FROM missing m JOIN image_manifest im USING (manifest_id) ORDER BY 1
  ON CONFLICT DO NOTHING;
  DELETE FROM missing_reference WHERE digest = p_digest AND alg = p_alg AND role <> reference_role('child');
END $$;

-- A manifest has been stored: the same for the indexes that miss it.
CREATE OR REPLACE FUNCTION manifest_resolve(p_manifest bigint, p_alg int, p_digest bytea) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_parents bigint[];
BEGIN
  IF NOT EXISTS (SELECT FROM missing_reference WHERE digest = p_digest AND alg = p_alg AND role = reference_role('child')) THEN
    RETURN;
  END IF;
  WITH missing AS (DELETE FROM missing_reference WHERE digest = p_digest AND alg = p_alg AND role = reference_role('child') RETURNING manifest_id)
  SELECT array_agg(manifest_id ORDER BY manifest_id) INTO v_parents FROM missing WHERE manifest_id <> p_manifest;
  INSERT INTO manifest_child (parent_id, child_id) SELECT unnest(v_parents), p_manifest ON CONFLICT DO NOTHING;
  PERFORM image_link(im.image_id, ARRAY[p_manifest], NULL) FROM (SELECT DISTINCT image_id FROM image_manifest WHERE manifest_id = ANY (v_parents)
    ORDER BY 1) im;
END $$;

-- A verified manifest of an upstream: stored and linked under its name. Content that it names and that is here is linked, the rest is recorded as
-- missing. p_tag NULL: requested by digest. Returns a warning if a descriptor has another size than the stored content.
CREATE OR REPLACE FUNCTION manifest_cache(p_remote int, p_path text, p_tag text, p_fresh_seconds int,
  p_alg int, p_digest bytea, p_payload bytea, p_media_type text, p_artifact_type text,
  p_blob_algs int[], p_blob_digests bytea[], p_blob_roles int[], p_blob_sizes bigint[], p_blob_urls text[], p_child_algs int[], p_child_digests bytea[],
  p_child_sizes bigint[], p_subject_alg int, p_subject bytea, p_referrer text, p_account int, p_actor_name text, p_request uuid, p_address inet)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint;
  v_manifest bigint;
  v_blobs bigint[];
  v_children bigint[];
  v_entries bigint[];
  v_new boolean;
BEGIN
  PERFORM digests_lock(p_blob_digests || p_child_digests || p_digest);
  v_blobs := ARRAY(SELECT b.id FROM blob b WHERE NOT b.bad
    AND (b.digest, b.alg) IN (SELECT d.digest, d.alg FROM unnest(p_blob_algs, p_blob_digests) d (alg, digest)) ORDER BY b.id FOR KEY SHARE);
  v_children := ARRAY(SELECT m.id FROM manifest m
    WHERE (m.digest, m.alg) IN (SELECT d.digest, d.alg FROM unnest(p_child_algs, p_child_digests) d (alg, digest)) ORDER BY m.id FOR KEY SHARE);
  v_entries := ARRAY(SELECT b.id FROM blob b JOIN unnest(p_child_algs, p_child_digests) d (alg, digest) ON d.digest = b.digest AND d.alg = b.alg
    WHERE NOT b.bad AND NOT EXISTS (SELECT FROM manifest m WHERE m.digest = d.digest AND m.alg = d.alg) ORDER BY b.id FOR KEY SHARE OF b);
  v_image := image_make(p_remote, p_path);
  PERFORM FROM image WHERE id = v_image FOR NO KEY UPDATE;
  PERFORM act_as(p_account, p_request);
  v_manifest := manifest_store(p_alg, p_digest, p_payload, p_media_type, p_artifact_type, p_subject_alg, p_subject);
  v_children := array_remove(v_children, v_manifest);
  PERFORM manifest_names(v_manifest, v_blobs, p_blob_algs, p_blob_digests, p_blob_roles, v_children);
  -- an entry of an index that is a blob here; if it is a manifest after all, it is recorded as missing too
  INSERT INTO manifest_blob (blob_id, manifest_id, role) SELECT DISTINCT b, v_manifest, reference_role('layer') FROM unnest(v_entries) b ORDER BY b ON CONFLICT DO NOTHING;
  -- external layers are recorded only if an administrator allows them
  INSERT INTO missing_reference (manifest_id, alg, digest, role, size, url)
  SELECT v_manifest, d.alg, d.digest, min(d.role), min(d.size), min(nullif(d.url, ''))
  FROM unnest(p_blob_algs, p_blob_digests, p_blob_roles, p_blob_sizes, p_blob_urls) d (alg, digest, role, size, url)
  WHERE (d.url = '' OR EXISTS (SELECT FROM repository_remote c WHERE c.repository_id = p_remote AND c.external_dependencies
      AND (ant_include(c.external_patterns) IS NULL OR d.url ~ ant_include(c.external_patterns)
        OR regexp_replace(d.url, '^https?://', '') ~ ant_include(c.external_patterns))))
    AND NOT EXISTS (SELECT FROM blob b WHERE b.digest = d.digest AND b.alg = d.alg AND b.id = ANY (v_blobs)) GROUP BY 2, 3 ORDER BY 2, 3
  ON CONFLICT DO NOTHING;
  INSERT INTO missing_reference (manifest_id, alg, digest, role)
  SELECT DISTINCT v_manifest, d.alg, d.digest, reference_role('child') FROM unnest(p_child_algs, p_child_digests) d (alg, digest)
  WHERE (d.digest, d.alg) <> (p_digest, p_alg)
    AND NOT EXISTS (SELECT FROM manifest m WHERE m.digest = d.digest AND m.alg = d.alg AND m.id = ANY (v_children)) ORDER BY 2, 3
  ON CONFLICT DO NOTHING;
  PERFORM image_link(v_image, v_children, NULL);
  v_new := image_publish(v_image, v_manifest, v_blobs || v_entries, NULL, p_subject_alg, p_subject, p_artifact_type, p_referrer);
  PERFORM manifest_resolve(v_manifest, p_alg, p_digest);
  UPDATE image_manifest SET pulled_on = current_date WHERE image_id = v_image AND manifest_id = v_manifest AND pulled_on IS DISTINCT FROM current_date;
  IF p_tag IS NOT NULL THEN
    PERFORM tag_move(v_image, p_tag, v_manifest, NULL);
    PERFORM remote_revalidated(p_remote, p_path, p_tag, p_fresh_seconds);
  END IF;
  DELETE FROM negative_cache WHERE repository_id = p_remote AND path = p_path AND reference IN (p_tag, digest_text(p_alg, p_digest));
  IF v_new THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
    SELECT p_request, p_account, p_actor_name, p_address, 'cache', 'done', key, p_path, digest_text(p_alg, p_digest),
      jsonb_strip_nulls(jsonb_build_object('media_type', p_media_type, 'size', octet_length(p_payload), 'tag', p_tag))
    FROM repository WHERE id = p_remote;
  END IF;
  RETURN (SELECT format('%s has %s bytes, not %s', digest_text(w.alg, w.digest), w.size, w.stated_size)
    FROM mismatched_sizes(p_blob_algs, p_blob_digests, p_blob_sizes, p_child_algs, p_child_digests, p_child_sizes) w LIMIT 1);
END $$;

-- The upstream still has the cached tag: it is fresh again. Also records the date of the pull.
CREATE OR REPLACE FUNCTION remote_revalidated(p_remote int, p_path text, p_tag text, p_fresh_seconds int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO remote_reference (image_id, tag, fresh_until) SELECT id, p_tag, now() + make_interval(secs => p_fresh_seconds)
  FROM image WHERE path = p_path AND repository_id = p_remote
  ON CONFLICT (image_id, tag) DO UPDATE SET fresh_until = EXCLUDED.fresh_until, checked_at = now();
  UPDATE image_manifest im SET pulled_on = current_date FROM tag t JOIN image i ON i.id = t.image_id
  WHERE i.path = p_path AND i.repository_id = p_remote AND t.name = p_tag AND im.image_id = i.id AND im.manifest_id = t.manifest_id
    AND im.pulled_on IS DISTINCT FROM current_date;
$$;

-- The upstream does not have it, or refuses it for a reason. p_reference: a tag or digest of a manifest, blobs/DIGEST, or '' for the list of tags.
-- At most 10000 are cached, so that a flood of names does not fill the table.
CREATE OR REPLACE FUNCTION negative_cache_put(p_remote int, p_path text, p_reference text, p_reason text, p_seconds int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO negative_cache (repository_id, path, reference, refused, reason, until)
  SELECT p_remote, p_path, p_reference, p_reason IS NOT NULL, left(p_reason, 200), now() + make_interval(secs => p_seconds)
  WHERE p_seconds > 0 AND 10000 > (SELECT count(*) FROM (SELECT FROM negative_cache WHERE repository_id = p_remote LIMIT 10000) known)
  ON CONFLICT (repository_id, path, reference) DO UPDATE SET refused = EXCLUDED.refused, reason = EXCLUDED.reason, until = EXCLUDED.until
$$;

CREATE OR REPLACE FUNCTION remote_tags_put(p_remote int, p_path text, p_tags text[], p_fresh_seconds int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO remote_tags (repository_id, path, tags, fresh_until) VALUES (p_remote, p_path, p_tags, now() + make_interval(secs => p_fresh_seconds))
  ON CONFLICT (repository_id, path) DO UPDATE SET tags = EXCLUDED.tags, fresh_until = EXCLUDED.fresh_until
$$;

-- The upstream did not answer. It is not asked until a probe has a result, at most p_seconds.
CREATE OR REPLACE FUNCTION remote_suspected(p_remote int, p_trouble text, p_reason text, p_seconds int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO remote_state AS s (repository_id, failures, suspect_until, trouble, reason)
  VALUES (p_remote, 1, now() + make_interval(secs => p_seconds), p_trouble, left(p_reason, 200))
  ON CONFLICT (repository_id) DO UPDATE SET failures = s.failures + 1, suspect_until = EXCLUDED.suspect_until, trouble = EXCLUDED.trouble, reason = EXCLUDED.reason,
    limited = false
$$;

-- The upstream answered 502, 503 or 504 for a name. True: for several names in a row.
CREATE OR REPLACE FUNCTION remote_struck(p_remote int, p_path text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO remote_state AS s (repository_id, failures, struck) VALUES (p_remote, 1, ARRAY[p_path])
  ON CONFLICT (repository_id) DO UPDATE SET failures = s.failures + 1,
    struck = CASE WHEN p_path = ANY (s.struck) OR cardinality(s.struck) >= 3 THEN s.struck ELSE s.struck || p_path END
  RETURNING cardinality(struck) >= 3
$$;

-- The upstream failed: it is not asked for p_seconds (0: asked again at once). True: nothing was logged about it for a minute.
CREATE OR REPLACE FUNCTION remote_failed(p_remote int, p_trouble text, p_reason text, p_seconds int, p_limited boolean) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO remote_state AS s (repository_id, failures, offline_until, trouble, reason, limited, told_at)
  VALUES (p_remote, 1, CASE WHEN p_seconds > 0 THEN now() + make_interval(secs => p_seconds) END, p_trouble, left(p_reason, 200), p_limited, now())
  ON CONFLICT (repository_id) DO UPDATE SET failures = s.failures + 1, offline_until = EXCLUDED.offline_until, suspect_until = NULL, struck = '{}',
    trouble = EXCLUDED.trouble, reason = EXCLUDED.reason, limited = EXCLUDED.limited,
    told_at = CASE WHEN s.told_at > now() - interval '1 minute' AND s.trouble = EXCLUDED.trouble THEN s.told_at ELSE now() END
  RETURNING told_at = now()
$$;

-- The upstream answered; p_limit NULL: without a rate limit.
CREATE OR REPLACE FUNCTION remote_answered(p_remote int, p_limit int, p_remaining int, p_seconds int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO remote_state AS s (repository_id, rate_limit, rate_remaining, rate_seconds, rate_at)
  VALUES (p_remote, p_limit, p_remaining, p_seconds, CASE WHEN p_limit IS NOT NULL THEN now() END)
  ON CONFLICT (repository_id) DO UPDATE SET failures = 0, offline_until = NULL, suspect_until = NULL, trouble = NULL, struck = '{}', limited = false,
      rate_limit = coalesce(EXCLUDED.rate_limit, s.rate_limit), rate_remaining = coalesce(EXCLUDED.rate_remaining, s.rate_remaining),
      rate_seconds = coalesce(EXCLUDED.rate_seconds, s.rate_seconds), rate_at = coalesce(EXCLUDED.rate_at, s.rate_at)
    WHERE s.failures > 0 OR s.offline_until IS NOT NULL OR EXCLUDED.rate_limit IS NOT NULL
$$;

-- A stale tag was served; recorded once a minute.
CREATE OR REPLACE FUNCTION stale_served(p_remote int, p_path text, p_tag text, p_reason text, p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
  INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, repository, path, object, detail)
  SELECT p_request, p_actor, p_actor_name, p_address, 'stale', 'done', r.key, p_path, p_tag, jsonb_build_object('reason', p_reason) FROM repository r
  WHERE r.id = p_remote AND NOT EXISTS (SELECT FROM audit a WHERE a.repository = r.key AND a.path = p_path AND a.action = 'stale' AND a.object = p_tag
    AND a.at > clock_timestamp() - interval '1 minute')
$$;
