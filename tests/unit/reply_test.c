#include "http/reply.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange.h"
#include "directory.h"
#include "http/reply_send.h"

/* --- Small bodies --- */

static void
body_is_sent_with_its_length(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

	(void)state;
	reply_text(&ex->request, 404, "gone\n");
	assert_string_equal(exchange_send(ex),
	    "Status: 404\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\ngone\n");
	assert_int_equal(ex->request.reply->bytes, 5);
	exchange_close(ex);
}

static void
json_is_compact(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

	(void)state;
	assert_true(reply_json(&ex->request, 200, json_pack("{s:[i,i]}", "a", 1, 2)));
	assert_non_null(
	    strstr(exchange_send(ex), "Content-Type: application/json\r\nContent-Length: 11\r\n\r\n"
				      "{\"a\":[1,2]}"));
	exchange_close(ex);
}

static void
head_announces_the_length_and_sends_no_body(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=HEAD");

	(void)state;
	reply_bytes(&ex->request, 200, "a/b", "12345", 5);
	assert_string_equal(
	    exchange_send(ex), "Status: 200\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\n");
	assert_int_equal(ex->request.reply->bytes, 0);
	exchange_close(ex);
}

static void
an_empty_answer_says_so_where_it_may(void **state)
{
	static const struct {
		int status;
		const char *text;
	} cases[] = {
		{ 201, "Status: 201\r\nContent-Length: 0\r\n\r\n" },
		{ 202, "Status: 202\r\nContent-Length: 0\r\n\r\n" },
		{ 204, "Status: 204\r\n\r\n" },
		{ 304, "Status: 304\r\n\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *ex = EXCHANGE("REQUEST_METHOD=PUT");

		assert_true(reply_empty(&ex->request, cases[i].status));
		assert_string_equal(exchange_send(ex), cases[i].text);
		exchange_close(ex);
	}
}

static void
nothing_chosen_is_an_error(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

	(void)state;
	assert_string_equal(exchange_send(ex), "Status: 500\r\nContent-Length: 0\r\n\r\n");
	exchange_close(ex);
}

static void
a_sent_answer_does_not_change(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");
	size_t length;

	(void)state;
	reply_text(&ex->request, 200, "one");
	(void)exchange_send(ex);
	length = ex->output_length;
	reply_text(&ex->request, 500, "two");
	(void)exchange_send(ex);
	assert_int_equal(ex->output_length, length);
	exchange_close(ex);
}

/* --- Headers --- */

static void
headers_are_replaced_or_added(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

	(void)state;
	reply_header(&ex->request, "ETag", "\"1\"");
	reply_header(&ex->request, "etag", "\"2\"");
	reply_header_add(&ex->request, "Link", "<a>");
	reply_header_add(&ex->request, "Link", "<b>");
	reply_headerf(&ex->request, "X", "%d-%s", 7, "y");
	assert_string_equal(reply_header_value(ex->request.reply, "ETAG"), "\"2\"");
	assert_null(reply_header_value(ex->request.reply, "Location"));
	assert_true(reply_empty(&ex->request, 202));
	assert_string_equal(exchange_send(ex),
	    "Status: 202\r\netag: \"2\"\r\nLink: <a>\r\nLink: <b>\r\nX: 7-y\r\nContent-Length: 0\r\n\r\n");
	exchange_close(ex);
}

/* A value that would start another header is a bug of ours, but must remain one header. */
static void
a_control_character_cannot_leave(void **state)
{
	static const char *const values[] = { "a\r\nSet-Cookie: x", "a\n", "\x7f", "\x01" };
	static const char *const sent[] = { "a??Set-Cookie: x", "a?", "?", "?" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

		reply_header(&ex->request, "Location", values[i]);
		assert_string_equal(reply_header_value(ex->request.reply, "Location"), sent[i]);
		exchange_close(ex);
	}
}

/* json_pack() returns NULL for invalid UTF-8. */
static void
a_document_that_is_none_is_a_500(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

	(void)state;
	assert_true(reply_json(&ex->request, 200, json_pack("{s:s}", "a", "\xff")));
	assert_string_equal(exchange_send(ex),
	    "Status: 500\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
	exchange_close(ex);
}

static void
reset_keeps_the_refused_range_only(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

	(void)state;
	reply_text(&ex->request, 200, "one");
	reply_header(&ex->request, "ETag", "\"1\"");
	reply_header(&ex->request, "Content-Range", "bytes */9");
	reply_header(&ex->request, "Link", "<a>");
	reply_reset(ex->request.reply);
	reply_text(&ex->request, 416, "no");
	assert_string_equal(exchange_send(ex),
	    "Status: 416\r\nContent-Range: bytes */9\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nno");
	exchange_close(ex);
}

/* --- Files --- */

struct file {
	char *directory;
	char *path;
};

#define CONTENT "0123456789"

static int
file_setup(void **state)
{
	struct file *file = calloc(1, sizeof(*file));
	FILE *out;

	file->directory = directory_make();
	if (asprintf(&file->path, "%s/blob", file->directory) == -1 ||
	    (out = fopen(file->path, "w")) == NULL)
		return -1;
	fputs(CONTENT, out);
	fclose(out);
	*state = file;
	return 0;
}

static int
file_teardown(void **state)
{
	struct file *file = *state;

	directory_remove(file->directory);
	free(file->path);
	free(file);
	return 0;
}

static bool
offer(struct exchange *ex, const struct file *file)
{
	return reply_file(&ex->request, 200, file->path, (int64_t)strlen(CONTENT), &ex->err);
}

/* Checks the whole output for GET or HEAD with these headers. */
static void
assert_streamed(const struct file *file, const char *method, const char *range, const char *more,
    const char *expected)
{
	struct exchange *ex = EXCHANGE(method, range, more);

	assert_true(offer(ex, file));
	assert_string_equal(exchange_send(ex), expected);
	exchange_close(ex);
}

static void
file_is_streamed_without_a_sendfile_header(void **state)
{
	assert_streamed(*state, "REQUEST_METHOD=GET", "A=", "B=",
	    "Status: 200\r\nAccept-Ranges: bytes\r\nContent-Length: 10\r\n\r\n0123456789");
	assert_streamed(*state, "REQUEST_METHOD=HEAD", "A=", "STOWAGE_SENDFILE=",
	    "Status: 200\r\nAccept-Ranges: bytes\r\nContent-Length: 10\r\n\r\n");
}

static void
one_range_is_streamed(void **state)
{
	assert_streamed(*state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=2-4", "B=",
	    "Status: 206\r\nAccept-Ranges: bytes\r\nContent-Range: bytes 2-4/10\r\nContent-Length: 3\r\n\r\n234");
	assert_streamed(*state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=-2", "B=",
	    "Status: 206\r\nAccept-Ranges: bytes\r\nContent-Range: bytes 8-9/10\r\nContent-Length: 2\r\n\r\n89");
}

static void
range_is_ignored_where_it_may_be(void **state)
{
	/* "none", else the web server would apply the Range itself. */
	static const char whole[] =
	    "Status: 200\r\nContent-Length: 10\r\nAccept-Ranges: none\r\n\r\n0123456789";

	assert_streamed(*state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=0-8,1-9", "B=", whole);
	assert_streamed(*state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=x", "B=", whole);
	assert_streamed(
	    *state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=0-1", "HTTP_IF_RANGE=\"x\"", whole);
	assert_streamed(
	    *state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=99-", "HTTP_IF_RANGE=\"x\"", whole);
	assert_streamed(*state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=0-1;3",
	    "STOWAGE_SENDFILE=X-Sendfile", whole);
	assert_streamed(*state, "REQUEST_METHOD=HEAD", "HTTP_RANGE=bytes=0-1",
	    "STOWAGE_SENDFILE=X-Sendfile",
	    "Status: 200\r\nContent-Length: 10\r\nAccept-Ranges: none\r\n\r\n");
}

static void
several_ranges_are_parts_of_one_body(void **state)
{
	static const char body[] = "--11111111-1111-4111-8111-111111111111\r\n"
				   "Content-Range: bytes 3-4/10\r\n\r\n34\r\n"
				   "--11111111-1111-4111-8111-111111111111\r\n"
				   "Content-Range: bytes 0-0/10\r\n\r\n0\r\n"
				   "--11111111-1111-4111-8111-111111111111--\r\n";
	char expected[1024];

	snprintf(expected, sizeof(expected),
	    "Status: 206\r\nAccept-Ranges: bytes\r\nContent-Type: multipart/byteranges; "
	    "boundary=11111111-1111-4111-8111-111111111111\r\nContent-Length: %zu\r\n\r\n%s",
	    strlen(body), body);
	assert_streamed(*state, "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=3-4,0-0",
	    "HTTP_X_REQUEST_ID=11111111-1111-4111-8111-111111111111", expected);
}

static void
unsatisfiable_range_is_refused_with_the_size(void **state)
{
	static const char *const sendfile[] = { "STOWAGE_SENDFILE=X-Sendfile",
		"STOWAGE_SENDFILE=" };

	for (size_t i = 0; i < 2; i++) {
		struct exchange *ex = EXCHANGE(
		    "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=10-", sendfile[i]);

		assert_false(offer(ex, *state));
		assert_int_equal(ex->err.code, ERROR_RANGE_NOT_SATISFIABLE);
		assert_string_equal(
		    reply_header_value(ex->request.reply, "Content-Range"), "bytes */10");
		exchange_close(ex);
	}
}

static void
sendfile_leaves_all_to_the_server(void **state)
{
	static const char *const asked[][2] = { { "REQUEST_METHOD=GET", "A=" },
		{ "REQUEST_METHOD=GET", "HTTP_RANGE=bytes=2-4" }, { "REQUEST_METHOD=HEAD", "A=" } };
	const struct file *file = *state;

	for (size_t i = 0; i < 3; i++) {
		struct exchange *ex = EXCHANGE(
		    asked[i][0], "STOWAGE_SENDFILE=X-Sendfile", asked[i][1]);
		char expected[512];

		snprintf(expected, sizeof(expected),
		    "Status: 200\r\nAccept-Ranges: bytes\r\nX-Sendfile: %s\r\n\r\n", file->path);
		assert_true(offer(ex, file));
		assert_string_equal(exchange_send(ex), expected);
		exchange_close(ex);
	}
}

static void
a_file_that_is_not_as_recorded_is_not_promised(void **state)
{
	const struct file *file = *state;
	struct exchange *ex = EXCHANGE("STOWAGE_SENDFILE=X-Sendfile");
	struct stat st;

	assert_false(reply_file(&ex->request, 200, file->path, 9, &ex->err));
	assert_int_equal(ex->err.code, ERROR_INTERNAL);
	assert_null(strstr(ex->err.message, file->directory)); /* no path to the client */
	assert_null(ex->request.reply->file);
	assert_int_equal(stat(file->directory, &st), 0);
	assert_false(reply_file(&ex->request, 200, file->directory, st.st_size, &ex->err));
	assert_int_equal(unlink(file->path), 0);
	assert_false(offer(ex, file));
	assert_int_equal(ex->err.code, ERROR_INTERNAL);
	assert_null(strstr(ex->err.message, file->directory));
	exchange_close(ex);
}

/* A truncated response must not look complete: the transport aborts the connection. */
static void
a_file_cut_meanwhile_breaks_the_answer(void **state)
{
	const struct file *file = *state;
	struct exchange *ex = EXCHANGE("REQUEST_METHOD=GET");

	assert_true(offer(ex, file));
	assert_int_equal(truncate(file->path, 4), 0);
	assert_false(reply_send(&ex->request));
	assert_int_equal(ex->request.reply->bytes, 4);
	exchange_close(ex);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, file_setup, file_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body_is_sent_with_its_length),
		cmocka_unit_test(json_is_compact),
		cmocka_unit_test(head_announces_the_length_and_sends_no_body),
		cmocka_unit_test(an_empty_answer_says_so_where_it_may),
		cmocka_unit_test(nothing_chosen_is_an_error),
		cmocka_unit_test(a_sent_answer_does_not_change),
		cmocka_unit_test(headers_are_replaced_or_added),
		cmocka_unit_test(a_control_character_cannot_leave),
		cmocka_unit_test(a_document_that_is_none_is_a_500),
		cmocka_unit_test(reset_keeps_the_refused_range_only),
		FILE_TEST(file_is_streamed_without_a_sendfile_header),
		FILE_TEST(one_range_is_streamed),
		FILE_TEST(range_is_ignored_where_it_may_be),
		FILE_TEST(several_ranges_are_parts_of_one_body),
		FILE_TEST(unsatisfiable_range_is_refused_with_the_size),
		FILE_TEST(sendfile_leaves_all_to_the_server),
		FILE_TEST(a_file_that_is_not_as_recorded_is_not_promised),
		FILE_TEST(a_file_cut_meanwhile_breaks_the_answer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
