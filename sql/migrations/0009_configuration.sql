-- Settings of repositories.
SET LOCAL search_path = registry;

-- The v2 repositories whose content v1 clients see, by key; the first that exists counts.
ALTER TABLE repository ADD bridge_repositories text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (cardinality(bridge_repositories) <= 8);
UPDATE repository SET bridge_repositories = ARRAY[bridge_repository] WHERE bridge_repository IS NOT NULL;
ALTER TABLE repository DROP bridge_repository;

UPDATE installation SET schema = 9;
