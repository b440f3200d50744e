#include "registry/session.h"

#include <inttypes.h>

#include "db/blob.h"
#include "registry/duplicate.h"
#include "store/upload.h"

struct session {
	const struct registry *registry; /* borrowed */
	struct upload_row *row;          /* the session as stored in the database */
	bool fresh;            /* started by this request, so only this request knows it */
	bool published;        /* an earlier request renamed the file to row->sealed */
	struct upload *upload; /* NULL until bytes are written; closed once they are saved */
	struct hasher *const *observers; /* borrowed */
	size_t observer_count;
};

static void
session_release(void *held)
{
	struct session *session = held;

	upload_close(session->upload);
	session->upload = NULL;
}

static struct session *
session_new(const struct registry *registry, struct upload_row *row, bool fresh)
{
	struct session *session = arena_alloc(registry->db->arena, sizeof(*session));

	*session = (struct session){ .registry = registry, .row = row, .fresh = fresh };
	arena_defer(registry->db->arena, session_release, session);
	return session;
}

bool
registry_session_start(struct request_scope *scope, const char *name,
    enum digest_algorithm algorithm, struct session **session, struct error *err)
{
	struct target target = { 0 };

	return registry_target_require(scope, name, ACTION_WRITE, &target, err) &&
	       registry_session_start_at(scope, &target, name, algorithm, session, err);
}

bool
registry_sessions_full(const struct registry *registry, struct error *err)
{
	return error_set(err, ERROR_TOOMANYREQUESTS,
	    "cannot start an upload: this account has %" PRId64
	    " open upload sessions, the maximum;"
	    " complete or cancel some, or wait until they expire, a day after their last request",
	    registry->upload_sessions);
}

bool
registry_session_start_at(struct request_scope *scope, const struct target *target,
    const char *name, enum digest_algorithm algorithm, struct session **session, struct error *err)
{
	struct upload_row *row = NULL;

	if (!db_upload_start(scope->registry->db, target, name, scope->principal.account,
		scope->registry->upload_sessions, algorithm, &row, err))
		return false;
	if (row == NULL)
		return registry_sessions_full(scope->registry, err);
	*session = session_new(scope->registry, row, true);
	return true;
}

bool
registry_session_require(struct request_scope *scope, const char *name, const char *uuid,
    struct session **session, struct error *err)
{
	struct access_decision decision = { 0 };
	struct target target = { 0 };
	struct upload_row *row = NULL;

	if (!db_upload_find(scope->registry->db, scope->key, name, uuid, &scope->principal,
		&decision, &target, &row, err) ||
	    !registry_admit(scope, &decision, ERROR_DENIED, err) ||
	    !store_require(scope->registry->store, err))
		return false;
	if (row == NULL)
		return error_set(err, ERROR_BLOB_UPLOAD_UNKNOWN, NULL);
	*session = session_new(scope->registry, row, false);
	(*session)->published = row->committed ||
				(row->is_sealed && upload_is_published(scope->registry->store,
						       &row->sealed, row->file));
	return true;
}

bool
session_accepts(const struct session *session, const struct digest *last, struct error *err)
{
	if (!session->published || (last != NULL && digest_equal(last, &session->row->sealed)))
		return true;
	return error_set(err, ERROR_BLOB_UPLOAD_UNKNOWN, NULL);
}

const char *
session_uuid(const struct session *session)
{
	return session->row->uuid;
}

int64_t
session_received(const struct session *session)
{
	return session->row->received;
}

/* The row was read before the file was locked: another request may have written in between, and
 * bytes that it acknowledged must not be truncated. */
static bool
session_confirm(struct session *session, struct error *err)
{
	const struct upload_row *row = session->row;
	bool won = session->fresh;

	if (!won && !db_upload_advance(session->registry->db, row, row->received,
			row->has_digest ? &row->digest : NULL, &won, err))
		return false;
	return won || error_set(err, ERROR_CONFLICT, "another request has written to this upload");
}

/* A session that has ended has no file; opening it has just created one. */
static void
session_drop_empty(const struct session *session, const struct upload *upload)
{
	struct error ignored = { 0 };

	if (upload_length(upload) == 0)
		(void)!upload_unlink(session->registry->store, session->row->file, &ignored);
}

static bool
session_open(struct session *session, struct error *err)
{
	const struct upload_row *row = session->row;
	struct upload *upload;

	if (session->upload != NULL)
		return true;
	upload = upload_open(session->registry->store, row->file, row->received, err);
	if (upload == NULL)
		return false;
	session->upload = upload; /* at once: the session closes it, even if memory runs out next */
	if (!session_confirm(session, err) || !upload_truncate(upload, row->received, err)) {
		session_drop_empty(session, upload);
		upload_close(upload);
		session->upload = NULL;
		return false;
	}
	/* The running digest costs nothing, but only while all bytes pass through one request. */
	if (row->received == 0)
		upload_hash(upload, row->algorithm);
	return true;
}

bool
session_write(struct session *session, const void *data, size_t length, struct error *err)
{
	if (session->published) /* the bytes are stored already */
		return true;
	for (size_t i = 0; i < session->observer_count; i++)
		hasher_update(session->observers[i], data, length);
	return session_open(session, err) && upload_write(session->upload, data, length, err);
}

void
session_observe(struct session *session, struct hasher *const *observers, size_t count)
{
	session->observers = observers;
	session->observer_count = count;
}

bool
session_running_digest(const struct session *session, struct digest *digest)
{
	return session->upload != NULL && upload_running_digest(session->upload, digest);
}

bool
session_save(struct session *session, struct error *err)
{
	struct digest digest;
	bool won = false, running;

	if (session->upload == NULL) /* nothing was written, so nothing to acknowledge */
		return true;
	running = upload_running_digest(session->upload, &digest);
	if (!db_upload_advance(session->registry->db, session->row, upload_length(session->upload),
		running ? &digest : NULL, &won, err))
		return false;
	if (!won)
		return error_set(err, ERROR_CONFLICT, "another request has written to this upload");
	/* The client may send the next request before this one is over: it must not find the file
	 * locked. */
	session_release(session);
	return true;
}

void
session_undo(struct session *session)
{
	struct error ignored = { 0 };

	if (session->upload == NULL)
		return;
	(void)!upload_truncate(session->upload, session->row->received, &ignored);
	session_release(session);
}

/* The digest of all bytes: stored in the row, still running, or computed by reading the file
 * once. */
static bool
session_digest(struct session *session, enum digest_algorithm algorithm, struct digest *digest,
    struct error *err)
{
	const struct upload_row *row = session->row;

	if (row->has_digest && row->digest.algorithm == algorithm &&
	    upload_length(session->upload) == row->received) {
		*digest = row->digest;
		return true;
	}
	return upload_digest(session->upload, algorithm, digest, err);
}

/* End the session without a blob, unless another request has just ended it with one. */
static void
session_discard(struct session *session)
{
	struct error ignored = { 0 };
	bool found;

	if (db_upload_end(session->registry->db, session->row, &found, &ignored))
		(void)!upload_unlink(session->registry->store, session->row->file, &ignored);
}

/* From here on the row fixes the final name of the file, and the session accepts no other
 * digest. */
static bool
session_seal(struct session *session, const struct digest *digest, struct error *err)
{
	bool found;

	if (!db_upload_seal(session->registry->db, session->row, digest, &found, err))
		return false;
	return found || error_set(err, ERROR_BLOB_UPLOAD_UNKNOWN, NULL);
}

/* Give the file the blob's name, or repeat that if it has the name. If it has the name but may not
 * keep it, the session ends: its row decides whether another request has made the file a blob's. */
static bool
session_rename(
    struct session *session, const struct digest *digest, int64_t *size, struct error *err)
{
	struct store *store = session->registry->store;
	int64_t file = session->row->file;

	if (session->published ? upload_republish(store, digest, file, size, err)
			       : upload_publish(session->upload, digest, err))
		return true;
	if (upload_is_published(store, digest, file))
		session_discard(session);
	return false;
}

/* *size is set to the number of bytes hashed. */
static bool
session_publish_file(
    struct session *session, const struct digest *digest, int64_t *size, struct error *err)
{
	struct digest actual;

	if (session->published)
		return session_rename(session, digest, size, err);
	if (!session_open(session, err) ||
	    !session_digest(session, digest->algorithm, &actual, err))
		return false;
	if (!digest_equal(&actual, digest)) {
		session_discard(session);
		return error_set(err, ERROR_DIGEST_INVALID, NULL);
	}
	*size = upload_length(session->upload);
	return session_seal(session, digest, err) && session_rename(session, digest, size, err);
}

static bool
record_blob(void *context, struct db *db, const struct upload_row *row, const struct digest *digest,
    int64_t size, int64_t *file, bool *won, struct error *err)
{
	(void)context;
	return db_blob_publish(db, row, digest, size, file, won, err);
}

bool
session_commit(struct session *session, const struct digest *digest, struct error *err)
{
	return session_commit_as(session, digest, record_blob, NULL, err);
}

bool
session_commit_as(struct session *session, const struct digest *digest, session_record *record,
    void *context, struct error *err)
{
	const struct registry *registry = session->registry;
	const struct upload_row *row = session->row;
	int64_t size = 0, file = 0;
	bool won = false;

	if (!row->committed && !session_publish_file(session, digest, &size, err))
		return false;
	if (!record(context, registry->db, row, digest, size, &file, &won, err))
		return false;
	if (!won)
		return error_set(err, ERROR_BLOB_UPLOAD_UNKNOWN, NULL);
	return row->committed || file == row->file ||
	       registry_duplicate_settle(
		   registry->db, registry->store, digest, row->file, size, &file, err);
}

bool
session_cancel(struct session *session, struct error *err)
{
	struct error ignored = { 0 };
	bool found = false;

	if (!db_upload_end(session->registry->db, session->row, &found, err))
		return false;
	if (!found)
		return error_set(err, ERROR_BLOB_UPLOAD_UNKNOWN, NULL);
	(void)!upload_unlink(session->registry->store, session->row->file, &ignored);
	return true;
}
