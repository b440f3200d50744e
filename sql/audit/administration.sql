-- Changes by administrators: accounts, groups, repositories and permissions, newest first.
SELECT at, actor_name, address, action, object, detail, request
FROM registry.audit
WHERE action IN ('account_add', 'account_password', 'account_lock', 'group_add', 'permission_set', 'repository_add', 'repository_change',
  'repository_delete')
ORDER BY at DESC;
