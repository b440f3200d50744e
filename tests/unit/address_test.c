/* Addresses that an upstream may have. */
#include "upstream/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "test.h"

static bool
is_allowed(const char *text, const char *networks)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return address_is_allowed((struct sockaddr *)&in, networks);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return address_is_allowed((struct sockaddr *)&in6, networks);
}

static void
the_internet_is_public(void **state)
{
	static const char *const addresses[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0",
		"100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
		"172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.20.0.0",
		"223.255.255.255", "2606:4700::1111", "2a00::1", "::ffff:1.1.1.1",
		"64:ff9b::1.1.1.1", "2002:101:101::1" };

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (!is_allowed(addresses[i], NULL))
			fail_msg("%s", addresses[i]);
}

static void
what_is_inside_is_not(void **state)
{
	static const char *const addresses[] = { "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255",
		"100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
		"172.16.0.1", "172.31.255.255", "192.0.0.8", "192.168.0.1", "198.19.255.255",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
		"::127.0.0.1", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1",
		"2001:db8::1", "100::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
		"64:ff9b::169.254.169.254", "2002:7f00:1::1" };

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (is_allowed(addresses[i], NULL))
			fail_msg("%s", addresses[i]);
}

static void
other_families_are_not(void **state)
{
	struct sockaddr address = { .sa_family = AF_UNIX };

	(void)state;
	assert_false(address_is_allowed(&address, NULL));
	assert_true(address_is_allowed(&address, ""));
}

static void
private_networks_are_allowed_by_list(void **state)
{
	static const char list[] = "10.1.0.0/16 192.168.7.7 fd00:1::/32";

	(void)state;
	assert_false(is_allowed("10.1.2.3", NULL));
	assert_true(is_allowed("1.1.1.1", NULL));
	assert_true(is_allowed("127.0.0.1", ""));
	assert_true(is_allowed("1.1.1.1", list));
	assert_true(is_allowed("10.1.2.3", list));
	assert_false(is_allowed("10.2.0.1", list));
	assert_true(is_allowed("192.168.7.7", list));
	assert_false(is_allowed("192.168.7.8", list));
	assert_true(is_allowed("fd00:1::5", list));
	assert_false(is_allowed("fd00:2::5", list));
	assert_false(is_allowed("::ffff:127.0.0.1", list));
	assert_false(is_allowed("127.0.0.1", "10.0.0.0/99 x 127.0.0.1/33"));
}

static void
hosts_behind_a_proxy_are_judged_as_written(void **state)
{
	static const char *const inside[] = { "127.0.0.1", "[::1]", "10.0.0.1.", "localhost",
		"LOCALHOST.", "a.localhost", "[fe80::1%eth0]" },
				 *const outside[] = { "1.1.1.1", "[2606:4700::1111]",
					 "registry.example", "notlocalhost", "10.example" };

	(void)state;
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		if (address_host_is_allowed(inside[i], NULL))
			fail_msg("%s", inside[i]);
		assert_true(address_host_is_allowed(inside[i], ""));
	}
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		if (!address_host_is_allowed(outside[i], NULL))
			fail_msg("%s", outside[i]);
	assert_true(address_host_is_allowed("localhost", "127.0.0.0/8"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_internet_is_public),
		cmocka_unit_test(what_is_inside_is_not),
		cmocka_unit_test(other_families_are_not),
		cmocka_unit_test(private_networks_are_allowed_by_list),
		cmocka_unit_test(hosts_behind_a_proxy_are_judged_as_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
