-- Store identity and the oldest program that may use this schema.
SET LOCAL search_path = registry;

-- Space of the file system that holds the blob store, as stowage-keep saw it last; no row: it has not looked yet.
CREATE TABLE store_space (
  single    boolean PRIMARY KEY DEFAULT true CHECK (single),
  total     bigint NOT NULL,                       -- bytes
  available bigint NOT NULL,                       -- bytes
  at        timestamptz NOT NULL DEFAULT now()
);

UPDATE installation SET schema = 4;
