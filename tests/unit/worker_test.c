/* A request is handed to a thread that may block; if memory runs out, the request is refused, and
 * the worker goes on. */
#include "responder/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "http/reply.h"
#include "http/transport.h"
#include "responder/api.h"
#include "test.h"

#define PIECES_MAX 100

/* --- Memory (-Wl,--wrap) --- */

static _Thread_local unsigned left; /* allocations of this thread until one fails; 0: none fails */
static atomic_uint wanted;          /* the allocation that fails during the next hand-over */
static atomic_uint failures;

static bool
is_refused(void)
{
	bool refused = left > 0 && --left == 0;

	atomic_fetch_add(&failures, refused);
	return refused;
}

void *__real_malloc(size_t);
void *__wrap_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__wrap_calloc(size_t, size_t);

void *
__wrap_malloc(size_t size)
{
	return is_refused() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __real_calloc(count, size);
}

/* --- The program --- */

static bool
serve(struct request *req, struct error *err)
{
	if (!req->may_block) {
		left = atomic_load(&wanted);
		return error_set(err, ERROR_WOULD_BLOCK, NULL);
	}
	reply_text(req, 200, "ok\n");
	return true;
}

static bool
open_call(struct request *req, struct error *err)
{
	(void)err;
	left = 0;
	req->call->path = req->path;
	req->call->key = req->call->prefix = "";
	return true;
}

static void
render_error(struct request *req, struct error *err)
{
	reply_text(req, error_status(err), "no\n");
}

static const struct route routes[] = { { "GET", "/", ACCESS_NONE, serve },
	{ NULL, NULL, ACCESS_NONE, NULL } };
static const struct api api = { .routes = routes,
	.call_size = sizeof(struct call),
	.open = open_call,
	.render_error = render_error };
static const struct responder responder = { .name = "test", .api = &api };

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int listening, parent[2], ready[2];

static void *
run_worker(void *argument)
{
	static const struct config config = { .http_general_threads = 1,
		.http_upload_threads = 1,
		.http_body_threads = 1,
		.http_blocking_threads = 16 };
	struct service service = { .config = &config };
	const struct listeners listeners = { .fd = { listening, listening } };

	(void)argument;
	assert_int_equal(worker_run(&responder, &service, &listeners, parent[0], ready[1]), 0);
	return NULL;
}

static pthread_t
start(void)
{
	pthread_t worker;
	sigset_t all;
	char byte;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	log_open("test", LOG_LEVEL_ERROR);
	transport_setup();
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "stowage-%d", (int)getpid());
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listening, 16), 0);
	assert_int_equal(pipe(parent), 0);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pthread_create(&worker, NULL, run_worker, NULL), 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	return worker;
}

/* --- The web server: GET / over FastCGI --- */

/* The status of the response. */
static int
ask(void)
{
	/* BEGIN_REQUEST of a responder, two PARAMS, the end of PARAMS, an empty STDIN. */
	static const char records[] = "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
				      "\1\4\0\1\0\41\0\0"
				      "\16\3REQUEST_METHODGET\13\1REQUEST_URI/"
				      "\1\4\0\1\0\0\0\0"
				      "\1\5\0\1\0\0\0\0";
	char answer[4096] = "", *status;
	size_t have = 0;
	ssize_t n;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(write(fd, records, sizeof(records) - 1), (ssize_t)sizeof(records) - 1);
	while (have < sizeof(answer) - 1 &&
	       (n = read(fd, answer + have, sizeof(answer) - 1 - have)) > 0)
		have += (size_t)n;
	close(fd);
	for (size_t i = 0; i < have; i++) /* headers of records contain NUL */
		if (answer[i] == '\0')
			answer[i] = ' ';
	status = strstr(answer, "Status: ");
	return status == NULL ? 0 : (int)strtol(status + strlen("Status: "), NULL, 10);
}

static void
a_request_is_refused_if_there_is_no_memory_to_hand_it_over(void **state)
{
	pthread_t worker = start();
	unsigned piece, before;

	(void)state;
	for (piece = 1; piece < PIECES_MAX; piece++) {
		int status;

		before = atomic_load(&failures);
		atomic_store(&wanted, piece);
		status = ask();
		if (atomic_load(&failures) == before) {
			assert_int_equal(status, 200);
			break;
		}
		assert_int_equal(status, 503);
	}
	assert_in_range(piece, 5, PIECES_MAX - 1); /* task, transport, arena, its block, job */
	atomic_store(&wanted, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(), 200);
	close(parent[1]);
	assert_int_equal(pthread_join(worker, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_refused_if_there_is_no_memory_to_hand_it_over),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
