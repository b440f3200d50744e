-- The registry's first schema. Applied once, in one transaction; later changes are new files.
--
-- Digests are bytes and an algorithm's number (1 sha256, 2 sha512). Identity keys are never reused, and a file
-- id neither, so that a name on disk means the same bytes for ever. Foreign keys are the collector's locks.
SET LOCAL search_path = registry;

CREATE TABLE installation (                        -- one row: which database this is
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  schema     int NOT NULL,                         -- programs refuse another number than their own
  created_at timestamptz NOT NULL DEFAULT now());
INSERT INTO installation (schema) VALUES (1);

-- Trigger functions, declared so that the triggers below can name them. Their bodies are in functions/, which
-- every deploy replaces, right after the migrations of the same run.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION repository_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION permission_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION tag_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION queue_new_blob() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION queue_blobs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION queue_manifests() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION queue_link() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;

-- who ------------------------------------------------------------------------------------------------------------

-- Users and groups share ids, so that a right names either in one column, and names, so that a group cannot look
-- like a user. 0 and 1 are built in: everybody without and everybody with an account.
CREATE TABLE principal (
  id   int GENERATED ALWAYS AS IDENTITY (START WITH 2) PRIMARY KEY,
  kind smallint NOT NULL CHECK (kind IN (0, 1, 2)),         -- 0 built-in, 1 user, 2 group
  name text COLLATE "C" NOT NULL UNIQUE CHECK (name = lower(name) AND length(name) BETWEEN 1 AND 64),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (id, kind));
INSERT INTO principal (id, kind, name) OVERRIDING SYSTEM VALUE VALUES (0, 0, '_anonymous'), (1, 0, '_all');

CREATE TABLE account (
  id           int PRIMARY KEY,
  kind         smallint NOT NULL DEFAULT 1 CHECK (kind = 1),
  password     text,                               -- crypt(3) string; NULL: tokens only
  is_admin     boolean NOT NULL DEFAULT false,     -- passes every permission check
  disabled     boolean NOT NULL DEFAULT false,
  epoch        int NOT NULL DEFAULT 0,             -- a bump voids every token of the account
  failures     int NOT NULL DEFAULT 0,             -- wrong passwords in a row
  locked_until timestamptz,
  FOREIGN KEY (id, kind) REFERENCES principal (id, kind) ON DELETE CASCADE);

CREATE TABLE membership (
  user_id  int NOT NULL REFERENCES account ON DELETE CASCADE,
  group_id int NOT NULL,
  kind     smallint NOT NULL DEFAULT 2 CHECK (kind = 2),
  PRIMARY KEY (user_id, group_id),
  FOREIGN KEY (group_id, kind) REFERENCES principal (id, kind) ON DELETE CASCADE);
CREATE INDEX ON membership (group_id);

CREATE TABLE token_key (                           -- signs bearer tokens: the newest signs, all not retired verify
  kid        text COLLATE "C" PRIMARY KEY,
  secret     bytea NOT NULL CHECK (octet_length(secret) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz);

-- repositories ---------------------------------------------------------------------------------------------------

CREATE TABLE repository (
  id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text COLLATE "C" NOT NULL CHECK (key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  class       smallint NOT NULL CHECK (class IN (1, 2, 3)),  -- 1 local, 2 remote, 3 virtual
  api_version smallint NOT NULL DEFAULT 2 CHECK (api_version IN (1, 2)),
  blacked_out boolean NOT NULL DEFAULT false,      -- there, but serves nothing
  priority    boolean NOT NULL DEFAULT false,      -- searched before the others in a virtual
  includes    text NOT NULL DEFAULT '' CHECK (includes !~ '[[:cntrl:]]'),  -- Ant patterns, comma separated; '': no limit
  excludes    text NOT NULL DEFAULT '' CHECK (excludes !~ '[[:cntrl:]]'),
  default_deployment_id int REFERENCES repository, -- where a push to this virtual lands
  created_at  timestamptz NOT NULL DEFAULT now(),
  deleted_at  timestamptz,                         -- gone for everybody; its key is free again
  UNIQUE (id, class),
  CHECK (class <> 3 OR api_version = 2),
  CHECK (default_deployment_id IS NULL OR class = 3));
CREATE UNIQUE INDEX repository_key ON repository (key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX repository_key_lower ON repository (lower(key)) WHERE deleted_at IS NULL;

CREATE TABLE repository_member (
  virtual_id int NOT NULL,
  class      smallint NOT NULL DEFAULT 3 CHECK (class = 3),
  position   int NOT NULL,
  member_id  int NOT NULL REFERENCES repository ON DELETE CASCADE,
  PRIMARY KEY (virtual_id, position) DEFERRABLE,
  UNIQUE (virtual_id, member_id),
  CHECK (virtual_id <> member_id),
  FOREIGN KEY (virtual_id, class) REFERENCES repository (id, class) ON DELETE CASCADE);
CREATE INDEX ON repository_member (member_id);

-- Where a key leads: one row per path to a local or remote repository, with the patterns met on the way. Kept by
-- trigger. A local or remote leads to itself; what is blacked out leads nowhere.
CREATE TABLE repository_leaf (
  root_id    int NOT NULL REFERENCES repository ON DELETE CASCADE,
  ord        int NOT NULL,                         -- depth first
  leaf_id    int NOT NULL REFERENCES repository ON DELETE CASCADE,
  rank       smallint NOT NULL,                    -- searched in this order: 0 priority, 1 local, 2 remote
  class      smallint NOT NULL,
  include_re text[],                               -- a name must match all of them; NULL: no limit
  exclude_re text[],                               -- and none of these
  PRIMARY KEY (root_id, ord));
CREATE INDEX ON repository_leaf (leaf_id);
CREATE TRIGGER repository_changed AFTER INSERT OR DELETE OR UPDATE OF class, api_version, blacked_out, priority, includes, excludes, deleted_at
  ON repository FOR EACH STATEMENT EXECUTE FUNCTION repository_changed();
CREATE TRIGGER member_changed AFTER INSERT OR DELETE OR UPDATE
  ON repository_member FOR EACH STATEMENT EXECUTE FUNCTION repository_changed();

-- Where a push to a key lands: the repository itself, or a virtual's default deployment.
CREATE VIEW push_target AS
  SELECT v.key, v.id AS root_id, t.id AS target_id, t.key AS target_key, v.blacked_out OR t.blacked_out AS blacked_out
  FROM repository v JOIN repository t ON t.id = CASE v.class WHEN 1 THEN v.id WHEN 3 THEN v.default_deployment_id END
  WHERE v.deleted_at IS NULL AND v.api_version = 2 AND t.deleted_at IS NULL AND t.api_version = 2 AND t.class = 1;

-- rights ---------------------------------------------------------------------------------------------------------

CREATE TABLE permission_target (
  id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name     text COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255),
  includes text NOT NULL DEFAULT '' CHECK (includes !~ '[[:cntrl:]]'),
  excludes text NOT NULL DEFAULT '' CHECK (excludes !~ '[[:cntrl:]]'),
  created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE permission_target_repository (
  target_id     int NOT NULL REFERENCES permission_target ON DELETE CASCADE,
  repository_id int REFERENCES repository ON DELETE CASCADE,
  any_of        text CHECK (any_of IN ('ANY', 'ANY LOCAL', 'ANY REMOTE')),
  CHECK (num_nonnulls(repository_id, any_of) = 1));
CREATE UNIQUE INDEX ON permission_target_repository (target_id, repository_id) WHERE repository_id IS NOT NULL;
CREATE UNIQUE INDEX ON permission_target_repository (target_id, any_of) WHERE any_of IS NOT NULL;
CREATE INDEX ON permission_target_repository (repository_id) WHERE repository_id IS NOT NULL;
CREATE TABLE permission_target_principal (
  target_id    int NOT NULL REFERENCES permission_target ON DELETE CASCADE,
  principal_id int NOT NULL REFERENCES principal ON DELETE CASCADE,
  actions      int NOT NULL CHECK (actions BETWEEN 1 AND 15),  -- 1 read, 2 write, 4 delete, 8 manage
  PRIMARY KEY (target_id, principal_id));
CREATE INDEX ON permission_target_principal (principal_id);

-- The targets multiplied out, for one index probe per question. Kept by trigger; a virtual has its members' rights.
CREATE TABLE acl (
  repository_id int NOT NULL REFERENCES repository ON DELETE CASCADE,
  principal_id  int NOT NULL REFERENCES principal ON DELETE CASCADE,
  target_id     int NOT NULL REFERENCES permission_target ON DELETE CASCADE,
  actions       int NOT NULL,
  include_re    text,
  exclude_re    text,
  PRIMARY KEY (repository_id, principal_id, target_id));
CREATE INDEX ON acl (principal_id);
CREATE INDEX ON acl (target_id);
CREATE TRIGGER target_changed AFTER UPDATE ON permission_target
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION permission_changed();
CREATE TRIGGER repository_added AFTER INSERT ON permission_target_repository
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION permission_changed();
CREATE TRIGGER repository_updated AFTER UPDATE ON permission_target_repository
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION permission_changed();
CREATE TRIGGER repository_removed AFTER DELETE ON permission_target_repository
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION permission_changed();
CREATE TRIGGER principal_added AFTER INSERT ON permission_target_principal
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION permission_changed();
CREATE TRIGGER principal_updated AFTER UPDATE ON permission_target_principal
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION permission_changed();
CREATE TRIGGER principal_removed AFTER DELETE ON permission_target_principal
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION permission_changed();

-- content --------------------------------------------------------------------------------------------------------

CREATE TABLE media_type (
  id   int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255));

CREATE TABLE image (                               -- a name inside a local or remote repository
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id int NOT NULL REFERENCES repository,
  path          text COLLATE "C" NOT NULL CHECK (length(path) BETWEEN 1 AND 255),
  created_at    timestamptz NOT NULL DEFAULT now());
CREATE UNIQUE INDEX image_path ON image (path, repository_id);       -- name first: one descent, few rows
CREATE INDEX image_repository ON image (repository_id, path);        -- the catalog's order

CREATE TABLE blob (                                -- the only truth about which file holds a digest
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  size       bigint NOT NULL CHECK (size >= 0),
  file_id    bigint NOT NULL UNIQUE,               -- the file is named after digest and file id
  alg        smallint NOT NULL,
  bad        boolean NOT NULL DEFAULT false,       -- its bytes were found wrong: not served, and a new push replaces them
  created_at timestamptz NOT NULL DEFAULT now(),
  checked_on date,
  digest     bytea NOT NULL,
  CHECK ((alg = 1 AND octet_length(digest) = 32) OR (alg = 2 AND octet_length(digest) = 64)));
CREATE UNIQUE INDEX blob_digest ON blob (digest, alg);
CREATE SEQUENCE file_id AS bigint;

CREATE TABLE manifest (                            -- content, once per digest; who may see it is image_manifest
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  size          int NOT NULL CHECK (size BETWEEN 1 AND 4194304),
  media_type    int NOT NULL REFERENCES media_type,
  artifact_type int REFERENCES media_type,
  alg           smallint NOT NULL,
  subject_alg   smallint,
  created_at    timestamptz NOT NULL DEFAULT now(),
  subject       bytea,
  digest        bytea NOT NULL,
  payload       bytea NOT NULL,                    -- exactly the bytes pushed
  CHECK (octet_length(payload) = size),
  CHECK (num_nulls(subject, subject_alg) <> 1),
  CHECK ((alg = 1 AND octet_length(digest) = 32) OR (alg = 2 AND octet_length(digest) = 64)));
ALTER TABLE manifest ALTER payload SET COMPRESSION lz4;
CREATE UNIQUE INDEX manifest_digest ON manifest (digest, alg);

CREATE TABLE manifest_blob (
  blob_id     bigint NOT NULL REFERENCES blob,
  manifest_id bigint NOT NULL REFERENCES manifest ON DELETE CASCADE,
  role        smallint NOT NULL CHECK (role IN (1, 2)),                 -- 1 config, 2 layer
  PRIMARY KEY (blob_id, manifest_id));             -- this order: is the blob in use? is one descent
CREATE INDEX manifest_blob_manifest ON manifest_blob (manifest_id);

CREATE TABLE manifest_child (                      -- the manifests of an index
  parent_id bigint NOT NULL REFERENCES manifest ON DELETE CASCADE,
  child_id  bigint NOT NULL REFERENCES manifest,
  PRIMARY KEY (parent_id, child_id),
  CHECK (parent_id <> child_id));
CREATE INDEX ON manifest_child (child_id);

CREATE TABLE manifest_want (                       -- what a cached manifest names and is not here yet
  manifest_id bigint NOT NULL REFERENCES manifest ON DELETE CASCADE,
  alg         smallint NOT NULL,
  role        smallint NOT NULL CHECK (role IN (1, 2, 3)),              -- 3 child
  digest      bytea NOT NULL,
  PRIMARY KEY (manifest_id, digest, alg));
CREATE INDEX ON manifest_want (digest, alg);

CREATE TABLE image_manifest (
  image_id    bigint NOT NULL REFERENCES image,
  manifest_id bigint NOT NULL REFERENCES manifest,
  created_by  int,
  pulled_on   date,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (image_id, manifest_id));
CREATE INDEX ON image_manifest (manifest_id);

CREATE TABLE image_referrer (
  image_id      bigint NOT NULL,
  manifest_id   bigint NOT NULL,
  artifact_type int REFERENCES media_type,
  subject_alg   smallint NOT NULL,
  subject       bytea NOT NULL,                    -- need not be here, or not yet
  descriptor    text NOT NULL,                     -- ready-made JSON for the referrers list
  PRIMARY KEY (image_id, subject, subject_alg, manifest_id),
  FOREIGN KEY (image_id, manifest_id) REFERENCES image_manifest ON DELETE CASCADE);
CREATE INDEX ON image_referrer (image_id, manifest_id);

CREATE TABLE image_blob (                          -- may this image serve this blob? A stale pair grants nothing:
  image_id bigint NOT NULL,                        -- no foreign key is needed, ids are never reused
  blob_id  bigint NOT NULL,
  PRIMARY KEY (image_id, blob_id));

CREATE TABLE tag (
  image_id    bigint NOT NULL,
  manifest_id bigint NOT NULL,
  updated_by  int,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  name        text COLLATE "C" NOT NULL CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'),
  PRIMARY KEY (image_id, name),
  FOREIGN KEY (image_id, manifest_id) REFERENCES image_manifest ON DELETE CASCADE);
CREATE INDEX ON tag (image_id, manifest_id);

CREATE TABLE upload (                              -- a blob being received
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  image_id      bigint NOT NULL REFERENCES image ON DELETE CASCADE,
  account       int NOT NULL CHECK (account > 1),  -- nobody else may touch the session
  alg           smallint NOT NULL DEFAULT 1 CHECK (alg IN (1, 2)),      -- what is being hashed
  file_id       bigint NOT NULL UNIQUE,
  received      bigint NOT NULL DEFAULT 0 CHECK (received >= 0),        -- acknowledged; the file may be longer, never shorter
  started_at    timestamptz NOT NULL DEFAULT now(),
  touched_at    timestamptz NOT NULL DEFAULT now(),
  digest_so_far bytea);                            -- of the first `received` bytes; NULL: not known
CREATE INDEX ON upload (touched_at);

-- what may be removed ----------------------------------------------------------------------------------------------
-- Each row is a suspicion, judged again before anything goes. Triggers fill them, so that no path can forget it.

CREATE TABLE gc_link (image_id bigint, manifest_id bigint, due timestamptz NOT NULL, tries int NOT NULL DEFAULT 0,
  PRIMARY KEY (image_id, manifest_id)) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE TABLE gc_manifest (manifest_id bigint PRIMARY KEY, due timestamptz NOT NULL, tries int NOT NULL DEFAULT 0)
  WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE TABLE gc_blob (blob_id bigint PRIMARY KEY, due timestamptz NOT NULL, tries int NOT NULL DEFAULT 0)
  WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE TABLE gc_unlink (                           -- files to remove; their rows are gone
  file_id    bigint PRIMARY KEY,
  alg        smallint NOT NULL,
  digest     bytea NOT NULL,
  not_before timestamptz NOT NULL,
  tries      int NOT NULL DEFAULT 0);
CREATE INDEX ON gc_link (due);
CREATE INDEX ON gc_manifest (due);
CREATE INDEX ON gc_blob (due);
CREATE INDEX ON gc_unlink (not_before);
CREATE TRIGGER queue AFTER INSERT ON blob FOR EACH ROW EXECUTE FUNCTION queue_new_blob();
CREATE TRIGGER queue AFTER DELETE ON manifest_blob
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION queue_blobs();
CREATE TRIGGER queue AFTER DELETE ON image_manifest
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION queue_manifests();
CREATE TRIGGER queue AFTER DELETE OR UPDATE OF manifest_id ON tag FOR EACH ROW EXECUTE FUNCTION queue_link();

-- history --------------------------------------------------------------------------------------------------------
-- By month, append only, readable for itself: keys, names and digests stand as text, since what they named may go.

CREATE TABLE tag_event (                           -- every move of every tag
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  image_id   bigint NOT NULL,
  actor      int,                                  -- account; NULL: nobody asked for it
  request    uuid,
  repository text COLLATE "C" NOT NULL,
  path       text COLLATE "C" NOT NULL,
  name       text COLLATE "C" NOT NULL,
  old_digest text,                                 -- NULL: the tag is new
  new_digest text                                  -- NULL: the tag is gone
) PARTITION BY RANGE (at);
CREATE INDEX ON tag_event (repository, path, name, at);
CREATE TABLE tag_event_rest PARTITION OF tag_event DEFAULT;

CREATE TABLE audit (                               -- who did what
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  request    uuid,
  actor      int NOT NULL,                         -- account; 0: anonymous, or not an account's doing
  actor_name text NOT NULL,
  address    inet,
  action     text COLLATE "C" NOT NULL CHECK (action ~ '^[a-z_]+$'),
  outcome    text COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'refused')),
  repository text COLLATE "C",                     -- key, where it is about one
  path       text COLLATE "C",                     -- image, where it is about one
  object     text NOT NULL,                        -- digest, tag, account … by the action
  detail     jsonb) PARTITION BY RANGE (at);
CREATE INDEX ON audit (at);
CREATE INDEX ON audit (actor, at);
CREATE INDEX ON audit (repository, path, at) WHERE repository IS NOT NULL;
CREATE INDEX audit_sign_in_failed ON audit (address, at) WHERE action = 'sign_in_failed';
CREATE TABLE audit_rest PARTITION OF audit DEFAULT;  -- an insert can never fail for want of a month

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON tag_event FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON tag_event FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE OF manifest_id ON tag FOR EACH ROW EXECUTE FUNCTION tag_changed();
