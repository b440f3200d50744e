-- Check: tags that differ from the last event of their history, and rows of history outside their months. Healthy: no rows.
SELECT 'tag and history differ' AS what, r.key AS repository, i.path, t.name
FROM registry.tag t JOIN registry.image i ON i.id = t.image_id JOIN registry.repository r ON r.id = i.repository_id
  JOIN registry.manifest m ON m.id = t.manifest_id
WHERE registry.digest_text(m.alg, m.digest) IS DISTINCT FROM (SELECT e.new_digest FROM registry.tag_event e
  WHERE e.image_id = t.image_id AND e.repository = r.key AND e.path = i.path AND e.name = t.name ORDER BY e.at DESC LIMIT 1)
UNION ALL
SELECT 'audit without a month', to_char(at, 'YYYY-MM'), NULL, count(*)::text FROM registry.audit_rest GROUP BY 2
UNION ALL
SELECT 'tag_event without a month', to_char(at, 'YYYY-MM'), NULL, count(*)::text FROM registry.tag_event_rest GROUP BY 2;
