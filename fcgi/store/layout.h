/* Where things lie below the root, shared by store.c and upload.c; nobody else includes it. */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "oci/digest.h"

/* "blobs/sha512/ab/" + 128 hex digits + "." + 19 digits, rounded up. */
#define STORE_NAME_SIZE 192

struct store {
	struct arena *arena; /* owned: holds the store itself */
	const char *path;    /* of the root, absolute */
	int root;            /* owned: every name is relative to it */
};

/* Names relative to the root. */
void store_blob_name(char name[STORE_NAME_SIZE], const struct digest *, int64_t file);
void store_upload_name(char name[STORE_NAME_SIZE], int64_t file);
/* fsync the folder that holds `name`; false leaves errno. */
bool store_sync_folder(const struct store *, const char *name);
/* Hash all bytes of an open file from its start; false leaves errno. */
bool store_hash_file(int fd, enum digest_algorithm, struct digest *, int64_t *size);

#endif
