/* A migrated database for tests of db/: named by STOWAGE_TEST_DATABASE, else they skip. */
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

struct fixture {
	const char *url;
	struct db db;   /* a pool of three connections, and an arena that lives as long as a test */
	PGconn *beside; /* a connection past the pool, to look and to disturb */
	struct error err;
	struct principal admin;
	struct actor actor;
};

/* Run the tests, or skip them all; the result is main()'s. */
int fixture_run(const char *name, const struct CMUnitTest *tests, size_t count);
#define FIXTURE_RUN(name, tests) fixture_run(name, tests, sizeof(tests) / sizeof(tests[0]))
/* For each test. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define DB_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

/* The first value that SQL answers, "" for none or NULL; SQL that fails fails the test. */
const char *ask(struct fixture *, const char *format, ...) PRINTF_LIKE(2, 3);
/* A name nobody else uses, so that tests share a database without meeting. */
const char *unique(struct fixture *, const char *word);

/* Things to test with; each fails the test when it cannot be made. */
const char *local_make(struct fixture *); /* key */
const char *virtual_make(
    struct fixture *, const char *first, const char *second); /* key; pushes land in `first` */
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
