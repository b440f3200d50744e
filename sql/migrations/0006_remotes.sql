-- What is known of upstreams.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 6;
