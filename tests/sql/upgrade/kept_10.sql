-- Tables that lack a row of content_10.sql, by their new names or by those that programs and auditors of schema 10 use.
SET search_path = registry;
SELECT name FROM (VALUES
  ('resolved_member', (SELECT count(*) FROM resolved_member m JOIN repository r ON r.id = m.member_id WHERE m.root_id = r.id), 2),
  ('repository_leaf', (SELECT count(*) FROM repository_leaf l JOIN repository r ON r.id = l.leaf_id WHERE l.root_id = r.id), 2),
  ('negative_cache', (SELECT count(*) FROM negative_cache), 1), ('remote_miss', (SELECT count(*) FROM remote_miss), 1),
  ('missing_reference', (SELECT count(*) FROM missing_reference), 1), ('manifest_want', (SELECT count(*) FROM manifest_want), 1),
  ('v1_projection', (SELECT count(*) FROM v1_projection WHERE projected_id = manifest_id), 1),
  ('v1_view', (SELECT count(*) FROM v1_view WHERE shown_id = manifest_id), 1),
  ('v1_projection_image', (SELECT count(*) FROM v1_projection_image), 1), ('v1_view_image', (SELECT count(*) FROM v1_view_image), 1))
  AS tables (name, found, kept) WHERE found <> kept;
