#include "base/config.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read `text` as a configuration file. */
static bool
read_text(const char *text, struct config *config, struct error *err)
{
	char path[] = "/tmp/config_test.XXXXXX";
	int fd = mkstemp(path);
	bool ok;

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	ok = config_read(config, path, err);
	unlink(path);
	return ok;
}

static void
an_empty_file_means_defaults(void **state)
{
	struct error err = { 0 };
	struct config config;

	(void)state;
	assert_true(read_text("", &config, &err));
	assert_string_equal(config.database_url, "dbname=stowage");
	assert_string_equal(config.store_path, "/var/lib/stowage");
	assert_string_equal(config.http_trusted_proxies, "");
	assert_string_equal(config.log_level, "info");
	assert_int_equal(config.auth_remember_seconds, 60);
	assert_int_equal(config.store_reserve_bytes, 1 << 30);
}

static void
values_are_taken_whole(void **state)
{
	struct error err = { 0 };
	struct config config;

	(void)state;
	assert_true(read_text("# comment\n; comment\n\n"
			      " [ database ] \r\n"
			      "url = host=/run/pg password='a # b' \n"
			      "[store]\n\tpath=/a b/c\nreserve_bytes=3M\n"
			      "[log]\nlevel=debug",
	    &config, &err));
	assert_string_equal(config.database_url, "host=/run/pg password='a # b'");
	assert_string_equal(config.store_path, "/a b/c");
	assert_int_equal(config.store_reserve_bytes, 3 << 20);
	assert_string_equal(config.log_level, "debug");
}

static void
a_mistake_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[nowhere]\n", ":1: unknown section [nowhere]" },
		{ "[store\n", ":1: a section must be written [NAME]" },
		{ "[store]\npaths=/x\n", ":2: unknown key paths in [store]" },
		{ "[store]\nurl=x\n", ":2: unknown key url in [store]" },
		{ "[http]\nwaiter_threads = 9\n",
		    ":2: http.waiter_threads is now called blocking_threads" },
		{ "path=/x\n", ":1: key before the first [SECTION]" },
		{ "[store]\nnonsense\n", ":2: must be [SECTION] or KEY = VALUE" },
		{ "[store]\npath=/a\n\n[store]\npath=/b\n", ":5: store.path is set twice" },
		{ "[store]\npath = /a # the big disk\n",
		    ":2: store.path: a comment must be a line of its own" },
		{ "[store]\npath = /a\t; the big disk\n", ":2: store.path: a comment" },
		{ "[auth]\nremember_seconds=61\n",
		    ":2: auth.remember_seconds: must be a whole number from 0 to 60 (got 61)" },
		{ "[auth]\nlock_failures=-1\n", ":2: auth.lock_failures: must be" },
		{ "[auth]\nlock_failures=1.5\n", ":2: auth.lock_failures: must be" },
		{ "[auth]\nlock_failures=5K\n", ":2: auth.lock_failures: must be" },
		{ "[auth]\nlock_failures=\n", ":2: auth.lock_failures: must be" },
		{ "[auth]\nlock_failures=99999999999999999999\n",
		    ":2: auth.lock_failures: must be" },
		{ "[store]\nreserve_bytes=9223372036854775807K\n",
		    ":2: store.reserve_bytes: must be" },
		{ "[store]\nreserve_bytes=1KK\n", ":2: store.reserve_bytes: must be" },
		{ "[http]\ntrusted_proxies=10.0.0.0/8,proxy\n",
		    ":2: http.trusted_proxies: must be addresses and networks" },
		{ "[http]\ntrusted_proxies=10.0.0.0/33\n", ":2: http.trusted_proxies: must be" },
		{ "[http]\ntrusted_proxies=10.0.0.0/\n", ":2: http.trusted_proxies: must be" },
		{ "[http]\ntrusted_proxies=::1/129\n", ":2: http.trusted_proxies: must be" },
		{ "[http]\ntrusted_proxies=10.0.0\n", ":2: http.trusted_proxies: must be" },
		{ "[proxy]\nurl=http://p:1\n",
		    ":1: this section must be written [proxy \"NAME\"]" },
		{ "[store \"a\"]\n", ":1: this section must be written [store]" },
		{ "[proxy \"a b\"]\n", ":1: name must be 1 to 64 letters" },
		{ "[proxy \"\"]\n", ":1: name must be 1 to 64" },
		{ "[proxy \"a\" x]\n", ":1: name must be 1 to 64" },
		{ "[proxy \"a\"]\nusername=u\n[log]\n", ":3: [proxy \"a\"] has no url" },
		{ "[certificate \"a\"]\ncertificate=/c\n", ": [certificate \"a\"] has no key" },
		{ "[proxy \"a\"]\nurl=http://p:1\n[proxy \"a\"]\n",
		    ":3: [proxy \"a\"] is defined twice" },
		{ "[proxy \"a\"]\nurl=http://p:1\nurl=http://p:2\n", ":3: proxy.url is set twice" },
		{ "[proxy \"a\"]\nurl=https://p:1\n", ":2: proxy.url: must be http://HOST:PORT" },
		{ "[proxy \"a\"]\nurl=http://u:p@p:1\n", ":2: proxy.url: must be" },
		{ "[proxy \"a\"]\nurl=http://p\n", ":2: proxy.url: must be" },
		{ "[proxy \"a\"]\npath=/x\n", ":2: unknown key path in [proxy]" },
		{ "[log]\nlevel=loud\n",
		    ":2: log.level: must be error, warning, info or debug (got loud)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };
		struct config config;

		assert_false(read_text(cases[i].text, &config, &err));
		if (strstr(err.message, cases[i].message) == NULL)
			fail_msg("\"%s\" lacks \"%s\"", err.message, cases[i].message);
	}
}

static void
networks_are_taken_as_they_stand(void **state)
{
	struct error err = { 0 };
	struct config config;

	(void)state;
	assert_true(read_text(
	    "[http]\ntrusted_proxies = 10.0.0.0/8, ::1,fc00::/7\t192.0.2.1/32\n", &config, &err));
	assert_string_equal(config.http_trusted_proxies, "10.0.0.0/8, ::1,fc00::/7\t192.0.2.1/32");
}

static void
sections_with_names_are_lists(void **state)
{
	struct error err = { 0 };
	struct config config;
	const struct config_proxy *proxy;
	const struct config_certificate *certificate;

	(void)state;
	assert_true(
	    read_text("[proxy \"one\"]\nurl = http://one:1\n[store]\npath=/s\n"
		      "[certificate \"one\"]\ncertificate=/c\nkey=/k\n"
		      "[ proxy \"t.w-o_2\" ]\nurl = http://[::1]:2\nusername=u\npassword=p\n",
		&config, &err));
	proxy = config_find(config.proxies, "one");
	assert_string_equal(proxy->url, "http://one:1");
	assert_string_equal(proxy->username, "");
	proxy = config_find(config.proxies, "t.w-o_2");
	assert_string_equal(proxy->url, "http://[::1]:2");
	assert_string_equal(proxy->password, "p");
	certificate = config_find(config.certificates, "one");
	assert_string_equal(certificate->key, "/k");
	assert_null(config_find(config.certificates, "two"));
	assert_string_equal(config.store_path, "/s");
	assert_true(read_text("", &config, &err));
	assert_null(config_find(config.proxies, "one"));
}

static void
a_missing_file_is_an_error(void **state)
{
	struct error err = { 0 };
	struct config config;

	(void)state;
	assert_false(config_read(&config, "/nonexistent/stowage.conf", &err));
	assert_string_equal(err.cause, "No such file or directory");
}

static void
the_environment_names_the_file(void **state)
{
	struct error err = { 0 };
	struct config config;

	(void)state;
	setenv("STOWAGE_CONFIG", "/dev/null", 1);
	assert_true(config_read(&config, NULL, &err));
	setenv("STOWAGE_CONFIG", "/nonexistent/stowage.conf", 1);
	assert_false(config_read(&config, NULL, &err));
	assert_true(config_read(&config, "/dev/null", &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_means_defaults),
		cmocka_unit_test(values_are_taken_whole),
		cmocka_unit_test(a_mistake_is_named_with_its_line),
		cmocka_unit_test(networks_are_taken_as_they_stand),
		cmocka_unit_test(sections_with_names_are_lists),
		cmocka_unit_test(a_missing_file_is_an_error),
		cmocka_unit_test(the_environment_names_the_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
