/* stowagectl migrate: the schema of the database. */
#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "db/migrate.h"

const struct ctl_option migrate_options[] = {
	{ "database", "URL", "connect to this database instead of that of database.url" },
	{ "print", NULL, "change nothing; print the SQL that would be run" },
	{ "sql", "DIR", "read the SQL files from DIR" },
	{ NULL, NULL, NULL },
};

enum exit_code
ctl_migrate(struct ctl *ctl, int argc, char **argv)
{
	struct migrate order = { .directory = SQL_DIRECTORY, .report = stdout };
	struct error err = { 0 };
	const char *option;
	enum exit_code code;

	while ((option = ctl_option(ctl, argc, argv)) != NULL) {
		if (strcmp(option, "database") == 0)
			order.url = optarg;
		else if (strcmp(option, "sql") == 0)
			order.directory = optarg;
		else
			order.print = stdout;
	}
	ctl_no_operands(ctl, argc, argv);
	if (order.print != NULL)
		order.report = stderr;
	if (order.url == NULL) {
		if (!ctl_config(ctl, &err))
			return ctl_fail(&err);
		order.url = ctl->config.database_url;
	}
	if (db_migrate(&order, &err))
		return EXIT_DONE;
	code = ctl_fail(&err);
	return err.code == ERROR_CONFLICT ? EXIT_RETRY : code;
}
