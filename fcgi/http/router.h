/*
 * Routes: the table is the protocol. Matched in order; `{name}` is the one parameter that may span
 * slashes, others are one segment. Grammar is checked by oci/name, not here, so a bad name is
 * NAME_INVALID rather than 404.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include <stdbool.h>
#include <stdio.h>

#include "http/request.h"

/* What a route needs from the caller; checked before the first body byte is read. */
enum access {
	ACCESS_NONE,  /* open: health, token endpoint (which authenticates itself) */
	ACCESS_LOGIN, /* any account; anonymous is challenged */
	ACCESS_PULL,
	ACCESS_PUSH,
	ACCESS_DELETE,
	ACCESS_CATALOG, /* a list filtered by what the caller may read */
	ACCESS_ADMIN
};

typedef bool route_handler(struct request *, struct error *);

struct route {
	const char *method; /* "GET" serves HEAD as well */
	const char *pattern;
	enum access access;
	route_handler *handler; /* table ends with NULL */
};

enum route_match { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };

/* Find the row for method and path; captures go to request.params, the pattern to request.route.
 * For ROUTE_NO_METHOD *allow gets the Allow value (arena). */
enum route_match route_find(struct request *, const struct route *, const char *path,
    const struct route **, const char **allow);
/* The same for a program's own table: NOT_FOUND, or METHOD with the reply's Allow set. */
bool route_require(struct request *, const struct route *, const char *path, const struct route **,
    struct error *) MUST_CHECK;
/* method, pattern, access: one line each; for the manual and the tests. */
void route_print(const struct route *, FILE *);
const char *access_name(enum access);

#endif
