#include "upstream/redirect.h"

#include "upstream/origin.h"

#define REDIRECTS_MAX 5

static bool
is_redirect(const struct exchange *x)
{
	int status = x->head.reply->status;

	return (status == 301 || status == 302 || status == 303 || status == 307 ||
		   status == 308) &&
	       x->head.location != NULL;
}

enum upstream_result
redirect_follow(struct exchange *x, const char *url, const char *authorization)
{
	struct origin from, to;
	enum upstream_result result = exchange_run(x, url, authorization);

	for (int n = 0; result == UPSTREAM_FAILED && is_redirect(x); n++) {
		const char *next = origin_resolve(x->head.arena, url, x->head.location);

		if (next == NULL || n == REDIRECTS_MAX)
			return exchange_fail(x, next == NULL ? "it redirects to an unsupported URL"
							     : "it redirects too often");
		if (!x->upstream->any_host_auth &&
		    !(origin_read(url, &from) && origin_read(next, &to) &&
			origin_equal(&from, &to)))
			authorization = NULL;
		url = next;
		result = exchange_run(x, url, authorization);
	}
	return result;
}
