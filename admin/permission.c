/* stowagectl permission: permission targets. */
#include "db/permission.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "db/account.h"

#define PAGE 100
#define MAX 256 /* repositories, or principals, of one target */

const struct ctl_option permission_set_options[] = {
	{ "repository", "KEY,...",
	    "required: repositories, or ANY, \"ANY LOCAL\", \"ANY REMOTE\"" },
	{ "include", "PATTERN,...", "only names that match one of these patterns" },
	{ "exclude", "PATTERN,...", "except names that match one of these patterns" },
	{ "user", "NAME,...", "users, for the next --actions" },
	{ "group", "NAME,...", "groups, for the next --actions" },
	{ "anonymous", NULL, "anonymous clients, for the next --actions" },
	{ "actions", "ACTION,...",
	    "read, write, delete, manage: rights of the users and groups before it" },
	{ NULL, NULL, NULL },
};

struct draft {
	struct permission_target target;
	const char *repositories[MAX];
	const char *principals[MAX];
	bool is_group[MAX];
	int actions[MAX];
	size_t answered; /* principals whose actions are set */
};

static const struct {
	const char *name;
	enum action action;
} action_names[] = { { "read", ACTION_READ }, { "write", ACTION_WRITE },
	{ "delete", ACTION_DELETE }, { "manage", ACTION_MANAGE } };

#define ACTIONS (sizeof(action_names) / sizeof(action_names[0]))

static int
read_actions(struct ctl *ctl, const char *list)
{
	const char *item;
	int actions = 0;

	while ((item = ctl_next_item(ctl, &list)) != NULL) {
		size_t i = 0;

		while (i < ACTIONS && strcmp(item, action_names[i].name) != 0)
			i++;
		if (i == ACTIONS)
			ctl_usage(
			    ctl, "--actions: must be read, write, delete or manage (got %s)", item);
		actions |= (int)action_names[i].action;
	}
	if (actions == 0)
		ctl_usage(ctl, "--actions: must name at least one action");
	return actions;
}

static void
add_principals(struct ctl *ctl, struct draft *draft, const char *list, bool is_group)
{
	const char *name;

	while ((name = ctl_next_item(ctl, &list)) != NULL) {
		if (draft->target.principal_count == MAX)
			ctl_usage(ctl,
			    "--user, --group: must name at most %d in one permission target", MAX);
		draft->is_group[draft->target.principal_count] = is_group;
		draft->principals[draft->target.principal_count++] = name;
	}
}

static void
add_repositories(struct ctl *ctl, struct draft *draft, const char *list)
{
	const char *key;

	while ((key = ctl_next_item(ctl, &list)) != NULL) {
		if (draft->target.repository_count == MAX)
			ctl_usage(ctl,
			    "--repository: must name at most %d in one permission target", MAX);
		draft->repositories[draft->target.repository_count++] = key;
	}
}

/* Set the actions of the principals named since the last --actions. */
static void
answer(struct ctl *ctl, struct draft *draft, const char *list)
{
	int actions = read_actions(ctl, list);

	if (draft->answered == draft->target.principal_count)
		ctl_usage(ctl, "--actions: must follow --user, --group or --anonymous");
	while (draft->answered < draft->target.principal_count)
		draft->actions[draft->answered++] = actions;
}

static void
read_draft(struct ctl *ctl, int argc, char **argv, struct draft *draft)
{
	const char *option;

	while ((option = ctl_option(ctl, argc, argv)) != NULL) {
		if (strcmp(option, "repository") == 0)
			add_repositories(ctl, draft, optarg);
		else if (strcmp(option, "include") == 0)
			draft->target.includes = optarg;
		else if (strcmp(option, "exclude") == 0)
			draft->target.excludes = optarg;
		else if (strcmp(option, "actions") == 0)
			answer(ctl, draft, optarg);
		else if (strcmp(option, "anonymous") == 0)
			add_principals(ctl, draft, "_anonymous", true);
		else
			add_principals(ctl, draft, optarg, strcmp(option, "group") == 0);
	}
	draft->target.name = ctl_operand(ctl, argc, argv, "TARGET");
	if (draft->target.repository_count == 0)
		ctl_usage(ctl, "--repository is missing");
	if (draft->answered < draft->target.principal_count)
		ctl_usage(ctl, "--actions is missing after %s", draft->principals[draft->answered]);
}

/* Users and groups share one name space: a permission meant for a group must not go to a user. */
static bool
kinds_check(struct ctl *ctl, const struct draft *draft, struct error *err)
{
	for (size_t i = 0; i < draft->target.principal_count; i++) {
		const char *name = draft->principals[i];
		struct account *account;

		if (!db_account_find(&ctl->db, name, &account, err))
			return false;
		if (draft->is_group[i] && account != NULL)
			return error_set(err, ERROR_NOT_FOUND,
			    "--group: must name a group (%s is a user)", name);
		if (!draft->is_group[i] && account == NULL)
			return error_set(err, ERROR_NOT_FOUND, "no such user: %s", name);
	}
	return true;
}

enum exit_code
ctl_permission_set(struct ctl *ctl, int argc, char **argv)
{
	struct draft *draft = arena_alloc(ctl->arena, sizeof(*draft));
	struct error err = { 0 };

	draft->target = (struct permission_target){
		.includes = "",
		.excludes = "",
		.repositories = draft->repositories,
		.principals = draft->principals,
		.actions = draft->actions,
	};
	read_draft(ctl, argc, argv, draft);
	return ctl_end(ctl_open(ctl, &err) && kinds_check(ctl, draft, &err) &&
			   db_permission_set(&ctl->db, &draft->target, &ctl->actor, &err),
	    &err, "permission target %s set", draft->target.name);
}

enum exit_code
ctl_permission_remove(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "TARGET");
	struct error err = { 0 };

	return ctl_end(
	    ctl_open(ctl, &err) && db_permission_remove(&ctl->db, name, &ctl->actor, &err), &err,
	    "permission target %s removed", name);
}

enum exit_code
ctl_permission_list(struct ctl *ctl, int argc, char **argv)
{
	struct permission_summary *targets;
	struct error err = { 0 };
	const char *after = "";
	size_t count;

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	ctl_no_operands(ctl, argc, argv);
	if (!ctl_open(ctl, &err))
		return ctl_fail(&err);
	do {
		if (!db_permission_list(&ctl->db, after, PAGE, &targets, &count, &err))
			return ctl_fail(&err);
		for (size_t i = 0; i < count; i++)
			printf("%-32s %s\n", targets[i].name, targets[i].repositories);
		if (count > 0)
			after = targets[count - 1].name;
	} while (count == PAGE);
	return EXIT_DONE;
}

static void
print_right(const struct permission_right *right)
{
	const char *separator = "";

	if (right->kind == 0)
		printf("--anonymous --actions ");
	else
		printf("--%s %s --actions ", right->kind == 1 ? "user" : "group", right->principal);
	for (size_t i = 0; i < ACTIONS; i++)
		if ((right->actions & (int)action_names[i].action) != 0) {
			printf("%s%s", separator, action_names[i].name);
			separator = ",";
		}
	putchar('\n');
}

/* Print the options of `permission set` that would create the target. */
enum exit_code
ctl_permission_show(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "TARGET");
	struct permission_summary target;
	struct permission_right *rights;
	struct error err = { 0 };
	size_t count;

	if (!ctl_open(ctl, &err) ||
	    !db_permission_require(&ctl->db, name, &target, &rights, &count, &err))
		return ctl_fail(&err);
	printf("--repository %s\n", target.repositories);
	if (*target.includes != '\0')
		printf("--include %s\n", target.includes);
	if (*target.excludes != '\0')
		printf("--exclude %s\n", target.excludes);
	for (size_t i = 0; i < count; i++)
		print_right(&rights[i]);
	return EXIT_DONE;
}
