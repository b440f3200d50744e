#include "registry/download.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "registry/duplicate.h"
#include "registry/remote_state.h"
#include "store/upload.h"

#define ADVANCE_MS 200
#define TRIES_MAX 3           /* consecutive attempts that each gain less */
#define WORTH_A_TRY (1 << 20) /* bytes an attempt must gain; a slower upstream is abandoned */
#define PIECE (256 * 1024)
#define PUBLISH_MS (30 * 1000) /* how long publishing retries without a database */
#define PUBLISH_PAUSE_NS (200 * 1000 * 1000)

/* A running download. */
struct run {
	struct download *download;
	const struct fetch_row *row;
	struct db db;          /* for the fetch row; its arena is reset at every step */
	struct upload *upload; /* owned */
	int64_t file;
	int64_t skip;        /* bytes to skip, already here: the upstream ignored the range */
	int64_t advanced_ms; /* when the row was advanced last */
	bool begun;          /* readers may have received bytes */
	bool lost, stopped;  /* why a piece or a tick stopped the transfer ... */
	struct error *err;   /* ... or the error on our side */
	bool ok;             /* the result */
};

/* Advance the row, and tell the readers in this process. An unavailable database does not stop the
 * download: a process that takes over the lease needs it too. */
static bool
advance(struct run *run)
{
	struct download *download = run->download;
	int64_t received = upload_length(run->upload);
	struct error ignored = { 0 };
	bool mine;

	run->advanced_ms = clock_steady_ms();
	arena_reset(run->db.arena);
	if (db_fetch_advance(
		&run->db, download->key, download->owner, run->file, received, &mine, &ignored))
		run->lost = !mine;
	run->stopped = !download->progress(download->context, download, run->file, received);
	return !run->lost && !run->stopped;
}

static bool
on_tick(void *context)
{
	struct run *run = context;

	return clock_steady_ms() - run->advanced_ms < ADVANCE_MS || advance(run);
}

/* A manifest may state a wrong size for a blob, which its digest alone identifies: before the first
 * byte the upstream's size replaces it, also for the readers. A third party's size does not. */
static bool
correct_size(struct run *run, int64_t size)
{
	struct download *download = run->download;

	if (run->begun || upload_length(run->upload) > 0 || download->source != NULL || size < 0 ||
	    size == download->size)
		return true;
	log_line(LOG_LEVEL_WARNING, "%s: %s/%s has %" PRId64 " bytes upstream, not %" PRId64,
	    download->remote->key, download->remote->path, download->key->digest.text, size,
	    download->size);
	download->size = size;
	return db_fetch_resize(&run->db, download->key, download->owner, size, run->err) &&
	       advance(run);
}

/* The range and the total size in the answer must agree with the bytes received so far and the
 * expected size. */
static bool
check_reply(struct run *run, const struct upstream_reply *reply)
{
	if (!correct_size(run, reply->total))
		return false;
	if (reply->status == 206 && reply->first != upload_length(run->upload))
		return error_set(run->err, ERROR_UPSTREAM_FAILED,
		    "%s: the upstream registry sent the wrong range", run->download->remote->key);
	if (reply->total >= 0 && reply->total != run->download->size)
		return error_set(run->err, ERROR_UPSTREAM_FAILED,
		    "%s: the blob has a different size upstream", run->download->remote->key);
	return true;
}

static bool
on_piece(void *context, const struct upstream_reply *reply, const void *data, size_t length)
{
	struct run *run = context;
	int64_t here;

	if (run->skip == -1) { /* the first piece of this answer */
		if (!check_reply(run, reply))
			return false;
		run->skip = reply->status == 206 ? 0 : upload_length(run->upload);
	}
	here = run->skip < (int64_t)length ? run->skip : (int64_t)length;
	run->skip -= here;
	if (upload_length(run->upload) + (int64_t)length - here > run->download->size)
		return error_set(run->err, ERROR_UPSTREAM_FAILED,
		    "%s: the upstream registry sent too many bytes", run->download->remote->key);
	if (!upload_write(run->upload, (const char *)data + here, length - (size_t)here, run->err))
		return false;
	return on_tick(run);
}

/* Ask for the missing bytes. */
static enum upstream_result
ask(struct run *run, struct upstream_reply *reply)
{
	struct download *download = run->download;
	struct arena *arena = download->db->arena;
	const struct upstream_call call = {
		.path = arena_printf(
		    arena, "/v2/%s/blobs/%s", download->remote->path, download->key->digest.text),
		.url = download->source,
		.name = download->remote->path,
		.first = upload_length(run->upload),
		.piece = on_piece,
		.tick = on_tick,
		.context = run,
	};

	run->skip = -1;
	return upstreams_ask(download->upstreams, download->db, download->remote, &call, reply);
}

/* Receive all bytes, in as many answers as it takes. */
static bool
receive(struct run *run)
{
	const struct remote *remote = run->download->remote;
	struct upstream_reply reply;
	enum upstream_result result;
	int64_t before;

	/* An expired lease may have left a complete file: then the range left to ask for is
	 * empty. */
	if (run->download->size > 0 && upload_length(run->upload) == run->download->size)
		return true;
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		before = upload_length(run->upload);
		arena_reset(run->download->db->arena);
		result = ask(run, &reply);
		if (result == UPSTREAM_STOPPED)
			return false;
		if (result == UPSTREAM_DONE && upload_length(run->upload) == run->download->size)
			return true;
		if (result == UPSTREAM_ABSENT || result == UPSTREAM_REFUSED)
			return error_set(run->err, ERROR_BLOB_UNKNOWN,
			    "%s: the upstream registry does not have the blob", remote->key);
		if (result == UPSTREAM_BARRED || result == UPSTREAM_LIMITED)
			break;
		if (upload_length(run->upload) - before >= WORTH_A_TRY)
			tries = 0;
	}
	if (result == UPSTREAM_DONE)
		return error_set(run->err, ERROR_UPSTREAM_FAILED,
		    "%s: the upstream registry sent too few bytes", remote->key);
	return remote_error(remote, result, &reply, run->err);
}

/* Open the file of an expired lease. Its holder may have died between publishing the file and
 * updating the row. -1: the file is gone. */
static int
open_old(const struct run *run, int64_t old_file)
{
	const struct download *download = run->download;
	struct store *store = download->store;
	int fd = open(store_upload_path(store, run->db.arena, old_file), O_RDONLY | O_CLOEXEC);

	return fd != -1
		   ? fd
		   : open(store_blob_path(store, run->db.arena, &download->key->digest, old_file),
			 O_RDONLY | O_CLOEXEC);
}

/* Copy the bytes of that file, as far as they exist. */
static bool
copy(struct run *run, int64_t old_file, int64_t length)
{
	int fd = open_old(run, old_file);
	char *piece = malloc(PIECE);
	ssize_t n = 1;
	bool ok = true;

	while (fd != -1 && piece != NULL && ok && length > 0 &&
	       (n = read(fd, piece, length < PIECE ? (size_t)length : PIECE)) > 0) {
		ok = upload_write(run->upload, piece, (size_t)n, run->err);
		length -= n;
	}
	free(piece);
	if (fd != -1)
		close(fd);
	return ok;
}

/* Record the blob in the database; retry so that a restart of the database at this moment does not
 * fail the pull. */
static bool
publish_row(struct run *run, bool *won)
{
	struct download *download = run->download;
	int64_t until = clock_steady_ms() + PUBLISH_MS;

	while (!db_fetch_publish(&run->db, download->key, download->owner, run->file,
	    download->size, &download->holder, won, run->err)) {
		if (run->err->code != ERROR_UNAVAILABLE || clock_steady_ms() > until)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = PUBLISH_PAUSE_NS }, NULL);
		run->stopped = !download->progress(
		    download->context, download, run->file, upload_length(run->upload));
		if (run->stopped)
			return false;
	}
	return true;
}

/* Publish the verified bytes as the blob, or leave the file for the readers. */
static bool
finish(struct run *run)
{
	struct download *download = run->download;
	const struct fetch_key *key = download->key;
	struct digest actual;
	bool won = false;

	if (!upload_digest(run->upload, key->digest.algorithm, &actual, run->err))
		return false;
	if (!digest_equal(&actual, &key->digest))
		return error_set(run->err, ERROR_UPSTREAM_FAILED,
		    "%s: the upstream registry sent other bytes than asked for",
		    download->remote->key);
	arena_reset(run->db.arena);
	if (!download->remote->store_locally)
		return db_fetch_fail(&run->db, key, download->owner, 0, NULL, run->err);
	if (!upload_publish(run->upload, &key->digest, run->err)) {
		/* Our lease expired, and the process that took it over has removed our file. */
		run->lost = run->err->code == ERROR_BLOB_UPLOAD_UNKNOWN;
		return false;
	}
	if (!publish_row(run, &won))
		return false;
	run->lost = !won;
	return won && (download->holder == run->file ||
			  registry_duplicate_settle(&run->db, download->store, &key->digest,
			      run->file, download->size, &download->holder, run->err));
}

static bool
run_all(struct run *run)
{
	const struct fetch_row *row = run->row;
	struct download *download = run->download;
	struct error ignored = { 0 };

	run->upload = upload_open(download->store, row->file, 0, run->err);
	if (run->upload == NULL)
		return false;
	upload_hash(run->upload, download->key->digest.algorithm);
	run->begun = row->old_file != 0;
	if (row->old_file != 0 && !copy(run, row->old_file, row->received))
		return false;
	if (!advance(run))
		return false;
	if (row->old_file != 0) /* under its other name, maintenance removes it */
		(void)!upload_unlink(download->store, row->old_file, &ignored);
	return receive(run) && advance(run) && finish(run);
}

static void
run_main(void *argument)
{
	struct run *run = argument;

	run->ok = run_all(run);
}

/* Record the failure, and return the end that the caller must report. */
static enum download_end
fail(struct run *run)
{
	struct download *download = run->download;
	struct error ignored = { 0 };

	if (!run->stopped)
		(void)!upload_unlink(download->store, run->file, &ignored);
	if (run->lost)
		return DOWNLOAD_LOST;
	arena_reset(run->db.arena);
	if (run->stopped) {
		(void)!db_fetch_leave(&run->db, download->key, download->owner, &ignored);
		return DOWNLOAD_LEFT;
	}
	if (run->err->code == ERROR_NONE)
		error_set(run->err, ERROR_UPSTREAM_FAILED, NULL);
	(void)!db_fetch_fail(&run->db, download->key, download->owner, error_status(run->err),
	    run->err->message, &ignored);
	return DOWNLOAD_FAILED;
}

enum download_end
download_run(struct download *download, const struct fetch_row *row, struct error *err)
{
	const struct fetch_row kept = *row; /* its strings are freed with the arena */
	struct run run = {
		.download = download,
		.row = &kept,
		.db = { .pool = download->db->pool, .arena = download->steps },
		.file = row->file,
		.err = err,
	};
	enum download_end end = DOWNLOAD_STORED;

	/* If memory runs out, another process may go on. */
	run.stopped = !memory_try(run_main, &run) || run.stopped;
	if (!run.ok)
		end = fail(&run);
	upload_close(run.upload);
	return end;
}
