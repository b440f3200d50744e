/* Blobs, and which images may serve them. */
#ifndef DB_BLOB_H
#define DB_BLOB_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/repository.h"
#include "db/words.h"

struct upload_row;

struct blob_row {
	struct digest digest;
	int64_t id, size, file;
	const char *repository; /* key of the resolved member that has it */
};

/*
 * Find a blob in one round trip. NULL: it does not exist, not under this name, or not for this
 * principal; *ask: an upstream may have it. push: the principal may push, so a blob that is found
 * is protected from garbage collection for a day (data-model 5, rule 6).
 */
bool db_blob_find(struct db *, const char *key, const char *name, const struct digest *,
    const struct principal *, bool push, struct access_decision *, struct blob_row **, bool *ask,
    struct error *) MUST_CHECK;

/* Link a blob of image `from` (a name at the same key; requires the right to read it) to the
 * target's image. *found false: it cannot be mounted, for any reason. */
bool db_blob_mount(struct db *, const char *key, const char *from, const struct target *,
    const char *name, const struct digest *, const struct principal *, bool *found,
    struct error *) MUST_CHECK;

/* Unlink the blob from the target's image; USED if a manifest of the image references it. Audited.
 */
bool db_blob_delete(struct db *, const struct target *, const char *name, const struct digest *,
    const struct actor *, enum blob_delete_outcome *, struct error *) MUST_CHECK;

/* After the bytes are published as a file: find or insert the blob row, link it to the upload's
 * image, commit the session. *file: the file that holds the digest now; if it is not row->file,
 * ours is a duplicate and is queued for removal. *won false: the session does not exist any more,
 * and the image does not have the blob. */
bool db_blob_publish(struct db *, const struct upload_row *, const struct digest *, int64_t size,
    int64_t *file, bool *won, struct error *) MUST_CHECK;

/* The file `lost` of a blob is missing or damaged, and `file`, a duplicate, has its bytes: let the
 * row name `file`, unless another request has replaced `lost` already. *done false: the row still
 * names `lost` or is deleted, because the removal of `file` cannot be cancelled any more. */
bool db_blob_replace(struct db *, const struct digest *, int64_t lost, bool missing, int64_t file,
    int64_t size, bool *done, struct error *) MUST_CHECK;

/* For verification: pages of blob rows by id, of uploads and unlink intents by file id. */
struct file_row {
	int64_t id;
	int64_t file;
	int64_t size;
	bool has_digest; /* false: an unlink intent of a file that was never named like a blob */
	struct digest digest;
	bool bad;
};
bool db_blob_page(struct db *, int64_t after, int limit, struct file_row **, size_t *count,
    struct error *) MUST_CHECK;
/* After all bytes of the file have been read: record whether they are damaged, and their size. */
bool db_blob_classify(
    struct db *, const struct file_row *, bool bad, int64_t size, struct error *) MUST_CHECK;

/* Find the owner of each file; only file and digest are read. A file without a digest is in
 * uploads/. A blob owns only the file of its own digest. */
bool db_file_owners(struct db *, const struct file_row *, size_t count, enum file_owner *,
    struct error *) MUST_CHECK;

#endif
