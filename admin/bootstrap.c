/*
 * stowagectl bootstrap: what a new installation lacks. It runs at every deploy and only adds; an
 * administrator opts out by choosing a password of his own.
 */
#include "ctl.h"

#include <stdio.h>

#include "auth/password.h"
#include "db/account.h"
#include "db/permission.h"
#include "db/repository.h"

#define ADMIN "admin"
#define FIRST_PASSWORD "password"
#define READERS "readers"

/* Several nodes may deploy at once: who comes second finds what the first made. */
static bool
admin_make(struct ctl *ctl, struct error *err)
{
	const char *hash = password_hash(ctl->arena, FIRST_PASSWORD, err);

	if (hash == NULL)
		return false;
	if (!db_account_add(&ctl->db, ADMIN, hash, true, &ctl->actor, err))
		return err->code == ERROR_CONFLICT;
	puts("account " ADMIN " made, with the password " FIRST_PASSWORD ": change it");
	return true;
}

/* *wanted: there is no account at all, or admin still has the first password. */
static bool
is_wanted(struct ctl *ctl, bool *wanted, struct error *err)
{
	struct account *accounts, *admin;
	size_t count;

	if (!db_account_list(&ctl->db, "", 1, &accounts, &count, err) ||
	    !db_account_find(&ctl->db, ADMIN, &admin, err))
		return false;
	if (count == 0) {
		*wanted = true;
		return admin_make(ctl, err);
	}
	*wanted = admin != NULL && password_check(FIRST_PASSWORD, admin->password);
	return true;
}

static bool
repositories_make(struct ctl *ctl, struct error *err)
{
	static const char *const keys[] = { "docker-dev-local2", "docker-prod-local2" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		bool created;

		if (!db_repository_add_local(&ctl->db, keys[i], &ctl->actor, &created, err))
			return false;
		if (created)
			printf("repository %s made\n", keys[i]);
	}
	return true;
}

static bool
rights_make(struct ctl *ctl, struct error *err)
{
	static const char *const repositories[] = { "ANY" }, *const principals[] = { READERS };
	static const int actions[] = { ACTION_READ };
	const struct permission_target anything = {
		.name = "Anything",
		.includes = "",
		.excludes = "",
		.repositories = repositories,
		.repository_count = 1,
		.principals = principals,
		.actions = actions,
		.principal_count = 1,
	};
	bool created, known;

	if (!db_group_add(&ctl->db, READERS, &ctl->actor, &created, err))
		return false;
	if (created)
		puts("group " READERS " made");
	if (!db_permission_known(&ctl->db, anything.name, &known, err))
		return false;
	if (known)
		return true;
	if (!db_permission_set(&ctl->db, &anything, &ctl->actor, err))
		return false;
	printf("permission target %s made: group " READERS " may read\n", anything.name);
	return true;
}

enum exit_code
ctl_bootstrap(struct ctl *ctl, int argc, char **argv)
{
	struct error err = { 0 };
	bool wanted;

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	ctl_no_operands(ctl, argc, argv);
	if (!ctl_open(ctl, &err) || !is_wanted(ctl, &wanted, &err))
		return ctl_fail(&err);
	if (!wanted) {
		puts(ADMIN " has a password of its own: nothing is made");
		return EXIT_DONE;
	}
	if (!repositories_make(ctl, &err) || !rights_make(ctl, &err))
		return ctl_fail(&err);
	return EXIT_DONE;
}
