-- Store identity and the oldest program that may use this schema.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 4;
