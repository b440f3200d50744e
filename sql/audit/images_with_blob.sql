-- Images that contain a layer, with the tags that point to them; select one by a condition on its digest.
SELECT registry.digest_text(b.alg, b.digest) AS blob, b.size, r.key AS repository, i.path, registry.digest_text(m.alg, m.digest) AS manifest,
  (SELECT string_agg(t.name, ' ' ORDER BY t.name) FROM registry.tag t WHERE t.image_id = i.id AND t.manifest_id = m.id) AS tags
FROM registry.manifest_blob mb
  JOIN registry.blob b ON b.id = mb.blob_id
  JOIN registry.manifest m ON m.id = mb.manifest_id
  JOIN registry.image_manifest im ON im.manifest_id = m.id
  JOIN registry.image i ON i.id = im.image_id
  JOIN registry.repository r ON r.id = i.repository_id
UNION ALL
SELECT registry.digest_text(b.alg, b.digest), b.size, r.key, i.path, 'v1:' || encode(v.v1_id, 'hex'),
  (SELECT string_agg(t.name, ' ' ORDER BY t.name) FROM registry.v1_tag t JOIN registry.v1_image top ON top.image_id = t.image_id AND top.v1_id = t.v1_id
    WHERE t.image_id = i.id AND v.v1_id = ANY (top.ancestry))
FROM registry.v1_image v
  JOIN registry.blob b ON b.id = v.blob_id
  JOIN registry.image i ON i.id = v.image_id
  JOIN registry.repository r ON r.id = i.repository_id
ORDER BY 1, 3, 4, 5;
