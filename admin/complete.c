/* stowagectl complete: words that may follow the ones typed so far. */
#include "ctl.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* The first words of all commands, or the second words of the commands that begin with `first`. */
static void
print_words(const char *first)
{
	const char *before = "";

	for (const struct command *c = ctl_commands; c->name != NULL; c++) {
		size_t length = strcspn(c->name, " ");

		if (first == NULL && strncmp(c->name, before, length + 1) != 0)
			printf("%.*s\n", (int)length, c->name);
		else if (first != NULL && c->name[length] == ' ' && strlen(first) == length &&
			 strncmp(c->name, first, length) == 0)
			puts(c->name + length + 1);
		before = c->name;
	}
}

static void
print_options(const struct ctl_option *options)
{
	for (; options != NULL && options->name != NULL; options++)
		printf("--%s\n", options->name);
}

enum exit_code
ctl_complete(struct ctl *ctl, int argc, char **argv)
{
	const struct command *command = NULL;
	int words;

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	if (optind < argc)
		command = ctl_find(argc - optind, argv + optind, &words);
	if (command != NULL)
		print_options(command->options);
	else
		print_words(optind < argc ? argv[optind] : NULL);
	print_options(ctl_common_options);
	return EXIT_DONE;
}
