/*
 * Pushing: upload sessions that become blobs, and manifests.
 *
 * A blob is published in this order: bytes synced, file renamed, folder synced, row committed; only
 * then may the caller answer 201. A session is locked against a second writer while a request holds
 * it open.
 */
#ifndef REGISTRY_PUSH_H
#define REGISTRY_PUSH_H

#include "db/blob.h"
#include "db/manifest.h"
#include "registry/registry.h"

/*
 * Where a push to this name lands, and that the principal may `wanted` there (bits of enum action):
 * DENIED if not; UNSUPPORTED with a sentence when nothing can be pushed to this key.
 */
bool registry_target_require(
    struct registry *, const char *name, int wanted, struct target *, struct error *) MUST_CHECK;

struct session; /* lives with the arena, which also closes its file */

bool registry_session_start(struct registry *, const char *name, enum digest_algorithm,
    struct session **, struct error *) MUST_CHECK;
/* The principal has as many pushes under way as registry->upload_sessions allows: TOOMANYREQUESTS.
 * Always false. */
bool registry_sessions_full(const struct registry *, struct error *);
/* The same for a target that the principal was let to. */
bool registry_session_start_at(struct registry *, const struct target *, const char *name,
    enum digest_algorithm, struct session **, struct error *) MUST_CHECK;
/* The principal's own session of that name; BLOB_UPLOAD_UNKNOWN for any other. */
bool registry_session_require(struct registry *, const char *name, const char *uuid,
    struct session **, struct error *) MUST_CHECK;
/* BLOB_UPLOAD_UNKNOWN if an earlier PUT published the bytes and this request is not its repetition:
 * `last` is the digest of a PUT, NULL for any other request. */
bool session_accepts(const struct session *, const struct digest *last, struct error *) MUST_CHECK;
const char *session_uuid(const struct session *);
int64_t session_received(const struct session *); /* acknowledged bytes */

/* Append; the first call opens and locks the file (CONFLICT if another request holds it). */
bool session_write(struct session *, const void *data, size_t length, struct error *) MUST_CHECK;
/* Acknowledge what was written, so that it may be resumed after it. */
bool session_save(struct session *, struct error *) MUST_CHECK;
/* Cut off what was written and will not be acknowledged. It would be cut before the next piece is
 * written anyhow, but no disk shall be full of it until then. */
void session_undo(struct session *);
/*
 * Everything written is the blob `digest`: verify, publish, end the session. Other bytes:
 * DIGEST_INVALID, and the session is gone.
 */
bool session_commit(struct session *, const struct digest *, struct error *) MUST_CHECK;
/* Write the row of published bytes, and end the session's: *file is the file that holds them now,
 * *won false when the session was gone. */
typedef bool session_record(void *context, struct db *, const struct upload_row *,
    const struct digest *, int64_t size, int64_t *file, bool *won, struct error *);
/* The same with a row of the caller's. */
bool session_commit_as(struct session *, const struct digest *, session_record *, void *context,
    struct error *) MUST_CHECK;
/* SHA-256 of all that one request wrote; false when nothing came. */
bool session_running_digest(const struct session *, struct digest *);
/* Hash along, from what is written next; the hasher is the caller's. NULL ends it. */
void session_listen(struct session *, struct hasher *const *, size_t count);
bool session_cancel(struct session *, struct error *) MUST_CHECK;

/* Link a blob that the name `from` holds here; *mounted false: it cannot be, for whatever reason.
 */
bool registry_blob_mount(struct registry *, const char *name, const char *from,
    const struct digest *, bool *mounted, struct error *) MUST_CHECK;

struct manifest_push {
	const char *name;
	const char *content_type; /* the request's; NULL when absent */
	struct bytes payload;
	const struct reference *reference; /* its digest, when by digest, must be the payload's */
	const char *const *tags;           /* further tags, for a push by digest */
	size_t tag_count;
	const struct digest *expected; /* If-Match; NULL: none */

	/* Filled in: */
	struct digest digest;
	const struct manifest *manifest;
	struct digest *missing; /* on MANIFEST_BLOB_UNKNOWN */
	size_t missing_count;
};

/* The target comes from registry_target_require(), which was asked before the body was read. */
bool registry_manifest_push(
    struct registry *, const struct target *, struct manifest_push *, struct error *) MUST_CHECK;

#endif
