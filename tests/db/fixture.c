#include "fixture.h"

#include "db/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct db_pool *pool; /* shared by all tests of the program */
static const char *url;

int
fixture_run(const char *name, const struct CMUnitTest *tests, size_t count)
{
	struct error err = { 0 };
	int failed;

	url = getenv("STOWAGE_TEST_DATABASE");
	if (url == NULL) {
		puts("1..0 # SKIP STOWAGE_TEST_DATABASE names no database");
		return 0;
	}
	if ((pool = db_pool_open(url, 3, 2000, &err)) == NULL) {
		printf("Bail out! %s: %s\n", err.message, err.cause);
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
	db_pool_close(pool);
	return failed;
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->url = url;
	f->db = (struct db){ .pool = pool, .arena = arena_new() };
	f->beside = PQconnectdb(url);
	PQclear(PQexec(f->beside, "SET search_path = registry"));
	f->actor = (struct actor){ .name = "tester",
		.request = "00000000-0000-4000-8000-000000000001",
		.address = "192.0.2.1" };
	*state = f;
	f->admin = account_make(f, 0, NULL);
	ask(f, "UPDATE account SET is_admin = true WHERE id = %d", f->admin.account);
	f->actor.account = f->admin.account;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->db.arena);
	PQfinish(f->beside);
	free(f);
	return 0;
}

const char *
ask(struct fixture *f, const char *format, ...)
{
	const char *sql, *answer = "";
	PGresult *res;
	va_list args;

	va_start(args, format);
	sql = arena_vprintf(f->db.arena, format, args);
	va_end(args);
	res = PQexec(f->beside, sql);
	if (PQresultStatus(res) != PGRES_TUPLES_OK && PQresultStatus(res) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(f->beside));
	if (PQntuples(res) > 0)
		answer = arena_strdup(f->db.arena, PQgetvalue(res, 0, 0));
	PQclear(res);
	return answer;
}

const char *
unique(struct fixture *f, const char *word)
{
	static int number;

	return arena_printf(f->db.arena, "%s-%d-%d", word, (int)getpid(), ++number);
}

const char *
local_make(struct fixture *f)
{
	const char *key = unique(f, "local");
	enum document_outcome outcome;
	const char *message;

	assert_true(db_document_save(&f->db, key, "{\"rclass\": \"local\"}", DOCUMENT_CREATE, 0,
	    &f->actor, &outcome, &message, &f->err));
	assert_int_equal(outcome, DOCUMENT_CREATED);
	return key;
}

const char *
virtual_make(struct fixture *f, const char *first, const char *second)
{
	const char *key = unique(f, "virtual");

	ask(f,
	    "INSERT INTO repository (key, class, default_deployment_id) SELECT '%s', 3, id FROM repository WHERE key = '%s'",
	    key, first);
	ask(f,
	    "INSERT INTO repository_member (virtual_id, position, member_id)"
	    " SELECT v.id, CASE r.key WHEN '%s' THEN 1 ELSE 2 END, r.id FROM repository v, repository r"
	    " WHERE v.key = '%s' AND r.key IN ('%s', '%s')",
	    first, key, first, second);
	return key;
}

struct principal
account_make(struct fixture *f, int actions, const char *key)
{
	const char *name = unique(f, "user");
	struct account *account = NULL;

	assert_true(db_account_add(&f->db, name, "*", false, &f->actor, &f->err));
	assert_true(db_account_find(&f->db, name, &account, &f->err));
	if (actions != 0) {
		const struct permission_target target = { .name = unique(f, "rights"),
			.includes = "",
			.excludes = "",
			.repositories = &key,
			.repository_count = 1,
			.principals = &name,
			.actions = &actions,
			.principal_count = 1 };

		assert_true(db_permission_set(&f->db, &target, &f->actor, &f->err));
	}
	return (struct principal){ .account = account->id, .epoch = account->epoch };
}

struct target
target_of(struct fixture *f, const char *key, const char *name, struct principal principal)
{
	struct access_decision decision;
	struct target target;

	assert_true(db_target_find(
	    &f->db, key, name, &principal, ACTION_WRITE, &decision, &target, &f->err));
	return target;
}

struct digest
digest_of_text(const char *text)
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, text, strlen(text));
	return digest;
}

struct digest
blob_make(struct fixture *f, const char *key, const char *name, const char *content)
{
	struct digest digest = digest_of_text(content);
	struct target target = target_of(f, key, name, f->admin);
	struct upload_row *row;
	int64_t file;
	bool won;

	assert_true(db_upload_start(
	    &f->db, &target, name, f->admin.account, 0, DIGEST_SHA256, &row, &f->err));
	assert_true(
	    db_blob_publish(&f->db, row, &digest, (int64_t)strlen(content), &file, &won, &f->err));
	assert_true(won);
	return digest;
}

enum manifest_put_outcome
push(struct fixture *f, const char *key, const char *name, struct principal principal,
    const char *content, const struct digest *blobs, size_t blob_count, const char *tag)
{
	struct target target = target_of(f, key, name, principal);
	struct manifest manifest = {
		.media_type = MEDIATYPE_OCI_MANIFEST, .artifact_type = "", .blob_count = blob_count
	};
	struct digest digest = digest_of_text(content), *missing;
	enum manifest_put_outcome outcome;
	size_t missing_count;
	int64_t size;
	struct manifest_put order = { .key = key,
		.name = name,
		.target = &target,
		.principal = &principal,
		.actor = &f->actor,
		.manifest = &manifest,
		.digest = &digest,
		.payload = { content, strlen(content) },
		.tags = &tag,
		.tag_count = tag != NULL };

	manifest.blobs = arena_array(f->db.arena, blob_count, sizeof(*manifest.blobs));
	for (size_t i = 0; i < blob_count; i++)
		manifest.blobs[i] = (struct descriptor){ .role = i == 0 ? DESCRIPTOR_CONFIG
									: DESCRIPTOR_LAYER,
			.digest = blobs[i],
			.size = -1 };
	if (!db_manifest_put(&f->db, &order, &outcome, &missing, &missing_count, &size, &f->err))
		fail_msg("%s: %s", f->err.message, f->err.cause);
	return outcome;
}
