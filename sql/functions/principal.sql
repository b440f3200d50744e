-- Principals and their rights, for statements off the hot path; those on it have the same rules inlined. In PL/pgSQL, because it caches plans in the
-- session: an SQL function that reads tables is planned again by every calling statement, which costs more than running it.
SET LOCAL search_path = registry;

-- Is the account unchanged since it was authenticated? Anonymous (0) always is.
CREATE OR REPLACE FUNCTION principal_valid(p_account int, p_epoch int) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN p_account = 0 OR EXISTS (SELECT FROM account
    WHERE id = p_account AND epoch = p_epoch AND NOT disabled);
END $$;

-- Bits that the account has in a repository under a name; NULL: under any name there.
CREATE OR REPLACE FUNCTION principal_actions(p_account int, p_repository int, p_name text) RETURNS int LANGUAGE plpgsql STABLE
SET search_path = registry, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM account WHERE id = p_account AND is_admin) THEN
    RETURN 15;
  END IF;
  RETURN (SELECT coalesce(bit_or(a.actions), 0) FROM acl a
    WHERE a.repository_id = p_repository
      AND a.principal_id = ANY (CASE WHEN p_account = 0 THEN ARRAY[0]
        ELSE ARRAY(SELECT group_id FROM membership WHERE user_id = p_account) || ARRAY[p_account, 1] END)
      AND (p_name IS NULL OR ((a.include_re IS NULL OR p_name ~ a.include_re) AND (a.exclude_re IS NULL OR p_name !~ a.exclude_re))));
END $$;

-- True if the account may learn whether a repository has that key: if it may read anything in it; an administrator always may.
CREATE OR REPLACE FUNCTION repository_visible(p_account int, p_key text) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM account WHERE id = p_account AND is_admin)
    OR EXISTS (SELECT FROM repository r JOIN resolved_member l ON l.root_id = r.id
      WHERE r.key = p_key AND r.deleted_at IS NULL AND principal_actions(p_account, l.member_id, NULL) & 1 = 1);
END $$;

-- Bits for a push to p_root with the target p_target: none if the patterns of every path to it exclude the name, or all paths are blacked out. Pushed
-- content can be pulled from the key it was pushed to.
CREATE OR REPLACE FUNCTION push_actions(p_account int, p_root int, p_target int, p_name text) RETURNS int LANGUAGE plpgsql STABLE
SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN CASE WHEN EXISTS (SELECT FROM resolved_member l
      WHERE l.root_id = p_root AND l.member_id = p_target AND name_fits(p_name, l.include_re, l.exclude_re))
    THEN principal_actions(p_account, p_target, p_name) ELSE 0 END;
END $$;

-- The first of the tags pushed to p_root that patterns exclude on every path to p_target; NULL: none.
CREATE OR REPLACE FUNCTION tag_excluded(p_root int, p_target int, p_name text, p_tags text[]) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN (SELECT t FROM unnest(p_tags) t WHERE NOT EXISTS (SELECT FROM resolved_member l
    WHERE l.root_id = p_root AND l.member_id = p_target AND tag_fits(p_name, t, l.include_re, l.exclude_re)) LIMIT 1);
END $$;

-- The images of that name, over all paths from a repository, that the account may read.
CREATE OR REPLACE FUNCTION readable_images(p_root int, p_name text, p_account int) RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 10
SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT DISTINCT i.id FROM resolved_member l
      CROSS JOIN LATERAL (SELECT CASE WHEN l.library AND strpos(p_name, '/') = 0 THEN 'library/' || p_name ELSE p_name END AS path) p
      JOIN image i ON i.path = p.path AND i.repository_id = l.member_id
    WHERE l.root_id = p_root AND name_fits(p.path, l.include_re, l.exclude_re) AND principal_actions(p_account, l.member_id, p.path) & 1 = 1;
END $$;

-- The shadowing guard: does a local member have a manifest under the name, or a V1 repository that is bridged to this one an image? Independent of
-- the rights of the user; "N" and "library/N" are one name. A name that a pattern excludes from the member does not count, unless the pattern admits
-- one of its tags.
CREATE OR REPLACE FUNCTION name_is_local(p_root int, p_name text) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM image i JOIN resolved_member l ON l.root_id = p_root AND l.member_id = i.repository_id AND l.class = 1
    WHERE i.path = ANY (name_twins(p_name)) AND (name_fits(i.path, l.include_re, l.exclude_re) OR (l.include_re IS NOT NULL
        AND EXISTS (SELECT FROM tag t WHERE t.image_id = i.id AND tag_fits(i.path, t.name, l.include_re, l.exclude_re))))
      AND EXISTS (SELECT FROM image_manifest im WHERE im.image_id = i.id))
    -- CASE and LIMIT: few repositories have the name, but a join might read all repositories, or all v1 images
    OR EXISTS (SELECT FROM image i WHERE i.path = ANY (name_twins(p_name)) AND CASE
      WHEN (SELECT v1.bridge_repositories <> '{}' AND v1.deleted_at IS NULL FROM repository v1 WHERE v1.id = i.repository_id)
        AND EXISTS (SELECT FROM resolved_member l WHERE l.root_id = i.repository_id AND l.member_id = l.root_id
          AND name_fits(i.path, l.include_re, l.exclude_re))
        AND (SELECT true FROM v1_image v WHERE v.image_id = i.id LIMIT 1)
      THEN bridge_root(i.repository_id) = p_root END);
END $$;
