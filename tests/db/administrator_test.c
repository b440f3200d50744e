/* Administration, and that it is refused to others: by functions of registry/, not only by their
 * callers. */
#include <string.h>

#include "fixture.h"
#include "registry/administrator.h"
#include "registry/folders.h"
#include "registry/repositories.h"
#include "registry/resolution.h"
#include "registry/storage_report.h"

static const struct config config = { 0 };

/* The scope of a request of that principal. */
static struct request_scope
scope_of(struct fixture *f, struct principal principal)
{
	struct registry *registry = arena_alloc(f->db.arena, sizeof(*registry));
	struct request_scope scope = {
		.registry = registry, .principal = principal, .actor = f->actor
	};

	registry->db = &f->db;
	assert_true(registry_admit_account(&scope, &f->err));
	return scope;
}

static bool
save(struct fixture *f, struct principal principal, const struct repository_edit *edit)
{
	const struct request_scope scope = scope_of(f, principal);
	const char *note;
	bool created;

	f->err = (struct error){ 0 };
	return registry_repository_save(&scope, &config, edit, &created, &note, &f->err);
}

static struct repository *
find(struct fixture *f, struct principal principal, const char *key)
{
	const struct request_scope scope = scope_of(f, principal);
	struct repository *repository;

	assert_true(registry_repository_find(&scope, key, &repository, &f->err));
	return repository;
}

static void
ignore(void *context, const struct file_report *file)
{
	(void)context;
	(void)file;
}

#define REFUSED(code_wanted, f, call)                         \
	do {                                                  \
		(f)->err = (struct error){ 0 };               \
		assert_false(call);                           \
		assert_int_equal((f)->err.code, code_wanted); \
	} while (0)

static void
stale_principal_is_refused(void **state)
{
	struct fixture *f = *state;
	struct request_scope scope = scope_of(f, f->admin);

	assert_true(scope.principal.is_admin);
	scope.principal.epoch++;
	REFUSED(ERROR_PRINCIPAL_STALE, f, registry_admit_account(&scope, &f->err));
	assert_false(scope.principal.is_admin);
}

static void
others_do_nothing(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f), *json, *note;
	const struct principal principals[] = { { 0 }, account_make(f, ACTION_READ, key) };
	const struct repository_edit edit = { .key = key, .document = "{}" };
	struct reference reference;
	struct storage_summary summary;

	assert_true(reference_parse(&reference, "latest", &f->err));
	for (int i = 0; i < 2; i++) {
		const struct request_scope scope = scope_of(f, principals[i]);
		enum error_code code = i == 0 ? ERROR_UNAUTHORIZED : ERROR_DENIED;

		REFUSED(code, f, save(f, principals[i], &edit));
		REFUSED(code, f, registry_repository_delete(&scope, key, 0, &note, &f->err));
		REFUSED(code, f, registry_storage_report(&scope, &summary, &f->err));
		REFUSED(code, f, registry_folder_walk(&scope, key, "", ignore, NULL, &f->err));
		REFUSED(code, f,
		    registry_resolution_describe(
			&scope, key, "app", &reference, NULL, &json, &f->err));
	}
	assert_int_equal(find(f, f->admin, key)->revision, 1);
}

static void
others_see_an_outline(void **state)
{
	struct fixture *f = *state;
	const char *key = unique(f, "remote");
	const struct repository_edit edit = { .key = key,
		.document = "{\"rclass\": \"remote\", \"url\": \"https://upstream.test\","
			    " \"description\": \"theirs\", \"projectKey\": \"p\"}" };
	struct repository *all, *outline;

	assert_true(save(f, f->admin, &edit));
	all = find(f, f->admin, key);
	outline = find(f, account_make(f, ACTION_READ, key), key);
	assert_string_equal(all->url, "https://upstream.test");
	assert_non_null(strstr(all->document, "socketTimeoutMillis"));
	assert_string_equal(outline->rclass, "remote");
	assert_string_equal(outline->description, "theirs");
	assert_string_equal(outline->project, "p");
	assert_string_equal(outline->version, all->version);
	assert_null(outline->url);
	assert_null(outline->document);
	assert_null(find(f, account_make(f, 0, NULL), key));
}

static void
edit_requires_its_revision(void **state)
{
	struct fixture *f = *state;
	const char *key = local_make(f);
	struct repository_edit edit = { .key = key, .document = "{}", .mode = DOCUMENT_UPDATE };

	edit.revision = find(f, f->admin, key)->revision;
	assert_true(save(f, f->admin, &edit));
	REFUSED(ERROR_PRECONDITION, f, save(f, f->admin, &edit));
	edit.revision = REPOSITORY_REVISION_NONE;
	REFUSED(ERROR_PRECONDITION, f, save(f, f->admin, &edit));
	edit.revision = REPOSITORY_REVISION_ANY;
	assert_true(save(f, f->admin, &edit));
	edit.mode = DOCUMENT_CREATE;
	REFUSED(ERROR_PRECONDITION, f, save(f, f->admin, &edit));
	edit.mode = DOCUMENT_UPDATE;
	edit.document = "{\"rclass\": \"remote\"}";
	REFUSED(ERROR_BAD_REQUEST, f, save(f, f->admin, &edit));
	edit.key = unique(f, "missing");
	REFUSED(ERROR_NOT_FOUND, f, save(f, f->admin, &edit));
}

static void
settings_section_must_exist(void **state)
{
	struct fixture *f = *state;
	const struct repository_edit edit = {
		.key = unique(f, "remote"),
		.document =
		    "{\"rclass\": \"remote\", \"url\": \"https://upstream.test\", \"proxy\": \"office\"}"
	};

	REFUSED(ERROR_BAD_REQUEST, f, save(f, f->admin, &edit));
	assert_non_null(strstr(f->err.message, "proxy: must be the name of a [proxy] section"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(stale_principal_is_refused),
		DB_TEST(others_do_nothing),
		DB_TEST(others_see_an_outline),
		DB_TEST(edit_requires_its_revision),
		DB_TEST(settings_section_must_exist),
	};

	return FIXTURE_RUN("administrator", tests);
}
