/* /livez and /readyz. */
#include <pthread.h>

#include "base/clock.h"
#include "responder/responder.h"

#define READY_CACHE_MS 5000

bool
responder_livez(struct request *req, struct error *err)
{
	(void)err;
	reply_text(req, 200, "ok\n");
	return true;
}

/* The last answer, so that a probe a second is no load. */
static struct {
	pthread_mutex_t lock;
	int64_t until;
	bool ok;
	char sentence[256];
} ready = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
look(struct request *req)
{
	struct service *service = request_service(req);
	struct db db = { .pool = service->pool, .arena = req->arena };
	struct error err = { 0 };

	ready.ok = db_ready(&db, &err) &&
		   store_ready(service->store, service->config->store_reserve_bytes, &err);
	snprintf(ready.sentence, sizeof(ready.sentence), "%s", err.message);
	ready.until = clock_steady_ms() + READY_CACHE_MS;
}

bool
responder_readyz(struct request *req, struct error *err)
{
	bool ok;
	const char *sentence;

	(void)err;
	pthread_mutex_lock(&ready.lock);
	if (clock_steady_ms() >= ready.until)
		look(req);
	ok = ready.ok;
	sentence = arena_strdup(req->arena, ready.sentence);
	pthread_mutex_unlock(&ready.lock);
	if (!ok)
		reply_header(req, "Retry-After", "5");
	reply_text(req, ok ? 200 : 503,
	    ok ? "ok\n"
	    : request_query(req, "verbose") != NULL
		? arena_printf(req->arena, "unready: %s\n", sentence)
		: "unready\n");
	return true;
}
