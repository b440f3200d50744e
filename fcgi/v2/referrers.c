/* GET referrers: manifests whose subject is this digest (specification, "Listing Referrers"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "oci/mediatype.h"
#include "v2/call.h"
#include "v2/lists.h"
#include "v2/handlers.h"

/* The descriptors are stored ready-made; only the brackets are added. */
static const char *
index_text(struct request *req, const struct list *list)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		memory_give_up(BUFSIZ);
	fputs(
	    "{\"schemaVersion\":2,\"mediaType\":\"" MEDIATYPE_OCI_INDEX "\",\"manifests\":[", out);
	for (size_t i = 0; i < list->count; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", list->items[i]);
	fputs("]}", out);
	if (fclose(out) != 0) {
		free(text);
		memory_give_up(length);
	}
	arena_defer(req->arena, free, text);
	return text;
}

bool
v2_referrers_list(struct request *req, struct error *err)
{
	const char *name, *text, *type = request_query(req, "artifactType"), *extra = NULL;
	struct digest subject;
	struct page page;
	struct list list;

	if (!v2_call_name(req, &name, err) || !v2_call_digest(req, &subject, err) ||
	    !page_read(req, PAGE_DEFAULT, &page, err))
		return false;
	if (type != NULL && *type == '\0')
		type = NULL;
	if (!registry_referrers_list(
		request_scope(req), name, &subject, type, page.last, page.limit, &list, err))
		return false;
	if (type != NULL) {
		reply_header(req, "OCI-Filters-Applied", "artifactType");
		extra = arena_printf(req->arena, "artifactType=%s", link_encode(req->arena, type));
	}
	list_link(req, &page, &list, extra);
	text = index_text(req, &list);
	reply_bytes(req, 200, MEDIATYPE_OCI_INDEX, text, strlen(text));
	return true;
}
