/* SPDX-License-Identifier: Apache-2.0 */
/* Picture files, held to what Pillow reads and resizes (scripts/make_fixture_pictures.py), and
 * those of our own writing, held to what went in. */
#include "support/support.h"

#include "inhouse/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file {
    uint8_t *data;
    size_t bytes;
};

static struct file load(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "pictures/%s", name);
    struct file f = {malloc(1 << 20), 0};
    FILE *in = fopen(data_path(path), "rb");
    if (!in || !f.data)
        fail_msg("%s cannot be read", name);
    f.bytes = fread(f.data, 1, 1 << 20, in);
    fclose(in);
    return f;
}

static struct ih_picture read_picture(const char *name)
{
    struct ih_picture p;
    struct ih_error e;
    struct file f = load(name);
    if (ih_picture_read(&p, f.data, f.bytes, &e))
        fail_msg("%s: %s", name, e.text);
    free(f.data);
    return p;
}

/* The largest difference of a value from Pillow's. */
static int difference(const char *reference, const struct ih_picture *p)
{
    struct file f = load(reference);
    uint32_t size[2];
    memcpy(size, f.data, sizeof size);
    if (p->width != (int)size[0] || p->height != (int)size[1])
        fail_msg("%s: %dx%d instead of %ux%u", reference, p->width, p->height, size[0], size[1]);
    int worst = 0;
    for (size_t i = 0; i < (size_t)size[0] * size[1] * 3; i++) {
        int d = abs(p->rgb[i] - f.data[8 + i]);
        worst = d > worst ? d : worst;
    }
    free(f.data);
    return worst;
}

/* Formats without loss agree to the bit, but for the rounding of what is laid on white. The JPEG
 * and lossy WebP readers of Pillow are the same libraries, perhaps of another version: two steps.
 */
static void test_reads_what_pillow_reads(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int allowed;
    } cases[] = {{"rgb.png", 0}, {"rgba.png", 1}, {"grey.png", 0}, {"grey_alpha.png", 1},
        {"palette.png", 0}, {"palette_clear.png", 0}, {"bits.png", 0}, {"deep.png", 0},
        {"itxt.png", 0}, {"lossless.webp", 1}, {"turned.webp", 0}, {"film.webp", 0}, {"rgb.jpg", 2},
        {"grey.jpg", 2}, {"progressive.jpg", 2}, {"cmyk.jpg", 2}, {"turned1.jpg", 2},
        {"turned2.jpg", 2}, {"turned3.jpg", 2}, {"turned4.jpg", 2}, {"turned5.jpg", 2},
        {"turned6.jpg", 2}, {"turned7.jpg", 2}, {"turned8.jpg", 2}, {"lossy.webp", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reference[64];
        struct ih_picture p = read_picture(cases[i].name);
        snprintf(reference, sizeof reference, "%s.rgb", cases[i].name);
        int worst = difference(reference, &p);
        if (worst > cases[i].allowed)
            fail_msg("%s differs by %d", cases[i].name, worst);
        ih_picture_free(&p);
        assert_null(p.rgb);
    }
}

static void test_resizes_as_pillow_does(void **state)
{
    (void)state;
    struct ih_picture to, from = read_picture("rgb.png");
    struct ih_error e;
    assert_int_equal(ih_picture_resize(&to, 31, 20, &from, &e), IH_OK);
    assert_true(difference("larger.rgb", &to) <= 1);
    ih_picture_free(&to);
    ih_picture_free(&from);
    from = read_picture("wide.png");
    assert_int_equal(ih_picture_resize(&to, 13, 12, &from, &e), IH_OK);
    assert_true(difference("smaller.rgb", &to) <= 1);
    ih_picture_free(&to);
    ih_picture_free(&from);
}

/* Three pixels become two: each is one and a half old ones. */
static void test_areas_by_hand(void **state)
{
    (void)state;
    uint8_t rgb[9] = {0, 30, 255, 90, 60, 0, 240, 90, 255};
    struct ih_picture to, from = {3, 1, rgb};
    struct ih_error e;
    assert_int_equal(ih_picture_resize(&to, 2, 1, &from, &e), IH_OK);
    static const uint8_t want[] = {30, 40, 170, 190, 80, 170};
    assert_memory_equal(to.rgb, want, sizeof want);
    ih_picture_free(&to);
    assert_int_equal(ih_picture_resize(&to, 3, 1, &from, &e), IH_OK);
    assert_memory_equal(to.rgb, rgb, sizeof rgb); /* the same size changes nothing */
    ih_picture_free(&to);
    assert_int_equal(ih_picture_resize(&to, 0, 1, &from, &e), IH_INVALID);
    assert_null(to.rgb);
}

static void expect_note(const char *name, const char *want)
{
    char *note;
    struct ih_error e;
    struct file f = load(name);
    if (ih_picture_note(&note, f.data, f.bytes, &e))
        fail_msg("%s: %s", name, e.text);
    if (!want)
        assert_null(note);
    else
        assert_string_equal(note, want);
    ih_picture_note_free(&note);
    free(f.data);
}

static void test_notes_of_others(void **state)
{
    (void)state;
    expect_note("itxt.png", "ein Bär, 熊");
    expect_note("text.png", "café");
    expect_note("comment.jpg", "a plain note");
    expect_note("comment16.jpg", "Bär 🐻");
    expect_note("rgb.png", NULL);
    expect_note("turned3.jpg", NULL);
    expect_note("lossy.webp", NULL);
}

static double mean_difference(const struct ih_picture *a, const struct ih_picture *b)
{
    double sum = 0;
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    size_t n = (size_t)a->width * (size_t)a->height * 3;
    for (size_t i = 0; i < n; i++)
        sum += abs(a->rgb[i] - b->rgb[i]);
    return sum / (double)n;
}

static void test_writes_what_it_reads(void **state)
{
    (void)state;
    static const char *const notes[] = {NULL, "plain \"text\"", "Bär 🐻, 熊\nzwei"};
    static const double allowed[] = {0, 1, 3};
    struct ih_picture again, p, little = read_picture("rgb.png");
    struct ih_error e;
    assert_int_equal(ih_picture_resize(&p, 104, 72, &little, &e), IH_OK);
    ih_picture_free(&little);
    for (int i = 0; ih_picture_format(i); i++)
        for (int k = 0; k < 3; k++) {
            struct ih_picture_write_options o = {.format = ih_picture_format(i)->name,
                .note = notes[k],
                .quality = i == 1 ? 100 : 0};
            uint8_t *file, *twin;
            size_t bytes, twin_bytes;
            char *note;
            assert_int_equal(ih_picture_write(&file, &bytes, &p, &o, &e), IH_OK);
            assert_int_equal(ih_picture_write(&twin, &twin_bytes, &p, &o, &e), IH_OK);
            assert_int_equal(bytes, twin_bytes);
            assert_memory_equal(file, twin, bytes);
            assert_int_equal(ih_picture_read(&again, file, bytes, &e), IH_OK);
            assert_true(mean_difference(&p, &again) <= allowed[i]);
            assert_int_equal(ih_picture_note(&note, file, bytes, &e), IH_OK);
            if (notes[k])
                assert_string_equal(note, notes[k]);
            else
                assert_null(note);
            ih_picture_note_free(&note);
            ih_picture_free(&again);
            ih_picture_bytes_free(&file);
            ih_picture_bytes_free(&twin);
            assert_null(file);
        }
    ih_picture_free(&p);
}

/* Of each length that a file can be cut to, none is read as a picture, none is left half read.
 * Behind the last pixel there is nothing to miss: PNG's end, a WebP's EXIF. */
static void test_cut_files_are_errors(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t tail;
    } cases[] = {{"rgb.png", 12}, {"rgb.jpg", 2}, {"progressive.jpg", 2}, {"lossless.webp", 1},
        {"lossy.webp", 1}, {"film.webp", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file f = load(cases[i].name);
        for (size_t n = 0; n + cases[i].tail < f.bytes; n++) {
            struct ih_picture p;
            struct ih_error e = {0};
            uint8_t *copy = malloc(n ? n : 1);
            assert_non_null(copy);
            memcpy(copy, f.data, n);
            enum ih_status status = ih_picture_read(&p, copy, n, &e);
            if (!status)
                fail_msg("%s is read from %zu of %zu bytes", cases[i].name, n, f.bytes);
            assert_int_equal(status, e.code);
            assert_true(strlen(e.text) > 10);
            assert_null(p.rgb);
            free(copy);
        }
        free(f.data);
    }
}

static void expect_refusal(const void *data, size_t bytes, enum ih_status want, const char *words)
{
    struct ih_picture p;
    struct ih_error e = {0};
    assert_int_equal(ih_picture_read(&p, data, bytes, &e), want);
    if (!strstr(e.text, words))
        fail_msg("'%s' is not in '%s'", words, e.text);
    assert_null(p.rgb);
}

static void test_refusals_are_sentences(void **state)
{
    (void)state;
    expect_refusal("", 0, IH_BAD_DATA, "empty");
    expect_refusal("GIF89a......", 12, IH_UNSUPPORTED, "a GIF picture; PNG, JPEG and WebP");
    expect_refusal("....ftypavif", 12, IH_UNSUPPORTED, "AVIF");
    expect_refusal("%PDF-1.7", 8, IH_UNSUPPORTED, "PDF");
    expect_refusal("hello", 5, IH_BAD_DATA, "not PNG, JPEG or WebP");
    /* A header of 30000x30000 with the right checksum. */
    struct file f = load("rgb.png");
    memcpy(f.data + 16, "\0\0\x75\x30\0\0\x75\x30\x08\x02\0\0\0\xe9\x45\x6f\xed", 17);
    expect_refusal(f.data, f.bytes, IH_BAD_DATA, "bytes cannot hold the 30000x30000 pixels");
    f.data = realloc(f.data, 1 << 18);
    assert_non_null(f.data);
    memset(f.data + f.bytes, 0, (1 << 18) - f.bytes);
    memcpy(f.data + 33, "\0\x03\xff\xd3IDAT", 8); /* 2^18 less 33 and 12 */
    expect_refusal(f.data, 1 << 18, IH_BAD_DATA, "30000x30000 pixels; at most 64 million");
    free(f.data);
    /* A text of 1 GB, of which there are 20 bytes. */
    f = load("text.png");
    uint8_t *text = memmem(f.data, f.bytes, "tEXt", 4);
    assert_non_null(text);
    memcpy(text - 4, "\x40\0\0\0", 4);
    expect_refusal(f.data, f.bytes, IH_BAD_DATA, "cut off");
    free(f.data);
    /* A progressive JPEG of 8000x8000, whose coefficients would take 400 MB. */
    f = load("progressive.jpg");
    uint8_t *frame = memmem(f.data, f.bytes, "\xff\xc2", 2);
    assert_non_null(frame);
    memcpy(frame + 5, "\x1f\x40\x1f\x40", 4);
    expect_refusal(f.data, f.bytes, IH_BAD_DATA, "bytes cannot hold the 8000x8000 pixels");
    free(f.data);
}

static void test_wrong_options(void **state)
{
    (void)state;
    uint8_t rgb[3] = {1, 2, 3}, *file;
    size_t bytes;
    struct ih_picture p = {1, 1, rgb}, wide = {70000, 1, NULL};
    struct ih_error e = {0};
    struct ih_picture_write_options o = {.format = "gif"};
    assert_int_equal(ih_picture_write(&file, &bytes, &p, &o, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "choose one of png, jpeg, webp"));
    o = (struct ih_picture_write_options){.quality = 101};
    assert_int_equal(ih_picture_write(&file, &bytes, &p, &o, &e), IH_INVALID);
    o = (struct ih_picture_write_options){.note = "\xff"};
    assert_int_equal(ih_picture_write(&file, &bytes, &p, &o, &e), IH_INVALID);
    wide.rgb = calloc(70000, 3);
    for (int i = 1; i < 3; i++) {
        o = (struct ih_picture_write_options){.format = ih_picture_format(i)->name};
        assert_int_equal(ih_picture_write(&file, &bytes, &wide, &o, &e), IH_INVALID);
        assert_non_null(strstr(e.text, "pixels a side"));
        assert_null(file);
    }
    free(wide.rgb);
    char *note = malloc(70001);
    assert_non_null(note);
    memset(note, 'a', 70000);
    note[70000] = 0;
    o = (struct ih_picture_write_options){.format = "jpg", .note = note};
    assert_int_equal(ih_picture_write(&file, &bytes, &p, &o, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "too long"));
    free(note);
    assert_string_equal(ih_picture_format_find("JPG", NULL)->mime, "image/jpeg");
    assert_null(ih_picture_format_find("bmp", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_pillow_reads),
        cmocka_unit_test(test_resizes_as_pillow_does),
        cmocka_unit_test(test_areas_by_hand),
        cmocka_unit_test(test_notes_of_others),
        cmocka_unit_test(test_writes_what_it_reads),
        cmocka_unit_test(test_cut_files_are_errors),
        cmocka_unit_test(test_refusals_are_sentences),
        cmocka_unit_test(test_wrong_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
