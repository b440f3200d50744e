/* The command line of a responder (responder.h). */
#ifndef RESPONDER_OPTIONS_H
#define RESPONDER_OPTIONS_H

#include "base/attributes.h"
#include "responder/listen.h"
#include "responder/responder.h"

#define OPTIONS_WORKERS_MAX 64

struct options {
	const char *config, *group;
	const char *sockets[POOLS]; /* as listen_add() takes them */
	int socket_count;
	int workers;
	bool check;
};

/* Read the options. Ends the program for --help, --version, --routes, and with the usage if they
 * are wrong. */
void options_read(struct options *, const struct responder *, int argc, char **argv);
/* Print the usage to stderr; exit status 2. */
void options_usage(const struct responder *) NORETURN;

#endif
