-- Every move of every tag, with the actor, newest first.
SELECT e.at, e.repository, e.path, e.name, e.old_digest, e.new_digest, p.name AS actor, e.request
FROM registry.tag_event e LEFT JOIN registry.principal p ON p.id = e.actor
ORDER BY e.at DESC;
