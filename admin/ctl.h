/* Common code of the commands of stowagectl: the rows of the command table, options, exit codes,
 * and the open database. */
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
	EXIT_PROBLEMS = 1, /* something is wrong, or the command cannot be carried out */
	EXIT_USAGE = 2,
	EXIT_DATABASE = 69, /* EX_UNAVAILABLE */
	EXIT_RETRY = 75     /* EX_TEMPFAIL */
};

struct ctl {
	const struct command *command;
	const char *config_path; /* --config; NULL: the default file */
	struct arena *arena;     /* owned; for the whole run */
	struct config config;    /* read by ctl_config() */
	struct db_pool *pool;    /* owned; opened by ctl_open() */
	struct db db;
	struct actor actor; /* for the audit table */
};

struct ctl_option {
	const char *name;
	const char *argument; /* placeholder for its argument in the help; NULL: takes none */
	const char *message;
};

struct command {
	const char *name; /* one word or two: "user add" */
	const char *operands;
	const char *message;
	const struct ctl_option *options; /* ends with name NULL; NULL: no options */
	enum exit_code (*run)(struct ctl *, int argc, char **argv);
};

extern const struct command ctl_commands[];          /* ends with name NULL */
extern const struct ctl_option ctl_common_options[]; /* accepted by every command */

/* Find the command named by one or two words at argv[0]; *words is set to their number. NULL: no
 * such command. */
const struct command *ctl_find(int argc, char **argv, int *words);

/*
 * Return the name of the next option, with its argument in optarg; NULL: no more options, and the
 * operands start at argv[optind]. --config and --help are handled here; an invalid option ends the
 * program with EXIT_USAGE.
 */
const char *ctl_option(struct ctl *, int argc, char **argv);
/* Return the only operand; end the program with EXIT_USAGE unless there is exactly one. name: for
 * the message. */
const char *ctl_operand(struct ctl *, int argc, char **argv, const char *name);
void ctl_no_operands(struct ctl *, int argc, char **argv);
/* The same for a command without options of its own. */
const char *ctl_only_operand(struct ctl *, int argc, char **argv, const char *name);
/* Return the next item of a comma-separated list, and advance the list; NULL: no more. */
const char *ctl_next_item(struct ctl *, const char **list);
/* Require that the name of a user or group is in lower case, so that names cannot differ only in
 * case, and has no ':', which ends the name in Basic authentication; else EXIT_USAGE. */
void ctl_check_name(const struct ctl *, const char *name);

/* Print the message and a hint to --help, and end the program. */
void ctl_usage(const struct ctl *, const char *format, ...) PRINTF_LIKE(2, 3) NORETURN;
/* Print the error, and return its exit code. */
enum exit_code ctl_fail(const struct error *);
/* If done, print what was done as a line and return EXIT_DONE; else fail as above. */
enum exit_code ctl_end(bool done, const struct error *, const char *format, ...) PRINTF_LIKE(3, 4);

/* Read the settings; ctl_open() also opens the database. */
bool ctl_config(struct ctl *, struct error *) MUST_CHECK;
bool ctl_open(struct ctl *, struct error *) MUST_CHECK;

/* Bind the directory of store.path to the database (registry/store_bind.h), and print the
 * result. */
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
