/* Paging of lists: parameters n and last of the request, header Link of the response (OCI
 * Distribution Specification 1.1, "Listing Tags"). */
#ifndef HTTP_LINK_H
#define HTTP_LINK_H

#include <stdbool.h>

#include "http/request.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000

struct page {
	int limit;        /* 0 … PAGE_MAX */
	const char *last; /* the page starts after this item; "" for the first page */
};

/* Read n and last. PAGINATION_NUMBER_INVALID if n is negative or not a number; n larger than
 * PAGE_MAX becomes PAGE_MAX. without_n: the limit if n is absent. */
bool page_read(struct request *, int without_n, struct page *, struct error *) MUST_CHECK;
/* Add the header Link: <path-as-the-client-wrote-it?n=…&last=…&extra>; rel="next". The URL is
 * relative; extra is already encoded, NULL: nothing. */
void page_link(struct request *, const struct page *, const char *last, const char *extra);
/* Percent-encode a query value (arena). */
const char *link_encode(struct arena *, const char *);

#endif
