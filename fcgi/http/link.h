/* Paging of lists: n and last in, Link out (OCI Distribution Specification 1.1, "Listing Tags"). */
#ifndef HTTP_LINK_H
#define HTTP_LINK_H

#include <stdbool.h>

#include "http/request.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000

struct page {
	int limit;        /* 0 … PAGE_MOST */
	const char *last; /* list continues after this; "" at the start */
};

/* Read n and last; n that is no number or negative: PAGINATION_NUMBER_INVALID; larger than
 * PAGE_MOST: PAGE_MOST. without_n: the limit when n is absent. */
bool page_read(struct request *, int without_n, struct page *, struct error *) MUST_CHECK;
/* Link: <path-as-the-client-wrote-it?n=…&last=…&extra>; rel="next" (relative; extra already
 * encoded, NULL for none). */
void page_link(struct request *, const struct page *, const char *last, const char *extra);
/* Percent-encode for a query value (arena). */
const char *url_encode(struct arena *, const char *);

#endif
