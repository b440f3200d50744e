-- Remote repositories, and what an administrator may say of any repository.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 2;

ALTER TABLE repository
  ADD by_timestamp      boolean NOT NULL DEFAULT false,   -- of several members' tags the newest answers, not the first
  ADD shadowing_guard   boolean NOT NULL DEFAULT true,    -- a name that a local member has is never answered by a remote's tag
  ADD block_schema1     boolean NOT NULL DEFAULT true,    -- refuse signed schema 1: pushed to a local, pulled by a remote
  ADD bridge_repository text COLLATE "C",                 -- of a v1 repository: whose v2 content v1 clients see; a key, there or not
  ADD revision          int NOT NULL DEFAULT 1,           -- counts edits, for If-Match
  ADD other             jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(other) = 'object');  -- fields that are only given back

-- A remote stores an image under one name, whatever side wrote it: "library/" stands before names of one part.
ALTER TABLE repository_leaf ADD library boolean NOT NULL DEFAULT false;
-- A priority remote's upstream is asked before other members: is there one?
CREATE INDEX repository_leaf_priority_remote ON repository_leaf (root_id) WHERE rank = 0 AND class = 2;
CREATE INDEX repository_leaf_remote ON repository_leaf (root_id) WHERE class = 2;

CREATE TABLE repository_remote (                   -- how a remote repository reaches its upstream, and how long it trusts its cache
  repository_id           int PRIMARY KEY,
  class                   smallint NOT NULL DEFAULT 2 CHECK (class = 2),
  url                     text NOT NULL CHECK (url ~ '^https?://[^/?#@[:space:][:cntrl:]]+(/[^?#[:space:][:cntrl:]]*)?$'),
  username                text NOT NULL DEFAULT '',
  password                text NOT NULL DEFAULT '',
  token_authentication    boolean NOT NULL DEFAULT true,   -- follow a Bearer challenge
  any_host_auth           boolean NOT NULL DEFAULT false,  -- credentials go along with redirects and foreign realms
  realm_hosts             text[] NOT NULL DEFAULT '{}',    -- hosts of token services that may have them besides the upstream's own
  private_networks        boolean NOT NULL DEFAULT false,  -- private, link-local and loopback addresses are allowed
  library_prefix          boolean NOT NULL DEFAULT false,  -- "busybox" is "library/busybox" there
  ns_aliases              text[] NOT NULL DEFAULT '{}',    -- registries it stands for when a client asks with ?ns=
  offline                 boolean NOT NULL DEFAULT false,  -- the cache alone answers
  hard_fail               boolean NOT NULL DEFAULT false,  -- its failure ends a search that could go on elsewhere
  store_locally           boolean NOT NULL DEFAULT true,
  fresh_seconds           int NOT NULL DEFAULT 7200 CHECK (fresh_seconds >= 0),            -- tags and lists
  missing_seconds         int NOT NULL DEFAULT 1800 CHECK (missing_seconds >= 0),
  assumed_offline_seconds int NOT NULL DEFAULT 300 CHECK (assumed_offline_seconds >= 0),   -- after a failure; 0: never
  unused_hours            int NOT NULL DEFAULT 0 CHECK (unused_hours >= 0),                -- 0: cached content stays
  timeout_ms              int NOT NULL DEFAULT 15000 CHECK (timeout_ms BETWEEN 1 AND 3600000),           -- silence
  metadata_timeout_ms     int NOT NULL DEFAULT 60000 CHECK (metadata_timeout_ms BETWEEN 1 AND 3600000),  -- a whole manifest or list
  block_mismatching_types boolean NOT NULL DEFAULT true,   -- an answer of another type than asked for is refused
  mismatching_types       text NOT NULL DEFAULT '',        -- except these, comma separated
  external_dependencies   boolean NOT NULL DEFAULT false,  -- fetch layers that lie elsewhere, by the URLs in their descriptors
  external_patterns       text NOT NULL DEFAULT '**',      -- which URLs; Ant patterns, comma separated
  FOREIGN KEY (repository_id, class) REFERENCES repository (id, class) ON DELETE CASCADE);
CREATE TRIGGER remote_changed AFTER INSERT OR DELETE OR UPDATE OF library_prefix
  ON repository_remote FOR EACH STATEMENT EXECUTE FUNCTION repository_changed();

CREATE TABLE remote_state (                        -- how its upstream is; no row: nothing is known
  repository_id  int PRIMARY KEY REFERENCES repository ON DELETE CASCADE,
  failures       int NOT NULL DEFAULT 0,           -- in a row
  offline_until  timestamptz,                      -- assumed offline: not asked before
  limited        boolean NOT NULL DEFAULT false,   -- it is there, and said that we ask too much
  reason         text,                             -- of the last failure
  rate_limit     int,                              -- Docker Hub's RateLimit-Limit and RateLimit-Remaining, as last seen
  rate_remaining int,
  rate_seconds   int,                              -- the window they are about
  rate_at        timestamptz) WITH (fillfactor = 70);

CREATE TABLE remote_reference (                    -- a cached tag: how long it is trusted
  image_id    bigint NOT NULL REFERENCES image ON DELETE CASCADE,
  tag         text COLLATE "C" NOT NULL,
  fresh_until timestamptz NOT NULL,
  checked_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (image_id, tag));

CREATE TABLE remote_tags (                         -- an upstream's list of tags
  repository_id int NOT NULL REFERENCES repository ON DELETE CASCADE,
  path          text COLLATE "C" NOT NULL,
  fresh_until   timestamptz NOT NULL,
  tags          text[] COLLATE "C" NOT NULL,
  PRIMARY KEY (repository_id, path));

-- What an upstream does not have or does not give, so that it is not asked again at once. It makes no image, so typing errors
-- stay out of the catalog. reference: a tag, a digest, or '' for the list of tags.
CREATE TABLE remote_miss (
  repository_id int NOT NULL REFERENCES repository ON DELETE CASCADE,
  path          text COLLATE "C" NOT NULL,
  reference     text COLLATE "C" NOT NULL,
  refused       boolean NOT NULL,                  -- it said no rather than none
  until         timestamptz NOT NULL,
  PRIMARY KEY (repository_id, path, reference));
CREATE INDEX ON remote_miss (until);

-- A blob on its way from an upstream, once for all who ask, whatever process they ask. The owner writes the file and moves
-- `received` on; when its heartbeat stops, another takes over, with a file of its own. error: it failed, for this reason.
CREATE TABLE blob_fetch (
  repository_id int NOT NULL REFERENCES repository ON DELETE CASCADE,
  alg           smallint NOT NULL,
  digest        bytea NOT NULL,
  path          text COLLATE "C" NOT NULL,         -- name at the upstream
  source        text,                              -- URL elsewhere, of an external layer
  store_locally boolean NOT NULL,
  owner         uuid NOT NULL,
  file_id       bigint NOT NULL UNIQUE,
  size          bigint NOT NULL,                   -- as the manifest or the upstream said before
  received      bigint NOT NULL DEFAULT 0,
  heartbeat     timestamptz NOT NULL DEFAULT now(),
  started_at    timestamptz NOT NULL DEFAULT now(),
  error_status  int,
  error         text,
  PRIMARY KEY (digest, alg, repository_id)) WITH (fillfactor = 50);
CREATE INDEX ON blob_fetch (heartbeat);
CREATE INDEX ON blob_fetch (repository_id);

-- Who came to an unfinished fetch by proving that the upstream shows the digest under this name too.
CREATE TABLE blob_fetch_name (
  repository_id int NOT NULL,
  alg           smallint NOT NULL,
  digest        bytea NOT NULL,
  path          text COLLATE "C" NOT NULL,
  PRIMARY KEY (digest, alg, repository_id, path),
  FOREIGN KEY (digest, alg, repository_id) REFERENCES blob_fetch (digest, alg, repository_id) ON DELETE CASCADE);

-- What the manifest says of its size: more than that is not taken from anybody. Of children it does not matter.
ALTER TABLE manifest_want ADD size bigint;
-- A layer that lies elsewhere: where.
ALTER TABLE manifest_want ADD url text;

-- Where housekeeping goes on after a repository was deleted.
CREATE INDEX repository_deleted ON repository (deleted_at) WHERE deleted_at IS NOT NULL;
