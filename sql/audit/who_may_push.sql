-- Accounts that may push to each repository key today, virtual repositories by their default deployment: enabled accounts with the right to write.
WITH writer AS (
  SELECT DISTINCT acl.repository_id, a.id AS account_id
  FROM registry.acl JOIN registry.account a
    ON acl.principal_id IN (1, a.id) OR acl.principal_id IN (SELECT group_id FROM registry.membership m WHERE m.user_id = a.id)
  WHERE acl.actions & 2 = 2
  UNION
  SELECT r.id, a.id FROM registry.repository r, registry.account a WHERE a.is_admin)
SELECT t.key AS pushed_to, t.target_key AS lands_in, p.name AS account, a.is_admin
FROM registry.push_target t JOIN writer w ON w.repository_id = t.target_id
  JOIN registry.account a ON a.id = w.account_id AND NOT a.disabled JOIN registry.principal p ON p.id = a.id
WHERE NOT t.blacked_out
ORDER BY 1, 3;
