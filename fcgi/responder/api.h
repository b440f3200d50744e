/*
 * What a program serves, and the life of a request, which is the same for all programs: open the
 * call, find its route, identify the client, check its access, run the handler; if one of these
 * fails, render the error.
 */
#ifndef RESPONDER_API_H
#define RESPONDER_API_H

#include "responder/call.h"

struct api {
	const struct route *routes;
	size_t call_size; /* of the struct that begins with struct call */
	/* Set key and path of the call, of which only the handles are set. Also called if the
	 * request could not be read, since the error must be rendered. */
	bool (*open)(struct request *, struct error *);
	/* Identify the client, and check the access that the route requires. Nothing of the body
	 * has been read. Not called for ACCESS_NONE. */
	bool (*authenticate)(struct request *, struct error *);
	/* May the body be sent, according to the header? Asked in a FastCGI authorizer. NULL: the
	 * program is never used as one. */
	bool (*admit)(struct request *, struct error *);
	/* Replace the reply by the error in the format of the API. */
	void (*render_error)(struct request *, struct error *);
};

/*
 * Prepare the reply, errors included. An error that is set at the call (the request could not be
 * read, or may not be served) is only rendered.
 *
 * false: the request would block this thread; the reply and the error are not for the client. It
 * may be called again, from the beginning and on a thread that may block. Therefore a handler
 * writes nothing, to the database, the store or the client, before the last point that may block:
 * identifying the client, asking an upstream, admitting the body.
 */
bool api_serve(const struct api *, struct request *, struct db *, struct error *) MUST_CHECK;

#endif
