/*
 * stowagectl bootstrap: create what a new installation lacks. It runs at every deploy and only
 * adds. The blob store always gets its identity; the rest is skipped once an administrator has set
 * another password.
 */
#include "ctl.h"

#include <stdio.h>

#include "auth/password.h"
#include "db/account.h"
#include "db/document.h"
#include "db/permission.h"

#define ADMIN "admin"
#define FIRST_PASSWORD "password"
#define READERS "readers"

/* Several nodes may deploy at once: the second finds the account of the first. */
static bool
admin_make(struct ctl *ctl, struct error *err)
{
	const char *hash = password_hash(ctl->arena, FIRST_PASSWORD, err);

	if (hash == NULL)
		return false;
	if (!db_account_add(&ctl->db, ADMIN, hash, true, &ctl->actor, err))
		return err->code == ERROR_CONFLICT;
	puts("administrator " ADMIN " created with the password " FIRST_PASSWORD
	     ": change it with stowagectl user passwd " ADMIN);
	return true;
}

/* *needed: no account exists, or admin still has the first password. Otherwise print why not. */
static bool
is_needed(struct ctl *ctl, bool *needed, struct error *err)
{
	struct account *accounts, *admin;
	size_t count;

	if (!db_account_list(&ctl->db, "", 1, &accounts, &count, err) ||
	    !db_account_find(&ctl->db, ADMIN, &admin, err))
		return false;
	if (count == 0) {
		*needed = true;
		return admin_make(ctl, err);
	}
	*needed = false;
	if (admin != NULL && !password_check(FIRST_PASSWORD, admin->password, needed, err))
		return false;
	if (!*needed)
		printf("nothing created: %s\n", admin == NULL
						    ? "accounts exist, but none is named " ADMIN
						    : ADMIN " has a password of its own");
	return true;
}

/*
 * The standard repositories, members before the virtuals that contain them. V1 clients see the
 * virtual, or, where it is deleted, the target of its pushes. docker 1.6 to 1.9 push only schema 1.
 */
static const struct {
	const char *key, *document;
} standard[] = {
	{ "docker-dev-local", "{\"rclass\": \"local\", \"dockerApiVersion\": \"V1\","
			      " \"bridgeRepository\": \"docker-dev,docker-dev-local2\"}" },
	{ "docker-prod-local", "{\"rclass\": \"local\", \"dockerApiVersion\": \"V1\","
			       " \"bridgeRepository\": \"docker-prod,docker-prod-local2\"}" },
	{ "docker-dev-local2", "{\"rclass\": \"local\", \"blockPushingSchema1\": false}" },
	{ "docker-prod-local2", "{\"rclass\": \"local\", \"blockPushingSchema1\": false}" },
	{ "dockerhub", "{\"rclass\": \"remote\", \"url\": \"https://registry-1.docker.io\"}" },
	{ "docker-prod",
	    "{\"rclass\": \"virtual\", \"repositories\": [\"docker-prod-local2\", \"dockerhub\"],"
	    " \"defaultDeploymentRepo\": \"docker-prod-local2\"}" },
	{ "docker-dev",
	    "{\"rclass\": \"virtual\", \"repositories\": [\"docker-dev-local2\", \"docker-prod\", \"dockerhub\"],"
	    " \"defaultDeploymentRepo\": \"docker-dev-local2\"}" },
};

/* Only if the key is free: changes by an administrator are kept. */
static bool
repositories_make(struct ctl *ctl, struct error *err)
{
	for (size_t i = 0; i < sizeof(standard) / sizeof(standard[0]); i++) {
		enum document_outcome outcome;
		const char *message;

		if (!db_document_save(&ctl->db, standard[i].key, standard[i].document,
			DOCUMENT_CREATE, 0, &ctl->actor, &outcome, &message, err))
			return false;
		if (outcome == DOCUMENT_CREATED)
			printf("repository %s created\n", standard[i].key);
		else if (outcome != DOCUMENT_EXISTS)
			printf("repository %s not created: %s\n", standard[i].key, message);
	}
	return true;
}

/* One permission target for the group of readers, unless one of that name exists. */
static bool
target_make(
    struct ctl *ctl, const char *name, const char *repositories, int actions, struct error *err)
{
	static const char *const principals[] = { READERS };
	const struct permission_target target = {
		.name = name,
		.includes = "",
		.excludes = "",
		.repositories = &repositories,
		.repository_count = 1,
		.principals = principals,
		.actions = &actions,
		.principal_count = 1,
	};
	bool added;

	if (!db_permission_add(&ctl->db, &target, &ctl->actor, &added, err))
		return false;
	if (added)
		printf("permission target %s created for group " READERS "\n", name);
	return true;
}

static bool
rights_make(struct ctl *ctl, struct error *err)
{
	bool created;

	if (!db_group_add(&ctl->db, READERS, &ctl->actor, &created, err))
		return false;
	if (created)
		puts("group " READERS " created");
	/* ACTION_WRITE on a remote allows filling its cache. */
	return target_make(ctl, "Anything", "ANY", ACTION_READ, err) &&
	       target_make(ctl, "Any Remote", "ANY REMOTE", ACTION_READ | ACTION_WRITE, err);
}

enum exit_code
ctl_bootstrap(struct ctl *ctl, int argc, char **argv)
{
	struct error err = { 0 };
	bool needed;

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	ctl_no_operands(ctl, argc, argv);
	if (!ctl_open(ctl, &err) || !ctl_store_bind(ctl, false, &err) ||
	    !is_needed(ctl, &needed, &err))
		return ctl_fail(&err);
	if (!needed)
		return EXIT_DONE;
	if (!repositories_make(ctl, &err) || !rights_make(ctl, &err))
		return ctl_fail(&err);
	return EXIT_DONE;
}
