#include "db/upload.h"

#include "base/uuid.h"
#include "db/parts.h"
#include "db/sql.h"

/* Works for the rows of both statements. */
#define UPLOAD(row)                                                                        \
	(struct upload_row)                                                                \
	{                                                                                  \
		.uuid = (row).id, .image = (row).image, .file = (row).file,                \
		.received = (row).received, .algorithm = (enum digest_algorithm)(row).alg, \
	}

static struct upload_row *
upload_new(struct arena *arena, struct upload_row row, struct bytes digest_so_far, int sealed_alg,
    struct bytes sealed)
{
	struct upload_row *upload = arena_alloc(arena, sizeof(*upload));

	*upload = row;
	upload->has_digest = digest_so_far.data != NULL &&
			     parts_digest_read(
				 &upload->digest, (int)upload->algorithm, digest_so_far);
	upload->is_sealed = sealed.data != NULL &&
			    parts_digest_read(&upload->sealed, sealed_alg, sealed);
	return upload;
}

bool
db_upload_start(struct db *db, const struct target *target, const char *name, int account,
    int64_t limit, enum digest_algorithm algorithm, struct upload_row **out, struct error *err)
{
	PGresult *res = upload_start_query(db,
	    (struct upload_start_args){ .repository = target->repository,
		.name = name,
		.account = account,
		.alg = (int)algorithm,
		.most = limit },
	    err);
	struct upload_start_row row;

	if (res == NULL)
		return false;
	row = upload_start_row(res, 0);
	*out = row.id == NULL ? NULL
			      : upload_new(db->arena, UPLOAD(row), row.digest_so_far,
				    row.sealed_alg, row.sealed_digest);
	return true;
}

bool
db_upload_find(struct db *db, const char *key, const char *name, const char *uuid,
    const struct principal *principal, struct access_decision *decision, struct target *target,
    struct upload_row **out, struct error *err)
{
	PGresult *res = upload_find_query(db,
	    (struct upload_find_args){ .key = key,
		PRINCIPAL_ARGS(principal),
		.name = name,
		.upload = uuid_check(uuid) ? uuid : NULL },
	    err);
	struct upload_find_row row;

	*out = NULL;
	if (res == NULL)
		return false;
	row = upload_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*target = TARGET(row);
	if (row.id == NULL)
		return true;
	*out = upload_new(
	    db->arena, UPLOAD(row), row.digest_so_far, row.sealed_alg, row.sealed_digest);
	(*out)->committed = row.committed;
	return true;
}

bool
db_upload_advance(struct db *db, const struct upload_row *row, int64_t received,
    const struct digest *digest, bool *won, struct error *err)
{
	PGresult *res = upload_advance_query(db,
	    (struct upload_advance_args){ .upload = row->uuid,
		.received_before = row->received,
		.received = received,
		.digest_so_far = parts_digest_bytes(digest),
		.sealed_digest = parts_digest_bytes(row->is_sealed ? &row->sealed : NULL) },
	    err);

	*won = res != NULL && PQntuples(res) == 1;
	return res != NULL;
}

bool
db_upload_end(struct db *db, const struct upload_row *row, bool *found, struct error *err)
{
	PGresult *res = upload_end_query(db, (struct upload_end_args){ .upload = row->uuid }, err);

	*found = res != NULL && upload_end_row(res, 0).found;
	return res != NULL;
}

bool
db_upload_seal(struct db *db, const struct upload_row *row, const struct digest *digest,
    bool *found, struct error *err)
{
	PGresult *res = upload_seal_query(db,
	    (struct upload_seal_args){ .upload = row->uuid,
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest) },
	    err);

	*found = res != NULL && upload_seal_row(res, 0).found;
	return res != NULL;
}
