-- Stored content by image: manifests, tags, and the bytes of blobs, counted once for each image although images share them.
SELECT r.key AS repository, i.path,
  (SELECT count(*) FROM registry.image_manifest im WHERE im.image_id = i.id) AS manifests,
  (SELECT count(*) FROM registry.tag t WHERE t.image_id = i.id) AS tags,
  (SELECT coalesce(sum(b.size), 0) FROM registry.image_blob ib JOIN registry.blob b ON b.id = ib.blob_id WHERE ib.image_id = i.id) AS bytes
FROM registry.image i JOIN registry.repository r ON r.id = i.repository_id
ORDER BY bytes DESC;
