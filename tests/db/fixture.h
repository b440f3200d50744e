/* A migrated database for tests of db/, named by STOWAGE_TEST_DATABASE; without it, tests are
 * skipped. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "db/account.h"
#include "db/blob.h"
#include "db/manifest.h"
#include "db/permission.h"
#include "db/pool.h"
#include "db/repository.h"
#include "db/upload.h"

struct fixture {
	const char *url;
	struct db db;   /* a pool of three connections, and an arena per test */
	PGconn *beside; /* a connection outside the pool, to inspect and to disturb */
	struct error err;
	struct principal admin;
	struct actor actor;
};

/* Run the tests, or skip them all; returns the exit status of main(). */
int fixture_run(const char *name, const struct CMUnitTest *tests, size_t count);
#define FIXTURE_RUN(name, tests) fixture_run(name, tests, sizeof(tests) / sizeof(tests[0]))
/* For each test. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define DB_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

/* The first value of the result; "" for no row or NULL. The test fails if the SQL fails. */
const char *ask(struct fixture *, const char *format, ...) PRINTF_LIKE(2, 3);
/* A unique name, so that tests can share a database. */
const char *unique(struct fixture *, const char *word);

/* Make objects for tests; the test fails if one cannot be made. */
const char *local_make(struct fixture *); /* key */
const char *virtual_make(
    struct fixture *, const char *first, const char *second); /* key; pushes go to `first` */
struct principal account_make(
    struct fixture *, int actions, const char *key); /* with these rights there; 0: none */
struct target target_of(struct fixture *, const char *key, const char *name, struct principal);
struct digest blob_make(struct fixture *, const char *key, const char *name, const char *content);
/* Push content as a manifest with these blobs, under a tag or none, as that principal. */
enum manifest_put_outcome push(struct fixture *, const char *key, const char *name,
    struct principal, const char *content, const struct digest *blobs, size_t blob_count,
    const char *tag);
struct digest digest_of_text(const char *text);

#endif
