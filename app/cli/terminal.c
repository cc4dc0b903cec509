/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

void terminal_init(struct terminal *t, FILE *file)
{
    struct winsize size = {0};
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    *t = (struct terminal){.file = file, .width = 80};
    t->is_tty = isatty(fileno(file));
    t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    bool dumb = !term || strcmp(term, "dumb") == 0;
    t->colours = t->is_tty && !dumb && !(no_color && *no_color);
    if (t->is_tty && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        t->width = size.ws_col;
}

const char *style(const struct terminal *t, enum style s)
{
    static const char *const codes[] = {
        "", "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m", "\033[36m"};
    return t->colours ? codes[s] : "";
}

const char *style_end(const struct terminal *t)
{
    return t->colours ? "\033[0m" : "";
}

/* Bytes of the character at `text` and the columns it takes; a broken one counts as one. */
static size_t character(const char *text, int *columns)
{
    mbstate_t state = {0};
    wchar_t wide;
    size_t n = mbrtowc(&wide, text, MB_CUR_MAX, &state);
    *columns = 1;
    if (n == (size_t)-1 || n == (size_t)-2 || n == 0)
        return 1;
    int width = wcwidth(wide);
    *columns = width < 0 ? 1 : width;
    return n;
}

int text_columns(const char *text)
{
    int total = 0, columns;
    while (*text) {
        text += character(text, &columns);
        total += columns;
    }
    return total;
}

size_t text_fit(const char *text, int columns)
{
    const char *p = text;
    int used = 0, width;
    while (*p) {
        size_t n = character(p, &width);
        if (used + width > columns)
            break;
        used += width;
        p += n;
    }
    return (size_t)(p - text);
}

const char *clock_text(double seconds, char *buf, size_t size)
{
    long long s = seconds > 0 ? (long long)(seconds + 0.5) : 0;
    if (s >= 3600)
        snprintf(buf, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(buf, size, "%lld:%02lld", s / 60, s % 60);
    return buf;
}

const char *bytes_text(double bytes, char *buf, size_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (bytes >= 999.5 && unit < 4) {
        bytes /= 1000;
        unit++;
    }
    snprintf(buf, size, bytes < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return buf;
}

double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_begin(struct progress *p, const char *label, bool shown)
{
    *p = (struct progress){.label = label, .began = now_seconds()};
    terminal_init(&p->terminal, stderr);
    p->terminal.is_tty = p->terminal.is_tty && shown;
}

enum { BAR = 28 };

static void bar(FILE *f, const struct terminal *t, double share)
{
    int full = (int)(share * BAR);
    fputs(style(t, STYLE_CYAN), f);
    for (int i = 0; i < full; i++)
        fputs(t->utf8 ? "━" : "#", f);
    fputs(style_end(t), f);
    fputs(style(t, STYLE_DIM), f);
    for (int i = full; i < BAR; i++)
        fputs(t->utf8 ? "━" : "-", f);
    fputs(style_end(t), f);
}

void progress_draw(struct progress *p, double done, double total, const char *note)
{
    const struct terminal *t = &p->terminal;
    double now = now_seconds();
    if (!t->is_tty || (p->visible && now - p->drawn < 0.1 && done < total))
        return;
    char left[48] = "", clock[24];
    double share = total > 0 ? done / total : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    if (share > 0.02 && now - p->began > 1)
        snprintf(left, sizeof left, "  %s left",
            clock_text((now - p->began) * (1 - share) / share, clock, sizeof clock));
    int room =
        t->width - 1 - (total > 0 ? BAR + 2 : 0) - 6 - (int)strlen(left) - text_columns(note) - 2;
    int label = (int)text_fit(p->label, room < 24 ? (room > 0 ? room : 0) : 24);
    fprintf(t->file, "\r\033[K%.*s  ", label, p->label);
    if (total > 0 && room > 0)
        bar(t->file, t, share);
    if (total > 0)
        fprintf(t->file, " %3.0f%%", share * 100);
    fprintf(t->file, "  %s%s", note, left);
    fflush(t->file);
    p->visible = true;
    p->drawn = now;
}

void progress_clear(struct progress *p)
{
    if (p->visible) {
        fputs("\r\033[K", p->terminal.file);
        fflush(p->terminal.file);
    }
    p->visible = false;
}
