#include "http/same_origin.h"

#include "test.h"

#include "exchange.h"

#define SERVER "HTTP_HOST=registry.example", "REQUEST_SCHEME=https"

static void
assert_checked(struct exchange *ex, bool taken)
{
	assert_int_equal(same_origin_check(&ex->request, &ex->err), taken);
	assert_int_equal(ex->err.code, taken ? ERROR_NONE : ERROR_DENIED);
	exchange_close(ex);
}

#define TAKEN(...) assert_checked(EXCHANGE(__VA_ARGS__, SERVER), true)
#define REFUSED(...) assert_checked(EXCHANGE(__VA_ARGS__, SERVER), false)

static void
own_origin_and_clients_without_one_may_change(void **state)
{
	(void)state;
	TAKEN("REQUEST_METHOD=POST");
	TAKEN("REQUEST_METHOD=PUT", "HTTP_ORIGIN=https://registry.example");
	TAKEN("REQUEST_METHOD=PUT", "HTTP_ORIGIN=HTTPS://Registry.Example:443");
	TAKEN("REQUEST_METHOD=PATCH", "HTTP_SEC_FETCH_SITE=same-origin",
	    "HTTP_ORIGIN=https://registry.example");
	TAKEN("REQUEST_METHOD=DELETE", "HTTP_SEC_FETCH_SITE=none");
	TAKEN("REQUEST_METHOD=POST", "HTTP_HOST=registry.example:8443",
	    "HTTP_ORIGIN=https://registry.example:8443");
	TAKEN("REQUEST_METHOD=POST", "HTTP_HOST=registry.example:443",
	    "HTTP_ORIGIN=https://registry.example");
}

static void
foreign_and_hidden_origins_may_not(void **state)
{
	(void)state;
	REFUSED("REQUEST_METHOD=POST", "HTTP_ORIGIN=https://evil.example");
	REFUSED("REQUEST_METHOD=POST", "HTTP_ORIGIN=null");
	REFUSED("REQUEST_METHOD=POST", "HTTP_ORIGIN=");
	REFUSED("REQUEST_METHOD=PUT", "HTTP_ORIGIN=http://registry.example");
	REFUSED("REQUEST_METHOD=PATCH", "HTTP_ORIGIN=https://registry.example:80");
	REFUSED("REQUEST_METHOD=DELETE", "HTTP_ORIGIN=https://registry.example.evil.example");
	REFUSED("REQUEST_METHOD=TRACE", "HTTP_ORIGIN=https://registry.example/");
	REFUSED("REQUEST_METHOD=POST", "HTTP_SEC_FETCH_SITE=cross-site");
	REFUSED("REQUEST_METHOD=POST", "HTTP_SEC_FETCH_SITE=same-site",
	    "HTTP_ORIGIN=https://registry.example");
	REFUSED("REQUEST_METHOD=POST", "HTTP_SEC_FETCH_SITE=same-origin",
	    "HTTP_ORIGIN=https://evil.example");
}

static void
reading_is_open_to_every_page(void **state)
{
	(void)state;
	TAKEN("REQUEST_METHOD=GET", "HTTP_ORIGIN=null", "HTTP_SEC_FETCH_SITE=cross-site");
	TAKEN("REQUEST_METHOD=HEAD", "HTTP_ORIGIN=https://evil.example");
	TAKEN("REQUEST_METHOD=OPTIONS", "HTTP_ORIGIN=https://evil.example");
}

#define PROXIED                                                                                  \
	"REQUEST_METHOD=POST", "REMOTE_ADDR=10.0.0.1", "HTTP_HOST=inner", "REQUEST_SCHEME=http", \
	    "HTTP_X_FORWARDED_HOST=registry.example", "HTTP_X_FORWARDED_PROTO=https"

static void
own_origin_is_what_clients_see(void **state)
{
	(void)state;
	assert_checked(
	    EXCHANGE_PROXIED("10.0.0.0/8", "HTTP_ORIGIN=https://registry.example", PROXIED), true);
	assert_checked(EXCHANGE_PROXIED("10.0.0.0/8", "HTTP_ORIGIN=http://inner", PROXIED), false);
	assert_checked(
	    EXCHANGE_PROXIED("192.0.2.1", "HTTP_ORIGIN=https://registry.example", PROXIED), false);
	TAKEN("REQUEST_METHOD=POST", "STOWAGE_BASE_URL=https://public.example",
	    "HTTP_ORIGIN=https://public.example");
	REFUSED("REQUEST_METHOD=POST", "STOWAGE_BASE_URL=https://public.example",
	    "HTTP_ORIGIN=https://registry.example");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_origin_and_clients_without_one_may_change),
		cmocka_unit_test(foreign_and_hidden_origins_may_not),
		cmocka_unit_test(reading_is_open_to_every_page),
		cmocka_unit_test(own_origin_is_what_clients_see),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("same_origin", tests, NULL, NULL);
}
