-- Sign-in, locks and tokens.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 7;
