/* One exchange: a request to one URL and its response. */
#ifndef UPSTREAM_EXCHANGE_H
#define UPSTREAM_EXCHANGE_H

#include "upstream/egress.h"
#include "upstream/handles.h"
#include "upstream/head.h"

struct exchange {
	struct handles *handles;       /* borrowed */
	const struct outlets *outlets; /* borrowed */
	const struct upstream *upstream;
	const struct upstream_call *call; /* NULL: request to a token service */
	struct head head;                 /* with the arena, and the reply to fill */
	struct egress_way way;
	size_t limit; /* of a buffered body */
	char **body;  /* slot of the arena */
	size_t room;
	int answer_ms;     /* longest wait for the first byte; 0: as between later bytes */
	int64_t active_ms; /* when bytes arrived last */
	int64_t started_ms;
	bool stopped, timed_out, broken;
	bool starved; /* a callback found no memory */
	char curl_reason[CURL_ERROR_SIZE];
};

/* Send the request, and receive the response. authorization: a whole header line, or NULL. */
enum upstream_result exchange_run(
    struct exchange *, const char *url, const char *authorization) MUST_CHECK;
/* Fail with this reason. */
enum upstream_result exchange_fail(struct exchange *, const char *reason);

#endif
