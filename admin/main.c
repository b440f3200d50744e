/* stowagectl: the operator's command line. */
#include <config.h>

#include "ctl.h"

#include <curl/curl.h>
#include <getopt.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/uuid.h"

#define OPTIONS_MAX 16
#define OWNER_ROLE "stowage"

const struct command ctl_commands[] = {
	{ "migrate", "", "update the database to the schema of this program", migrate_options,
	    ctl_migrate },
	{ "bootstrap", "", "create what a new installation lacks", NULL, ctl_bootstrap },
	{ "store adopt", "", "bind the directory of store.path to the database as its blob store",
	    NULL, ctl_store_adopt },
	{ "user add", "NAME", "create an account", user_add_options, ctl_user_add },
	{ "user passwd", "NAME", "set the password of an account and revoke its tokens",
	    user_passwd_options, ctl_user_passwd },
	{ "user list", "", "list the accounts", NULL, ctl_user_list },
	{ "user disable", "NAME", "refuse an account and its tokens", NULL, ctl_user_disable },
	{ "user enable", "NAME", "let a disabled account sign in again", NULL, ctl_user_enable },
	{ "user unlock", "NAME", "remove locks caused by wrong passwords", NULL, ctl_user_unlock },
	{ "user remove", "NAME", "remove an account with its rights", NULL, ctl_user_remove },
	{ "group add", "NAME", "create a group", NULL, ctl_group_add },
	{ "group remove", "NAME", "remove a group with its rights", NULL, ctl_group_remove },
	{ "group member", "GROUP", "add users to a group, or remove them from it",
	    group_member_options, ctl_group_member },
	{ "group list", "", "list the groups and their members", NULL, ctl_group_list },
	{ "permission set", "TARGET", "create or replace a permission target",
	    permission_set_options, ctl_permission_set },
	{ "permission list", "", "list the permission targets and their repositories", NULL,
	    ctl_permission_list },
	{ "permission show", "TARGET", "print a permission target as options of permission set",
	    NULL, ctl_permission_show },
	{ "permission remove", "TARGET", "remove a permission target and the rights it grants",
	    NULL, ctl_permission_remove },
	{ "key rotate", "", "create a new key that signs bearer tokens", key_rotate_options,
	    ctl_key_rotate },
	{ "check", "", "verify the blob store against the database", check_options, ctl_check },
	{ "config", "", "print every setting with its type, default and meaning", NULL,
	    ctl_config_print },
	{ "help", "[COMMAND]", "print the usage of a command", NULL, ctl_help },
	{ "complete", "[WORD...]", "print the words that may follow, for completion in a shell",
	    NULL, ctl_complete },
	{ NULL, NULL, NULL, NULL, NULL },
};

/* Accepted before and after the command. */
const struct ctl_option ctl_common_options[] = {
	{ "config", "FILE", "read the settings from FILE" },
	{ "help", NULL, "print this help; also -h" },
	{ NULL, NULL, NULL },
};

const struct command *
ctl_find(int argc, char **argv, int *words)
{
	for (const struct command *c = ctl_commands; c->name != NULL; c++) {
		size_t length = strcspn(c->name, " ");

		*words = c->name[length] == ' ' ? 2 : 1;
		if (strncmp(c->name, argv[0], length) != 0 || argv[0][length] != '\0')
			continue;
		if (*words == 1 || (argc > 1 && strcmp(c->name + length + 1, argv[1]) == 0))
			return c;
	}
	return NULL;
}

/* --- Help --- */

static void
print_options(FILE *out, const struct ctl_option *options)
{
	char text[64];

	for (; options != NULL && options->name != NULL; options++) {
		snprintf(text, sizeof(text), "--%s%s%s", options->name,
		    options->argument == NULL ? "" : " ",
		    options->argument == NULL ? "" : options->argument);
		fprintf(out, "  %-24s %s\n", text, options->message);
	}
}

/* Print all commands, or those of two words that begin with `first`; return their number. */
static size_t
print_commands(FILE *out, const char *first)
{
	size_t count = 0;

	for (const struct command *c = ctl_commands; c->name != NULL; c++) {
		size_t length = strcspn(c->name, " ");
		char text[64];

		if (first != NULL && (c->name[length] != ' ' || strlen(first) != length ||
					 strncmp(c->name, first, length) != 0))
			continue;
		if (count++ == 0)
			fprintf(out,
			    "usage: stowagectl [--config FILE] %s%s [OPTION...]\n\nCommands:\n",
			    first == NULL ? "" : first, first == NULL ? "COMMAND" : " COMMAND");
		snprintf(text, sizeof(text), "%s %s", c->name, c->operands);
		fprintf(out, "  %-24s %s\n", text, c->message);
	}
	return count;
}

static void
print_help(FILE *out)
{
	print_commands(out, NULL);
	fputs("\nOptions:\n", out);
	print_options(out, ctl_common_options);
	fputs("  --version                print the versions of program, schema and libraries\n"
	      "\nExit status: 0 done, 1 problems found or command failed, 2 usage error,\n"
	      "69 database unavailable, 75 try again.\n",
	    out);
}

static void
print_command_help(const struct command *command)
{
	printf("usage: stowagectl %s%s%s [OPTION...]\n\n%s\n\nOptions:\n", command->name,
	    *command->operands == '\0' ? "" : " ", command->operands, command->message);
	print_options(stdout, command->options);
	print_options(stdout, ctl_common_options);
}

static void
print_version(void)
{
	int pq = PQlibVersion();

	printf(
	    "stowagectl %s\nschema %d\nlibpq %d.%d\ngnutls %s\njansson %s\nlibcurl %s\nfcgi %s\n",
	    PACKAGE_VERSION, DB_SCHEMA, pq / 10000, pq % 10000, gnutls_check_version(NULL),
	    jansson_version_str(), curl_version_info(CURLVERSION_NOW)->version, FCGI_VERSION);
}

/* --- Options --- */

static void NORETURN
usage_exit(const struct ctl *ctl)
{
	fprintf(stderr, "Try: stowagectl %s%s--help\n",
	    ctl->command == NULL ? "" : ctl->command->name, ctl->command == NULL ? "" : " ");
	exit(EXIT_USAGE);
}

void
ctl_usage(const struct ctl *ctl, const char *format, ...)
{
	va_list args;

	fputs("stowagectl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	usage_exit(ctl);
}

static size_t
add_options(struct option *long_options, size_t count, const struct ctl_option *options)
{
	for (; options != NULL && options->name != NULL && count + 1 < OPTIONS_MAX; options++)
		long_options[count++] = (struct option){
			.name = options->name,
			.has_arg = options->argument == NULL ? no_argument : required_argument,
		};
	return count;
}

const char *
ctl_option(struct ctl *ctl, int argc, char **argv)
{
	struct option long_options[OPTIONS_MAX] = { 0 };
	int index = 0;

	add_options(
	    long_options, add_options(long_options, 0, ctl->command->options), ctl_common_options);
	for (;;) {
		int c = getopt_long(argc, argv, "h", long_options, &index);

		if (c == -1)
			return NULL;
		if (c != 0 && c != 'h') /* getopt_long() has printed the reason */
			usage_exit(ctl);
		if (c == 'h' || strcmp(long_options[index].name, "help") == 0) {
			print_command_help(ctl->command);
			exit(EXIT_DONE);
		}
		if (strcmp(long_options[index].name, "config") != 0)
			return long_options[index].name;
		ctl->config_path = optarg;
	}
}

const char *
ctl_operand(struct ctl *ctl, int argc, char **argv, const char *name)
{
	if (optind == argc)
		ctl_usage(ctl, "%s is missing", name);
	if (optind + 1 < argc)
		ctl_usage(ctl, "unexpected operand: %s", argv[optind + 1]);
	return argv[optind];
}

const char *
ctl_only_operand(struct ctl *ctl, int argc, char **argv, const char *name)
{
	while (ctl_option(ctl, argc, argv) != NULL)
		;
	return ctl_operand(ctl, argc, argv, name);
}

const char *
ctl_next_item(struct ctl *ctl, const char **list)
{
	const char *start = *list;
	size_t length = strcspn(start, ",");

	if (*start == '\0')
		return NULL;
	*list = start + length + (start[length] == ',');
	return arena_strndup(ctl->arena, start, length);
}

void
ctl_no_operands(struct ctl *ctl, int argc, char **argv)
{
	if (optind < argc)
		ctl_usage(ctl, "unexpected operand: %s", argv[optind]);
}

/* --- Common code of the commands --- */

enum exit_code
ctl_fail(const struct error *err)
{
	fprintf(stderr, "stowagectl: %s%s%s%s\n", err->message, *err->cause == '\0' ? "" : " (",
	    err->cause, *err->cause == '\0' ? "" : ")");
	return err->code == ERROR_UNAVAILABLE ? EXIT_DATABASE : EXIT_PROBLEMS;
}

enum exit_code
ctl_end(bool done, const struct error *err, const char *format, ...)
{
	va_list args;

	if (!done)
		return ctl_fail(err);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return EXIT_DONE;
}

bool
ctl_config(struct ctl *ctl, struct error *err)
{
	return config_read(&ctl->config, ctl->config_path, err);
}

/* If run by root, access the files of the blob store as their owner. */
static void
act_as_store_owner(const char *store)
{
	struct stat st;

	if (geteuid() == 0 && stat(store, &st) == 0) {
		setfsgid(st.st_gid);
		setfsuid(st.st_uid);
	}
}

bool
ctl_open(struct ctl *ctl, struct error *err)
{
	const struct passwd *user = getpwuid(getuid());
	char *request = arena_alloc(ctl->arena, UUID_TEXT_SIZE);

	uuid_random(request); /* one run of the command is one request of the audit table */
	if (!ctl_config(ctl, err))
		return false;
	act_as_store_owner(ctl->config.store_path);
	ctl->pool = db_pool_open(ctl->config.database_url, 1, ctl->config.database_timeout_ms, err);
	ctl->db = (struct db){ .pool = ctl->pool, .arena = ctl->arena };
	/* Names of accounts cannot contain ':', so no account can have this name. */
	ctl->actor = (struct actor){
		.name = arena_printf(
		    ctl->arena, "stowagectl:%s", user == NULL ? "" : user->pw_name),
		.request = request,
	};
	return ctl->pool != NULL;
}

/* --- Start --- */

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Find the command that the words name. If they are a group followed by --help, print help. */
static const struct command *
require_command(const struct ctl *ctl, int argc, char **argv, int *words)
{
	const struct command *command = ctl_find(argc, argv, words);

	if (command == NULL && argc > 1 && is_help(argv[1]) && print_commands(stdout, argv[0]) > 0)
		exit(EXIT_DONE);
	if (command == NULL)
		ctl_usage(ctl, "no such command: %s%s%s", argv[0], argc > 1 ? " " : "",
		    argc > 1 ? argv[1] : "");
	return command;
}

enum exit_code
ctl_help(struct ctl *ctl, int argc, char **argv)
{
	const struct command *command;
	int words;

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	if (optind == argc) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (optind + 1 == argc && print_commands(stdout, argv[optind]) > 0)
		return EXIT_DONE;
	command = require_command(ctl, argc - optind, argv + optind, &words);
	if (optind + words < argc)
		ctl_usage(ctl, "unexpected operand: %s", argv[optind + words]);
	print_command_help(command);
	return EXIT_DONE;
}

/* Options before the command: the common ones and --version. */
static void
global_options(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};

	for (;;) {
		switch (getopt_long(argc, argv, "+h", options, NULL)) {
		case -1:
			return;
		case 'c':
			ctl->config_path = optarg;
			break;
		case 'h':
			print_help(stdout);
			exit(EXIT_DONE);
		case 'V':
			print_version();
			exit(EXIT_DONE);
		default:
			usage_exit(ctl);
		}
	}
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { .arena = arena_new() };
	char program[] = "stowagectl";
	enum exit_code code;
	int words;

	log_open(program, LOG_LEVEL_WARNING);
	/* Root connects as the owner of the database, unless database.url names a role. */
	if (geteuid() == 0)
		setenv("PGUSER", OWNER_ROLE, 0);
	argv[0] = program;
	global_options(&ctl, argc, argv);
	argc -= optind;
	argv += optind;
	if (argc == 0) {
		print_help(stderr);
		arena_free(ctl.arena);
		return EXIT_USAGE;
	}
	ctl.command = require_command(&ctl, argc, argv, &words);
	optind = 0;                /* start again, after the command's last word */
	argv[words - 1] = program; /* the prefix of messages of getopt_long() */
	code = ctl.command->run(&ctl, argc - words + 1, argv + words - 1);
	arena_free(ctl.arena); /* free results before their connections */
	db_pool_close(ctl.pool);
	if (fflush(stdout) == EOF && code == EXIT_DONE)
		code = EXIT_PROBLEMS;
	return code;
}
