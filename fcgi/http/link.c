#include "http/link.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "http/reply.h"

const char *
link_encode(struct arena *arena, const char *text)
{
	char *encoded = curl_easy_escape(NULL, text, (int)strlen(text));
	const char *copy;

	if (encoded == NULL)
		memory_give_up(strlen(text));
	copy = arena_strdup(arena, encoded);
	curl_free(encoded);
	return copy;
}

bool
page_read(struct request *req, int without_n, struct page *page, struct error *err)
{
	const char *n = request_query(req, "n"), *last = request_query(req, "last");
	char *end;
	long long value = without_n;

	if (n != NULL) {
		errno = 0;
		value = strtoll(n, &end, 10);
		if (*n < '0' || *n > '9' || *end != '\0')
			return error_set(err, ERROR_PAGINATION_NUMBER_INVALID, NULL);
	}
	page->limit = value > PAGE_MAX ? PAGE_MAX : (int)value;
	page->last = last == NULL ? "" : last;
	return true;
}

void
page_link(struct request *req, const struct page *page, const char *last, const char *extra)
{
	reply_headerf(req, "Link", "<%s?n=%d&last=%s%s%s>; rel=\"next\"", req->target, page->limit,
	    link_encode(req->arena, last), extra != NULL ? "&" : "", extra != NULL ? extra : "");
}
