#include "http/link.h"

#include "test.h"

#include <string.h>

#include "exchange.h"

static bool
read_page(const char *query, struct page *page, enum error_code *code)
{
	char variable[256];
	struct exchange *ex;
	bool ok;

	snprintf(variable, sizeof(variable), "QUERY_STRING=%s", query);
	ex = EXCHANGE(variable);
	assert_true(ex->opened);
	ok = page_read(&ex->request, 100, page, &ex->err);
	*code = ex->err.code;
	if (ok && *page->last != '\0')
		assert_string_equal(page->last, "b+c/d");
	exchange_close(ex);
	return ok;
}

static void
n_and_last_are_read(void **state)
{
	struct page page;
	enum error_code code;

	(void)state;
	assert_true(read_page("n=7&last=b+c%2Fd", &page, &code));
	assert_int_equal(page.limit, 7);
	assert_true(read_page("n=0", &page, &code));
	assert_int_equal(page.limit, 0);
	assert_true(read_page("", &page, &code));
	assert_int_equal(page.limit, 100);
}

static void
a_large_n_is_cut(void **state)
{
	struct page page;
	enum error_code code;

	(void)state;
	assert_true(read_page("n=1001", &page, &code));
	assert_int_equal(page.limit, PAGE_MAX);
	assert_true(read_page("n=99999999999999999999999999", &page, &code));
	assert_int_equal(page.limit, PAGE_MAX);
}

static void
n_that_is_no_number_is_refused(void **state)
{
	static const char *const queries[] = { "n=", "n", "n=-1", "n=+1", "n=1x", "n=x", "n=%201",
		"n=1.5", "n=0x10" };
	struct page page;
	enum error_code code;

	(void)state;
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		if (read_page(queries[i], &page, &code))
			fail_msg("%s", queries[i]);
		assert_int_equal(code, ERROR_PAGINATION_NUMBER_INVALID);
	}
}

static void
link_repeats_the_path_and_encodes_the_rest(void **state)
{
	struct exchange *ex = EXCHANGE("REQUEST_URI=/v2/a%2Fb/tags/list?n=2", "QUERY_STRING=n=2");
	struct page page = { .limit = 2, .last = "" };

	(void)state;
	page_link(&ex->request, &page, "x y&\"<>\r\n\xc3\xa9", NULL);
	assert_string_equal(reply_header_value(ex->request.reply, "Link"),
	    "</v2/a%2Fb/tags/list?n=2&last=x%20y%26%22%3C%3E%0D%0A%C3%A9>; rel=\"next\"");
	page_link(&ex->request, &page, "z", "artifactType=a%2Bb");
	assert_string_equal(reply_header_value(ex->request.reply, "Link"),
	    "</v2/a%2Fb/tags/list?n=2&last=z&artifactType=a%2Bb>; rel=\"next\"");
	exchange_close(ex);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n_and_last_are_read),
		cmocka_unit_test(a_large_n_is_cut),
		cmocka_unit_test(n_that_is_no_number_is_refused),
		cmocka_unit_test(link_repeats_the_path_and_encodes_the_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
