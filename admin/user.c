/* stowagectl user: accounts. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "auth/password.h"
#include "base/clock.h"
#include "db/account.h"
#include "secret.h"

#define PAGE 100

const struct ctl_option user_add_options[] = {
	{ "admin", NULL, "make the account an administrator" },
	{ "password-stdin", NULL, "read the password from the first line of standard input" },
	{ NULL, NULL, NULL },
};

const struct ctl_option user_passwd_options[] = {
	{ "password-stdin", NULL, "read the password from the first line of standard input" },
	{ NULL, NULL, NULL },
};

struct user_order {
	const char *name;
	bool is_admin, from_stdin;
};

static void
read_order(struct ctl *ctl, int argc, char **argv, struct user_order *order)
{
	const char *option;

	*order = (struct user_order){ 0 };
	while ((option = ctl_option(ctl, argc, argv)) != NULL) {
		if (strcmp(option, "admin") == 0)
			order->is_admin = true;
		else
			order->from_stdin = true;
	}
	order->name = ctl_operand(ctl, argc, argv, "NAME");
}

void
ctl_check_name(const struct ctl *ctl, const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._@+-";

	if (strlen(name) > 64 || *name == '\0' || *name == '_' ||
	    name[strspn(name, letters)] != '\0')
		ctl_usage(ctl,
		    "NAME: must be 1 to 64 lower case letters, digits and . _ @ + -, and not begin with _ (got %s)",
		    name);
}

static const char *
read_hash(struct ctl *ctl, const struct user_order *order, struct error *err)
{
	const char *password = secret_read(ctl->arena, order->from_stdin, err);

	return password == NULL || !password_rules_check(order->name, password, err)
		   ? NULL
		   : password_hash(ctl->arena, password, err);
}

enum exit_code
ctl_user_add(struct ctl *ctl, int argc, char **argv)
{
	struct user_order order;
	struct error err = { 0 };
	const char *hash;
	bool created;

	read_order(ctl, argc, argv, &order);
	ctl_check_name(ctl, order.name);
	if (!ctl_open(ctl, &err) || (hash = read_hash(ctl, &order, &err)) == NULL)
		return ctl_fail(&err);
	created = db_account_add(&ctl->db, order.name, hash, order.is_admin, &ctl->actor, &err);
	if (!created && err.code == ERROR_CONFLICT)
		error_set(
		    &err, ERROR_CONFLICT, "cannot create user %s: the name is taken", order.name);
	return ctl_end(
	    created, &err, "%s %s created", order.is_admin ? "administrator" : "user", order.name);
}

enum exit_code
ctl_user_passwd(struct ctl *ctl, int argc, char **argv)
{
	struct user_order order;
	struct error err = { 0 };
	struct account *account;
	const char *hash;

	read_order(ctl, argc, argv, &order);
	if (!ctl_open(ctl, &err) || !db_account_find(&ctl->db, order.name, &account, &err))
		return ctl_fail(&err);
	if (account == NULL) { /* before a password is typed */
		error_set(&err, ERROR_NOT_FOUND, "no such user: %s", order.name);
		return ctl_fail(&err);
	}
	return ctl_end((hash = read_hash(ctl, &order, &err)) != NULL &&
			   db_account_password(&ctl->db, order.name, hash, &ctl->actor, &err),
	    &err, "password of user %s set, its tokens revoked", order.name);
}

enum exit_code
ctl_user_disable(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "NAME");
	struct error err = { 0 };

	return ctl_end(
	    ctl_open(ctl, &err) && db_account_enable(&ctl->db, name, false, &ctl->actor, &err),
	    &err, "user %s disabled, its tokens revoked", name);
}

enum exit_code
ctl_user_enable(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "NAME");
	struct error err = { 0 };

	return ctl_end(
	    ctl_open(ctl, &err) && db_account_enable(&ctl->db, name, true, &ctl->actor, &err), &err,
	    "user %s enabled", name);
}

enum exit_code
ctl_user_unlock(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "NAME");
	struct error err = { 0 };

	return ctl_end(ctl_open(ctl, &err) && db_account_unlock(&ctl->db, name, &ctl->actor, &err),
	    &err, "user %s unlocked", name);
}

enum exit_code
ctl_user_remove(struct ctl *ctl, int argc, char **argv)
{
	const char *name = ctl_only_operand(ctl, argc, argv, "NAME");
	struct error err = { 0 };

	return ctl_end(ctl_open(ctl, &err) &&
			   db_principal_remove(&ctl->db, name, PRINCIPAL_USER, &ctl->actor, &err),
	    &err, "user %s removed", name);
}

static void
print_account(const struct account *account)
{
	char created[CLOCK_TEXT_SIZE];
	const char *state = "active";

	if (account->disabled)
		state = "disabled";
	else if (account->locked)
		state = "locked";
	clock_rfc3339(created, account->created_at / 1000000);
	printf("%-32s %-6s %-9s %s\n", account->name, account->is_admin ? "admin" : "user", state,
	    created);
}

enum exit_code
ctl_user_list(struct ctl *ctl, int argc, char **argv)
{
	struct error err = { 0 };
	struct account *accounts;
	const char *after = "";
	size_t count;

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	ctl_no_operands(ctl, argc, argv);
	if (!ctl_open(ctl, &err))
		return ctl_fail(&err);
	do {
		if (!db_account_list(&ctl->db, after, PAGE, &accounts, &count, &err))
			return ctl_fail(&err);
		for (size_t i = 0; i < count; i++)
			print_account(&accounts[i]);
		if (count > 0)
			after = accounts[count - 1].name;
	} while (count == PAGE);
	return EXIT_DONE;
}
