#include "http/transport.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"

enum kind { KIND_FCGI, KIND_CGI, KIND_MEMORY };

struct transport {
	enum kind kind;
	FCGX_Request fcgi;
	bool open;    /* a FastCGI request is being served */
	bool refused; /* the last request was answered with its body unread */
	int64_t left; /* CGI: unread bytes of the announced body; -1: not announced */
	bool served;  /* CGI, memory: the one request was accepted */
	const char *const *environment;
	const char *body; /* memory: the unread part of the body */
	size_t body_length;
	FILE *out; /* memory */
};

void
transport_setup(void)
{
	if (FCGX_Init() != 0)
		log_fatal("cannot initialise FastCGI");
	/* libfcgi installs signal handlers; undo that, because the parent handles signals. */
	signal(SIGUSR1, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
}

static struct transport *
transport_new(enum kind kind)
{
	struct transport *transport = calloc(1, sizeof(*transport));

	if (transport != NULL)
		transport->kind = kind;
	return transport;
}

struct transport *
transport_open_fcgi(int listen_fd)
{
	struct transport *transport = transport_new(KIND_FCGI);

	/* This can only fail before transport_setup(). */
	if (transport != NULL &&
	    FCGX_InitRequest(&transport->fcgi, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		log_fatal("cannot initialise a FastCGI request");
	return transport;
}

struct transport *
transport_open_cgi(void)
{
	struct transport *transport = transport_new(KIND_CGI);
	const char *announced;

	if (transport == NULL)
		return NULL;
	transport->environment = (const char *const *)environ;
	/* The server need not close stdin at the end of the body (RFC 3875, 4.2). */
	announced = transport_variable(transport, "CONTENT_LENGTH");
	transport->left = announced != NULL && *announced != '\0' ? strtoll(announced, NULL, 10)
								  : -1;
	return transport;
}

struct transport *
transport_open_memory(const char *const *environment, const void *body, size_t length,
    char **output, size_t *output_length)
{
	struct transport *transport = transport_new(KIND_MEMORY);

	if (transport == NULL || (transport->out = open_memstream(output, output_length)) == NULL)
		log_fatal("out of memory");
	transport->environment = environment;
	transport->body = body;
	transport->body_length = length;
	return transport;
}

void
transport_close(struct transport *transport)
{
	if (transport == NULL)
		return;
	if (transport->kind == KIND_FCGI)
		FCGX_Free(&transport->fcgi, 1);
	if (transport->out != NULL)
		fclose(transport->out);
	free(transport);
}

bool
transport_accept(struct transport *transport)
{
	if (transport->kind != KIND_FCGI) {
		bool first = !transport->served;

		transport->served = true;
		return first;
	}
	if (FCGX_Accept_r(&transport->fcgi) < 0)
		return false;
	transport->open = true;
	transport->environment = (const char *const *)transport->fcgi.envp;
	return true;
}

/*
 * Read the body to its end: on an idle (keep-alive) connection the rest of it would be taken for
 * the next request. An authorizer gets no body, not even the record that ends one (FastCGI, 6.3).
 */
static void
drain(struct transport *transport)
{
	char piece[8192];

	if (transport->fcgi.role == FCGI_AUTHORIZER)
		return;
	if (FCGX_GetStr(piece, sizeof(piece), transport->fcgi.in) <= 0)
		return;
	FCGX_FFlush(transport->fcgi.out);
	while (FCGX_GetStr(piece, sizeof(piece), transport->fcgi.in) > 0)
		;
}

static bool
has_unread_body(const struct transport *transport)
{
	const char *length = transport_variable(transport, "CONTENT_LENGTH"),
		   *coding = transport_variable(transport, "HTTP_TRANSFER_ENCODING");

	return ((length != NULL && *length != '\0' && strcmp(length, "0") != 0) ||
		   (coding != NULL && *coding != '\0')) &&
	       FCGX_HasSeenEOF(transport->fcgi.in) != EOF;
}

/* libfcgi waits up to 2 s for the peer to close, which is useful for TCP only. */
static void
hang_up(struct transport *transport)
{
	FCGX_Free(&transport->fcgi, 0);
	if (transport->fcgi.ipcFd != -1)
		close(transport->fcgi.ipcFd);
	transport->fcgi.ipcFd = -1;
	transport->open = false;
}

void
transport_finish(struct transport *transport)
{
	if (transport->kind == KIND_FCGI && transport->open) {
		bool keep = transport->fcgi.keepConnection != 0;

		transport->refused = !keep && has_unread_body(transport);
		if (!transport->refused)
			drain(transport);
		transport->fcgi.keepConnection = 1; /* else libfcgi closes it */
		FCGX_Finish_r(&transport->fcgi);
		if (!keep && !transport->refused)
			hang_up(transport);
		transport->open = false;
	} else if (transport->out != NULL) {
		fflush(transport->out);
	}
}

int
transport_detach(struct transport *transport, bool *refused)
{
	int fd = transport->kind == KIND_FCGI && !transport->open ? transport->fcgi.ipcFd : -1;

	*refused = transport->refused;
	if (fd != -1)
		transport->fcgi.ipcFd = -1;
	return fd;
}

void
transport_attach(struct transport *transport, int fd)
{
	transport->fcgi.ipcFd = fd;
	transport->fcgi.keepConnection = 1; /* else the next accept closes it */
}

void
transport_abort(struct transport *transport)
{
	if (transport->kind == KIND_CGI)
		_exit(1);
	if (transport->kind != KIND_FCGI || !transport->open)
		return;
	hang_up(transport); /* sends no END_REQUEST */
}

/* The value if this entry of the environment sets variable `name`, else NULL. */
static const char *
value_of(const char *entry, const char *name, size_t length)
{
	return strncmp(entry, name, length) == 0 && entry[length] == '=' ? entry + length + 1
									 : NULL;
}

const char *
transport_variable(const struct transport *transport, const char *name)
{
	size_t length = strlen(name);
	const char *value = NULL;

	for (const char *const *p = transport->environment;
	     p != NULL && *p != NULL && value == NULL; p++)
		value = value_of(*p, name, length);
	return value;
}

size_t
transport_variable_count(const struct transport *transport, const char *name)
{
	size_t length = strlen(name), count = 0;

	for (const char *const *p = transport->environment; p != NULL && *p != NULL; p++)
		count += value_of(*p, name, length) != NULL;
	return count;
}

static ssize_t
gone(struct error *err, int cause)
{
	error_set(err, ERROR_CLIENT_GONE, NULL);
	error_cause(err, "body cut: %d", cause);
	return -1;
}

static ssize_t
read_stdin(struct transport *transport, char *buffer, size_t size, struct error *err)
{
	size_t have = 0;
	ssize_t n;

	if (transport->left >= 0 && (int64_t)size > transport->left)
		size = (size_t)transport->left;
	while (have < size && (n = read(STDIN_FILENO, buffer + have, size - have)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return gone(err, errno);
		have += (size_t)n;
	}
	if (transport->left >= 0)
		transport->left -= (int64_t)have;
	return (ssize_t)have;
}

bool
transport_has_body(struct transport *transport, int64_t length)
{
	FCGX_Stream *in = transport->fcgi.in;
	int first;

	if (transport->kind != KIND_FCGI || length == 0)
		return true;
	if (in->rdNext == in->stop && (first = FCGX_GetChar(in)) != EOF)
		FCGX_UnGetChar(first, in);
	return FCGX_HasSeenEOF(in) == EOF || (length > 0 && in->stop - in->rdNext >= length);
}

ssize_t
transport_read(struct transport *transport, void *buffer, size_t size, struct error *err)
{
	size_t n;

	switch (transport->kind) {
	case KIND_FCGI:
		n = (size_t)FCGX_GetStr(buffer, (int)size, transport->fcgi.in);
		/* Bytes before a cut are returned first; the error persists. */
		if (n == 0 && FCGX_GetError(transport->fcgi.in) != 0)
			return gone(err, FCGX_GetError(transport->fcgi.in));
		return (ssize_t)n;
	case KIND_CGI:
		return read_stdin(transport, buffer, size, err);
	case KIND_MEMORY:
		break;
	}
	n = size < transport->body_length ? size : transport->body_length;
	memcpy(buffer, transport->body, n);
	transport->body += n;
	transport->body_length -= n;
	return (ssize_t)n;
}

bool
transport_is_gone(const struct transport *transport)
{
	struct pollfd peer = { .fd = transport->kind == KIND_FCGI ? transport->fcgi.ipcFd : -1,
		.events = POLLRDHUP };

	return peer.fd != -1 && poll(&peer, 1, 0) == 1;
}

bool
transport_write(struct transport *transport, const void *data, size_t size)
{
	switch (transport->kind) {
	case KIND_FCGI:
		for (const char *p = data; size > 0;) {
			int piece = size > 1 << 30 ? 1 << 30 : (int)size;

			if (FCGX_PutStr(p, piece, transport->fcgi.out) != piece)
				return false;
			p += piece;
			size -= (size_t)piece;
		}
		return true;
	case KIND_CGI:
		return bytes_write(STDOUT_FILENO, (struct bytes){ data, size });
	case KIND_MEMORY:
		break;
	}
	return fwrite(data, 1, size, transport->out) == size;
}
