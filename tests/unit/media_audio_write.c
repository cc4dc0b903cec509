/* SPDX-License-Identifier: Apache-2.0 */
/* Every format is written, read back with media/audio.h, and held to what went in. */
#include "support/support.h"

#include "inhouse/audio.h"
#include "media/audio.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 24000, ROOM = 4 << 20 };

/* A file in memory, which can be told to be a pipe or full. */
struct memory {
    unsigned char *data;
    size_t size, pos, limit;
};

static int put(void *arg, const void *data, size_t n)
{
    struct memory *m = arg;
    if (n > m->limit - m->pos)
        return -1;
    memcpy(m->data + m->pos, data, n);
    m->pos += n;
    m->size = m->pos > m->size ? m->pos : m->size;
    return 0;
}

static int seek(void *arg, int64_t offset)
{
    struct memory *m = arg;
    if (offset < 0 || (size_t)offset > m->limit)
        return -1;
    m->pos = (size_t)offset;
    return 0;
}

static struct memory memory_new(size_t limit)
{
    struct memory m = {.data = malloc(ROOM), .limit = limit};
    assert_non_null(m.data);
    return m;
}

static float tone(int64_t i, int rate)
{
    return 0.5f * (float)sin(2 * M_PI * 440 * (double)i / rate);
}

static struct ih_audio_writer *open_writer(
    struct memory *m, bool pipe, const char *format, int rate)
{
    struct ih_audio_writer *w;
    struct ih_error e;
    struct ih_audio_sink sink = {.arg = m, .write = put, .seek = pipe ? NULL : seek};
    struct ih_audio_writer_options o = {.format = format,
        .rate = rate,
        .title = "Übung \"eins\"",
        .artist = "anna",
        .comment = "inhouse 0.1.0, voice-1"};
    if (ih_audio_writer_open(&w, &sink, &o, &e))
        fail_msg("%s: %s", format, e.text);
    return w;
}

/* In uneven blocks, as sentences come. */
static void write_tone(struct ih_audio_writer *w, int64_t samples, int rate)
{
    float block[1000];
    struct ih_error e;
    for (int64_t at = 0, n = 1; at < samples; at += n, n = n * 3 % 997 + 1) {
        n = n < samples - at ? n : samples - at;
        for (int64_t i = 0; i < n; i++)
            block[i] = tone(at + i, rate);
        if (ih_audio_writer_write(w, block, n, &e))
            fail_msg("%s", e.text);
    }
}

static struct memory write_all(const char *format, bool pipe, int64_t samples, int rate)
{
    struct memory m = memory_new(ROOM);
    struct ih_error e;
    struct ih_audio_writer *w = open_writer(&m, pipe, format, rate);
    write_tone(w, samples, rate);
    if (ih_audio_writer_finish(w, &e))
        fail_msg("%s", e.text);
    assert_true(fabs(ih_audio_writer_seconds(w) - (double)samples / rate) < 1e-9);
    ih_audio_writer_close(&w);
    assert_null(w);
    return m;
}

static size_t read_back(const struct memory *m, struct audio **a, float *out, size_t room, int rate)
{
    struct ih_error e;
    size_t n = 0, got = 1;
    if (audio_open_memory(a, m->data, m->size, rate, &e))
        fail_msg("%s", e.text);
    while (got > 0 && n < room) {
        if (audio_read(*a, out + n, room - n, &got, &e))
            fail_msg("%s", e.text);
        n += got;
    }
    return n;
}

/* The share of the sound that is not the tone: its best fit of any phase and level is taken off. */
static double residue(const float *x, size_t n, int rate)
{
    double c = 0, s = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        double phase = 2 * M_PI * 440 * (double)i / rate;
        c += x[i] * cos(phase);
        s += x[i] * sin(phase);
        all += (double)x[i] * x[i];
    }
    return 1 - 2 * (c * c + s * s) / (double)n / all;
}

struct expected {
    const char *format, *codec;
    int slack;        /* samples that padding may add or take: codecs work in frames */
    double remainder; /* of the tone */
};

static const struct expected expected[] = {
    {"wav", "pcm_s16le", 0, 1e-6},
    {"flac", "flac", 0, 1e-6},
    {"mp3", "mp3", 2 * 1152, 1e-3},
    {"opus", "opus", 24, 1e-2},
    {"aac", "aac", 2 * 1024, 1e-2},
    {"m4a", "aac", 2 * 1024, 1e-2},
};

static void check_read_back(const struct expected *x, bool pipe, int rate)
{
    enum { SECONDS = 3, MOST = 4 * 48000 };
    float *pcm = calloc(MOST, sizeof *pcm);
    assert_non_null(pcm);
    struct memory m = write_all(x->format, pipe, (int64_t)SECONDS * rate, rate);
    struct audio *a;
    size_t n = read_back(&m, &a, pcm, MOST, rate);
    assert_string_equal(audio_codec(a), x->codec);
    assert_false(audio_damaged(a));
    if (labs((long)n - SECONDS * rate) > x->slack)
        fail_msg("%s: %zu samples of %d", x->format, n, SECONDS * rate);
    /* The middle second, away from the codecs' first and last frames. */
    double left = residue(pcm + rate, (size_t)rate, rate);
    if (!(left < x->remainder))
        fail_msg("%s at %d Hz: %g of the sound is something else", x->format, rate, left);
    double power = 0;
    for (int i = rate; i < 2 * rate; i++)
        power += (double)pcm[i] * (double)pcm[i] / rate;
    /* Of a tone of 0.5, within half a decibel: LAME takes 5% off. */
    if (fabs(power - 0.125) > 0.0136)
        fail_msg("%s at %d Hz: a power of %g", x->format, rate, power);
    assert_string_equal(audio_tag(a, "title"), "Übung \"eins\"");
    assert_string_equal(audio_tag(a, "artist"), "anna");
    assert_string_equal(audio_tag(a, "comment"), "inhouse 0.1.0, voice-1");
    assert_null(audio_tag(a, "lyrics"));
    audio_close(&a);
    free(m.data);
    free(pcm);
}

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        check_read_back(&expected[i], false, RATE);
}

static void test_pipes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        check_read_back(&expected[i], true, RATE);
}

/* 22050 and 44100 Hz are no rates of Opus, 8000 none that all have in common. */
static void test_rates(void **state)
{
    (void)state;
    static const int rates[] = {8000, 16000, 22050, 44100, 48000};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        for (size_t r = 0; r < sizeof rates / sizeof *rates; r++)
            check_read_back(&expected[i], false, rates[r]);
}

static uint32_t le32(const unsigned char *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Offset behind "data" and its size. */
static size_t find_data(const struct memory *m, uint32_t *size)
{
    for (size_t at = 12; at + 8 <= m->size; at += 8 + le32(m->data + at + 4)) {
        *size = le32(m->data + at + 4);
        if (memcmp(m->data + at, "data", 4) == 0)
            return at + 8;
    }
    fail_msg("there is no data chunk");
    return 0;
}

/* The sizes in a WAV are those of the file, or on a pipe those that say "unknown". */
static void test_wav_sizes(void **state)
{
    (void)state;
    uint32_t bytes;
    struct memory m = write_all("wav", false, 1000, RATE);
    assert_memory_equal(m.data, "RIFF", 4);
    assert_int_equal(le32(m.data + 4), m.size - 8);
    size_t at = find_data(&m, &bytes);
    assert_int_equal(bytes, 2000);
    assert_int_equal((int16_t)(m.data[at + 20] | m.data[at + 21] << 8),
        lrintf(tone(10, RATE) * 32767)); /* the samples are the sound's */
    free(m.data);
    m = write_all("wav", true, 1000, RATE);
    assert_int_equal(le32(m.data + 4), 0xffffffff);
    at = find_data(&m, &bytes);
    assert_int_equal(bytes, 0xffffffff);
    assert_int_equal(m.size - at, 2000);
    free(m.data);
}

static void test_bare_samples(void **state)
{
    (void)state;
    struct memory m = memory_new(ROOM);
    struct ih_error e;
    const float x[] = {0, 0.5f, -0.5f, 1, -1, 7, -7, NAN, INFINITY};
    const int want[] = {0, 16384, -16384, 32767, -32767, 32767, -32767, 0, 32767};
    struct ih_audio_writer *w = open_writer(&m, true, "pcm", RATE);
    assert_int_equal(ih_audio_writer_write(w, x, 9, &e), IH_OK);
    assert_int_equal(ih_audio_writer_finish(w, &e), IH_OK);
    assert_int_equal(ih_audio_writer_write(w, x, 9, &e), IH_INVALID);
    ih_audio_writer_close(&w);
    assert_int_equal(m.size, 18);
    for (int i = 0; i < 9; i++)
        assert_int_equal((int16_t)(m.data[2 * i] | m.data[2 * i + 1] << 8), want[i]);
    free(m.data);
}

/* Bytes leave with every sentence, not at the end. */
static void test_streams(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct memory m = memory_new(ROOM);
        struct ih_audio_writer *w = open_writer(&m, true, expected[i].format, RATE);
        size_t header = m.size;
        write_tone(w, 3 * RATE, RATE);
        if (m.size < header + 3 * 1500)
            fail_msg("%s: %zu bytes after three seconds", expected[i].format, m.size - header);
        ih_audio_writer_close(&w);
        free(m.data);
    }
}

/* Closed without finish, as after a failure elsewhere: what was written is a whole file. */
static void test_closed_early(void **state)
{
    (void)state;
    enum { MOST = 2 * RATE };
    float *pcm = calloc(MOST, sizeof *pcm);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct memory m = memory_new(ROOM);
        struct audio *a;
        struct ih_audio_writer *w = open_writer(&m, false, expected[i].format, RATE);
        write_tone(w, RATE, RATE);
        ih_audio_writer_close(&w);
        size_t n = read_back(&m, &a, pcm, MOST, RATE);
        assert_true(labs((long)n - RATE) <= expected[i].slack);
        assert_false(audio_damaged(a));
        audio_close(&a);
        free(m.data);
    }
    free(pcm);
}

static void test_no_sound_at_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct memory m = write_all(expected[i].format, false, 0, RATE);
        free(m.data);
    }
}

static void test_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct memory a = write_all(expected[i].format, false, RATE, RATE);
        struct memory b = write_all(expected[i].format, false, RATE, RATE);
        assert_int_equal(a.size, b.size);
        if (strcmp(expected[i].format, "m4a") != 0) /* which holds the time of writing */
            assert_memory_equal(a.data, b.data, a.size);
        free(a.data);
        free(b.data);
    }
}

/* A full disk: a sentence, and nothing is written behind it. */
static void test_full(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct memory m = memory_new(4000);
        struct ih_error e = {0};
        float block[1000] = {0};
        uint32_t noise = 1;
        struct ih_audio_writer *w = open_writer(&m, false, expected[i].format, RATE);
        enum ih_status status = IH_OK;
        for (int j = 0; j < 1000 && !status; j++) {
            for (int k = 0; k < 1000; k++)
                block[k] = random_unit(&noise);
            status = ih_audio_writer_write(w, block, 1000, &e);
        }
        assert_int_equal(status, IH_IO);
        assert_string_equal(e.text, "the sound could not be written");
        assert_int_equal(ih_audio_writer_finish(w, &e), IH_IO);
        ih_audio_writer_close(&w);
        free(m.data);
    }
}

static void refuse(struct ih_audio_writer_options o, enum ih_status code, const char *sentence)
{
    struct memory m = memory_new(ROOM);
    struct ih_audio_sink sink = {.arg = &m, .write = put};
    struct ih_audio_writer *w;
    struct ih_error e = {0};
    assert_int_equal(ih_audio_writer_open(&w, &sink, &o, &e), code);
    assert_null(w);
    assert_string_equal(e.text, sentence);
    assert_int_equal(m.size, 0);
    free(m.data);
}

static void test_bad_options(void **state)
{
    (void)state;
    refuse((struct ih_audio_writer_options){.format = "wma", .rate = RATE}, IH_INVALID,
        "'wma' is not a format of sound: choose one of wav, flac, mp3, opus, aac, m4a, pcm");
    refuse((struct ih_audio_writer_options){.rate = 7999}, IH_INVALID,
        "sound of 7999 samples a second; 8000 to 192000 can be written");
    refuse((struct ih_audio_writer_options){.rate = RATE, .bit_rate = 1}, IH_INVALID,
        "bit_rate must be 6000 to 512000, not 1");
    assert_string_equal(ih_audio_format_find("OGG", NULL)->name, "opus");
    assert_string_equal(ih_audio_format_find("wave", NULL)->mime, "audio/wav");
    int n = 0;
    for (; ih_audio_format(n); n++)
        assert_ptr_equal(
            ih_audio_format_find(ih_audio_format(n)->suffix, NULL), ih_audio_format(n));
    assert_int_equal(n, 7);
}

static void test_bit_rate(void **state)
{
    (void)state;
    size_t size[2];
    for (int i = 0; i < 2; i++) {
        struct memory m = memory_new(ROOM);
        struct ih_audio_sink sink = {.arg = &m, .write = put, .seek = seek};
        struct ih_audio_writer_options o = {
            .format = "mp3", .rate = RATE, .bit_rate = i ? 128000 : 32000};
        struct ih_audio_writer *w;
        struct ih_error e;
        assert_int_equal(ih_audio_writer_open(&w, &sink, &o, &e), IH_OK);
        write_tone(w, 10 * RATE, RATE);
        ih_audio_writer_close(&w);
        size[i] = m.size;
        free(m.data);
    }
    /* Ten seconds at 32 and 128 kbit/s, and a few hundred bytes of header. */
    assert_true(size[0] > 39000 && size[0] < 42500);
    assert_true(size[1] > 158000 && size[1] < 164000);
}

/* Half and twice the rate: as long in seconds, and still the same tone. */
static void test_file_rates(void **state)
{
    static const char *const formats[] = {"wav", "pcm"};
    static const int rates[] = {8000, 16000, 48000};
    (void)state;
    for (int k = 0; k < 6; k++) {
        struct memory m = memory_new(ROOM);
        struct ih_audio_sink sink = {.arg = &m, .write = put, .seek = seek};
        int rate = rates[k / 2];
        struct ih_audio_writer_options o = {
            .format = formats[k % 2], .rate = RATE, .file_rate = rate};
        struct ih_audio_writer *w;
        struct ih_error e;
        assert_int_equal(ih_audio_writer_open(&w, &sink, &o, &e), IH_OK);
        write_tone(w, RATE, RATE);
        assert_int_equal(ih_audio_writer_finish(w, &e), IH_OK);
        assert_true(fabs(ih_audio_writer_seconds(w) - 1) < 1e-9);
        ih_audio_writer_close(&w);
        size_t head = k % 2 ? 0 : find_data(&m, &(uint32_t){0});
        size_t n = (m.size - head) / 2;
        assert_true(n + 2 >= (size_t)rate && n <= (size_t)rate + 2);
        float *x = malloc(n * sizeof *x);
        assert_non_null(x);
        for (size_t i = 0; i < n; i++)
            x[i] = (float)(int16_t)(m.data[head + 2 * i] | m.data[head + 2 * i + 1] << 8) / 32768;
        assert_true(residue(x, n, rate) < 1e-3);
        free(x);
        free(m.data);
    }
    refuse((struct ih_audio_writer_options){.rate = RATE, .file_rate = 7999}, IH_INVALID,
        "sound of 7999 samples a second; 8000 to 192000 can be written");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_pipes),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_wav_sizes),
        cmocka_unit_test(test_bare_samples),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_closed_early),
        cmocka_unit_test(test_no_sound_at_all),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_bit_rate),
        cmocka_unit_test(test_file_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
