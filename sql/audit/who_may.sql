-- Rights of accounts, with groups expanded: one row for each account, repository and permission target. Administrators may do everything.
SELECT r.key AS repository, u.name AS account, coalesce(via.name, u.name) AS through, t.name AS target,
  concat_ws(' ', CASE WHEN acl.actions & 1 = 1 THEN 'read' END, CASE WHEN acl.actions & 2 = 2 THEN 'write' END,
    CASE WHEN acl.actions & 4 = 4 THEN 'delete' END, CASE WHEN acl.actions & 8 = 8 THEN 'manage' END) AS actions, t.includes, t.excludes
FROM registry.acl
  JOIN registry.repository r ON r.id = acl.repository_id
  JOIN registry.permission_target t ON t.id = acl.target_id
  JOIN registry.principal via ON via.id = acl.principal_id
  JOIN LATERAL (
    SELECT p.name FROM registry.principal p WHERE p.id = via.id AND via.kind = 1 OR via.id = 0 AND p.id = 0
    UNION
    SELECT p.name FROM registry.membership m JOIN registry.principal p ON p.id = m.user_id WHERE m.group_id = via.id
    UNION
    SELECT p.name FROM registry.account a JOIN registry.principal p ON p.id = a.id WHERE via.id = 1) u ON true
UNION ALL
SELECT r.key, p.name, 'administrator', NULL, 'read write delete manage', '', ''
FROM registry.account a JOIN registry.principal p ON p.id = a.id, registry.repository r
WHERE a.is_admin AND r.deleted_at IS NULL AND r.class < 3
ORDER BY 1, 2, 3;
