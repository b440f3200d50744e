-- Check: manifests of local images with blobs that the image may not serve, so that a pull would fail. Healthy: no rows.
SELECT r.key AS repository, i.path, registry.digest_text(m.alg, m.digest) AS manifest, registry.digest_text(b.alg, b.digest) AS blob, b.bad
FROM registry.image_manifest im
  JOIN registry.image i ON i.id = im.image_id
  JOIN registry.repository r ON r.id = i.repository_id AND r.class = 1 AND r.deleted_at IS NULL
  JOIN registry.manifest m ON m.id = im.manifest_id
  JOIN registry.manifest_blob mb ON mb.manifest_id = m.id
  JOIN registry.blob b ON b.id = mb.blob_id
WHERE b.bad OR NOT EXISTS (SELECT FROM registry.image_blob ib WHERE ib.image_id = im.image_id AND ib.blob_id = b.id);
