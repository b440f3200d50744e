/* The table of settings: section, name, type, default and description of each key. */
#ifndef BASE_CONFIG_TABLE_H
#define BASE_CONFIG_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum config_type {
	CONFIG_TEXT,
	CONFIG_NUMBER,
	CONFIG_BYTES,
	CONFIG_LEVEL,
	CONFIG_NETWORKS,
	CONFIG_PROXY
};

struct config_option {
	const char *section, *key;
	enum config_type type;
	size_t offset;        /* in struct config, or in the struct of a named section */
	const char *standard; /* the default as it is written in the file; NULL: must be set */
	int64_t min, max;     /* of numbers and bytes */
	const char *message;
};

/* A section that has a name and may occur any number of times. */
struct config_list {
	const char *section;
	size_t offset; /* of the list in struct config */
	size_t size;   /* of an element */
};

#define CONFIG_OPTIONS_MAX 64

extern const struct config_option config_options[];
extern const size_t config_option_count; /* at most CONFIG_OPTIONS_MAX */

/* NULL if not found. key NULL: any option of the section. */
const struct config_option *config_option_find(const char *section, const char *key);
/* NULL: the section has no name, and occurs once. */
const struct config_list *config_list_find(const char *section);
/* The present name of a key of an earlier release, which is refused; NULL: it had no other name. */
const char *config_renamed(const char *section, const char *key);

#endif
