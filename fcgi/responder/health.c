#include "responder/health.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "db/readiness.h"
#include "http/reply.h"

#define READY_CACHE_MS 5000
#define RETRY_AFTER_SECONDS "5"

bool
health_livez(struct request *req, struct error *err)
{
	(void)err;
	reply_text(req, 200, "ok\n");
	return true;
}

/* The last answer, cached so that frequent probes cause no load. A worker that has started was
 * ready. */
static struct {
	pthread_mutex_t lock;
	int64_t until;
	bool looking; /* one thread is looking; others repeat the last answer */
	struct health answer;
} ready = { .lock = PTHREAD_MUTEX_INITIALIZER };

bool
health_look(const struct service *service, struct db *db, struct health *health)
{
	const char *weakness = NULL;

	*health = (struct health){ 0 };
	if (!db_ready(db, &health->err) || !db_weakness(db, &weakness, &health->err) ||
	    (service->store != NULL &&
		!store_ready(service->store, service->config->store_reserve_bytes, &health->full,
		    &health->err)))
		return false;
	if (weakness != NULL)
		snprintf(health->weakness, sizeof(health->weakness), "%s", weakness);
	return true;
}

struct probe {
	struct request *req;
	struct health health; /* the result */
};

static void
run_probe(void *argument)
{
	struct probe *probe = argument;
	struct service *service = request_service(probe->req);
	struct db db = { .pool = service->pool, .arena = probe->req->arena };

	if (health_look(service, &db, &probe->health))
		probe->health.err.code = ERROR_NONE;
}

/* The other threads wait for this answer, even if memory runs out. */
static struct health
look(struct request *req)
{
	struct probe probe = { .req = req };

	if (!memory_try(run_probe, &probe))
		error_set(&probe.health.err, ERROR_UNAVAILABLE, "out of memory");
	return probe.health;
}

/* With the lock held. */
static void
remember(const struct health *answer)
{
	if (answer->weakness[0] != '\0' && strcmp(answer->weakness, ready.answer.weakness) != 0)
		log_line(LOG_LEVEL_WARNING, "%s", answer->weakness);
	ready.answer = *answer;
	ready.until = clock_steady_ms() + READY_CACHE_MS;
}

/* The answer; at most 5 s old, unless the database is slow to respond. */
static struct health
readiness(struct request *req)
{
	struct health answer;

	pthread_mutex_lock(&ready.lock);
	if (!ready.looking && clock_steady_ms() >= ready.until) {
		ready.looking = true;
		pthread_mutex_unlock(&ready.lock);
		answer = look(req);
		pthread_mutex_lock(&ready.lock);
		remember(&answer);
		ready.looking = false;
	}
	answer = ready.answer;
	pthread_mutex_unlock(&ready.lock);
	if (answer.err.code == ERROR_NONE && request_service(req)->store != NULL)
		(void)!store_require(request_service(req)->store, &answer.err);
	return answer;
}

/* The text for the operator of a probe; causes are only logged. */
static const char *
readiness_text(struct request *req, const struct health *answer, const struct error *err)
{
	const char *text = "ok\n";

	if (request_query(req, "verbose") == NULL)
		return err->code == ERROR_NONE ? text : "unready\n";
	if (err->code != ERROR_NONE)
		return arena_printf(req->arena, "unready: %s\n", err->message);
	if (answer->full.code != ERROR_NONE)
		text = arena_printf(
		    req->arena, "%snot for pushes: %s\n", text, answer->full.message);
	if (answer->weakness[0] != '\0')
		text = arena_printf(req->arena, "%swarning: %s\n", text, answer->weakness);
	return text;
}

bool
health_readyz(struct request *req, struct error *err)
{
	const struct health answer = readiness(req);
	const char *text;

	*err = answer.err;
	if (err->code == ERROR_NONE && request_query(req, "push") != NULL)
		*err = answer.full;
	text = readiness_text(req, &answer, err);
	if (err->code != ERROR_NONE)
		reply_header(req, "Retry-After", RETRY_AFTER_SECONDS);
	reply_text(req, err->code == ERROR_NONE ? 200 : 503, text);
	return true;
}
