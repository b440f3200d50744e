-- Sessions that became a blob: if the answer to their last request was lost, the client repeats it.
SET LOCAL search_path = registry;

-- No foreign keys: ids are never reused, and the row of an image that is gone finds nothing.
CREATE TABLE upload_done (
  id         uuid PRIMARY KEY,
  image_id   bigint NOT NULL,
  account    int NOT NULL,
  received   bigint NOT NULL,                        -- as in upload, before the last request
  alg        smallint NOT NULL,
  digest     bytea NOT NULL,
  expires_at timestamptz NOT NULL);
CREATE INDEX ON upload_done (expires_at);
