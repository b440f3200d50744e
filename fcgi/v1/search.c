/* GET search: no docker client can search over v2. */
#include <jansson.h>
#include <stdlib.h>

#include "v1/call.h"
#include "v1/handlers.h"

#define PAGE_DEFAULT 25
#define PAGE_MAX 100
#define PAGES_MAX 1000000

/* A number in the query; clamped to its range. */
static int64_t
query_count(struct request *req, const char *name, int64_t fallback, int64_t max)
{
	const char *text = request_query(req, name);
	int64_t value = text == NULL || *text == '\0' ? fallback : strtoll(text, NULL, 10);

	return value < 1 ? 1 : value > max ? max : value;
}

bool
v1_search(struct request *req, struct error *err)
{
	struct v1_search search = { .limit = query_count(req, "n", PAGE_DEFAULT, PAGE_MAX),
		.page = query_count(req, "page", 1, PAGES_MAX) };
	json_t *results;

	search.text = request_query(req, "q");
	if (search.text == NULL)
		search.text = "";
	if (!bridge_v1_search(request_scope(req), &search, err))
		return false;
	/* An empty list would keep clients from retrying with their password, or over v2. */
	if (search.total == 0 && request_header(req, "Authorization") == NULL)
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	results = json_array();
	for (size_t i = 0; i < search.count; i++)
		json_array_append_new(
		    results, json_pack("{s:s, s:s, s:i, s:b, s:b, s:b}", "name", search.names[i],
				 "description", "", "star_count", 0, "is_official", 0, "is_trusted",
				 0, "is_automated", 0));
	reply_header(req, "Cache-Control", "no-cache");
	return reply_json(req, 200,
	    json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "query", search.text, "num_results",
		(json_int_t)search.total, "num_pages",
		(json_int_t)((search.total + search.limit - 1) / search.limit), "page",
		(json_int_t)search.page, "page_size", (json_int_t)search.limit, "results",
		results));
}
