/* /livez and /readyz. */
#include <pthread.h>

#include "base/clock.h"
#include "responder/worker.h"

#define READY_CACHE_MS 5000
#define RETRY_AFTER_SECONDS "5"

bool
responder_livez(struct request *req, struct error *err)
{
	(void)err;
	reply_text(req, 200, "ok\n");
	return true;
}

/* The last answer, so that a probe a second is no load. A worker that started was ready. */
static struct {
	pthread_mutex_t lock;
	int64_t until;
	bool looking;     /* one thread asks; the others repeat the last answer meanwhile */
	struct error err; /* ERROR_NONE: ready */
} ready = { .lock = PTHREAD_MUTEX_INITIALIZER };

bool
service_ready(const struct service *service, struct db *db, struct error *err)
{
	return db_ready(db, err) &&
	       (service->store == NULL ||
		   store_ready(service->store, service->config->store_reserve_bytes, err));
}

static struct error
look(struct request *req)
{
	struct service *service = request_service(req);
	struct db db = { .pool = service->pool, .arena = req->arena };
	struct error err = { 0 };

	if (service_ready(service, &db, &err))
		err.code = ERROR_NONE;
	return err;
}

/* The answer, five seconds old at most unless the database keeps somebody waiting. */
static struct error
readiness(struct request *req)
{
	struct error err;

	pthread_mutex_lock(&ready.lock);
	if (!ready.looking && clock_steady_ms() >= ready.until) {
		ready.looking = true;
		pthread_mutex_unlock(&ready.lock);
		err = look(req);
		pthread_mutex_lock(&ready.lock);
		ready.err = err;
		ready.until = clock_steady_ms() + READY_CACHE_MS;
		ready.looking = false;
	}
	err = ready.err;
	pthread_mutex_unlock(&ready.lock);
	if (err.code == ERROR_NONE && request_service(req)->store != NULL)
		(void)!store_require(request_service(req)->store, &err);
	return err;
}

bool
responder_readyz(struct request *req, struct error *err)
{
	bool verbose = request_query(req, "verbose") != NULL;

	*err = readiness(req);
	if (err->code == ERROR_NONE) {
		reply_text(req, 200, "ok\n");
		return true;
	}
	/* Answered here in a probe's words; the cause stays for the log. */
	reply_header(req, "Retry-After", RETRY_AFTER_SECONDS);
	reply_text(req, 503,
	    verbose ? arena_printf(req->arena, "unready: %s\n", err->message) : "unready\n");
	return true;
}
