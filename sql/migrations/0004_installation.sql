-- Store identity and the oldest program that may use this schema.
SET LOCAL search_path = registry;

-- The blob store carries this identity too, in its file .stowage: `stowagectl bootstrap` writes it there.
ALTER TABLE installation ADD identity uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE installation ADD store_bound_at timestamptz;  -- NULL: no store carries it yet

CREATE TABLE store_state (                         -- how the programs that use the store find it
  node    text COLLATE "C" NOT NULL,               -- host name
  program text COLLATE "C" NOT NULL,
  trouble text,                                    -- NULL: it is there
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (node, program));

-- Space of the file system that holds the blob store, as stowage-keep saw it last; no row: it has not looked yet.
CREATE TABLE store_space (
  single    boolean PRIMARY KEY DEFAULT true CHECK (single),
  total     bigint NOT NULL,                       -- bytes
  available bigint NOT NULL,                       -- bytes
  at        timestamptz NOT NULL DEFAULT now()
);

-- The schema of the oldest program that may use this one. A migration that keeps older programs from working sets it; one that does not
-- leaves it, so that programs of both kinds serve while an upgrade goes from node to node.
ALTER TABLE installation ADD oldest int NOT NULL DEFAULT 9;

