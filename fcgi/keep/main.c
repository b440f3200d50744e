/* stowage-keep: maintenance, round after round, or one round for a timer. It does not serve
 * requests. */
#include <config.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/config.h"
#include "base/log.h"
#include "db/pool.h"
#include "registry/maintenance.h"
#include "registry/store_bind.h"
#include "registry/store_watch.h"
#include "store/store.h"

#define NAME "stowage-keep"
#define ROUND_SECONDS 10
#define CONNECTIONS 2 /* one in use, one for a fetch that a job makes */

struct options {
	const char *config;
	bool once, check;
};

/* State of the program; `pool` and the following members are owned. */
struct keep {
	struct config config;
	struct db_pool *pool;
	struct store *store;
	struct upstreams *upstreams;
};

static void
usage(FILE *out)
{
	fputs("usage: " NAME " [OPTION...]\n"
	      "\n"
	      "Remove expired and deleted content from the database and the blob store.\n"
	      "\n"
	      "  --config FILE  read the settings from FILE\n"
	      "  --once         run the jobs until no work is left, then exit\n"
	      "  --check        open database and blob store, then exit\n"
	      "  --version      print the versions of program and schema\n"
	      "  --help         print this help\n",
	    out);
}

static void
read_options(struct options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "once", no_argument, NULL, 'o' },
		{ "check", no_argument, NULL, 'k' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'o':
			options->once = true;
			break;
		case 'k':
			options->check = true;
			break;
		case 'V':
			printf("%s %s, schema %d\n", NAME, PACKAGE_VERSION, DB_SCHEMA);
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
}

static bool
keep_open(struct keep *keep, struct error *err)
{
	const struct config *config = &keep->config;

	keep->pool = db_pool_open(
	    config->database_url, CONNECTIONS, config->database_timeout_ms, err);
	if (keep->pool == NULL)
		return false;
	keep->store = registry_store_open(keep->pool, config->store_path, err);
	if (keep->store == NULL)
		return false;
	keep->upstreams = upstreams_open(keep->pool, config);
	return true;
}

static void
keep_close(struct keep *keep)
{
	upstreams_close(keep->upstreams);
	store_close(keep->store);
	db_pool_close(keep->pool);
}

/* --- Rounds --- */

/* Block the signals, so that they do not interrupt an SQL statement: each round checks for pending
 * ones. */
static void
stop_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
}

static bool
is_stopping(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT);
}

/* True if the program must stop. */
static bool
pause_round(void)
{
	const struct timespec pause = { .tv_sec = ROUND_SECONDS };
	sigset_t signals;

	stop_signals(&signals);
	return sigtimedwait(&signals, NULL, &pause) != -1;
}

/* Returns the exit status. */
static int
keep_run(struct keep *keep, bool once)
{
	struct maintenance *maintenance = maintenance_open(
	    keep->pool, keep->store, keep->upstreams, is_stopping);
	struct store_watch *watch = store_watch_start(keep->pool, keep->store, NAME);
	bool ok = true, more;

	do
		ok &= maintenance_round(maintenance, &more);
	while (!is_stopping() && (more || (!once && !pause_round())));
	store_watch_stop(watch);
	maintenance_close(maintenance);
	return once && !ok ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct error err = { 0 };
	struct keep keep = { 0 };
	sigset_t signals;
	int status = 0;

	read_options(&options, argc, argv);
	config_start(&keep.config, NAME, options.config);
	stop_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!keep_open(&keep, &err))
		log_fatal("%s%s%s", err.message, err.cause[0] != '\0' ? ": " : "", err.cause);
	if (!options.check)
		status = keep_run(&keep, options.once);
	else if (!store_look(keep.store, &err))
		log_fatal("%s: %s", err.message, err.cause);
	keep_close(&keep);
	return status;
}
