#include "responder/options.h"

#include <curl/curl.h>
#include <getopt.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "responder/api.h"

#define WORKERS_DEFAULT 2

static void
usage(const struct responder *responder, FILE *out)
{
	fprintf(out,
	    "usage: %s [OPTION...]\n"
	    "\n"
	    "Serve FastCGI on the sockets of --socket, those of systemd, or file descriptor 0;\n"
	    "without any, but with GATEWAY_INTERFACE, answer one request as a CGI program.\n"
	    "\n"
	    "  --config FILE           read the settings from FILE\n"
	    "  --socket general=PATH   listen on this Unix socket\n"
	    "  --socket upload=PATH    the same, for upload URLs\n"
	    "  --socket-group GROUP    group of the sockets\n"
	    "  --workers N             number of worker processes (default %d)\n"
	    "  --check                 verify that the program can serve, then exit\n"
	    "  --routes                print method, path and access of every URL\n"
	    "  --version               print the versions of program, schema and libraries\n"
	    "  --help                  print this help\n",
	    responder->name, WORKERS_DEFAULT);
}

static void
version(const struct responder *responder)
{
	int pq = PQlibVersion();

	printf("%s %s, schema %d\n", responder->name, PACKAGE_VERSION, DB_SCHEMA);
	printf("libfcgi %s, GnuTLS %s, Jansson %s, libcurl %s, libpq %d.%d\n", FCGI_VERSION,
	    gnutls_check_version(NULL), jansson_version_str(),
	    curl_version_info(CURLVERSION_NOW)->version, pq / 10000, pq % 10000);
}

enum {
	OPTION_CONFIG = 256,
	OPTION_SOCKET,
	OPTION_GROUP,
	OPTION_WORKERS,
	OPTION_CHECK,
	OPTION_ROUTES,
	OPTION_VERSION,
	OPTION_HELP
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "socket-group", required_argument, NULL, OPTION_GROUP },
	{ "workers", required_argument, NULL, OPTION_WORKERS },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "routes", no_argument, NULL, OPTION_ROUTES },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

void
options_usage(const struct responder *responder)
{
	usage(responder, stderr);
	exit(2);
}

static void
read_workers(const struct responder *responder, struct options *options)
{
	char *end;
	long n = strtol(optarg, &end, 10);

	if (*end != '\0' || n < 1 || n > OPTIONS_WORKERS_MAX)
		options_usage(responder);
	options->workers = (int)n;
}

void
options_read(struct options *options, const struct responder *responder, int argc, char **argv)
{
	int c;

	*options = (struct options){ .workers = WORKERS_DEFAULT };
	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (c) {
		case OPTION_CONFIG:
			options->config = optarg;
			break;
		case OPTION_SOCKET:
			if (options->socket_count == POOLS)
				options_usage(responder);
			options->sockets[options->socket_count++] = optarg;
			break;
		case OPTION_GROUP:
			options->group = optarg;
			break;
		case OPTION_WORKERS:
			read_workers(responder, options);
			break;
		case OPTION_CHECK:
			options->check = true;
			break;
		case OPTION_ROUTES:
			route_print(responder->api->routes, stdout);
			exit(0);
		case OPTION_VERSION:
			version(responder);
			exit(0);
		case OPTION_HELP:
			usage(responder, stdout);
			exit(0);
		default:
			options_usage(responder);
		}
	if (optind != argc)
		options_usage(responder);
}
