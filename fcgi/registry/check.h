/*
 * Compare rows and files while the registry keeps serving: every blob has a file of the right size
 * whose bytes hash to its digest, and every file belongs to a blob, an upload or an intent to
 * unlink.
 *
 * A blob without its bytes is a problem. If the file was read and has other bytes, its row is
 * marked bad: clients no longer find the blob, so that they and remote repositories bring it again.
 * A row is corrected if its file turns out right. A file without an owner is only garbage: a crash
 * leaves such files, but never a row without its file.
 */
#ifndef REGISTRY_CHECK_H
#define REGISTRY_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "db/pool.h"
#include "store/store.h"

enum check_finding {
	CHECK_MISSING,    /* no file */
	CHECK_SIZE,       /* the file has another size */
	CHECK_DIGEST,     /* the bytes hash to something else */
	CHECK_UNREADABLE, /* the file cannot be read */
	CHECK_GARBAGE     /* a file without an owner; not a problem */
};

struct check_count {
	int64_t files, file_bytes; /* found on disk, before the rows are checked */
	int64_t blobs, blob_bytes; /* rows checked */
	int64_t problems, garbage;
	int64_t removed; /* of the garbage */
};

struct check {
	bool quick;          /* do not read the bytes */
	bool remove_garbage; /* unless there are problems: see stowagectl(8) */
	/* what: path of the file, absolute for a blob, relative to the root for garbage */
	void (*found)(void *context, enum check_finding, const char *what);
	void (*progress)(void *context, const struct check_count *); /* after every file and row */
	void *context;
};

/* Return false if the check could not be completed. Problems are counted; they are not errors. */
bool registry_check(struct db_pool *, struct store *, const struct check *, struct check_count *,
    struct error *) MUST_CHECK;

#endif
