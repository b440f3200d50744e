/*
 * The table of routes defines the protocol. Routes are matched in order; `{name}` is the one
 * parameter that may contain slashes, others are one segment. Grammar is checked by oci/name, not
 * here, so an invalid name is NAME_INVALID rather than 404.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include <stdbool.h>
#include <stdio.h>

#include "http/request.h"

/* Access that a route requires; checked before the body is read. */
enum access {
	ACCESS_NONE,  /* open: the client is not even identified */
	ACCESS_ANY,   /* any client, also an anonymous one; credentials that it sends are checked */
	ACCESS_LOGIN, /* any account; an anonymous client is challenged */
	ACCESS_PULL,
	ACCESS_PUSH,
	ACCESS_DELETE,
	ACCESS_CATALOG, /* a list of all that the client may read */
	ACCESS_ADMIN
};

typedef bool route_handler(struct request *, struct error *);

struct route {
	const char *method; /* "GET" matches HEAD, too */
	const char *pattern;
	enum access access;
	route_handler *handler; /* NULL ends the table */
};

enum route_match { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };

/* Find the route for method and path; set request.params to the captures and request.route to the
 * pattern. For ROUTE_NO_METHOD, *allow is the value of the Allow header (arena). */
enum route_match route_find(struct request *, const struct route *, const char *path,
    const struct route **, const char **allow);
/* The same for a program's own table: NOT_FOUND, or METHOD with the reply's Allow header set. */
bool route_require(struct request *, const struct route *, const char *path, const struct route **,
    struct error *) MUST_CHECK;
/* Print method, pattern and access, one line per route; for the manual and the tests. */
void route_print(const struct route *, FILE *);
const char *access_name(enum access);

#endif
