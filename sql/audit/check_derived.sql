-- Check: resolved members and rights that differ from the repositories, members and permission targets they derive from. Healthy: no rows.
(SELECT 'leaf missing or changed' AS what, root_id AS id, leaf_id AS other FROM
  (SELECT * FROM registry.repository_paths() EXCEPT SELECT * FROM registry.repository_leaf) missing)
UNION ALL
(SELECT 'leaf too many', root_id, leaf_id FROM
  (SELECT * FROM registry.repository_leaf EXCEPT SELECT * FROM registry.repository_paths()) extra)
UNION ALL
(SELECT 'right missing or changed', target_id, repository_id FROM
  (SELECT target_id, repository_id, principal_id, actions FROM registry.acl_said()
   EXCEPT SELECT target_id, repository_id, principal_id, actions FROM registry.acl) missing)
UNION ALL
(SELECT 'right too many', target_id, repository_id FROM
  (SELECT target_id, repository_id, principal_id, actions FROM registry.acl
   EXCEPT SELECT target_id, repository_id, principal_id, actions FROM registry.acl_said()) extra);
