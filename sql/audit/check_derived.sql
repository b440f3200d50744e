-- Check: resolved members and rights that differ from the repositories, members and permission targets they derive from. Healthy: no rows.
(SELECT 'member missing or changed' AS what, root_id AS id, member_id AS other FROM
  (SELECT * FROM registry.repository_paths() EXCEPT SELECT * FROM registry.resolved_member) missing)
UNION ALL
(SELECT 'member too many', root_id, member_id FROM
  (SELECT * FROM registry.resolved_member EXCEPT SELECT * FROM registry.repository_paths()) extra)
UNION ALL
(SELECT 'right missing or changed', target_id, repository_id FROM
  (SELECT target_id, repository_id, principal_id, actions FROM registry.acl_derived()
   EXCEPT SELECT target_id, repository_id, principal_id, actions FROM registry.acl) missing)
UNION ALL
(SELECT 'right too many', target_id, repository_id FROM
  (SELECT target_id, repository_id, principal_id, actions FROM registry.acl
   EXCEPT SELECT target_id, repository_id, principal_id, actions FROM registry.acl_derived()) extra);
