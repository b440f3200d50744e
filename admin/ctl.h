/* What the commands of stowagectl share: the command table's row, options, exit codes, and the open
 * database. */
#ifndef ADMIN_CTL_H
#define ADMIN_CTL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/config.h"
#include "base/error.h"
#include "db/access_decision.h"
#include "db/pool.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_PROBLEMS = 1, /* something is wrong, or the order cannot be carried out */
	EXIT_USAGE = 2,
	EXIT_DATABASE = 69, /* EX_UNAVAILABLE */
	EXIT_AGAIN = 75     /* EX_TEMPFAIL */
};

struct ctl {
	const struct command *command;
	const char *config_path; /* --config; NULL: the usual one */
	struct arena *arena;     /* owned; for the whole run */
	struct config config;    /* read by ctl_config() */
	struct db_pool *pool;    /* owned; opened by ctl_open() */
	struct db db;
	struct actor actor; /* for the audit table */
};

struct ctl_option {
	const char *name;
	const char *argument; /* what it takes, as help shows it; NULL: nothing */
	const char *message;
};

struct command {
	const char *name; /* one word or two: "user add" */
	const char *operands;
	const char *message;
	const struct ctl_option *options; /* ends with name NULL; NULL: none */
	enum exit_code (*run)(struct ctl *, int argc, char **argv);
};

extern const struct command ctl_commands[];          /* ends with name NULL */
extern const struct ctl_option ctl_common_options[]; /* that every command takes */

/* The command that the words at argv[0] name, which takes one or two of them; NULL: none. */
const struct command *ctl_find(int argc, char **argv, int *words);

/*
 * The name of the next option, its argument in optarg; NULL: no more, the operands begin at
 * argv[optind]. --config and --help are dealt with here; a wrong option ends the program with
 * EXIT_USAGE.
 */
const char *ctl_option(struct ctl *, int argc, char **argv);
/* The only operand; ends the program with EXIT_USAGE if there are none or several. name stands in
 * the complaint. */
const char *ctl_operand(struct ctl *, int argc, char **argv, const char *name);
void ctl_no_operands(struct ctl *, int argc, char **argv);
/* The same for a command that has no options of its own. */
const char *ctl_only_operand(struct ctl *, int argc, char **argv, const char *name);
/* The next item of a comma-separated list, which moves on; NULL: no more. */
const char *ctl_next_item(struct ctl *, const char **list);
/* A name of a user or group is in lower case, so that two cannot be mistaken for each other, and
 * has no ':', which ends the name in Basic authentication; else EXIT_USAGE. */
void ctl_check_name(const struct ctl *, const char *name);

/* Complain, point at --help, end the program. */
void ctl_usage(const struct ctl *, const char *format, ...) PRINTF_LIKE(2, 3) NORETURN;
/* Print the error; the exit code that fits it. */
enum exit_code ctl_fail(const struct error *);
/* EXIT_DONE, or the error as above. */
enum exit_code ctl_end(bool done, const struct error *);

/* Read the settings; then open the database too. */
bool ctl_config(struct ctl *, struct error *) MUST_CHECK;
bool ctl_open(struct ctl *, struct error *) MUST_CHECK;

/* Tie the directory of store.path to the database (registry/store_bind.h), and say so. */
bool ctl_store_bind(struct ctl *, bool adopt, struct error *) MUST_CHECK;

enum exit_code ctl_bootstrap(struct ctl *, int argc, char **argv);
enum exit_code ctl_check(struct ctl *, int argc, char **argv);
enum exit_code ctl_complete(struct ctl *, int argc, char **argv);
enum exit_code ctl_config_print(struct ctl *, int argc, char **argv);
enum exit_code ctl_help(struct ctl *, int argc, char **argv);
enum exit_code ctl_group_add(struct ctl *, int argc, char **argv);
enum exit_code ctl_group_list(struct ctl *, int argc, char **argv);
enum exit_code ctl_group_member(struct ctl *, int argc, char **argv);
enum exit_code ctl_group_remove(struct ctl *, int argc, char **argv);
enum exit_code ctl_key_rotate(struct ctl *, int argc, char **argv);
enum exit_code ctl_migrate(struct ctl *, int argc, char **argv);
enum exit_code ctl_permission_list(struct ctl *, int argc, char **argv);
enum exit_code ctl_permission_remove(struct ctl *, int argc, char **argv);
enum exit_code ctl_permission_set(struct ctl *, int argc, char **argv);
enum exit_code ctl_permission_show(struct ctl *, int argc, char **argv);
enum exit_code ctl_store_adopt(struct ctl *, int argc, char **argv);
enum exit_code ctl_user_add(struct ctl *, int argc, char **argv);
enum exit_code ctl_user_disable(struct ctl *, int argc, char **argv);
enum exit_code ctl_user_enable(struct ctl *, int argc, char **argv);
enum exit_code ctl_user_list(struct ctl *, int argc, char **argv);
enum exit_code ctl_user_passwd(struct ctl *, int argc, char **argv);
enum exit_code ctl_user_remove(struct ctl *, int argc, char **argv);
enum exit_code ctl_user_unlock(struct ctl *, int argc, char **argv);

extern const struct ctl_option check_options[], group_member_options[], key_rotate_options[],
    migrate_options[], permission_set_options[], user_add_options[], user_passwd_options[];

#endif
