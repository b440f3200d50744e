-- Check: dangling references, which foreign keys and the order of writing exclude. Healthy: no rows.
SELECT 'manifest_blob without blob' AS what, manifest_id AS id, blob_id AS other
FROM registry.manifest_blob mb WHERE NOT EXISTS (SELECT FROM registry.blob b WHERE b.id = mb.blob_id)
UNION ALL
SELECT 'manifest_child without child', parent_id, child_id
FROM registry.manifest_child c WHERE NOT EXISTS (SELECT FROM registry.manifest m WHERE m.id = c.child_id)
UNION ALL
SELECT 'image_manifest without manifest', image_id, manifest_id
FROM registry.image_manifest im WHERE NOT EXISTS (SELECT FROM registry.manifest m WHERE m.id = im.manifest_id)
UNION ALL
SELECT 'tag without image_manifest', image_id, manifest_id
FROM registry.tag t WHERE NOT EXISTS (SELECT FROM registry.image_manifest im WHERE im.image_id = t.image_id AND im.manifest_id = t.manifest_id)
UNION ALL
SELECT 'image_referrer without image_manifest', image_id, manifest_id
FROM registry.image_referrer r WHERE NOT EXISTS (SELECT FROM registry.image_manifest im WHERE im.image_id = r.image_id AND im.manifest_id = r.manifest_id)
UNION ALL
SELECT 'v1_image without an ancestor', image_id, array_position(ancestry, a)
FROM registry.v1_image v, unnest(ancestry) a
WHERE NOT EXISTS (SELECT FROM registry.v1_image o WHERE o.image_id = v.image_id AND o.v1_id = a);
