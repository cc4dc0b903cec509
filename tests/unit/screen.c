/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in terminals: what is written is taken apart again by hand, as a terminal would. */
#include "support/support.h"

#include "base/base64.h"
#include "cli/screen.h"
#include "cli/sheet.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ih_picture gradient(int width, int height)
{
    struct ih_picture p = {width, height, malloc((size_t)width * (size_t)height * 3)};
    assert_non_null(p.rgb);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint8_t *c = p.rgb + ((size_t)y * (size_t)width + (size_t)x) * 3;
            c[0] = (uint8_t)(255 * x / width);
            c[1] = (uint8_t)(255 * y / height);
            c[2] = (uint8_t)(x < width / 2 ? 0 : 255);
        }
    return p;
}

/* What a screen of 80 by 24 characters of 10 by 20 pixels gets. */
static char *draw(enum screen_way way, const struct ih_picture *p)
{
    struct screen s = {.file = tmpfile(),
        .way = way,
        .columns = 80,
        .rows = 24,
        .cell_width = 10,
        .cell_height = 20,
        .id = 7};
    assert_non_null(s.file);
    screen_draw(&s, p);
    long size = ftell(s.file);
    char *text = calloc((size_t)size + 1, 1);
    assert_non_null(text);
    rewind(s.file);
    assert_int_equal(fread(text, 1, (size_t)size, s.file), size);
    fclose(s.file);
    return text;
}

static void expect_png(const char *base64, size_t n, const struct ih_picture *p)
{
    struct ih_picture again;
    struct ih_error e;
    uint8_t *png = malloc(n);
    assert_non_null(png);
    long long bytes = base64_decode(png, n, base64, n);
    assert_true(bytes > 0);
    assert_int_equal(ih_picture_read(&again, png, (size_t)bytes, &e), IH_OK);
    assert_int_equal(again.width, p->width);
    assert_memory_equal(again.rgb, p->rgb, (size_t)p->width * (size_t)p->height * 3);
    ih_picture_free(&again);
    free(png);
}

/* 21 rows of 20 pixels are 420, as wide as 42 columns of 10. */
static void test_kitty(void **state)
{
    (void)state;
    struct ih_picture p = gradient(97, 97);
    char *text = draw(SCREEN_KITTY, &p), whole[1 << 16] = "";
    size_t n = 0;
    const char *at = strstr(text, "\033_G");
    assert_non_null(at);
    static const char begin[] = "\033_Ga=T,f=100,q=2,C=1,i=7,p=1,c=42,r=21,m=";
    assert_int_equal(strncmp(at, begin, sizeof begin - 1), 0);
    int more = 1;
    for (; more; at = strstr(at, "\033_G")) {
        assert_non_null(at);
        const char *data = strchr(at, ';'), *end = strstr(at, "\033\\");
        assert_true(data && end && end > data);
        assert_true(end - data - 1 <= 4096);
        more = data[-1] == '1';
        memcpy(whole + n, data + 1, (size_t)(end - data - 1));
        n += (size_t)(end - data - 1);
        at = end;
    }
    expect_png(whole, n, &p);
    ih_picture_free(&p);
    free(text);
}

static void test_iterm(void **state)
{
    (void)state;
    struct ih_picture p = gradient(50, 20);
    char *text = draw(SCREEN_ITERM, &p);
    const char *at = strstr(text, "\033]1337;File=inline=1;size=");
    assert_non_null(at);
    assert_non_null(strstr(at, ";width=79;height=16;"));
    const char *data = strchr(at, ':'), *end = strchr(at, '\a');
    assert_true(data && end);
    expect_png(data + 1, (size_t)(end - data) - 1, &p);
    ih_picture_free(&p);
    free(text);
}

/* A reader of sixels as the VT340's manual describes them. */
static struct ih_picture read_sixel(const char *text)
{
    int palette[256][3], w, h, x = 0, y = 0, c = 0, n;
    const char *p = strstr(text, "\033P0;1;0q");
    assert_non_null(p);
    p += 8;
    assert_int_equal(sscanf(p, "\"1;1;%d;%d%n", &w, &h, &n), 2);
    p += n;
    struct ih_picture out = {w, h, calloc((size_t)w * (size_t)h, 3)};
    assert_non_null(out.rgb);
    while (*p != '\033') {
        int run = 1, r, g, b;
        if (sscanf(p, "#%d;2;%d;%d;%d%n", &c, &r, &g, &b, &n) == 4) {
            palette[c][0] = r * 255 / 100;
            palette[c][1] = g * 255 / 100;
            palette[c][2] = b * 255 / 100;
            p += n;
            continue;
        }
        if (sscanf(p, "#%d%n", &c, &n) == 1) {
            p += n;
            continue;
        }
        if (*p == '$' || *p == '-') {
            x = 0;
            y += *p++ == '-' ? 6 : 0;
            continue;
        }
        if (sscanf(p, "!%d%n", &run, &n) == 1)
            p += n;
        assert_true(*p >= '?' && *p <= '~');
        for (; run > 0; run--, x++)
            for (int i = 0; i < 6; i++)
                if ((*p - '?') >> i & 1) {
                    assert_true(x < w && y + i < h);
                    for (int k = 0; k < 3; k++)
                        out.rgb[((size_t)(y + i) * (size_t)w + (size_t)x) * 3 + (size_t)k] =
                            (uint8_t)palette[c][k];
                }
        p++;
    }
    return out;
}

/* Dithering: the mean over 8x8 pixels is right, though each is one of six levels. */
static void test_sixel(void **state)
{
    (void)state;
    struct ih_picture p = gradient(64, 47); /* the last band is not whole */
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    sixel_write(f, &p);
    fclose(f);
    struct ih_picture again = read_sixel(text);
    assert_int_equal(again.width, 64);
    assert_int_equal(again.height, 47);
    for (int y = 0; y + 8 <= 47; y += 8)
        for (int x = 0; x < 64; x += 8)
            for (int c = 0; c < 3; c++) {
                int sum = 0;
                for (int i = 0; i < 64; i++) {
                    size_t at = ((size_t)(y + i / 8) * 64 + (size_t)(x + i % 8)) * 3 + (size_t)c;
                    sum += again.rgb[at] - p.rgb[at];
                }
                assert_true(abs(sum) / 64 <= 8);
            }
    ih_picture_free(&again);
    ih_picture_free(&p);
    free(text);
}

static void test_blocks(void **state)
{
    (void)state;
    uint8_t rgb[] = {255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255};
    struct ih_picture p = {2, 2, rgb};
    char *text = draw(SCREEN_BLOCKS, &p);
    static const char begin[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\r\033[21A\0337";
    /* 42 by 21: rows above the middle are red, those below blue, and the cursor is led back. */
    assert_int_equal(strncmp(text, begin, sizeof begin - 1), 0);
    assert_non_null(strstr(text, "\0337\033[38;2;255;0;0;48;2;255;0;0m▀"));
    static const char end[] = "m▀\033[0m\r\033[B\0338\033[21B\r";
    assert_string_equal(text + strlen(text) + 1 - sizeof end, end);
    assert_non_null(strstr(text, "\033[38;2;0;0;255;48;2;0;0;255m▀\033[0m"));
    free(text);
}

static void test_places(void **state)
{
    (void)state;
    struct ih_picture p = gradient(4, 4);
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    struct screen s = {.file = f,
        .way = SCREEN_BLOCKS,
        .columns = 80,
        .rows = 24,
        .cell_width = 10,
        .cell_height = 20};
    screen_draw(&s, &p);
    fflush(f);
    size_t first = size;
    screen_draw(&s, &p); /* in place: no new lines */
    fflush(f);
    assert_null(strchr(text + first, '\n'));
    screen_end(&s);
    first = size;
    screen_draw(&s, &p);
    fflush(f);
    assert_non_null(strchr(text + first, '\n'));
    /* No room, or no way. */
    first = size;
    s.rows = 5;
    screen_draw(&s, &p);
    s.rows = 24;
    s.way = SCREEN_OFF;
    screen_draw(&s, &p);
    fflush(f);
    assert_int_equal(size, first);
    fclose(f);
    ih_picture_free(&p);
    free(text);
}

/* An H is two strokes and a bar; an accent falls away; nothing is drawn outside. */
static void test_letters(void **state)
{
    (void)state;
    static const char want[] = "#...#.\n#...#.\n#...#.\n#####.\n#...#.\n#...#.\n#...#.\n......\n";
    setlocale(LC_CTYPE, "C.UTF-8");
    char got[sizeof want] = "";
    uint8_t a[6 * 8 * 3], b[6 * 8 * 3];
    struct ih_picture p = {6, 8, a}, q = {6, 8, b};
    memset(a, 255, sizeof a);
    memset(b, 255, sizeof b);
    font_draw(&p, 0, 0, 1, "H", 1);
    for (int y = 0, n = 0; y < 8; y++, got[n++] = '\n')
        for (int x = 0; x < 6; x++)
            got[n++] = a[(y * 6 + x) * 3] ? '.' : '#';
    assert_string_equal(got, want);
    memset(a, 255, sizeof a);
    font_draw(&p, 0, 0, 1, "u", 1);
    font_draw(&q, 0, 0, 1, "ü", 2);
    assert_memory_equal(a, b, sizeof a);
    font_draw(&p, -3, -3, 3, "\xff\xfe熊 a long line", 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kitty),
        cmocka_unit_test(test_iterm),
        cmocka_unit_test(test_sixel),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
