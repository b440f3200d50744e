-- What a crash or a full disk may leave behind.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 5;
