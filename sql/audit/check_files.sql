-- Check: file ids with two owners, of which one would lose its bytes when the other is deleted. Healthy: no rows.
SELECT file_id, count(*) AS owners, string_agg(owner, ' ') AS who
FROM (SELECT file_id, 'blob' FROM registry.blob
  UNION ALL SELECT file_id, 'upload' FROM registry.upload
  UNION ALL SELECT file_id, 'unlink' FROM registry.gc_unlink) f (file_id, owner)
GROUP BY file_id HAVING count(*) > 1;
