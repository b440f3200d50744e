/*
 * Requests from the web server, over FastCGI or plain CGI. Only transport.c uses libfcgi. Facts of
 * the serving path: threads share one listening descriptor; STDIN must be drained; only the
 * stream's error tells a short body from a complete one.
 */
#ifndef HTTP_TRANSPORT_H
#define HTTP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attributes.h"
#include "base/error.h"

struct transport; /* of one thread; serves one request at a time */

/* Call once per process, before threads start. */
void transport_setup(void);

/* NULL if memory is exhausted. */
struct transport *transport_open_fcgi(int listen_fd) MUST_CHECK;
/* The one request of a plain CGI program: environment and descriptors 0 and 1. NULL as above. */
struct transport *transport_open_cgi(void) MUST_CHECK;
/* For tests: name/value pairs ended by NULL, a body, and a growing output buffer that the caller
 * frees. */
struct transport *transport_open_memory(const char *const *environment, const void *body,
    size_t length, char **output, size_t *output_length) RETURNS_NONNULL;
void transport_close(struct transport *); /* NULL is fine */

/* Wait for the next request. false: no request (another thread accepted it), or the end of the
 * transport. The listening descriptor is non-blocking: the caller polls it first. */
bool transport_accept(struct transport *);
/* Drain the rest of the body, flush the output, end the request. */
void transport_finish(struct transport *);
/*
 * After transport_finish(): the connection, now owned by the caller, or -1. If *refused, it
 * contains an unread body, and the caller closes it once the server has read the response. Else the
 * server keeps it for further requests: once it is readable, pass it to transport_attach(), and the
 * next transport_accept() reads from it.
 */
int transport_detach(struct transport *, bool *refused);
void transport_attach(struct transport *, int fd);
/* Close the connection without ending the request, so that the client does not take a truncated
 * response for a complete one. */
void transport_abort(struct transport *);

const char *transport_variable(const struct transport *, const char *name); /* NULL: not set */
/* How many times the web server has set this variable. */
size_t transport_variable_count(const struct transport *, const char *name);

/*
 * True if the whole body of that length (-1: not announced) has been received, so that
 * transport_read() will not block; always false for a body larger than libfcgi's buffer of 8 KiB.
 * Web servers send the beginning or the end of a body together with the parameters: Apache sends
 * the request once it has 16 KiB or the whole body, lighttpd once it has the whole body.
 */
bool transport_has_body(struct transport *, int64_t length) MUST_CHECK;
/* Read body bytes: > 0 count, 0 end of the body, -1 if the client left early or the record was cut
 * (ERROR_CLIENT_GONE). Blocks until it has `size` bytes or reaches the end. */
ssize_t transport_read(struct transport *, void *buffer, size_t size, struct error *) MUST_CHECK;
/* True if the server has closed the connection, as it does when the client leaves. Apache does not.
 */
bool transport_is_gone(const struct transport *);
bool transport_write(
    struct transport *, const void *data, size_t size); /* false: the peer is gone */

#endif
