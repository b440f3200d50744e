/*
 * The identity ties a store to its database: a UUID that is in the table `installation` and in the
 * file .stowage at the store's root. A directory without this file, such as the mount point of a
 * file system that is not mounted, is never used as the store.
 */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/uuid.h"

#define STORE_IDENTITY_FILE ".stowage"

/* Read the identity of a directory; "" if it has none. INTERNAL if it cannot be read. */
bool store_identity_read(
    const char *root, char identity[UUID_TEXT_SIZE], struct error *) MUST_CHECK;
/* The same for an open directory; false leaves errno. */
bool store_identity_at(int root, char identity[UUID_TEXT_SIZE]) MUST_CHECK;
/* Write the identity to the directory, and sync it. CONFLICT if the directory has another one. */
bool store_identity_write(const char *root, const char *identity, struct error *) MUST_CHECK;

/* Name of the effective user, for messages about permissions. */
#define STORE_USER_SIZE 64
void store_user(char name[STORE_USER_SIZE]);

#endif
