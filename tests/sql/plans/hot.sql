-- In the order of calls.sql.
INSERT INTO hot VALUES ('account_sign_in',
  'Index Scan account; Index Scan principal; Index Scan sign_in; Join');
INSERT INTO hot VALUES ('account_succeeded',
  'Index Scan account; Index Scan sign_in; Join; Limit; LockRows; ModifyTable sign_in; Result;
  Sort by sign_in_1.succeeded_at, sign_in_1.expires_at; Subquery Scan');
INSERT INTO hot VALUES ('token_keys',
  'Function Scan token_keys; Result; Seq Scan token_key; Sort by ..., ..., token_key.created_at, token_key.kid');
INSERT INTO hot VALUES ('principal_find',
  'Index Scan account; Result');
INSERT INTO hot VALUES ('access_decision_find',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan membership; Index Scan repository; Index Scan resolved_member; Join; Result');
INSERT INTO hot VALUES ('rights_find',
  'Aggregate; CTE Scan; Index Scan account; Index Scan acl; Index Scan membership; Index Scan repository; Index Scan resolved_member; Join;
  Result');
INSERT INTO hot VALUES ('manifest_by_tag',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan image; Index Scan manifest; Index Scan media_type; Index Scan membership;
  Index Scan remote_reference; Index Scan repository; Index Scan resolved_member; Index Scan tag; Join; Limit; Result;
  Sort by ..., ..., l_1.class, l_1.ord');
INSERT INTO hot VALUES ('manifest_by_digest',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan image; Index Scan image_manifest; Index Scan manifest; Index Scan media_type;
  Index Scan membership; Index Scan repository; Index Scan resolved_member; Join; Limit; Result; Sort by ..., l.class, l.ord');
INSERT INTO hot VALUES ('blob_find',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan blob; Index Scan image; Index Scan image_blob; Index Scan membership;
  Index Scan repository; Index Scan resolved_member; Join; Limit; Result; Sort by ..., l.class, l.ord');
INSERT INTO hot VALUES ('blob_find_keep',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan blob; Index Scan gc_blob; Index Scan image; Index Scan image_blob;
  Index Scan membership; Index Scan repository; Index Scan resolved_member; Join; Limit; ModifyTable gc_blob; Result;
  Sort by ..., l.class, l.ord');
INSERT INTO hot VALUES ('tags_list',
  'Append; CTE Scan; Function Scan unnest; Index Scan account; Index Scan acl; Index Scan image; Index Scan image_manifest;
  Index Scan membership; Index Scan remote_tags; Index Scan repository; Index Scan resolved_member; Index Scan tag; Index Scan v1_image;
  Join; Limit; Result; Sort by tag.name; Unique');
INSERT INTO hot VALUES ('catalog',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan image; Index Scan image_manifest; Index Scan membership; Index Scan repository;
  Index Scan resolved_member; Join; Limit; Result; Sort by i.path; Unique');
INSERT INTO hot VALUES ('referrers_list',
  'Aggregate; CTE Scan; Index Scan account; Index Scan acl; Index Scan image; Index Scan image_referrer; Index Scan manifest;
  Index Scan media_type; Index Scan membership; Index Scan repository; Index Scan resolved_member; Join; Limit; Result;
  Sort by found.alg, found.digest; Sort by i.id; Sort by m.alg, m.digest; Sort by page.alg, page.digest; Subquery Scan; Unique; WindowAgg');
INSERT INTO hot VALUES ('target_find',
  'Aggregate; CTE Scan; Index Scan account; Index Scan acl; Index Scan image; Index Scan membership; Index Scan repository;
  Index Scan resolved_member; Join; Result');
INSERT INTO hot VALUES ('blob_mount',
  'Aggregate; Function Scan readable_images; Index Scan account; Index Scan acl; Index Scan blob; Index Scan gc_blob; Index Scan image;
  Index Scan image_blob; Index Scan membership; Index Scan repository; Index Scan resolved_member; Join; LockRows; ModifyTable gc_blob;
  ModifyTable image_blob; Result; Sort by i.id; Unique');
INSERT INTO hot VALUES ('upload_start',
  'Aggregate; Function Scan upload_start; Index Scan image; Index Scan upload; Index Scan v1_upload; LockRows; ModifyTable upload; Result');
INSERT INTO hot VALUES ('upload_find',
  'Aggregate; Append; CTE Scan; Index Scan account; Index Scan acl; Index Scan image; Index Scan membership; Index Scan repository;
  Index Scan resolved_member; Index Scan upload; Index Scan upload_done; Join; Limit; Result; Subquery Scan');
INSERT INTO hot VALUES ('upload_advance',
  'Index Scan image; Index Scan upload; LockRows; ModifyTable upload');
INSERT INTO hot VALUES ('upload_seal',
  'Index Scan image; Index Scan upload; LockRows; ModifyTable upload; Result');
INSERT INTO hot VALUES ('blob_publish',
  'Function Scan blob_publish; Function Scan blob_store; Index Scan gc_unlink; Index Scan missing_reference; Index Scan upload;
  ModifyTable blob; ModifyTable gc_blob; ModifyTable image_blob; ModifyTable upload; ModifyTable upload_done; Result');
INSERT INTO hot VALUES ('manifest_put',
  'Aggregate; Append; Function Scan; Function Scan manifest_put; Function Scan unnest; Function Scan mismatched_sizes; Index Scan account;
  Index Scan acl; Index Scan blob; Index Scan image; Index Scan image_blob; Index Scan image_manifest; Index Scan manifest;
  Index Scan media_type; Index Scan membership; Index Scan missing_reference; Index Scan repository; Index Scan resolved_member;
  Index Scan tag; Join; Limit; LockRows; ModifyTable audit; ModifyTable gc_link; ModifyTable image_blob; ModifyTable image_manifest;
  ModifyTable image_referrer; ModifyTable manifest; ModifyTable manifest_blob; ModifyTable manifest_child; ModifyTable missing_reference;
  ModifyTable tag; ModifyTable tag_event; ProjectSet; Result; Sort by b.b; Sort by b.id; Sort by c.c; Sort by i.id; Sort by m.id;
  Sort by tag.name; Subquery Scan; Unique');
INSERT INTO hot VALUES ('tag_delete',
  'Index Scan image; Index Scan manifest; Index Scan repository; Index Scan tag; Join; ModifyTable audit; ModifyTable gc_link;
  ModifyTable tag; ModifyTable tag_event; Result');
INSERT INTO hot VALUES ('namespace_find',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan membership; Index Scan repository; Index Scan repository_remote;
  Index Scan resolved_member; Join; Limit; Result; Sort by ..., l.ord');
INSERT INTO hot VALUES ('remotes_find',
  'CTE Scan; Index Scan account; Index Scan acl; Index Scan blob_fetch; Index Scan blob_fetch_name; Index Scan image;
  Index Scan image_manifest; Index Scan membership; Index Scan missing_reference; Index Scan negative_cache; Index Scan remote_state;
  Index Scan remote_tags; Index Scan repository; Index Scan repository_remote; Index Scan resolved_member; Index Scan tag;
  Index Scan v1_image; Join; Limit; Result; Sort by ..., ..., path.ord; Sort by l_1.member_id, ..., l_1.ord; Unique');
INSERT INTO hot VALUES ('fetch_look',
  'Index Scan blob; Index Scan blob_fetch; Join; Result');
