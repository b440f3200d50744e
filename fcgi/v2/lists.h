/* Common code of tags, catalog and referrers: a page of strings as JSON, and the link to the next
 * page. */
#ifndef V2_LISTS_H
#define V2_LISTS_H

#include <jansson.h>

#include "http/link.h"
#include "registry/pull.h"

static inline json_t *
list_json(const struct list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, json_string(list->items[i]));
	return array;
}

/* extra: more query parameters for the next page, already encoded, or NULL. */
static inline void
list_link(struct request *req, const struct page *page, const struct list *list, const char *extra)
{
	if (list->more && list->last != NULL)
		page_link(req, page, list->last, extra);
}

#endif
