INSERT INTO hot VALUES ('blob_find',
  'CTE Scan, Index Only Scan image_blob, Index Only Scan membership, Index Only Scan resolved_member, Index Scan account, Index Scan acl, Index Scan blob, Index Scan image, Index Scan repository, Index Scan resolved_member, Limit, Nested Loop, Result, Sort');
INSERT INTO hot VALUES ('blob_find_keep',
  'CTE Scan, Index Only Scan image_blob, Index Only Scan membership, Index Only Scan resolved_member, Index Scan account, Index Scan acl, Index Scan blob, Index Scan gc_blob, Index Scan image, Index Scan repository, Index Scan resolved_member, Limit, ModifyTable gc_blob, Nested Loop, Result, Sort');
INSERT INTO hot VALUES ('catalog',
  'CTE Scan, Index Only Scan image_manifest, Index Only Scan membership, Index Scan account, Index Scan acl, Index Scan image, Index Scan repository, Index Scan resolved_member, Limit, Nested Loop, Result, Sort, Unique');
INSERT INTO hot VALUES ('fetch_look',
  'Index Scan blob, Index Scan blob_fetch, Nested Loop, Result');
INSERT INTO hot VALUES ('manifest_by_digest',
  'CTE Scan, Index Only Scan membership, Index Only Scan resolved_member, Index Scan account, Index Scan acl, Index Scan image, Index Scan image_manifest, Index Scan manifest, Index Scan media_type, Index Scan repository, Index Scan resolved_member, Limit, Nested Loop, Result, Sort');
INSERT INTO hot VALUES ('manifest_by_tag',
  'CTE Scan, Index Only Scan membership, Index Only Scan resolved_member, Index Scan account, Index Scan acl, Index Scan image, Index Scan manifest, Index Scan media_type, Index Scan remote_reference, Index Scan repository, Index Scan resolved_member, Index Scan tag, Limit, Nested Loop, Result, Sort');
INSERT INTO hot VALUES ('namespace_find',
  'CTE Scan, Index Only Scan membership, Index Scan account, Index Scan acl, Index Scan repository, Index Scan repository_remote, Index Scan resolved_member, Limit, Nested Loop, Result, Sort');
INSERT INTO hot VALUES ('referrers_list',
  'Aggregate, CTE Scan, Index Only Scan membership, Index Scan account, Index Scan acl, Index Scan image, Index Scan image_referrer, Index Scan manifest, Index Scan media_type, Index Scan repository, Index Scan resolved_member, Limit, Nested Loop, Result, Sort, Subquery Scan, Unique, WindowAgg');
INSERT INTO hot VALUES ('remotes_find',
  'CTE Scan, Index Only Scan blob_fetch_name, Index Only Scan image, Index Only Scan image_manifest, Index Only Scan membership, Index Scan account, Index Scan acl, Index Scan blob_fetch, Index Scan image, Index Scan missing_reference, Index Scan negative_cache, Index Scan remote_state, Index Scan remote_tags, Index Scan repository, Index Scan repository_remote, Index Scan resolved_member, Limit, Nested Loop, Result, Sort, Unique');
INSERT INTO hot VALUES ('rights_find',
  'CTE Scan, Index Only Scan membership, Index Scan account, Index Scan acl, Index Scan repository, Index Scan resolved_member, Nested Loop, Result');
INSERT INTO hot VALUES ('access_decision_find',
  'CTE Scan, Index Only Scan membership, Index Scan account, Index Scan acl, Index Scan repository, Index Scan resolved_member, Nested Loop, Result');
INSERT INTO hot VALUES ('tags_list',
  'Append, CTE Scan, Function Scan unnest, Index Only Scan image_manifest, Index Only Scan membership, Index Only Scan remote_tags, Index Only Scan resolved_member, Index Only Scan tag, Index Scan account, Index Scan acl, Index Scan image, Index Scan remote_tags, Index Scan repository, Index Scan resolved_member, Limit, Nested Loop, Result, Sort, Unique');
INSERT INTO hot VALUES ('target_find',
  'CTE Scan, Index Only Scan membership, Index Scan account, Index Scan image, Index Scan repository, Nested Loop, Result');
INSERT INTO hot VALUES ('upload_find',
  'Append, CTE Scan, Index Only Scan membership, Index Scan account, Index Scan image, Index Scan repository, Index Scan upload, Index Scan upload_done, Limit, Nested Loop, Result, Subquery Scan');
