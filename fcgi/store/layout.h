/* Layout of the store below its root; only for the files of store/. */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/uuid.h"
#include "oci/digest.h"

/* "blobs/sha512/ab/" + 128 hex digits + "." + 19 digits, rounded up. */
#define STORE_NAME_SIZE 192
#define STORE_PROBE_PREFIX ".probe-" /* of files that store_ready() makes */
#define STORE_FILE_MODE 0640         /* the web server reads blobs as a member of the group */

/* Where the store was last found. Replaced as a whole, so that readers need no lock. */
struct store_place {
	const char *path; /* absolute, without symbolic links */
	dev_t device;
	ino_t inode;
};

struct store {
	struct arena *arena;           /* owned: holds the store itself */
	const char *name;              /* of the root, as configured */
	int root;                      /* owned: base of all names; /dev/null at first */
	pthread_mutex_t lock;          /* of store_look(), which writes the fields below */
	char identity[UUID_TEXT_SIZE]; /* required identity of the root; "": any */
	_Atomic(const struct store_place *) place; /* NULL: the store is unavailable */
};

/* Names relative to the root. */
void store_blob_name(char name[STORE_NAME_SIZE], const struct digest *, int64_t file);
void store_upload_name(char name[STORE_NAME_SIZE], int64_t file);
/* Parse a name below blobs/ as a digest and a file id, and a name below uploads/ as a file id; -1
 * if malformed. A file id has digits only, without leading zeros, so that a name has exactly one
 * form. */
int64_t store_blob_name_parse(const char *name, struct digest *);
int64_t store_file_id_parse(const char *name);
/* Make all directories that uploads and blobs need below the descriptor, and sync them; false
 * leaves errno. */
bool store_make_directories(int root);
/* fsync the directory of `name`; false leaves errno. */
bool store_sync_directory(const struct store *, const char *name);
/* Hash an open file from its start; false leaves errno. */
bool store_hash_file(int fd, enum digest_algorithm, struct digest *, int64_t *size);

#endif
