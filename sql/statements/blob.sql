SET search_path = registry;

-- A blob of an image name (sql/functions/request.sql).
-- idempotent
-- returns: repository_known boolean, blacked_out boolean, principal_valid boolean, allowed boolean,
--   id bigint, size bigint, file bigint, repository text, ask_upstream boolean
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set alg $5::smallint
\set digest $6::bytea
PREPARE blob_find AS
SELECT * FROM request_blob(:key, :account, :epoch, :name, :alg, :digest);

-- The same for an account that may push: a push will reference the blob, so garbage collection keeps it for another day.
-- idempotent
-- returns: as blob_find
\set key $1::text
\set account $2::integer
\set epoch $3::integer
\set name $4::text
\set alg $5::smallint
\set digest $6::bytea
PREPARE blob_find_keep AS
WITH found AS MATERIALIZED (SELECT * FROM request_blob(:key, :account, :epoch, :name, :alg, :digest)),
kept AS (
  UPDATE gc_blob SET due = now() + grace() WHERE blob_id = (SELECT id FROM found) AND due < now() + interval '1 hour')
SELECT * FROM found;

-- Calls (sql/functions/blob.sql).

-- idempotent
-- returns: found boolean
PREPARE blob_mount AS
SELECT blob_mount(p_key => $1::text, p_from => $2::text, p_account => $3::integer, p_epoch => $4::integer, p_target => $5::integer,
  p_name => $6::text, p_alg => $7::integer, p_digest => $8::bytea) AS found;

-- returns: outcome integer
PREPARE blob_delete AS
SELECT blob_delete(p_target => $1::integer, p_name => $2::text, p_alg => $3::integer, p_digest => $4::bytea,
  p_actor => $5::integer, p_actor_name => $6::text, p_request => $7::uuid, p_address => $8::inet) AS outcome;

-- idempotent
-- returns: won boolean, file bigint
PREPARE blob_publish AS
SELECT won, file FROM blob_publish(p_upload => $1::uuid, p_image => $2::bigint, p_file => $3::bigint, p_alg => $4::integer, p_digest => $5::bytea,
  p_size => $6::bigint);

-- returns: done boolean
PREPARE blob_replace AS
SELECT blob_replace(p_alg => $1::integer, p_digest => $2::bytea, p_lost => $3::bigint, p_missing => $4::boolean, p_file => $5::bigint,
  p_size => $6::bigint) AS done;

-- For fsck: blobs after an id.
-- idempotent
-- returns: id bigint, file bigint, size bigint, bad boolean, alg smallint, digest bytea
\set after $1::bigint
\set limit $2::bigint
PREPARE blob_page AS
SELECT id, file_id AS file, size, bad, alg, digest FROM blob WHERE id > :after ORDER BY id LIMIT :limit;

-- idempotent
\set id $1::bigint
\set file $2::bigint
\set bad $3::boolean
\set size $4::bigint
PREPARE blob_classify AS
UPDATE blob SET bad = :bad, size = :size WHERE id = :id AND file_id = :file;

-- The owners of files, as values of enum file_owner. Algorithm 0: a file in uploads/. An open session owns its file under any digest, because a
-- power failure may have lost the digest that the row was sealed with, and the client may continue.
-- idempotent
-- returns: owner integer
\set files $1::bigint[]
\set algs $2::integer[]
\set digests $3::bytea[]
PREPARE file_owners AS
SELECT CASE
    WHEN EXISTS (SELECT FROM blob b WHERE b.file_id = f.id AND b.alg = f.alg AND b.digest = f.digest) THEN file_owner('blob')
    WHEN EXISTS (SELECT FROM upload u WHERE u.file_id = f.id) OR EXISTS (SELECT FROM blob_fetch t WHERE t.file_id = f.id) THEN file_owner('upload')
    WHEN EXISTS (SELECT FROM gc_unlink g WHERE g.file_id = f.id AND (f.alg = 0 OR (g.alg = f.alg AND g.digest = f.digest))) THEN file_owner('intent')
    WHEN f.id > (SELECT last_value FROM file_id) THEN file_owner('future') ELSE file_owner('none') END AS owner
FROM unnest(:files, :algs, :digests) WITH ORDINALITY AS f (id, alg, digest, place)
ORDER BY f.place;
