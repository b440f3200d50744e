#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "http/reply_send.h"

static struct exchange *
open_with(const char *const *environment, const char *proxies, const char *body, size_t length)
{
	struct exchange *ex = calloc(1, sizeof(*ex));
	const char **all;
	size_t count = 0;

	if (ex == NULL)
		abort();
	ex->arena = arena_new();
	while (environment[count] != NULL)
		count++;
	all = arena_array(ex->arena, count + 3, sizeof(*all));
	memcpy(all, environment, count * sizeof(*all));
	all[count++] = "REQUEST_METHOD=GET";
	all[count] = "REQUEST_URI=/";
	ex->transport = transport_open_memory(all, body, length, &ex->output, &ex->output_length);
	if (!transport_accept(ex->transport))
		abort();
	ex->opened = request_open(&ex->request, ex->transport, ex->arena, proxies, &ex->err);
	reply_open(&ex->request);
	return ex;
}

struct exchange *
exchange_open(const char *const *environment, const char *body, size_t length)
{
	return open_with(environment, NULL, body, length);
}

struct exchange *
exchange_open_proxied(const char *const *environment, const char *trusted_proxies)
{
	return open_with(environment, trusted_proxies, NULL, 0);
}

const char *
exchange_send(struct exchange *ex)
{
	(void)reply_send(&ex->request);
	transport_finish(ex->transport);
	return ex->output;
}

void
exchange_close(struct exchange *ex)
{
	transport_close(ex->transport);
	free(ex->output);
	arena_free(ex->arena);
	free(ex);
}
