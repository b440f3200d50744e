#include "base/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config_file.h"
#include "base/config_table.h"
#include "base/log.h"

#ifndef DEFAULT_CONFIG
#error "DEFAULT_CONFIG must name the default settings file"
#endif

bool
config_read(struct config *config, const char *path, struct error *err)
{
	static struct arena *strings; /* values live until the process exits */

	*config = (struct config){ 0 };
	if (strings == NULL)
		strings = arena_new();
	if (path == NULL)
		path = getenv("STOWAGE_CONFIG");
	if (path == NULL)
		path = DEFAULT_CONFIG;
	return config_file_read(strings, config, path, err);
}

void
config_start(struct config *config, const char *program, const char *path)
{
	struct error err = { 0 };
	enum log_level level = LOG_LEVEL_INFO;

	log_open(program, LOG_LEVEL_INFO);
	if (!config_read(config, path, &err))
		log_fatal("%s%s%s", err.message, err.cause[0] != '\0' ? ": " : "", err.cause);
	if (!log_level_parse(config->log_level, &level))
		log_fatal(
		    "log.level: must be error, warning, info or debug (got %s)", config->log_level);
	log_open(program, level);
}

const void *
config_find(const struct config_named *list, const char *name)
{
	while (list != NULL && strcmp(list->name, name) != 0)
		list = list->next;
	return list;
}

static const char *const type_names[] = {
	[CONFIG_TEXT] = "text",
	[CONFIG_NUMBER] = "number",
	[CONFIG_BYTES] = "bytes",
	[CONFIG_LEVEL] = "level",
	[CONFIG_NETWORKS] = "networks",
	[CONFIG_PROXY] = "proxy",
};

void
config_print(FILE *out)
{
	for (size_t i = 0; i < config_option_count; i++) {
		const struct config_option *option = &config_options[i];
		char name[64], standard[64];

		snprintf(name, sizeof(name), "%s.%s", option->section, option->key);
		snprintf(standard, sizeof(standard), "\"%s\"",
		    option->standard == NULL ? "" : option->standard);
		fprintf(out, "%-24s %-7s %-19s %s\n", name, type_names[option->type], standard,
		    option->message);
	}
}
