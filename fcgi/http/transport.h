/*
 * The door to the web server: one request in, bytes out, over FastCGI or plain CGI. libfcgi appears
 * in gateway.c and nowhere else (serving-path facts: threads share one listening descriptor; STDIN
 * must be drained; a short body is told from a complete one by the stream's error).
 */
#ifndef HTTP_TRANSPORT_H
#define HTTP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attributes.h"
#include "base/error.h"

struct transport; /* one thread's door; serves one request at a time */

/* Once per process, before threads start. */
void transport_setup(void);

struct transport *transport_open_fcgi(int listen_fd) RETURNS_NONNULL;
/* The one request of a plain CGI program: environment and fd 0/1. */
struct transport *transport_open_cgi(void) RETURNS_NONNULL;
/* For tests: name/value pairs ended by NULL, a body, and where output goes (a growing buffer the
 * caller frees). */
struct transport *transport_open_memory(const char *const *environment, const void *body,
    size_t length, char **output, size_t *output_length) RETURNS_NONNULL;
void transport_close(struct transport *); /* NULL is fine */

/* Wait for the next request. false: nothing was there (another thread took it), or the gateway is
 * at its end. The listening descriptor is non-blocking: the caller polls it first. */
bool transport_accept(struct transport *);
/* Drain the rest of the body, flush, end the request. */
void transport_finish(struct transport *);
/*
 * After transport_finish(): the connection, now the caller's, or -1. *refused: there is a body in
 * it that nobody wants, and it is to be closed once the server has seen the answer. Else the server
 * keeps it for further requests, and it is for transport_resume() once it is readable: the next
 * transport_accept() reads from it.
 */
int transport_detach(struct transport *, bool *refused);
void transport_attach(struct transport *, int fd);
/* Break the connection without an end, so that the client cannot take a cut answer for a whole one.
 */
void transport_abort(struct transport *);

const char *transport_variable(const struct transport *, const char *name); /* NULL: not set */
/* How many times the web server has set it. */
size_t transport_variable_count(const struct transport *, const char *name);
/* The whole environment, "NAME=value" strings ended by NULL. */
const char *const *transport_environment(const struct transport *);

/*
 * Is the body, of that length (-1: not announced), in the process, so that transport_read() will
 * not block? A larger one never is: libfcgi holds 8 KiB. Web servers send the beginning or the end
 * of a body together with the parameters: Apache calls once it has 16 KiB or all of it, lighttpd
 * once it has all of it.
 */
bool transport_has_body(struct transport *, int64_t length) MUST_CHECK;
/* Read body bytes: > 0 count, 0 the end, -1 the client left early or the record was cut
 * (ERROR_CLIENT_GONE). Blocks until `size` bytes or the end are there. */
ssize_t transport_read(struct transport *, void *buffer, size_t size, struct error *) MUST_CHECK;
/* Has the server hung up, as it does when the client leaves? As far as it tells: Apache does not.
 */
bool transport_is_gone(const struct transport *);
bool transport_write(
    struct transport *, const void *data, size_t size); /* false: the peer is gone */

#endif
