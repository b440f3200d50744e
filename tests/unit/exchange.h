/* One request and its response in memory: no web server, no socket. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "http/reply.h"
#include "http/request.h"

struct exchange {
	struct arena *arena;
	struct transport *transport;
	struct request request;
	struct error err;
	bool opened;  /* result of request_open() */
	char *output; /* set by exchange_send() */
	size_t output_length;
};

/* environment: "NAME=value" strings ended by NULL, which override REQUEST_METHOD=GET and
 * REQUEST_URI=/. The reply is empty. Free the result with exchange_close(). */
struct exchange *exchange_open(const char *const *environment, const char *body, size_t length);
struct exchange *exchange_open_proxied(const char *const *environment, const char *trusted_proxies);
/* Send the reply; returns all output, including headers. */
const char *exchange_send(struct exchange *);
void exchange_close(struct exchange *);

#define EXCHANGE(...) exchange_open((const char *const[]){ __VA_ARGS__, NULL }, NULL, 0)
#define EXCHANGE_BODY(body, ...) \
	exchange_open((const char *const[]){ __VA_ARGS__, NULL }, body, strlen(body))
#define EXCHANGE_PROXIED(proxies, ...) \
	exchange_open_proxied((const char *const[]){ __VA_ARGS__, NULL }, proxies)

#endif
