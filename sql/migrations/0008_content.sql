-- Manifests and layers.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 8;
