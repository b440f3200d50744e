-- The manifest of every tag one week ago; put another time in its place. Tags that did not exist then are left out.
SELECT repository, path, name, digest, since
FROM (
  SELECT DISTINCT ON (repository, path, name) repository, path, name, new_digest AS digest, at AS since
  FROM registry.tag_event
  WHERE at <= now() - interval '7 days'
  ORDER BY repository, path, name, at DESC) then_
WHERE digest IS NOT NULL
ORDER BY repository, path, name;
