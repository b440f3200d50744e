/* Listening sockets: created for --socket, passed by systemd, or found on fd 0. */
#ifndef RESPONDER_LISTEN_H
#define RESPONDER_LISTEN_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

enum pool { POOL_GENERAL, POOL_UPLOAD, POOLS };

struct listeners {
	int fd[POOLS];     /* -1: not set; both may be the same descriptor */
	char *path[POOLS]; /* of sockets created here, else NULL */
};

/* "general=PATH" or "upload=PATH": bind there, mode 0660, group `group` if not NULL. A socket file
 * without a listener is replaced; one in use is an error. */
bool listen_add(
    struct listeners *, const char *option, const char *group, struct error *) MUST_CHECK;
/* LISTEN_FDS of systemd, by LISTEN_FDNAMES; else fd 0 if it is a listening socket. false: no
 * socket. */
bool listen_inherited(struct listeners *);
/* Make all sockets non-blocking; a missing pool shares the other's descriptor. */
bool listen_finish(struct listeners *, struct error *) MUST_CHECK;
/* Remove the socket files created here. */
void listen_remove(const struct listeners *);

#endif
