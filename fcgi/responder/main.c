/* main() of a responder (responder.h). */
#include <malloc.h>
#include <stdlib.h>

#include "base/log.h"
#include "http/transport.h"
#include "oci/document.h"
#include "responder/cgi.h"
#include "responder/check.h"
#include "responder/descriptors.h"
#include "responder/parent.h"
#include "responder/worker.h"

static void
open_descriptors(const struct config *config)
{
	struct error err = { 0 };

	if (!descriptors_raise(config, &err))
		log_fatal("%s: %s", err.message, err.cause);
}

static void
open_service(struct service *service, const struct responder *responder,
    const struct config *config, int workers)
{
	struct error err = { 0 };

	if (!service_open(service, responder, config, workers, &err))
		log_fatal("%s%s%s", err.message, err.cause[0] != '\0' ? ": " : "", err.cause);
}

/* Small stacks, few heaps: memory use must stay flat with a hundred threads. */
static void
setup_process(void)
{
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	transport_setup();
	document_setup();
}

static int
serve_worker(const struct responder *responder, const struct options *options,
    const struct listeners *listeners, int parent_fd, int ready_fd)
{
	static struct config config; /* read again, so that SIGHUP applies changes */
	struct service service;
	int status;

	setup_process();
	config_start(&config, responder->name, options->config);
	open_descriptors(&config);
	open_service(&service, responder, &config, options->workers);
	status = worker_run(responder, &service, listeners, parent_fd, ready_fd);
	service_close(&service);
	return status;
}

/* --check, or one request of plain CGI. */
static int
run_once(
    const struct responder *responder, const struct options *options, const struct config *config)
{
	struct service service;
	int status = 0;

	setup_process();
	if (options->check)
		open_descriptors(config);
	open_service(&service, responder, config, 1);
	if (!options->check)
		cgi_serve(responder, &service);
	else if (!check_service(&service, options->group))
		status = 1;
	service_close(&service);
	return status;
}

int
responder_main(const struct responder *responder, int argc, char **argv)
{
	static struct config config;
	struct listeners listeners = { .fd = { -1, -1 } };
	struct options options;
	bool serves;

	options_read(&options, responder, argc, argv);
	if (options.socket_count == 0 && !listen_inherited(&listeners) && !options.check &&
	    getenv("GATEWAY_INTERFACE") == NULL)
		options_usage(responder);
	config_start(&config, responder->name, options.config);
	serves = options.socket_count > 0 || listeners.fd[POOL_GENERAL] != -1 ||
		 listeners.fd[POOL_UPLOAD] != -1;
	return serves && !options.check ? parent_run(responder, &options, &listeners, serve_worker)
					: run_once(responder, &options, &config);
}
