-- Words that SQL and C share: each function is an enum of C, of which fcgi/db/words.awk makes db/words.h. SQL uses them by name, as in
-- outcome := document_outcome('stale'), which the planner replaces by the number. tests/sql/words.sh checks that each word in sql/ exists, and
-- tests/sql/words.sql that the columns which contain these numbers accept no others. A number keeps its meaning: programs of an earlier version
-- may be running.
SET LOCAL search_path = registry;

-- repository.class
CREATE OR REPLACE FUNCTION repository_class(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'local' THEN 1
  WHEN 'remote' THEN 2
  WHEN 'virtual' THEN 3
END $$;

-- principal.kind; 0 is built in
CREATE OR REPLACE FUNCTION principal_kind(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'user' THEN 1
  WHEN 'group' THEN 2
END $$;

-- bits of permission_target_principal.actions and acl.actions
CREATE OR REPLACE FUNCTION action(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'read' THEN 1
  WHEN 'write' THEN 2
  WHEN 'delete' THEN 4
  WHEN 'manage' THEN 8
END $$;

-- manifest_blob.role: what a manifest references
CREATE OR REPLACE FUNCTION reference_role(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'config' THEN 1
  WHEN 'layer' THEN 2
  WHEN 'child' THEN 3
END $$;

-- the part of a request in the fetch of a blob
CREATE OR REPLACE FUNCTION fetch_role(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'holder' THEN 0 -- of the lease: fetch into `file`, first copying `received` bytes of `old_file` if that is not 0
  WHEN 'reader' THEN 1 -- a fetch into `file` is running, `received` bytes so far
  WHEN 'stored' THEN 2 -- the blob is stored in `file`, and the requested name may serve it
  WHEN 'failed' THEN 3 -- the fetch failed recently
END $$;

-- the row to which a file of the store belongs
CREATE OR REPLACE FUNCTION file_owner(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'none' THEN 0
  WHEN 'blob' THEN 1
  WHEN 'upload' THEN 2 -- upload or fetch
  WHEN 'intent' THEN 3 -- it is queued for removal
  WHEN 'future' THEN 4 -- its id was not allocated yet: this database is older than the file
END $$;

CREATE OR REPLACE FUNCTION blob_delete_outcome(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'done' THEN 0
  WHEN 'unknown' THEN 1
  WHEN 'used' THEN 2 -- a manifest of the image references it
END $$;

CREATE OR REPLACE FUNCTION document_outcome(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'created' THEN 0
  WHEN 'changed' THEN 1
  WHEN 'bad' THEN 2 -- from here on the message gives the reason
  WHEN 'exists' THEN 3
  WHEN 'unknown' THEN 4
  WHEN 'stale' THEN 5
END $$;

CREATE OR REPLACE FUNCTION manifest_put_outcome(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'done' THEN 0
  WHEN 'missing' THEN 1 -- blobs or children do not exist here: one row for each
  WHEN 'denied' THEN 2 -- a tag exists and the principal may not overwrite it (that needs delete, too)
  WHEN 'precondition' THEN 3 -- a tag does not have the expected digest
  WHEN 'retarget' THEN 4 -- target removed or right revoked since it was looked up
  WHEN 'excluded' THEN 5 -- a pattern on the path to the target excludes a tag
  WHEN 'size' THEN 6 -- a descriptor has another size than the content
END $$;

CREATE OR REPLACE FUNCTION promotion_outcome(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'done' THEN 0
  WHEN 'no_repository' THEN 1 -- from here on the message gives details
  WHEN 'unknown' THEN 2
  WHEN 'denied' THEN 3
END $$;

CREATE OR REPLACE FUNCTION v1_json_outcome(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'taken' THEN 0
  WHEN 'exists' THEN 1
  WHEN 'no_parent' THEN 2
  WHEN 'full' THEN 3
END $$;

CREATE OR REPLACE FUNCTION v1_checksum_outcome(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'done' THEN 0
  WHEN 'exists' THEN 1 -- with another checksum
  WHEN 'unknown' THEN 2
  WHEN 'no_layer' THEN 3
  WHEN 'mismatch' THEN 4 -- no layer has that checksum
  WHEN 'no_parent' THEN 5
  WHEN 'deep' THEN 6 -- nested too deep
END $$;

CREATE OR REPLACE FUNCTION v1_tag_outcome(text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE $1
  WHEN 'done' THEN 0
  WHEN 'unknown' THEN 1
  WHEN 'denied' THEN 2 -- the tag exists and may not be moved
END $$;
