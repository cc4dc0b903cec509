/* SPDX-License-Identifier: Apache-2.0 */
/* From where the server may fetch what a request names, and to which addresses names may lead. */
#include "server/fetch_url.h"
#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const char list[] =
    "https://store.example/calls/,https://plain.example,https://10.1.2.3:8443/,"
    "http://localhost:81/,http://[::1]:82/,10.7.0.0/16,fd00:7::/32";

static void test_addresses(void **state)
{
    static const struct {
        const char *url;
        bool good;
    } cases[] = {
        {"https://store.example/calls/a.wav", true},
        {"HTTPS://Store.Example:443/calls/a.wav?sig=%2F..#x", true},
        {"https://store.example/calls/", true},
        {"https://store.example/calls", false},
        {"https://store.example/callsign/a.wav", false},
        {"https://store.example/calls/../a.wav", false},
        {"https://store.example/calls/%2E%2e/a.wav", false},
        {"https://store.example/calls/x%2fy", false},
        {"https://store.example/calls/x%5cy", false},
        {"https://store.example:444/calls/a.wav", false},
        {"http://store.example/calls/a.wav", false},
        {"https://user@store.example/calls/a.wav", false},
        {"https://user:word@store.example/calls/a.wav", false},
        {"https://store.example.evil.example/calls/a.wav", false},
        {"https://evil.example/https://store.example/calls/", false},
        {"https://plain.example/any/%2e/where", true},
        {"https://plain.example", true},
        {"https://10.1.2.3:8443/x", true},
        {"https://10.1.2.3/x", false},
        {"https://10.7.0.1/x", false}, /* a network is no beginning */
        {"http://localhost:81/x", true},
        {"http://localhost/x", false},
        {"http://[::1]:82/x", true},
        {"http://127.0.0.1:81/x", false},
        {"file:///calls/a.wav", false},
        {"store.example/calls/a.wav", false},
        {"", false},
    };
    struct settings s;
    struct problem p;
    struct ih_error e;
    char *whole;
    (void)state;
    assert_int_equal(settings_init(&s, &e), IH_OK);
    assert_false(fetch_allowed(&s, "https://store.example/calls/a.wav", "audioUrl", &whole, &p));
    assert_string_equal(p.param, "audioUrl");
    assert_null(whole);
    assert_int_equal(settings_set(&s, setting_find("fetch-from"), list, &e), IH_OK);
    assert_int_equal(settings_check(&s, &e), IH_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool good = fetch_allowed(&s, cases[i].url, "audioUrl", &whole, &p);
        curl_free(whole);
        if (good != cases[i].good)
            fail_msg("%s", cases[i].url);
    }
    settings_free(&s);
}

static void test_settings(void **state)
{
    static const char *const bad[] = {"store.example", "http://store.example/",
        "ftp://store.example/", "https://", "https://a@store.example/", "https://store.example/?x",
        "https://store.example/#x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0/8",
        "fd00::/129", "10.0.0.0/8,x"};
    static const char *const good[] = {"", "10.0.0.0/8", "10.0.0.1", "::/0", "fd00::1",
        "https://store.example:8443/a/b", "http://127.0.0.9/", list};
    struct ih_error e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (fetch_check_setting(bad[i], &e) != IH_INVALID)
            fail_msg("%s", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (fetch_check_setting(good[i], &e) != IH_OK)
            fail_msg("%s", good[i]);
}

static bool leads(const char *host, const char *address)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
        return fetch_address_allowed(list, host, (struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, address, &v6.sin6_addr), 1);
    return fetch_address_allowed(list, host, (struct sockaddr *)&v6);
}

static void test_where_names_lead(void **state)
{
    static const char *const private[] = {"0.0.0.0", "10.0.0.1", "10.8.0.0", "100.64.0.1",
        "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.8", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::7f00:1", "64:ff9b::a00:1",
        "2002:a00:1::", "fc00::1", "fd00:8::1", "fe80::1", "ff02::1"};
    static const char *const public[] = {"1.1.1.1", "9.255.255.255", "11.0.0.0", "172.32.0.1",
        "192.167.255.255", "223.255.255.255", "2606:4700::1111", "::ffff:1.1.1.1"};
    static const char *const listed[] = {
        "10.7.0.1", "10.7.255.255", "::ffff:10.7.0.1", "fd00:7::9"};
    (void)state;
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        if (leads("store.example", private[i]))
            fail_msg("%s", private[i]);
    for (size_t i = 0; i < sizeof public / sizeof *public; i++)
        if (!leads("store.example", public[i]))
            fail_msg("%s", public[i]);
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
        if (!leads("store.example", listed[i]))
            fail_msg("%s", listed[i]);
    /* What was listed as a number leads there and nowhere else. */
    assert_true(leads("10.1.2.3", "10.1.2.3"));
    assert_false(leads("10.1.2.3", "10.1.2.4"));
    assert_true(leads("[::1]", "::1"));
    assert_true(leads("localhost", "127.0.0.1"));
    assert_true(leads("LocalHost", "::1"));
    assert_false(leads("localhost", "10.0.0.1"));
    assert_false(leads("localhost.example", "127.0.0.1"));
    struct sockaddr other = {.sa_family = AF_UNIX};
    assert_false(fetch_address_allowed(list, "store.example", &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_where_names_lead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
