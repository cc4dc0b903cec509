/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    CELL_WIDTH = 10, /* where the terminal does not say */
    CELL_HEIGHT = 20,
    ROWS_MOST = 24,
    CHUNK = 4096, /* of kitty's base64 */
};

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static bool is_one_of(const char *value, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(value, *list) == 0)
            return true;
    return false;
}

/* What the terminal says of itself. A multiplexer passes on the variables of the terminal that it
 * was started in, but not the pictures. */
static enum screen_way guess(void)
{
    static const char *const kitty[] = {"kitty", "ghostty", NULL};
    static const char *const kitty_terms[] = {"xterm-kitty", "xterm-ghostty", NULL};
    static const char *const iterm[] = {"iTerm.app", "WezTerm", "mintty", "rio", NULL};
    static const char *const colours[] = {"truecolor", "24bit", NULL};
    const char *term = environment("TERM"), *program = environment("TERM_PROGRAM");
    bool multiplexed = *environment("TMUX") || *environment("STY") ||
                       strncmp(term, "screen", 6) == 0 || strncmp(term, "tmux", 4) == 0;
    if (strcmp(term, "dumb") == 0 || !*term)
        return SCREEN_OFF;
    if (!multiplexed && (is_one_of(term, kitty_terms) || is_one_of(program, kitty) ||
                            *environment("KITTY_WINDOW_ID")))
        return SCREEN_KITTY;
    if (!multiplexed &&
        (is_one_of(program, iterm) || strcmp(environment("LC_TERMINAL"), "iTerm2") == 0))
        return SCREEN_ITERM;
    if (screen_asks_for_sixel())
        return SCREEN_SIXEL;
    return is_one_of(environment("COLORTERM"), colours) ? SCREEN_BLOCKS : SCREEN_OFF;
}

void screen_init(struct screen *s, const struct terminal *t, const char *how)
{
    static const char *const ways[] = {"off", "kitty", "iterm", "sixel", "blocks"};
    struct winsize size = {0};
    *s = (struct screen){.file = t->file,
        .columns = t->width,
        .rows = 24,
        .cell_width = CELL_WIDTH,
        .cell_height = CELL_HEIGHT,
        .id = (unsigned)getpid() & 0xffffff};
    if (!t->is_tty)
        return;
    if (ioctl(fileno(t->file), TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
        s->rows = size.ws_row;
        if (size.ws_xpixel >= size.ws_col && size.ws_ypixel >= size.ws_row) {
            s->cell_width = size.ws_xpixel / size.ws_col;
            s->cell_height = size.ws_ypixel / size.ws_row;
        }
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(how, ways[i]) == 0)
            s->way = (enum screen_way)i;
    if (strcmp(how, "auto") == 0)
        s->way = guess();
    if (s->way == SCREEN_BLOCKS && !t->utf8)
        s->way = SCREEN_OFF;
}

/* Characters that the picture covers, with its proportions; false when there is no room. */
static bool place(const struct screen *s, const struct ih_picture *p, int *columns, int *rows)
{
    int most = s->rows - 3 < ROWS_MOST ? s->rows - 3 : ROWS_MOST, wide = s->columns - 1;
    double ratio = (double)p->width * s->cell_height / ((double)p->height * s->cell_width);
    if (most < 4 || wide < 8)
        return false;
    *rows = most;
    *columns = (int)(most * ratio + 0.5);
    if (*columns > wide) {
        *columns = wide;
        *rows = (int)(wide / ratio + 0.5);
    }
    *rows = *rows < 1 ? 1 : *rows;
    *columns = *columns < 1 ? 1 : *columns;
    return true;
}

/* RFC 4648; out has room for 4 characters for every 3 bytes begun. */
static size_t base64(char *out, const uint8_t *data, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *begin = out;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v = (uint32_t)data[i] << 16 | (left > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
                     (left > 2 ? data[i + 2] : 0);
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        *out++ = left > 1 ? digits[v >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[v & 63] : '=';
    }
    return (size_t)(out - begin);
}

static void draw_kitty(const struct screen *s, const char *text, size_t n)
{
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t part = n - at < CHUNK ? n - at : CHUNK;
        fputs("\033_G", s->file);
        if (at == 0)
            fprintf(s->file, "a=T,f=100,q=2,C=1,i=%u,p=1,c=%d,r=%d,", s->id, s->shown_columns,
                s->shown_rows);
        fprintf(s->file, "m=%d;%.*s\033\\", at + part < n, (int)part, text + at);
    }
}

/* A PNG in base64, for the two ways that take a file: no more pixels than the terminal shows. */
static void draw_file(const struct screen *s, const struct ih_picture *p)
{
    int w = s->shown_columns * s->cell_width, h = s->shown_rows * s->cell_height;
    struct ih_picture smaller = {0};
    uint8_t *png;
    size_t bytes;
    if (p->width > w && p->height > h && ih_picture_resize(&smaller, w, h, p, NULL) == IH_OK)
        p = &smaller;
    enum ih_status status = ih_picture_write(&png, &bytes, p, NULL, NULL);
    ih_picture_free(&smaller);
    if (status)
        return;
    char *text = malloc((bytes + 2) / 3 * 4 + 1);
    size_t n = text ? base64(text, png, bytes) : 0;
    if (text && s->way == SCREEN_KITTY)
        draw_kitty(s, text, n);
    else if (text)
        fprintf(s->file,
            "\033]1337;File=inline=1;size=%zu;width=%d;height=%d;preserveAspectRatio=0:%.*s\a",
            bytes, s->shown_columns, s->shown_rows, (int)n, text);
    free(text);
    ih_picture_bytes_free(&png);
}

/* Two pixels a character: the upper one in front, the lower one behind. */
static void draw_blocks(const struct screen *s, const struct ih_picture *p)
{
    size_t w = (size_t)p->width;
    for (int y = 0; y + 1 < p->height; y += 2) {
        for (size_t x = 0; x < w; x++) {
            const uint8_t *a = p->rgb + ((size_t)y * w + x) * 3, *b = a + 3 * w;
            fprintf(
                s->file, "\033[38;2;%d;%d;%d;48;2;%d;%d;%dm▀", a[0], a[1], a[2], b[0], b[1], b[2]);
        }
        fputs("\033[0m\r\033[B", s->file);
    }
}

static void draw_pixels(const struct screen *s, const struct ih_picture *p)
{
    bool blocks = s->way == SCREEN_BLOCKS;
    struct ih_picture fitted;
    int w = s->shown_columns * (blocks ? 1 : s->cell_width);
    int h = s->shown_rows * (blocks ? 2 : s->cell_height);
    if (ih_picture_resize(&fitted, w, h, p, NULL) != IH_OK)
        return;
    if (blocks)
        draw_blocks(s, &fitted);
    else
        sixel_write(s->file, &fitted);
    ih_picture_free(&fitted);
}

void screen_draw(struct screen *s, const struct ih_picture *p)
{
    int columns, rows;
    if (s->way == SCREEN_OFF || !place(s, p, &columns, &rows))
        return;
    if (columns != s->shown_columns || rows != s->shown_rows) {
        if (s->shown_rows)
            screen_end(s);
        s->shown_columns = columns;
        s->shown_rows = rows;
        /* Room is made first, so that nothing scrolls while the picture is drawn. */
        for (int i = 0; i < rows; i++)
            fputc('\n', s->file);
    }
    fprintf(s->file, "\r\033[%dA\0337", rows);
    if (s->way == SCREEN_KITTY || s->way == SCREEN_ITERM)
        draw_file(s, p);
    else
        draw_pixels(s, p);
    fprintf(s->file, "\0338\033[%dB\r", rows);
    fflush(s->file);
}

void screen_end(struct screen *s)
{
    s->shown_columns = s->shown_rows = 0;
    s->id++;
}
