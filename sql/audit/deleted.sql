-- Deletions of manifests, tags and blobs, with the actor, newest first.
SELECT at, actor_name, address, repository, path, action, object, detail ->> 'digest' AS digest, request
FROM registry.audit
WHERE action IN ('delete', 'untag', 'blob_delete')
ORDER BY at DESC;
