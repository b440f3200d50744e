/*
 * Upload sessions: the only way bytes enter the store. The file is opened per request, locked
 * against a second writer (flock, dies with the process), cut to the acknowledged length, appended
 * to, and published by rename.
 */
#ifndef STORE_UPLOAD_H
#define STORE_UPLOAD_H

#include "store/store.h"

struct upload;

/* Open and lock uploads/FILE for appending after `received` bytes; created when received is 0. A
 * shorter or missing file is BLOB_UPLOAD_UNKNOWN: the client can only start again. Locked by
 * another request: CONFLICT. Nothing is cut yet: the caller first makes sure, under the lock, that
 * `received` still holds, then calls upload_truncate(). */
struct upload *upload_open(
    struct store *, int64_t file, int64_t received, struct error *) MUST_CHECK;
/* Has an earlier request renamed the file to that of the blob? */
bool upload_is_published(struct store *, const struct digest *, int64_t file);
/*
 * Such a file once more, since its folder may not have been synced, nor a row written: *size is
 * counted while its bytes are hashed. BLOB_UPLOAD_UNKNOWN if they are not the digest's. After a
 * failure the file is still there, as after one of upload_publish().
 */
bool upload_republish(
    struct store *, const struct digest *, int64_t file, int64_t *size, struct error *) MUST_CHECK;
/* Hash what will be written; only for a session that has received nothing yet. */
void upload_hash(struct upload *, enum digest_algorithm);
bool upload_write(struct upload *, const void *data, size_t length, struct error *) MUST_CHECK;
int64_t upload_length(const struct upload *); /* bytes in the file now */
/* Digest of the whole file so far: from the running hash if there is one, else by reading the file.
 */
bool upload_digest(
    struct upload *, enum digest_algorithm, struct digest *, struct error *) MUST_CHECK;
/* The running hash only; false when there is none. */
bool upload_running_digest(const struct upload *, struct digest *);
/* Cut back to `length`: what a crash or a failed request left after the last acknowledged byte. */
bool upload_truncate(struct upload *, int64_t length, struct error *) MUST_CHECK;
/*
 * fdatasync, rename to the blob's name, fsync that folder: after it the bytes survive loss of
 * power. A failed sync is never repeated. If that of the file fails, the file is removed. If that
 * of the folder fails, the file keeps the blob's name, since another request of the same session
 * may have written a row for it: the caller ends the session, which queues the file for removal
 * unless that has happened. BLOB_UPLOAD_UNKNOWN when the session's file was removed meanwhile.
 */
bool upload_publish(struct upload *, const struct digest *, struct error *) MUST_CHECK;
/* Bytes acknowledged to a PATCH are not synced: loss of power may cost a session, never a blob.
 * NULL is fine. */
void upload_close(struct upload *);
/* Remove the session's file; missing is fine. */
bool upload_unlink(struct store *, int64_t file, struct error *) MUST_CHECK;

#endif
