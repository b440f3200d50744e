-- Who deleted what: manifests, tags and blobs, newest first.
SELECT at, actor_name, address, repository, path, action, object, detail ->> 'digest' AS digest, request
FROM registry.audit
WHERE action IN ('delete', 'untag', 'blob_delete')
ORDER BY at DESC;
