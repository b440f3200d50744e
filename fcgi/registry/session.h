/*
 * Upload sessions: bytes that arrive in one or more requests and become a blob.
 *
 * A blob is published in this order: bytes synced, file renamed, directory synced, row committed.
 * Only then may the caller answer 201. A session is locked against a second writer while a request
 * holds it open.
 */
#ifndef REGISTRY_SESSION_H
#define REGISTRY_SESSION_H

#include "db/upload.h"
#include "registry/registry.h"
#include "registry/target.h"

struct session; /* lives with the arena, which also closes its file */

bool registry_session_start(struct request_scope *, const char *name, enum digest_algorithm,
    struct session **, struct error *) MUST_CHECK;
/* The same for a target that registry_target_require() has returned. */
bool registry_session_start_at(struct request_scope *, const struct target *, const char *name,
    enum digest_algorithm, struct session **, struct error *) MUST_CHECK;
/* Set TOOMANYREQUESTS: the principal has as many pushes in progress as registry->upload_sessions
 * allows. Always false. */
bool registry_sessions_full(const struct registry *, struct error *);
/* The session of that UUID, if it belongs to the principal and the name; otherwise
 * BLOB_UPLOAD_UNKNOWN. */
bool registry_session_require(struct request_scope *, const char *name, const char *uuid,
    struct session **, struct error *) MUST_CHECK;
/* BLOB_UPLOAD_UNKNOWN if an earlier PUT published the bytes and this request does not repeat it:
 * `last` is the digest of a PUT, NULL for any other request. */
bool session_accepts(const struct session *, const struct digest *last, struct error *) MUST_CHECK;
const char *session_uuid(const struct session *);
int64_t session_received(const struct session *); /* acknowledged bytes */

/* Append; the first call opens and locks the file (CONFLICT if another request holds it). */
bool session_write(struct session *, const void *data, size_t length, struct error *) MUST_CHECK;
/* Acknowledge the bytes written so far, so that a later request can resume after them. */
bool session_save(struct session *, struct error *) MUST_CHECK;
/* Truncate bytes that will not be acknowledged. The next write would truncate them too, but until
 * then they would occupy the disk. */
void session_undo(struct session *);
/* Commit everything written as the blob `digest`: verify, publish, end the session. If the bytes do
 * not match: DIGEST_INVALID, and the session is deleted. */
bool session_commit(struct session *, const struct digest *, struct error *) MUST_CHECK;
/* Write the row of the published bytes, and delete the row of the session. *file is set to the file
 * that holds the bytes; *won is false if the session no longer existed. */
typedef bool session_record(void *context, struct db *, const struct upload_row *,
    const struct digest *, int64_t size, int64_t *file, bool *won, struct error *);
/* The same with a row that the caller writes. */
bool session_commit_as(struct session *, const struct digest *, session_record *, void *context,
    struct error *) MUST_CHECK;
/* SHA-256 of all bytes that one request wrote; false if it wrote none. */
bool session_running_digest(const struct session *, struct digest *);
/* Feed the bytes written from now on to the observers too, which the caller owns. NULL ends it. */
void session_observe(struct session *, struct hasher *const *, size_t count);
bool session_cancel(struct session *, struct error *) MUST_CHECK;

#endif
