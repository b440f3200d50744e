/*
 * Holding the rows against the files, while the registry goes on serving: every blob has its file,
 * of the right size and with bytes that hash to its digest; every file belongs to a blob, an upload
 * or an intent to unlink.
 *
 * A blob without its bytes is a problem. If they were read and are others, its row is marked bad:
 * it is not found any more, so that clients and remotes bring it again. A row whose file turns out
 * right is corrected. A file nobody owns is only garbage: a crash leaves such files, and it never
 * leaves the other.
 */
#ifndef REGISTRY_CHECK_H
#define REGISTRY_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "db/pool.h"
#include "store/store.h"

enum check_finding {
	CHECK_MISSING,    /* no file */
	CHECK_SIZE,       /* its file has another size */
	CHECK_DIGEST,     /* its bytes hash to something else */
	CHECK_UNREADABLE, /* its file cannot be read */
	CHECK_GARBAGE     /* a file without an owner; not a problem */
};

struct check_count {
	int64_t files, file_bytes; /* seen on disk, first; what is to be expected of the rows */
	int64_t blobs, blob_bytes; /* rows checked */
	int64_t problems, garbage;
	int64_t removed; /* of the garbage */
};

struct check {
	bool quick;          /* do not read the bytes */
	bool remove_garbage; /* unless there are problems: see stowagectl(8) */
	/* path of the file: absolute for a blob, relative to the root for garbage */
	void (*found)(void *context, enum check_finding, const char *what);
	void (*progress)(void *context, const struct check_count *); /* after every file and row */
	void *context;
};

/* false: the check itself could not go on. Problems are counted, not errors. */
bool registry_check(struct db_pool *, struct store *, const struct check *, struct check_count *,
    struct error *) MUST_CHECK;

#endif
