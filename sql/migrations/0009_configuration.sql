-- Settings of repositories.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 9;
