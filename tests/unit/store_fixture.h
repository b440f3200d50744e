/* A blob store for a test, in a new directory. */
#ifndef TEST_STORE_FIXTURE_H
#define TEST_STORE_FIXTURE_H

#include "store/identity.h"

#define TEST_IDENTITY "11111111-2222-4333-8444-555555555555"

/* NULL on failure. */
static inline struct store *
store_fixture(const char *root)
{
	struct store *store = store_open(root, TEST_IDENTITY);

	if (store_identity_write(root, TEST_IDENTITY, NULL) && store_look(store, NULL))
		return store;
	store_close(store);
	return NULL;
}

#endif
