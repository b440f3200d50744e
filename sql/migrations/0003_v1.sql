-- The v1 API: what its clients push, and how they see what was pushed over v2.
SET LOCAL search_path = registry;

UPDATE installation SET schema = 3;

-- What is pushed over v1 goes into the bridged repository as well, as schema 2.
ALTER TABLE repository ADD bridge_push boolean NOT NULL DEFAULT false;

-- v1 images: a layer, its JSON and all below it. Clients choose the ids, so that one is known within its image only.
CREATE TABLE v1_image (
  image_id   bigint NOT NULL REFERENCES image,
  v1_id      bytea NOT NULL CHECK (octet_length(v1_id) = 32),
  json       bytea NOT NULL,                       -- exactly the bytes pushed
  blob_id    bigint REFERENCES blob,               -- the layer; NULL: the empty one, of which no bytes are kept
  zstd       boolean NOT NULL DEFAULT false,       -- the layer came over v2 compressed so: packed anew for v1 clients
  ancestry   bytea[] NOT NULL CHECK (ancestry[1] = v1_id AND cardinality(ancestry) <= 127),  -- itself first, root last
  payload    bytea CHECK (octet_length(payload) = 32),  -- checksum that was verified; NULL: came by the bridge
  tarsum     text,                                 -- as the client said; not checked
  created_by int,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (image_id, v1_id));
CREATE INDEX ON v1_image (v1_id);
CREATE INDEX ON v1_image (blob_id) WHERE blob_id IS NOT NULL;

CREATE TABLE v1_tag (
  image_id   bigint NOT NULL,
  v1_id      bytea NOT NULL,
  updated_by int,
  updated_at timestamptz NOT NULL DEFAULT now(),
  name       text COLLATE "C" NOT NULL CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'),
  agent      text NOT NULL DEFAULT '',             -- User-Agent of the client that set it
  PRIMARY KEY (image_id, name),
  FOREIGN KEY (image_id, v1_id) REFERENCES v1_image);
CREATE INDEX ON v1_tag (image_id, v1_id);

-- On its way: one row for each JSON that somebody sent of an id, so that two who push at once do not spoil each other's work.
CREATE TABLE v1_upload (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  image_id   bigint NOT NULL REFERENCES image,
  v1_id      bytea NOT NULL CHECK (octet_length(v1_id) = 32),
  parent     bytea CHECK (octet_length(parent) = 32 AND parent <> v1_id),
  touched_at timestamptz NOT NULL DEFAULT now(),
  json       bytea NOT NULL);
CREATE UNIQUE INDEX ON v1_upload (image_id, v1_id, sha256(json));
CREATE INDEX ON v1_upload (touched_at);

CREATE TABLE v1_layer (                            -- a layer received for such a JSON
  upload_id bigint NOT NULL REFERENCES v1_upload ON DELETE CASCADE,
  payload   bytea NOT NULL CHECK (octet_length(payload) = 32),  -- SHA-256 of JSON, line feed, layer
  blob_id   bigint NOT NULL REFERENCES blob,
  PRIMARY KEY (upload_id, payload));
CREATE INDEX ON v1_layer (blob_id);

-- How v1 clients see a manifest. Worked out by whoever asks first, kept so that ids never change, gone with the manifest.
CREATE TABLE v1_view (
  manifest_id bigint PRIMARY KEY REFERENCES manifest ON DELETE CASCADE,
  shown_id    bigint NOT NULL REFERENCES manifest ON DELETE CASCADE,  -- itself, or the one of an index that is shown
  v1_id       bytea CHECK (octet_length(v1_id) = 32),                 -- NULL: not to be seen
  reason      text,                                                   -- for that
  CHECK (num_nonnulls(v1_id, reason) = 1));
CREATE INDEX ON v1_view (shown_id);

CREATE TABLE v1_view_image (
  manifest_id bigint NOT NULL REFERENCES manifest ON DELETE CASCADE,  -- the one shown
  position    int NOT NULL,                        -- 1 is the root
  v1_id       bytea NOT NULL CHECK (octet_length(v1_id) = 32),
  json        bytea NOT NULL,
  alg         smallint,                            -- of the layer; NULL: the empty one
  digest      bytea,
  zstd        boolean NOT NULL,
  PRIMARY KEY (manifest_id, position),
  CHECK (num_nulls(alg, digest) <> 1));
CREATE INDEX ON v1_view_image (v1_id, manifest_id);

-- Signs schema 1 manifests; one for the installation, made when first needed.
CREATE TABLE signing_key (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  secret     bytea NOT NULL CHECK (octet_length(secret) = 96),
  created_at timestamptz NOT NULL DEFAULT now());

CREATE FUNCTION v1_tag_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE OF v1_id ON v1_tag FOR EACH ROW EXECUTE FUNCTION v1_tag_changed();
CREATE TRIGGER queue AFTER DELETE ON v1_image REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION queue_blobs();
CREATE TRIGGER queue AFTER DELETE ON v1_layer REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION queue_blobs();
