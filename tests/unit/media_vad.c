/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences of probabilities with their spans worked out by hand. A frame is 512 samples, 32 ms. */
#include "media/vad.h"
#include "support/support.h"

#include <string.h>

enum { MAX_SPANS = 64 };

struct spans {
    struct vad_span at[MAX_SPANS];
    int n;
};

/* One letter a frame: 's' speech (0.9), 'm' in between (0.4), 'q' quiet (0.1), '.' silence (0). */
static float probability(char c)
{
    return c == 's' ? 0.9f : c == 'm' ? 0.4f : c == 'q' ? 0.1f : 0;
}

static struct spans run(const char *frames, const struct vad_options *o, int64_t samples)
{
    struct spans r = {.n = 0};
    struct vad_segmenter s;
    vad_segmenter_init(&s, o);
    for (const char *c = frames; *c; c++)
        if (vad_push(&s, probability(*c), &r.at[r.n]))
            assert_true(++r.n < MAX_SPANS);
    while (vad_finish(&s, samples >= 0 ? samples : s.frame * VAD_FRAME, &r.at[r.n]))
        assert_true(++r.n < MAX_SPANS);
    return r;
}

static void assert_spans(const struct spans *got, int n, const struct vad_span *want)
{
    assert_int_equal(got->n, n);
    for (int i = 0; i < n; i++) {
        assert_int_equal(got->at[i].begin, want[i].begin);
        assert_int_equal(got->at[i].end, want[i].end);
    }
}

static void finds_one_stretch(void **state)
{
    (void)state;
    struct spans r = run("....ssssssssss..........", NULL, -1);
    assert_spans(&r, 1, (struct vad_span[]){{4 * 512 - 480, 14 * 512 + 480}});
}

static void padding_stays_inside_the_recording(void **state)
{
    (void)state;
    struct spans r = run("ssssssssss", NULL, 10 * 512 - 100);
    assert_spans(&r, 1, (struct vad_span[]){{0, 10 * 512 - 100}});
}

static void silence_gives_nothing(void **state)
{
    (void)state;
    assert_int_equal(run("....................", NULL, -1).n, 0);
    assert_int_equal(run("mmmmqmqmqmqmqm......", NULL, -1).n, 0);
    assert_int_equal(run("", NULL, -1).n, 0);
}

/* 100 ms are bridged: a pause of four frames (128 ms, known to be that long at its fifth). */
static void bridges_short_pauses(void **state)
{
    (void)state;
    struct spans r = run("ssssssssss....ssssssssss.....", NULL, -1);
    assert_spans(&r, 1, (struct vad_span[]){{0, 24 * 512 + 480}});
    r = run("ssssssssss.....ssssssssss.....", NULL, -1);
    assert_spans(&r, 2, (struct vad_span[]){{0, 10 * 512 + 480}, {15 * 512 - 480, 25 * 512 + 480}});
}

/* Between the two thresholds speech goes on and silence does too. */
static void has_hysteresis(void **state)
{
    (void)state;
    struct spans r = run("ssssssssssmmmmmmmmmmmmssssssssss", NULL, -1);
    assert_spans(&r, 1, (struct vad_span[]){{0, 32 * 512}});
    r = run("ssssssssss.mmmmmmmmmmm.....", NULL, -1);
    assert_spans(&r, 1, (struct vad_span[]){{0, 10 * 512 + 480}});
}

/* 250 ms are 7.8 frames. */
static void drops_short_sounds(void **state)
{
    (void)state;
    assert_int_equal(run("....sssssss..........", NULL, -1).n, 0);
    assert_int_equal(run("....ssssssss.........", NULL, -1).n, 1);
}

static void padding_never_overlaps(void **state)
{
    (void)state;
    struct vad_options o = vad_defaults;
    o.pad_ms = 320;
    struct spans r = run("ssssssssss.......ssssssssss.......ssssssssss", &o, -1);
    assert_int_equal(r.n, 3);
    for (int i = 1; i < r.n; i++)
        assert_true(r.at[i].begin >= r.at[i - 1].end);
    assert_int_equal(r.at[2].end, 44 * 512);
}

/* 3 s are 93.75 frames; less a frame and the padding, 90.875 frames are the limit, so at frame 91
 * the deepest frame since 45 is where the cut is made, in its middle. */
static void cuts_long_speech_at_its_deepest_silence(void **state)
{
    (void)state;
    char frames[161];
    memset(frames, 's', 160);
    frames[160] = 0;
    frames[20] = '.'; /* in the first half: too early */
    frames[60] = 'q';
    frames[75] = 'm';
    struct vad_options o = vad_defaults;
    o.max_speech_s = 3;
    struct spans r = run(frames, &o, -1);
    /* The second stretch begins at 60.5 and is over at 151.5; all its frames from 105.75 on are
     * alike, and the last of them is taken. */
    assert_spans(&r, 3,
        (struct vad_span[]){
            {0, 60 * 512 + 256}, {60 * 512 + 256, 151 * 512 + 256}, {151 * 512 + 256, 160 * 512}});
}

static void keeps_the_rest_of_a_cut(void **state)
{
    (void)state;
    char frames[97];
    memset(frames, 's', 96);
    memcpy(frames + 92, "....", 5);
    struct vad_options o = vad_defaults;
    o.max_speech_s = 3;
    struct spans r = run(frames, &o, -1);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.at[0].end, r.at[1].begin);
    assert_int_equal(r.at[1].end, 96 * 512);
}

/* Whatever comes, spans are in order, within the recording and not too long. */
static void random_sequences_keep_the_promises(void **state)
{
    (void)state;
    uint32_t seed = 4;
    for (int round = 0; round < 300; round++) {
        struct vad_options o = vad_defaults;
        o.max_speech_s = round % 3 ? 0.2 + (round % 7) * 0.4 : 0;
        o.min_silence_ms = round % 5 * 60;
        o.pad_ms = round % 4 * 20;
        o.min_speech_ms = round % 2 * 250;
        struct vad_segmenter s;
        struct vad_span span;
        int64_t last = 0;
        float speech = 0;
        vad_segmenter_init(&s, &o);
        for (int t = 0; t <= 400; t++) {
            if (random_unit(&seed) > 0.8f)
                speech = 0.5f + 0.5f * random_unit(&seed);
            if (!(t < 400 ? vad_push(&s, speech, &span) : vad_finish(&s, 400 * 512, &span)))
                continue;
            assert_true(span.begin >= last && span.end > span.begin);
            assert_true(span.end <= (t < 400 ? t + 1 : 400) * 512);
            if (o.max_speech_s > 0)
                assert_true((double)(span.end - span.begin) <= o.max_speech_s * VAD_RATE);
            last = span.end;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_one_stretch),
        cmocka_unit_test(padding_stays_inside_the_recording),
        cmocka_unit_test(silence_gives_nothing),
        cmocka_unit_test(bridges_short_pauses),
        cmocka_unit_test(has_hysteresis),
        cmocka_unit_test(drops_short_sounds),
        cmocka_unit_test(padding_never_overlaps),
        cmocka_unit_test(cuts_long_speech_at_its_deepest_silence),
        cmocka_unit_test(keeps_the_rest_of_a_cut),
        cmocka_unit_test(random_sequences_keep_the_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
