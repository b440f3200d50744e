/*
 * Which database a store belongs to. A uuid stands in the table `installation` and in the file
 * .stowage at the store's root; a directory without it, such as the mount point of a file system
 * that is not mounted, is never taken for the store.
 */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include "base/uuid.h"
#include "store/store.h"

#define STORE_IDENTITY_FILE ".stowage"

/* The identity that the directory carries; "" if it has none. INTERNAL: cannot be read. */
bool store_identity_read(
    const char *root, char identity[UUID_TEXT_SIZE], struct error *) MUST_CHECK;
/* The same of an open directory; false leaves errno. */
bool store_identity_at(int root, char identity[UUID_TEXT_SIZE]) MUST_CHECK;
/* Write the identity into the directory, synced. CONFLICT if it carries another one. */
bool store_identity_write(const char *root, const char *identity, struct error *) MUST_CHECK;

/* The user this process acts as, for complaints about permissions. */
#define STORE_USER_SIZE 64
void store_user(char name[STORE_USER_SIZE]);

#endif
