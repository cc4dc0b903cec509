/* SPDX-License-Identifier: Apache-2.0 */
#include "media/audio.h"
#include "support/support.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE = 16000 };

struct sound {
    float *x;
    size_t n;
    double duration;
    char codec[32];
    bool damaged;
};

static void put16(unsigned char *p, unsigned v)
{
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
}

static void put32(unsigned char *p, uint32_t v)
{
    put16(p, v & 0xffff);
    put16(p + 2, v >> 16);
}

/* The 44 bytes in front of `bytes` of samples: format 1 is integers, 3 floats. */
static void wav_header(
    unsigned char *h, int format, int bits, int channels, int rate, uint32_t bytes)
{
    memcpy(h, "RIFF....WAVEfmt ", 16);
    put32(h + 4, 36 + bytes);
    put32(h + 16, 16);
    put16(h + 20, (unsigned)format);
    put16(h + 22, (unsigned)channels);
    put32(h + 24, (uint32_t)rate);
    put32(h + 28, (uint32_t)(rate * channels * bits / 8));
    put16(h + 32, (unsigned)(channels * bits / 8));
    put16(h + 34, (unsigned)bits);
    memcpy(h + 36, "data", 4);
    put32(h + 40, bytes);
}

enum { HEADER = 44 };

static unsigned char *make_wav(
    size_t *size, int format, int bits, int channels, int rate, const void *samples, size_t bytes)
{
    unsigned char *w = malloc(HEADER + bytes);
    assert_non_null(w);
    wav_header(w, format, bits, channels, rate, (uint32_t)bytes);
    memcpy(w + HEADER, samples, bytes);
    *size = HEADER + bytes;
    return w;
}

static int16_t tone_at(int64_t i, int rate)
{
    return (int16_t)lround(16384 * sin(2 * M_PI * 1000 * (double)i / rate));
}

static struct sound read_all(struct audio *a)
{
    struct sound s = {.duration = audio_duration(a)};
    snprintf(s.codec, sizeof s.codec, "%s", audio_codec(a));
    struct ih_error e;
    size_t got = 1, room = 0;
    while (got > 0) {
        if (s.n + 1000 > room) {
            room = 2 * room + 4000;
            s.x = realloc(s.x, sizeof *s.x * room);
            assert_non_null(s.x);
        }
        if (audio_read(a, s.x + s.n, 777, &got, &e) != IH_OK)
            fail_msg("%s", e.text);
        s.n += got;
    }
    s.damaged = audio_damaged(a);
    audio_close(&a);
    assert_null(a);
    return s;
}

static struct sound read_path(const char *path)
{
    struct audio *a;
    struct ih_error e;
    if (audio_open_file(&a, path, RATE, &e) != IH_OK)
        fail_msg("%s", e.text);
    return read_all(a);
}

static struct sound read_memory(const void *data, size_t size)
{
    struct audio *a;
    struct ih_error e;
    if (audio_open_memory(&a, data, size, RATE, &e) != IH_OK)
        fail_msg("%s", e.text);
    return read_all(a);
}

static unsigned char *load(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    unsigned char *data = malloc(1 << 17);
    assert_non_null(data);
    *size = fread(data, 1, 1 << 17, f);
    fclose(f);
    return data;
}

/* Amplitude of a 1 kHz tone between two times, and what is left besides it (rms). */
static double tone_level(const struct sound *s, double from, double to, double *rest)
{
    size_t begin = (size_t)(from * RATE), end = (size_t)(to * RATE);
    assert_true(end <= s->n);
    double re = 0, im = 0, power = 0, n = (double)(end - begin);
    for (size_t i = begin; i < end; i++) {
        re += s->x[i] * cos(2 * M_PI * 1000 * (double)i / RATE);
        im += s->x[i] * sin(2 * M_PI * 1000 * (double)i / RATE);
        power += s->x[i] * s->x[i];
    }
    double level = 2 * sqrt(re * re + im * im) / n;
    *rest = sqrt(fmax(power / n - level * level / 2, 0));
    return level;
}

static void assert_tone(const struct sound *s, double level, double tolerance, double noise)
{
    double rest, found = tone_level(s, 0.2, 0.8, &rest);
    assert_float_equal(found, level, tolerance);
    if (rest > noise)
        fail_msg("besides the tone: %g rms", rest);
}

struct kind {
    const char *file, *codec;
    double level;     /* of the tone */
    double tolerance; /* of that */
    int slack;        /* samples more or less than one second */
};

/* Lossless kinds are exact; AAC without a container keeps its encoder's padding. LAME takes sound
 * down to 0.95 by default. */
static const struct kind kinds[] = {
    {"audio/tone.mp3", "mp3", 0.475, 0.01, 900},
    {"audio/cover.mp3", "mp3", 0.475, 0.01, 900},
    {"audio/tone.flac", "flac", 0.5, 0.001, 0},
    {"audio/tone.opus", "opus", 0.5, 0.02, 400},
    {"audio/tone.ogg", "vorbis", 0.5, 0.01, 200},
    {"audio/tone.m4a", "aac", 0.5, 0.01, 400},
    {"audio/tone.aac", "aac", 0.5, 0.01, 900},
    {"audio/tone.webm", "opus", 0.5, 0.02, 400},
    {"audio/late_index.mp4", "aac", 0.5, 0.01, 400},
    {"audio/alac.m4a", "alac", 0.5, 0.001, 1},
    {"audio/tone.aiff", "pcm_s16be", 0.5, 0.001, 1},
    {"audio/tone.caf", "pcm_s16le", 0.5, 0.001, 1},
    {"audio/adpcm.wav", "adpcm_ima_wav", 0.5, 0.02, 1000},
    {"audio/mulaw.au", "pcm_mulaw", 0.5, 0.01, 1},
};

static void reads_every_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *k = &kinds[i];
        print_message("%s\n", k->file);
        struct sound s = read_path(data_path(k->file));
        assert_string_equal(s.codec, k->codec);
        assert_tone(&s, k->level, k->tolerance, 0.03);
        assert_in_range(s.n, RATE - k->slack, RATE + k->slack);
        assert_float_equal(s.duration, 1, 0.1);
        assert_false(s.damaged);
        free(s.x);
    }
}

static void memory_equals_file(void **state)
{
    (void)state;
    size_t size;
    unsigned char *data = load(data_path("audio/tone.m4a"), &size);
    struct sound a = read_path(data_path("audio/tone.m4a")), b = read_memory(data, size);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.x, b.x, sizeof *a.x * a.n);
    free(a.x);
    free(b.x);
    free(data);
}

static void averages_channels(void **state)
{
    (void)state;
    enum { N = 1600, CHANNELS = 6 };
    static int16_t x[N][CHANNELS];
    uint32_t seed = 1;
    for (int i = 0; i < N; i++)
        for (int c = 0; c < CHANNELS; c++)
            x[i][c] = (int16_t)(30000 * random_unit(&seed));
    size_t size;
    unsigned char *w = make_wav(&size, 1, 16, CHANNELS, RATE, x, sizeof x);
    struct sound s = read_memory(w, size);
    assert_int_equal(s.n, N);
    for (int i = 0; i < N; i++) {
        float mean = 0;
        for (int c = 0; c < CHANNELS; c++)
            mean += (float)x[i][c] / 32768 / CHANNELS;
        assert_float_equal(s.x[i], mean, 1e-6);
    }
    free(s.x);
    free(w);
}

/* Sound above half of the new rate must vanish, not fold back; what is below must stay. */
static void resamples(void **state)
{
    (void)state;
    static const int rates[] = {8000, 11025, 22050, 44100, 48000, 96000};
    static int16_t x[96000];
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        int rate = rates[r];
        for (int i = 0; i < rate; i++)
            x[i] = tone_at(i, rate);
        if (rate > 2 * 11000)
            for (int i = 0; i < rate; i++)
                x[i] =
                    (int16_t)(x[i] / 2 + lround(8000 * sin(2 * M_PI * 10000 * (double)i / rate)));
        size_t size;
        unsigned char *w = make_wav(&size, 1, 16, 1, rate, x, (size_t)rate * 2);
        struct sound s = read_memory(w, size);
        assert_in_range(s.n, RATE - 20, RATE + 20);
        assert_tone(&s, rate > 22000 ? 0.25 : 0.5, 0.002, 0.002);
        free(s.x);
        free(w);
    }
}

static void odd_samples_are_tamed(void **state)
{
    (void)state;
    const float x[8] = {NAN, INFINITY, -INFINITY, 1e30f, -3, 0.25f, -NAN, 0};
    const float want[8] = {0, 4, -4, 4, -3, 0.25f, 0, 0};
    size_t size;
    unsigned char *w = make_wav(&size, 3, 32, 1, RATE, x, sizeof x);
    struct sound s = read_memory(w, size);
    assert_int_equal(s.n, 8);
    assert_memory_equal(s.x, want, sizeof want);
    free(s.x);
    free(w);
}

/* A source without seek that gives a few bytes at a time. */
struct trickle {
    const unsigned char *data;
    size_t size, pos, step;
    size_t fails_at; /* an error there, unless 0 */
};

static int64_t trickle_read(void *arg, void *buf, size_t n)
{
    struct trickle *t = arg;
    size_t left = t->size - t->pos;
    if (t->fails_at && t->pos >= t->fails_at)
        return -1;
    n = n < t->step ? n : t->step;
    n = n < left ? n : left;
    memcpy(buf, t->data + t->pos, n);
    t->pos += n;
    return (int64_t)n;
}

static struct audio_source trickle_source(struct trickle *t)
{
    return (struct audio_source){t, trickle_read, NULL, -1, "upload"};
}

static void pipes_equal_files(void **state)
{
    (void)state;
    static const char *const files[] = {"audio/tone.mp3", "audio/tone.flac", "audio/tone.opus",
        "audio/tone.m4a", "audio/tone.webm", "audio/tone.aac", "audio/adpcm.wav"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        print_message("%s\n", files[i]);
        struct trickle t = {.step = 333};
        unsigned char *data = load(data_path(files[i]), &t.size);
        t.data = data;
        struct audio_source source = trickle_source(&t);
        struct audio *a;
        struct ih_error e;
        if (audio_open(&a, &source, RATE, &e) != IH_OK)
            fail_msg("%s", e.text);
        struct sound got = read_all(a), want = read_path(data_path(files[i]));
        assert_false(got.damaged);
        /* An MP3's length, and so its padding at the end, is known only where one can seek. */
        assert_in_range(got.n, want.n, want.n + 700);
        assert_memory_equal(got.x, want.x, sizeof *got.x * (want.n - 100));
        free(got.x);
        free(want.x);
        free(data);
    }
}

/* Expects a failure whose sentence holds both words. */
static void assert_refused(
    enum ih_status got, enum ih_status want, const struct ih_error *e, const char *a, const char *b)
{
    if (got != want || !strstr(e->text, a) || !strstr(e->text, b) || e->code != want)
        fail_msg("status %d (expected %d): %s", got, want, e->text);
}

static void explains_what_it_cannot_read(void **state)
{
    (void)state;
    struct audio *a;
    struct ih_error e = {0};
    char text[5000];
    unsigned char header[HEADER];
    memset(text, 'a', sizeof text);
    memcpy(text, "Dear all,\n", 10);
    wav_header(header, 1, 16, 1, RATE, 0);

    assert_refused(audio_open_file(&a, "/nowhere/a.wav", RATE, &e), IH_NOT_FOUND, &e,
        "/nowhere/a.wav", "does not exist");
    assert_refused(
        audio_open_file(&a, temp_dir(), RATE, &e), IH_INVALID, &e, temp_dir(), "directory");
    const char *path = temp_file("empty.mp3", "", 0);
    assert_refused(audio_open_file(&a, path, RATE, &e), IH_BAD_DATA, &e, path, "is empty");
    path = temp_file("note.txt", text, sizeof text);
    assert_refused(audio_open_file(&a, path, RATE, &e), IH_BAD_DATA, &e, path, "wav, mp3");
    path = temp_file("none.wav", header, HEADER);
    assert_refused(audio_open_file(&a, path, RATE, &e), IH_BAD_DATA, &e, path, "no samples");
    path = data_path("audio/no_sound.mp4");
    assert_refused(audio_open_file(&a, path, RATE, &e), IH_BAD_DATA, &e, path, "no sound");
    assert_refused(
        audio_open_memory(&a, NULL, 0, RATE, &e), IH_BAD_DATA, &e, "audio in memory", "empty");
    assert_refused(audio_open_memory(&a, text, 10, 0, &e), IH_INVALID, &e, "0 Hz", "1000");
    assert_null(a);
    assert_int_equal(audio_open_memory(&a, text, 10, RATE, NULL), IH_BAD_DATA);
}

static void explains_cut_headers(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"audio/tone.flac", "FLAC"},
        {"audio/tone.m4a", "MP4"},
        {"audio/late_index.mp4", "MP4"},
        {"audio/tone.webm", "WebM"},
        {"audio/tone.ogg", "Ogg"},
        {"audio/adpcm.wav", "WAV"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct audio *a;
        struct ih_error e;
        size_t size;
        unsigned char *data = load(data_path(files[i][0]), &size);
        assert_refused(audio_open_memory(&a, data, 40, RATE, &e), IH_BAD_DATA, &e, files[i][1],
            "cut off or corrupt");
        free(data);
    }
}

static void follows_no_reference(void **state)
{
    (void)state;
    const char *tone = data_path("audio/tone.mp3");
    char text[4096];
    struct audio *a;
    struct ih_error e;
    snprintf(text, sizeof text,
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://%s\n#EXT-X-ENDLIST\n", tone);
    const char *path = temp_file("list.m3u8", text, strlen(text));
    assert_int_equal(audio_open_file(&a, path, RATE, &e), IH_BAD_DATA);
    snprintf(text, sizeof text, "ffconcat version 1.0\nfile '%s'\n", tone);
    path = temp_file("list.ffconcat", text, strlen(text));
    assert_int_equal(audio_open_file(&a, path, RATE, &e), IH_BAD_DATA);
}

static void pipe_needs_the_index_first(void **state)
{
    (void)state;
    struct trickle t = {.step = 4096};
    unsigned char *data = load(data_path("audio/late_index.mp4"), &t.size);
    t.data = data;
    struct audio_source source = trickle_source(&t);
    struct audio *a;
    struct ih_error e;
    assert_refused(audio_open(&a, &source, RATE, &e), IH_UNSUPPORTED, &e, "upload", "faststart");
    free(data);
}

static void cut_files_give_what_they_have(void **state)
{
    (void)state;
    static const char *const files[] = {
        "audio/tone.flac", "audio/tone.m4a", "audio/tone.aiff", "audio/tone.mp3"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        print_message("%s\n", files[i]);
        size_t size;
        unsigned char *data = load(data_path(files[i]), &size);
        struct sound whole = read_memory(data, size), s = read_memory(data, size * 4 / 10);
        assert_in_range(s.n, RATE / 5, RATE * 6 / 10);
        assert_memory_equal(s.x, whole.x, sizeof *s.x * (s.n - 1000));
        assert_true(s.damaged);
        free(whole.x);
        free(s.x);
        free(data);
    }
    static int16_t x[RATE];
    size_t size;
    unsigned char *w = make_wav(&size, 1, 16, 1, RATE, x, sizeof x);
    struct sound s = read_memory(w, HEADER + RATE);
    assert_int_equal(s.n, RATE / 2);
    assert_true(s.damaged);
    free(s.x);
    /* Who records into a pipe cannot know the length: no damage. */
    put32(w + 4, 0xffffffff);
    put32(w + 40, 0xffffffff);
    s = read_memory(w, size);
    assert_int_equal(s.n, RATE);
    assert_false(s.damaged);
    free(s.x);
    free(w);
}

/* People join MP3s by joining their bytes; the header of the first is no promise for all. */
static void joined_mp3s_are_whole(void **state)
{
    (void)state;
    size_t size;
    unsigned char *data = load(data_path("audio/tone.mp3"), &size);
    memcpy(data + size, data, size);
    struct sound s = read_memory(data, 2 * size);
    assert_in_range(s.n, RATE * 19 / 10, RATE * 22 / 10);
    assert_false(s.damaged);
    free(s.x);
    free(data);
}

/* An index so far behind that the beginning does not show it. */
static void explains_an_index_that_comes_late(void **state)
{
    (void)state;
    enum { FREE = 8192, FTYP = 28 };
    size_t size;
    unsigned char *data = load(data_path("audio/late_index.mp4"), &size);
    assert_int_equal(data[3], FTYP);
    memmove(data + FTYP + FREE, data + FTYP, size - FTYP);
    memset(data + FTYP, 0, FREE);
    memcpy(data + FTYP, "\0\0\x20\0free", 8);
    struct trickle t = {data, size + FREE, 0, 4096, 0};
    struct audio_source source = trickle_source(&t);
    struct audio *a;
    struct ih_error e;
    assert_refused(audio_open(&a, &source, RATE, &e), IH_UNSUPPORTED, &e, "upload", "faststart");
    free(data);
}

static void skips_damaged_packets(void **state)
{
    (void)state;
    size_t size;
    unsigned char *data = load(data_path("audio/tone.m4a"), &size);
    memset(data + size / 2, 0xff, 300);
    struct sound s = read_memory(data, size);
    double rest;
    assert_true(s.damaged);
    assert_in_range(s.n, RATE / 2, RATE + 400);
    assert_float_equal(tone_level(&s, 0.1, 0.3, &rest), 0.5, 0.02);
    free(s.x);
    free(data);
}

static void source_errors_come_after_the_sound(void **state)
{
    (void)state;
    static int16_t x[RATE];
    size_t size, got, n = 0;
    unsigned char *w = make_wav(&size, 1, 16, 1, RATE, x, sizeof x);
    struct trickle t = {w, size, 0, 1000, 20000};
    struct audio_source source = trickle_source(&t);
    struct audio *a;
    struct ih_error e;
    float out[1000];
    assert_int_equal(audio_open(&a, &source, RATE, &e), IH_OK);
    enum ih_status status;
    while ((status = audio_read(a, out, 1000, &got, &e)) == IH_OK && got > 0)
        n += got;
    assert_refused(status, IH_IO, &e, "upload", "failed");
    assert_in_range(n, 9000, 10500);
    audio_close(&a);
    free(w);
}

static void reads_raw_samples(void **state)
{
    (void)state;
    enum { N = 8000 };
    static int16_t s16[N][2];
    static float f32[N];
    for (int i = 0; i < N; i++) {
        s16[i][0] = tone_at(i, 8000);
        f32[i] = (float)s16[i][0] / 32768;
    }
    struct trickle t = {(unsigned char *)s16, sizeof s16 - 1, 0, 37, 0};
    struct audio_source source = trickle_source(&t);
    struct audio *a;
    struct ih_error e;
    assert_int_equal(audio_open_raw(&a, &source, false, 8000, 2, RATE, &e), IH_OK);
    struct sound s = read_all(a);
    assert_string_equal(s.codec, "raw s16");
    assert_in_range(s.n, RATE - 40, RATE);
    assert_tone(&s, 0.25, 0.001, 0.001);
    assert_true(s.damaged); /* half a sample at the end */
    free(s.x);

    t = (struct trickle){(unsigned char *)f32, sizeof f32, 0, 4096, 0};
    source.size = sizeof f32;
    assert_int_equal(audio_open_raw(&a, &source, true, RATE, 1, RATE, &e), IH_OK);
    s = read_all(a);
    assert_int_equal(s.n, N);
    assert_memory_equal(s.x, f32, sizeof f32);
    assert_float_equal(s.duration, 0.5, 1e-9);
    assert_false(s.damaged);
    free(s.x);

    t.size = t.pos = 0;
    assert_refused(audio_open_raw(&a, &source, true, RATE, 1, RATE, &e), IH_BAD_DATA, &e, "upload",
        "no samples");
    assert_refused(
        audio_open_raw(&a, &source, true, RATE, 0, RATE, &e), IH_INVALID, &e, "0 channels", "64");
}

/* What was said must be there before the speaker says more. */
static void live_sound_is_passed_on_at_once(void **state)
{
    (void)state;
    static int16_t x[4000];
    struct trickle t = {(unsigned char *)x, sizeof x, 0, 640, 0};
    struct audio_source source = trickle_source(&t);
    struct audio *a;
    struct ih_error e;
    float out[RATE];
    size_t got;
    assert_int_equal(audio_open_raw(&a, &source, false, RATE, 1, RATE, &e), IH_OK);
    assert_int_equal(audio_read(a, out, RATE, &got, &e), IH_OK);
    assert_int_equal(got, 320);
    assert_int_equal(t.pos, 640);
    audio_close(&a);
}

static void reads_named_pipes_and_unusual_names(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/pipe %%s:x.wav", temp_dir());
    assert_int_equal(mkfifo(path, 0600), 0);
    size_t size;
    unsigned char *data = load(data_path("audio/tone.flac"), &size);
    FILE *both = fopen(path, "r+b"); /* keeps the pipe from blocking */
    assert_non_null(both);
    assert_int_equal(fwrite(data, 1, size, both), size);
    fflush(both);
    struct audio *a;
    struct ih_error e;
    assert_int_equal(audio_open_file(&a, path, RATE, &e), IH_OK);
    fclose(both);
    struct sound s = read_all(a);
    assert_int_equal(s.n, RATE);
    assert_tone(&s, 0.5, 0.001, 0.001);
    free(s.x);
    free(data);
}

/* An hour at 8 kHz that exists nowhere: a header, then one second over and over. */
struct hour {
    unsigned char head[HEADER];
    int16_t second[8000];
    int64_t pos;
};

enum { HOUR_BYTES = 3600 * 8000 * 2 };

static int64_t hour_read(void *arg, void *buf, size_t n)
{
    struct hour *h = arg;
    if (h->pos < HEADER) {
        n = n < (size_t)(HEADER - h->pos) ? n : (size_t)(HEADER - h->pos);
        memcpy(buf, h->head + h->pos, n);
    } else {
        size_t at = (size_t)(h->pos - HEADER) % sizeof h->second, left = sizeof h->second - at;
        n = n < left ? n : left;
        n = h->pos >= HEADER + HOUR_BYTES ? 0 : n;
        memcpy(buf, (unsigned char *)h->second + at, n);
    }
    h->pos += (int64_t)n;
    return (int64_t)n;
}

static void an_hour_takes_no_memory(void **state)
{
    (void)state;
    static struct hour h;
    static float out[65536];
    wav_header(h.head, 1, 16, 1, 8000, HOUR_BYTES);
    for (int i = 0; i < 8000; i++)
        h.second[i] = tone_at(i, 8000);
    struct audio_source source = {&h, hour_read, NULL, -1, "hour"};
    struct audio *a;
    struct ih_error e;
    size_t before = mallinfo2().uordblks, most = 0, got = 1;
    int64_t n = 0;
    assert_int_equal(audio_open(&a, &source, RATE, &e), IH_OK);
    assert_float_equal(audio_duration(a), 3600, 0.01);
    while (got > 0) {
        assert_int_equal(audio_read(a, out, 65536, &got, &e), IH_OK);
        n += (int64_t)got;
        size_t now = mallinfo2().uordblks - before;
        most = now > most ? now : most;
    }
    assert_in_range(n, 3600 * RATE - 20, 3600 * RATE + 20);
    assert_in_range(most, 0, 2 << 20);
    assert_false(audio_damaged(a));
    audio_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(memory_equals_file),
        cmocka_unit_test(averages_channels),
        cmocka_unit_test(resamples),
        cmocka_unit_test(odd_samples_are_tamed),
        cmocka_unit_test(pipes_equal_files),
        cmocka_unit_test(explains_what_it_cannot_read),
        cmocka_unit_test(explains_cut_headers),
        cmocka_unit_test(follows_no_reference),
        cmocka_unit_test(pipe_needs_the_index_first),
        cmocka_unit_test(cut_files_give_what_they_have),
        cmocka_unit_test(joined_mp3s_are_whole),
        cmocka_unit_test(explains_an_index_that_comes_late),
        cmocka_unit_test(skips_damaged_packets),
        cmocka_unit_test(source_errors_come_after_the_sound),
        cmocka_unit_test(reads_raw_samples),
        cmocka_unit_test(live_sound_is_passed_on_at_once),
        cmocka_unit_test(reads_named_pipes_and_unusual_names),
        cmocka_unit_test(an_hour_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
