/*
 * Upload sessions: all bytes enter the store through them. The file is opened per request, locked
 * against a second writer (flock, released when the process dies), truncated to the acknowledged
 * length, appended to, and published by rename.
 */
#ifndef STORE_UPLOAD_H
#define STORE_UPLOAD_H

#include "store/store.h"

struct upload;

/*
 * Open and lock uploads/FILE for appending after `received` bytes; if received is 0, create it.
 * BLOB_UPLOAD_UNKNOWN if the file is missing or shorter: the client must start again. CONFLICT if
 * another request holds the lock. Nothing is truncated yet: the caller first checks, under the
 * lock, that `received` is still valid, then calls upload_truncate().
 */
struct upload *upload_open(
    struct store *, int64_t file, int64_t received, struct error *) MUST_CHECK;
/* True if an earlier request has renamed the file to the blob's name. */
bool upload_is_published(struct store *, const struct digest *, int64_t file);
/*
 * Publish such a file again, because its directory may not have been synced and its row may not
 * have been inserted. *size: counted while the bytes are hashed. BLOB_UPLOAD_UNKNOWN if the bytes
 * do not match the digest. After a failure the file still exists, as after a failed
 * upload_publish().
 */
bool upload_republish(
    struct store *, const struct digest *, int64_t file, int64_t *size, struct error *) MUST_CHECK;
/* Hash the bytes that will be written; only for a session that has not received any yet. */
void upload_hash(struct upload *, enum digest_algorithm);
bool upload_write(struct upload *, const void *data, size_t length, struct error *) MUST_CHECK;
int64_t upload_length(const struct upload *); /* current size of the file */
/* Digest of the whole file: from the running hash if there is one, else by reading the file. */
bool upload_digest(
    struct upload *, enum digest_algorithm, struct digest *, struct error *) MUST_CHECK;
/* From the running hash; false if the upload was not hashed as it came. */
bool upload_running_digest(const struct upload *, struct digest *);
/* Truncate to `length`, removing bytes that a crash or a failed request left after the last
 * acknowledged one. */
bool upload_truncate(struct upload *, int64_t length, struct error *) MUST_CHECK;
/*
 * fdatasync, rename to the blob's name, fsync the directory: afterwards the bytes survive a power
 * failure. A failed sync is never retried. If fdatasync fails, the file is removed. If fsync of the
 * directory fails, the file keeps the blob's name, because another request of the same session may
 * have inserted a row for it; the caller ends the session, which queues the file for removal unless
 * a row names it. BLOB_UPLOAD_UNKNOWN if the session's file was removed by another request.
 */
bool upload_publish(struct upload *, const struct digest *, struct error *) MUST_CHECK;
/* Bytes acknowledged to a PATCH are not synced: a power failure may lose a session, never a blob.
 * NULL is fine. */
void upload_close(struct upload *);
/* Remove the session's file; a missing file counts as success. */
bool upload_unlink(struct store *, int64_t file, struct error *) MUST_CHECK;

#endif
