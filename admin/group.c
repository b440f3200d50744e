/* stowagectl group: groups and their members. */
#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "db/account.h"

#define PAGE 100

const struct ctl_option group_member_options[] = {
	{ "add", "NAME,...", "add these users to the group" },
	{ "remove", "NAME,...", "remove these users from the group" },
	{ NULL, NULL, NULL },
};

enum exit_code
ctl_group_add(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "NAME");
	struct error err = { 0 };
	bool created = false;

	ctl_check_name(ctl, name);
	if (!ctl_open(ctl, &err) || !db_group_add(&ctl->db, name, &ctl->actor, &created, &err))
		return ctl_fail(&err);
	return ctl_end(created || error_set(&err, ERROR_CONFLICT,
				      "cannot create group %s: the name is taken", name),
	    &err, "group %s created", name);
}

enum exit_code
ctl_group_remove(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "NAME");
	struct error err = { 0 };

	return ctl_end(ctl_open(ctl, &err) &&
			   db_principal_remove(&ctl->db, name, PRINCIPAL_GROUP, &ctl->actor, &err),
	    &err, "group %s removed", name);
}

enum exit_code
ctl_group_list(struct ctl *ctl, int argc, char **argv)
{
	struct error err = { 0 };
	struct account_group *groups;
	const char *after = "";
	size_t count;

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	ctl_no_operands(ctl, argc, argv);
	if (!ctl_open(ctl, &err))
		return ctl_fail(&err);
	do {
		if (!db_group_list(&ctl->db, after, PAGE, &groups, &count, &err))
			return ctl_fail(&err);
		for (size_t i = 0; i < count; i++)
			printf("%-32s %s\n", groups[i].name, groups[i].members);
		if (count > 0)
			after = groups[count - 1].name;
	} while (count == PAGE);
	return EXIT_DONE;
}

static bool
change_members(
    struct ctl *ctl, const char *group, const char *users, bool member, struct error *err)
{
	const char *user;

	while ((user = ctl_next_item(ctl, &users)) != NULL) {
		if (!db_group_member(&ctl->db, group, user, member, &ctl->actor, err))
			return false;
		printf("user %s %s group %s\n", user, member ? "added to" : "removed from", group);
	}
	return true;
}

enum exit_code
ctl_group_member(struct ctl *ctl, int argc, char **argv)
{
	const char *option, *added = "", *removed = "", *group;
	struct error err = { 0 };

	while ((option = ctl_option(ctl, argc, argv)) != NULL)
		*(strcmp(option, "add") == 0 ? &added : &removed) = optarg;
	group = ctl_operand(ctl, argc, argv, "GROUP");
	if (*added == '\0' && *removed == '\0')
		ctl_usage(ctl, "--add or --remove is missing");
	if (!ctl_open(ctl, &err) || !change_members(ctl, group, added, true, &err) ||
	    !change_members(ctl, group, removed, false, &err))
		return ctl_fail(&err);
	return EXIT_DONE;
}
