-- Check: unreferenced content that is not in any queue, and so would never be removed. Healthy: no rows.
SELECT 'blob' AS what, b.id, registry.digest_text(b.alg, b.digest) AS digest
FROM registry.blob b
WHERE NOT EXISTS (SELECT FROM registry.manifest_blob mb WHERE mb.blob_id = b.id)
  AND NOT EXISTS (SELECT FROM registry.v1_image v WHERE v.blob_id = b.id)
  AND NOT EXISTS (SELECT FROM registry.v1_layer l WHERE l.blob_id = b.id)
  AND NOT EXISTS (SELECT FROM registry.gc_blob g WHERE g.blob_id = b.id)
UNION ALL
SELECT 'manifest', m.id, registry.digest_text(m.alg, m.digest)
FROM registry.manifest m
WHERE NOT EXISTS (SELECT FROM registry.image_manifest im WHERE im.manifest_id = m.id)
  AND NOT EXISTS (SELECT FROM registry.manifest_child c WHERE c.child_id = m.id)
  AND NOT EXISTS (SELECT FROM registry.gc_manifest g WHERE g.manifest_id = m.id);
