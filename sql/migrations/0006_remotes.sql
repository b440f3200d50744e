-- What is known of upstreams.
SET LOCAL search_path = registry;

ALTER TABLE repository_remote
  ADD answer_ms int NOT NULL DEFAULT 5000 CHECK (answer_ms BETWEEN 1 AND 3600000);  -- to the first byte of a manifest or list, connecting included

ALTER TABLE remote_state
  ADD trouble       text,                          -- of the last failure, as clients may know it: unreachable, timed out, TLS, ...; NULL: it has answered since
  ADD suspect_until timestamptz,                   -- it gave no answer, and a probe is under way
  ADD struck        text[] NOT NULL DEFAULT '{}',  -- names it answered 502, 503 or 504 for in a row
  ADD told_at       timestamptz;                   -- when the log was told last

ALTER TABLE remote_miss
  ADD reason text;                                 -- of a refusal

DROP FUNCTION IF EXISTS remote_missed(int, text, text, boolean, int);
DROP FUNCTION IF EXISTS remote_failed(int, text, int, boolean);
