#include "responder/listen.h"

#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "directory.h"

struct place {
	char *directory;
	char path[108];
	char option[128];
	struct listeners listeners;
	struct error err;
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place->directory = directory_make();
	snprintf(place->path, sizeof(place->path), "%s/s", place->directory);
	snprintf(place->option, sizeof(place->option), "general=%s", place->path);
	place->listeners = (struct listeners){ .fd = { -1, -1 } };
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	for (int pool = 0; pool < POOLS; pool++) {
		if (place->listeners.path[pool] != NULL)
			close(place->listeners.fd[pool]);
		free(place->listeners.path[pool]);
	}
	directory_remove(place->directory);
	free(place);
	return 0;
}

static bool
add(struct place *place)
{
	return listen_add(&place->listeners, place->option, NULL, &place->err);
}

static void
a_socket_is_for_owner_and_group(void **state)
{
	struct place *place = *state;
	struct stat st;

	assert_true(add(place));
	assert_int_equal(stat(place->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
}

static void
accepting_never_blocks(void **state)
{
	struct place *place = *state;

	assert_true(add(place));
	assert_true(listen_finish(&place->listeners, &place->err));
	assert_true(fcntl(place->listeners.fd[POOL_GENERAL], F_GETFL) & O_NONBLOCK);
}

static void
one_socket_serves_both_pools(void **state)
{
	struct place *place = *state;

	assert_true(add(place));
	assert_true(listen_finish(&place->listeners, &place->err));
	assert_int_equal(place->listeners.fd[POOL_UPLOAD], place->listeners.fd[POOL_GENERAL]);
}

static void
a_dead_socket_is_replaced(void **state)
{
	struct place *place = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, place->path, strlen(place->path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_true(add(place));
}

static void
a_socket_in_use_is_left_alone(void **state)
{
	struct place *place = *state;
	struct listeners other = { .fd = { -1, -1 } };

	assert_true(add(place));
	assert_false(listen_add(&other, place->option, NULL, &place->err));
	assert_int_equal(place->err.code, ERROR_CONFLICT);
	assert_int_equal(access(place->path, F_OK), 0);
}

static void
no_other_file_is_removed(void **state)
{
	struct place *place = *state;
	FILE *file = fopen(place->path, "w");

	fclose(file);
	assert_false(add(place));
	assert_int_equal(place->err.code, ERROR_CONFLICT);
	assert_int_equal(access(place->path, F_OK), 0);
}

static void
options_that_say_nothing_are_refused(void **state)
{
	struct place *place = *state;
	char longer[200] = "general=/";
	const char *const options[] = { "general", "general=", "general=relative", "other=/tmp/x",
		"=/tmp/x", "/tmp/x", longer };

	memset(longer + 9, 'a', 150);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (listen_add(&place->listeners, options[i], NULL, &place->err))
			fail_msg("%s", options[i]);
	assert_true(add(place));
	assert_false(add(place)); /* a pool may be added only once */
	assert_false(listen_add(
	    &(struct listeners){ .fd = { -1, -1 } }, "upload=/nowhere/x/y", NULL, &place->err));
}

static void
the_files_go_at_the_end(void **state)
{
	struct place *place = *state;

	assert_true(add(place));
	listen_remove(&place->listeners);
	assert_int_equal(access(place->path, F_OK), -1);
}

#define LISTEN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LISTEN_TEST(a_socket_is_for_owner_and_group),
		LISTEN_TEST(accepting_never_blocks),
		LISTEN_TEST(one_socket_serves_both_pools),
		LISTEN_TEST(a_dead_socket_is_replaced),
		LISTEN_TEST(a_socket_in_use_is_left_alone),
		LISTEN_TEST(no_other_file_is_removed),
		LISTEN_TEST(options_that_say_nothing_are_refused),
		LISTEN_TEST(the_files_go_at_the_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
