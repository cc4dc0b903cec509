/* SPDX-License-Identifier: Apache-2.0 */
#include "server/multipart.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

/* What was read: "name|filename|type|content\n" for each part. */
struct log {
    char text[16384];
    size_t n;
};

static enum ih_status begin(void *arg, const struct part *p, struct ih_error *e)
{
    struct log *log = arg;
    (void)e;
    log->n += (size_t)snprintf(log->text + log->n, sizeof log->text - log->n, "%s|%s|%s|", p->name,
        p->is_file ? p->filename : "-", p->type);
    return IH_OK;
}

static enum ih_status data(void *arg, const void *bytes, size_t n, struct ih_error *e)
{
    struct log *log = arg;
    (void)e;
    assert_true(n > 0 && log->n + n + 2 < sizeof log->text);
    memcpy(log->text + log->n, bytes, n);
    log->n += n;
    return IH_OK;
}

static enum ih_status end(void *arg, struct ih_error *e)
{
    struct log *log = arg;
    (void)e;
    log->text[log->n++] = '\n';
    log->text[log->n] = 0;
    return IH_OK;
}

static enum ih_status parse(
    struct log *log, const char *type, const char *body, size_t n, size_t piece, struct ih_error *e)
{
    struct multipart m;
    struct multipart_sink sink = {log, begin, data, end};
    *log = (struct log){.n = 0};
    enum ih_status status = multipart_init(&m, type, &sink, e);
    for (size_t i = 0; i < n && !status; i += piece)
        status = multipart_feed(&m, body + i, n - i < piece ? n - i : piece, e);
    return status ? status : multipart_finish(&m, e);
}

/* The same in pieces of every size from one byte to all at once. */
static void reads(const char *boundary, const char *body, const char *want)
{
    static struct log log;
    struct ih_error e = {.text = ""};
    char type[200];
    snprintf(type, sizeof type, "multipart/form-data; boundary=%s", boundary);
    for (size_t piece = 1; piece <= strlen(body); piece++) {
        if (parse(&log, type, body, strlen(body), piece, &e) != IH_OK)
            fail_msg("%s", e.text);
        assert_string_equal(log.text, want);
    }
}

static void refuses(const char *body, const char *words)
{
    static struct log log;
    for (size_t piece = 1; piece <= strlen(body); piece++) {
        struct ih_error e = {.text = ""};
        assert_int_equal(
            parse(&log, "multipart/form-data; boundary=B", body, strlen(body), piece, &e),
            IH_BAD_DATA);
        if (!strstr(e.text, words))
            fail_msg("'%s' is not in: %s", words, e.text);
    }
}

#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static void test_forms(void **state)
{
    (void)state;
    /* As curl sends it. */
    reads("------------------------d74496d66958873e",
        "--------------------------d74496d66958873e\r\n"
        "Content-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
        "--------------------------d74496d66958873e\r\n"
        "Content-Disposition: form-data; name=\"file\"; filename=\"a b.wav\"\r\n"
        "Content-Type: audio/wav\r\n\r\nRIFF\r\n\r\n--x\r\n"
        "--------------------------d74496d66958873e--\r\n",
        "model|-||whisper-1\nfile|a b.wav|audio/wav|RIFF\r\n\r\n--x\n");
    reads("B", "--B\r\n" FIELD("a") "\r\n--B--", "a|-||\n");
    reads("B", "before\r\n--B \t\r\n" FIELD("a") "1\r\n--B--\r\nbehind --B\r\n", "a|-||1\n");
    reads("\"a b\"", "--a b\r\n" FIELD("x") "1\r\n--a b--", "x|-||1\n");
    reads("B; charset=utf-8", "--B\r\n" FIELD("x") "1\r\n--B--", "x|-||1\n");
}

/* Content that looks like the delimiter for a while. */
static void test_content(void **state)
{
    (void)state;
    reads("BB", "--BB\r\n" FIELD("a") "\r\r\n\r\n-\r\n--\r\n--B\r\n--Bx\r\n--BB--",
        "a|-||\r\r\n\r\n-\r\n--\r\n--B\r\n--Bx\n");
    reads("BB", "--BB\r\n" FIELD("a") "\n--BB\n--BB\r\n\r\n--BB--", "a|-||\n--BB\n--BB\r\n\n");
    reads("BB", "--BB\r\n" FIELD("a") "\r\r\n--BB--", "a|-||\r\n");
}

static void test_headers(void **state)
{
    (void)state;
    reads("B",
        "--B\r\ncontent-type:text/plain\r\nX-Other: 1\r\n"
        "CONTENT-DISPOSITION:  form-data ; filename=f.bin ; name=a\r\n\r\n1\r\n--B--",
        "a|f.bin|text/plain|1\n");
    reads("B",
        "--B\r\nContent-Disposition: form-data; name=\"q\\\"q\"; filename=\"\"\r\n\r\n1\r\n--B--",
        "q\"q|||1\n");
    reads("B",
        "--B\r\nContent-Disposition: form-data; name=\"n\"; filename*=UTF-8''x\r\n\r\n1\r\n--B--",
        "n|||1\n");
}

static void test_mistakes(void **state)
{
    (void)state;
    refuses("", "breaks off");
    refuses("--B\r\n" FIELD("a") "1\r\n--", "breaks off");
    refuses("--B\r\n" FIELD("a") "1\r\n--B\r\n", "breaks off");
    refuses("--B\r\n" FIELD("a") "1\r\n--B-", "breaks off");
    refuses("no boundary at all", "breaks off");
    refuses("--Bx\r\n", "does not end its line");
    refuses("--B\n" FIELD("a") "1\r\n--B--", "does not end its line");
    refuses("--B-\r\n", "does not end its line");
    refuses("--B\r\n\r\n1\r\n--B--", "has no name");
    refuses("--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--", "has no name");
    refuses("--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--", "has no name");
    refuses("--B\r\nContent-Disposition: form-data; x=\"n\"\r\n\r\n1\r\n--B--", "has no name");
    refuses("--B\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--B--", "no form-data");
    refuses("--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--B--", "has no name");
    refuses("--B\r\nnonsense\r\n\r\n1\r\n--B--", "header of a part has no name");
    refuses("--B\r\n: x\r\n\r\n1\r\n--B--", "header of a part has no name");
    refuses("--B\r\n" FIELD("\xff") "1\r\n--B--", "not UTF-8");
    refuses("--B\r\nContent-Disposition: form-data; name=a\r\n"
            "Content-Disposition: form-data; name=b\r\n\r\n1\r\n--B--",
        "two names");
}

static void test_limits(void **state)
{
    static char body[3 * PART_HEADERS_MOST];
    static struct log log;
    struct ih_error e;
    (void)state;
    size_t n = (size_t)snprintf(body, sizeof body, "--B\r\nX: ");
    memset(body + n, 'x', sizeof body - n);
    assert_int_equal(
        parse(&log, "multipart/form-data; boundary=B", body, sizeof body, 64, &e), IH_BAD_DATA);
    assert_non_null(strstr(e.text, "too long"));
    n = (size_t)snprintf(body, sizeof body, "--B\r\nContent-Disposition: form-data; name=\"");
    memset(body + n, 'x', 200);
    strcpy(body + n + 200, "\"\r\n\r\n1\r\n--B--");
    assert_int_equal(
        parse(&log, "multipart/form-data; boundary=B", body, strlen(body), 64, &e), IH_BAD_DATA);
}

static void test_types(void **state)
{
    static const char *const wrong[] = {"", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\r\n\"",
        "multipart/form-data; boundary=a\xc3\xa9", "multipart/form-data; boundary=\"a \"",
        "multipart/mixed; boundary=B", "multipart/form-datax; boundary=B", "application/json",
        "multipart/form-data; boundary="
        "01234567890123456789012345678901234567890123456789012345678901234567890",
        NULL};
    struct multipart m;
    struct multipart_sink sink = {0};
    struct ih_error e;
    (void)state;
    for (int i = 0; wrong[i]; i++)
        assert_int_equal(multipart_init(&m, wrong[i], &sink, &e), IH_INVALID);
    assert_int_equal(multipart_init(&m, "Multipart/Form-Data;Boundary=\"B\"", &sink, &e), IH_OK);
}

static enum ih_status object(void *arg, const void *bytes, size_t n, struct ih_error *e)
{
    (void)arg, (void)bytes, (void)n;
    e->code = IH_NO_MEMORY;
    return IH_NO_MEMORY;
}

/* A sink that has enough ends the reading. */
static void test_the_sink_may_stop(void **state)
{
    static const char body[] = "--B\r\n" FIELD("a") "123\r\n--B--";
    static struct log log;
    struct multipart m;
    struct multipart_sink sink = {&log, begin, object, end};
    struct ih_error e;
    (void)state;
    log = (struct log){.n = 0};
    assert_int_equal(multipart_init(&m, "multipart/form-data; boundary=B", &sink, &e), IH_OK);
    assert_int_equal(multipart_feed(&m, body, sizeof body - 1, &e), IH_NO_MEMORY);
    assert_string_equal(log.text, "a|-||");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_the_sink_may_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
