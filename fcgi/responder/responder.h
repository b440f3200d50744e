/* A responder as a program: what distinguishes it, and its main(). */
#ifndef RESPONDER_RESPONDER_H
#define RESPONDER_RESPONDER_H

#include <stdbool.h>

struct api;

struct responder {
	const char *name; /* "stowage-v2" */
	const struct api *api;
	bool takes_tokens; /* accepts bearer tokens of docker clients */
	bool has_store;    /* reads and writes blobs, and asks upstreams for them */
};

/*
 * main() of a responder. Options: --config FILE, --socket general=PATH (0660), --socket
 * upload=PATH, --socket-group GROUP, --workers N, --check (start, then stop), --routes, --version,
 * --help. It serves if --socket or LISTEN_FDS is given or fd 0 is a listening socket, handles one
 * plain CGI request if GATEWAY_INTERFACE is set, and otherwise prints the usage.
 */
int responder_main(const struct responder *, int argc, char **argv);

#endif
