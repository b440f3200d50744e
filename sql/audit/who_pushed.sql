-- Pushes of manifests and tag moves, with actor, time and address, newest first.
SELECT at, actor_name, address, repository, path, action, object, detail ->> 'digest' AS digest, detail ->> 'old' AS before, request
FROM registry.audit
WHERE action IN ('push', 'tag') AND outcome = 'done' AND at > now() - interval '30 days'
ORDER BY at DESC;
