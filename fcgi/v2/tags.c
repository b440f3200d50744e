/* GET tags/list (specification, "Listing Tags"). */
#include "v2/call.h"
#include "v2/lists.h"
#include "v2/handlers.h"

bool
v2_tags_list(struct request *req, struct error *err)
{
	const char *name;
	struct page page;
	struct list list;

	if (!v2_call_name(req, &name, err) || !page_read(req, PAGE_MAX, &page, err) ||
	    !registry_tags_list(
		request_scope(req), name, page.last, page.limit, &list, &v2_call(req)->answer, err))
		return false;
	v2_call_trace(req);
	list_link(req, &page, &list, NULL);
	return reply_json(req, 200,
	    json_pack("{s:s, s:o}", "name",
		arena_printf(req->arena, "%s%s", v2_call(req)->mount, name), "tags",
		list_json(&list)));
}
