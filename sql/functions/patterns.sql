-- Ant patterns of administrators, and names.
SET LOCAL search_path = registry;

-- A comma separated list as one regular expression over whole names; NULL for an empty list. '?' is one character,
-- '*' any number of them within a segment, '**' any number of segments.
CREATE OR REPLACE FUNCTION ant_to_regex(p_patterns text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '^(?:' || string_agg(s.regex, '|' ORDER BY p.place) || ')$'
  FROM regexp_split_to_table(p_patterns, ',') WITH ORDINALITY AS p (pattern, place),
    LATERAL (SELECT regexp_replace(regexp_replace(btrim(p.pattern), '^/+', ''), '/$', '/**')) a (ant),
    -- characters that are special in regular expressions
    LATERAL (SELECT regexp_replace(a.ant, '([.+^$(){}|\[\]\\])', '\\\1', 'g')) q (quoted),
    -- placeholders first, since the inserted expressions contain * and ? themselves
    LATERAL (SELECT regexp_replace(regexp_replace(q.quoted, '(?<![^/])\*\*/', E'\x01', 'g'), '(?<![^/])\*\*$', E'\x02')) d (deep),
    LATERAL (SELECT replace(regexp_replace(d.deep, '\*+', E'\x03', 'g'), '?', '[^/]')) w (wild),
    LATERAL (SELECT replace(replace(replace(replace(w.wild,
      E'/\x02', '(?:/.*)?'), E'\x02', '.*'), E'\x01', '(?:[^/]+/)*'), E'\x03', '[^/]*')) s (regex)
  WHERE a.ant <> ''
$$;

-- The same for a list of included patterns; one that includes everything is NULL.
CREATE OR REPLACE FUNCTION ant_include(p_patterns text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN btrim(p_patterns) NOT IN ('**', '**/*') THEN registry.ant_to_regex(p_patterns) END
$$;

-- Is a name admitted by all patterns of a path?
CREATE OR REPLACE FUNCTION name_fits(p_name text, p_include text[], p_exclude text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (p_include IS NULL OR p_name ~ ALL (p_include)) AND (p_exclude IS NULL OR p_name !~ ALL (p_exclude))
$$;

-- The same for a tag: a pattern may also match NAME/TAG/manifest.json.
CREATE OR REPLACE FUNCTION tag_fits(p_name text, p_tag text, p_include text[], p_exclude text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (p_include IS NULL OR p_name ~ ALL (p_include) OR p_name || '/' || p_tag || '/manifest.json' ~ ALL (p_include))
    AND (p_exclude IS NULL OR (p_name !~ ALL (p_exclude) AND p_name || '/' || p_tag || '/manifest.json' !~ ALL (p_exclude)))
$$;

-- The names of the same image at a registry with official images: "busybox" and "library/busybox".
CREATE OR REPLACE FUNCTION name_twins(p_name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN strpos(p_name, '/') = 0 THEN ARRAY[p_name, 'library/' || p_name]
    WHEN p_name ~ '^library/[^/]+$' THEN ARRAY[p_name, substr(p_name, 9)] ELSE ARRAY[p_name] END
$$;
