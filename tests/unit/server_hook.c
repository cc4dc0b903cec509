/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of webhooks, and where they may go. */
#include "server/hook.h"
#include "support/support.h"

#include <string.h>

/* The example of the standard-webhooks libraries. */
static void test_signature(void **state)
{
    unsigned char secret[64];
    char text[64];
    (void)state;
    size_t n = hook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", secret);
    assert_int_equal(n, 24);
    assert_true(hook_sign(
        text, secret, n, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"));
    assert_string_equal(text, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void test_secrets(void **state)
{
    static const char *const bad[] = {"", "whsec_",
        "whsec_c2hvcnQ=", "not base64, but long enough!",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw-x"};
    unsigned char secret[64];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(hook_secret(bad[i], secret), 0);
    assert_int_equal(hook_secret("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", secret), 32);
    assert_memory_equal(secret, "01234567890123456789012345678901", 32);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *url;
        bool good;
    } cases[] = {
        {"https://told.example/x?y=1", true},
        {"http://told.example", true},
        {"HTTPS://Told.Example/", true},
        {"https://other.example:8443/", true},
        {"https://other.example/", false},
        {"https://told.example:8443/", false},
        {"https://told.example.evil.example/", false},
        {"https://user@told.example/", false},
        {"https://told.example@evil.example/", false},
        {"https://127.0.0.1/", false},
        {"ftp://told.example/", false},
        {"file:///etc/passwd", false},
        {"told.example", false},
        {"", false},
    };
    struct settings s;
    struct problem p;
    struct ih_error e;
    (void)state;
    assert_int_equal(settings_init(&s, &e), IH_OK);
    assert_false(hook_check(&s, "https://told.example/", &p));
    assert_int_equal(
        settings_set(&s, setting_find("hook-hosts"), "told.example,other.example:8443", &e), IH_OK);
    assert_false(hook_check(&s, "https://told.example/", &p)); /* nothing to sign with */
    assert_int_equal(
        settings_set(&s, setting_find("hook-secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &e),
        IH_OK);
    assert_int_equal(settings_check(&s, &e), IH_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (hook_check(&s, cases[i].url, &p) != cases[i].good)
            fail_msg("%s", cases[i].url);
    assert_int_equal(settings_set(&s, setting_find("hook-secret"), "whsec_short", &e), IH_OK);
    assert_int_equal(settings_check(&s, &e), IH_INVALID);
    settings_free(&s);
}

static void test_pauses_grow_and_end(void **state)
{
    int n = 1;
    (void)state;
    for (; hook_pause(n); n++)
        assert_true(hook_pause(n) > hook_pause(n - 1));
    assert_int_equal(n, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_pauses_grow_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
