#include "registry/maintenance.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/maintenance.h"
#include "registry/remote_state.h"
#include "registry/sweep.h"
#include "store/upload.h"

#define JOB_MS 10000               /* then the next job runs, even if work is left */
#define UPLOAD_SECONDS (24 * 3600) /* lifetime of an idle upload session */
#define FETCH_SECONDS 300          /* and of a fetch without a lease holder */
#define UNLINK_SECONDS 3600        /* warn about a file that cannot be unlinked for longer */
#define PIECE 500                  /* rows in one statement, so that none runs long */
#define HISTORY_MS (6 * 3600 * 1000)

struct maintenance {
	struct db db;
	struct store *store;         /* borrowed */
	struct upstreams *upstreams; /* borrowed */
	bool (*is_stopping)(void);
	int64_t history_ms; /* when history was extended last; 0: never */
};

/* Do one piece of the job; *more tells whether work is left. */
typedef bool job(struct maintenance *, bool *more, struct error *);

/* A writer holds the lock of the file: such a session is in use and is kept. A session whose lock
 * cannot be tested is kept, too. */
static bool
end_upload(struct maintenance *maintenance, const struct upload_row *row, struct error *err)
{
	struct error reason = { 0 };
	struct upload *upload = upload_open(maintenance->store, row->file, row->received, &reason);
	bool found, ok;

	if (upload == NULL && (reason.code == ERROR_CONFLICT || reason.code == ERROR_UNAVAILABLE))
		return true;
	/* files() removes the file. */
	ok = db_upload_end(&maintenance->db, row, &found, err);
	upload_close(upload);
	return ok;
}

static bool
uploads(struct maintenance *maintenance, bool *more, struct error *err)
{
	struct upload_row *rows;
	size_t count;

	*more = false; /* locked sessions would be returned again and again */
	if (!db_uploads_abandoned(&maintenance->db, UPLOAD_SECONDS, PIECE, &rows, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!end_upload(maintenance, &rows[i], err))
			return false;
	return true;
}

static bool
fetches(struct maintenance *maintenance, bool *more, struct error *err)
{
	return db_fetches_drop(&maintenance->db, FETCH_SECONDS, PIECE, more, err);
}

static bool
cache(struct maintenance *maintenance, bool *more, struct error *err)
{
	return db_cache_expire(&maintenance->db, PIECE, more, err);
}

static bool
v1_uploads(struct maintenance *maintenance, bool *more, struct error *err)
{
	return db_v1_uploads_drop(&maintenance->db, UPLOAD_SECONDS, PIECE, more, err);
}

/* Unlink under both names: the process may have died between the two. */
static bool
unlink_file(struct maintenance *maintenance, const struct file_row *row, struct error *err)
{
	return upload_unlink(maintenance->store, row->file, err) &&
	       (!row->has_digest ||
		   store_blob_unlink(maintenance->store, &row->digest, row->file, err));
}

/* A file that cannot be unlinked is retried after the others. */
static bool
end_file(struct maintenance *maintenance, const struct file_row *row, int64_t *seconds,
    struct error *reason, struct error *err)
{
	*seconds = -1;
	return unlink_file(maintenance, row, reason)
		   ? db_unlink_done(&maintenance->db, row->file, err)
		   : db_unlink_failed(&maintenance->db, row->file, seconds, err);
}

static bool
files(struct maintenance *maintenance, bool *more, struct error *err)
{
	struct error reason = { 0 };
	struct file_row *rows;
	int64_t seconds, oldest = -1;
	size_t count, failed = 0;

	if (!db_unlinks_due(&maintenance->db, PIECE, &rows, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!end_file(maintenance, &rows[i], &seconds, &reason, err))
			return false;
		failed += seconds != -1;
		oldest = seconds > oldest ? seconds : oldest;
	}
	if (failed > 0)
		log_line(oldest < UNLINK_SECONDS ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		    "maintenance, files: %zu cannot be removed, the oldest for %" PRId64
		    " s: %s: %s",
		    failed, oldest, reason.message, reason.cause);
	*more = count == PIECE;
	return true;
}

static bool
sweep(struct maintenance *maintenance, bool *more, struct error *err)
{
	return registry_sweep(maintenance->db.pool, maintenance->store, more, err);
}

static bool
repositories(struct maintenance *maintenance, bool *more, struct error *err)
{
	const char *failed;

	if (!db_repository_shrink(&maintenance->db, PIECE, more, &failed, err))
		return false;
	if (failed != NULL)
		log_line(LOG_LEVEL_WARNING, "maintenance, repositories: cannot remove %s", failed);
	return true;
}

static bool
history(struct maintenance *maintenance, bool *more, struct error *err)
{
	*more = false;
	if (maintenance->history_ms != 0 &&
	    clock_steady_ms() - maintenance->history_ms < HISTORY_MS)
		return true;
	maintenance->history_ms = clock_steady_ms();
	return db_history_extend(&maintenance->db, err);
}

/* Probe the upstreams that are backing off. */
static bool
upstreams(struct maintenance *maintenance, bool *more, struct error *err)
{
	struct remote *remotes;
	size_t count;

	*more = false;
	if (!db_remotes_backing_off(&maintenance->db, &remotes, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct upstream upstream = remote_upstream(&remotes[i]);
		const struct upstream_call call = { .answer_ms = remotes[i].answer_ms };
		struct upstream_reply reply;

		if (upstream_greet(maintenance->upstreams->client, maintenance->db.arena, &upstream,
			&call, &reply) == UPSTREAM_DONE &&
		    !db_remote_answered(&maintenance->db, remotes[i].id, -1, -1, -1, err))
			return false;
	}
	return true;
}

/* stowage-admin has no access to the store; it reports the figures of this row. */
static bool
space(struct maintenance *maintenance, bool *more, struct error *err)
{
	int64_t total, available;

	*more = false;
	return store_space(maintenance->store, &total, &available, err) &&
	       db_store_space_save(&maintenance->db, total, available, err);
}

/* Run a job until it is done or its time is over; *more if work is left. */
static bool
run(struct maintenance *maintenance, job *work, const char *name, bool *more)
{
	int64_t end_ms = clock_steady_ms() + JOB_MS;
	bool ok = true, left = true;

	while (left && !maintenance->is_stopping() && clock_steady_ms() < end_ms) {
		struct error err = { 0 };

		if (!work(maintenance, &left, &err)) {
			log_line(LOG_LEVEL_WARNING, "maintenance, %s: %s%s%s", name, err.message,
			    *err.cause != '\0' ? ": " : "", err.cause);
			ok = left = false;
		}
		arena_reset(maintenance->db.arena);
	}
	*more |= left;
	return ok;
}

bool
maintenance_round(struct maintenance *maintenance, bool *more)
{
	static const struct {
		job *work;
		const char *name;
		bool touches_files;
	} jobs[] = {
		{ space, "space", true },
		{ history, "history", false },
		{ upstreams, "upstreams", false },
		{ uploads, "uploads", true },
		{ fetches, "fetches", true },
		{ cache, "cache", false },
		{ v1_uploads, "v1 uploads", false },
		{ files, "files", true },
		{ sweep, "sweep", true },
		{ repositories, "repositories", false },
	};
	bool ok = true;

	*more = false;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		/* A missing store is reported by the store watch, not here. */
		if (jobs[i].touches_files && !store_require(maintenance->store, NULL))
			ok = false;
		else
			ok &= run(maintenance, jobs[i].work, jobs[i].name, more);
	return ok;
}

struct maintenance *
maintenance_open(struct db_pool *pool, struct store *store, struct upstreams *upstreams,
    bool (*is_stopping)(void))
{
	struct maintenance *maintenance = calloc(1, sizeof(*maintenance));

	if (maintenance == NULL)
		log_fatal("out of memory");
	maintenance->db = (struct db){ .pool = pool, .arena = arena_new() };
	maintenance->store = store;
	maintenance->upstreams = upstreams;
	maintenance->is_stopping = is_stopping;
	return maintenance;
}

void
maintenance_close(struct maintenance *maintenance)
{
	arena_free(maintenance->db.arena);
	free(maintenance);
}
