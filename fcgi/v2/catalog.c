/* GET _catalog: names with content that the caller may read. */
#include "v2/call.h"
#include "v2/lists.h"
#include "v2/handlers.h"

bool
v2_catalog(struct request *req, struct error *err)
{
	struct page page;
	struct list list;

	if (!page_read(req, PAGE_DEFAULT, &page, err) ||
	    !registry_catalog(request_scope(req), page.last, page.limit, &list, err))
		return false;
	/* An empty list would keep clients from retrying with their password. */
	if (list.count == 0 && *page.last == '\0' && page.limit > 0 &&
	    request_header(req, "Authorization") == NULL)
		return error_set(err, ERROR_UNAUTHORIZED, NULL);
	list_link(req, &page, &list, NULL);
	return reply_json(req, 200, json_pack("{s:o}", "repositories", list_json(&list)));
}
