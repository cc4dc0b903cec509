/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sheet.h"

#include "cli/paths.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 8, LINES = 2 };

void sheet_init(struct sheet *s, int pictures)
{
    *s = (struct sheet){.side = pictures <= 200 ? 512 : pictures <= 800 ? 256 : 128};
}

static enum ih_status copy(
    struct ih_picture *out, const struct ih_picture *p, int side, struct ih_error *e)
{
    int longer = p->width > p->height ? p->width : p->height;
    int w = p->width, h = p->height;
    if (longer > side) {
        w = (int)((int64_t)w * side / longer);
        h = (int)((int64_t)h * side / longer);
    }
    return ih_picture_resize(out, w < 1 ? 1 : w, h < 1 ? 1 : h, p, e);
}

enum ih_status sheet_add(
    struct sheet *s, const struct ih_picture *p, const char *text, struct ih_error *e)
{
    struct sheet_item *grown = realloc(s->item, (size_t)(s->count + 1) * sizeof *grown);
    if (!grown)
        return fail(e, IH_NO_MEMORY, "not enough memory for the sheet");
    s->item = grown;
    struct sheet_item *item = &s->item[s->count];
    *item = (struct sheet_item){.text = strdup(text)};
    enum ih_status status = item->text ? copy(&item->picture, p, s->side, e)
                                       : fail(e, IH_NO_MEMORY, "not enough memory for the sheet");
    if (status)
        free(item->text);
    else
        s->count++;
    return status;
}

/* Breaks between words where there are some; the last line ends in dots when text is left over. */
static void caption(struct ih_picture *p, int x, int y, int scale, int width, const char *text)
{
    char dotted[160];
    int columns = width / (FONT_WIDTH * scale);
    for (int line = 0; line < LINES && *text; line++) {
        size_t n = text_fit(text, columns), cut = n;
        bool all = text[n] == 0;
        while (!all && cut > 0 && text[cut] != ' ')
            cut--;
        n = cut > 0 ? cut : n;
        if (!all && line == LINES - 1 && n < sizeof dotted - 4) {
            n = text_fit(text, columns - 3);
            memcpy(dotted, text, n);
            memcpy(dotted + n, "...", 3);
            font_draw(p, x, y + line * FONT_HEIGHT * scale, scale, dotted, n + 3);
            return;
        }
        font_draw(p, x, y + line * FONT_HEIGHT * scale, scale, text, n);
        text += n;
        text += strspn(text, " ");
    }
}

static void paste(struct ih_picture *to, const struct ih_picture *from, int x, int y)
{
    for (int i = 0; i < from->height; i++)
        memcpy(to->rgb + ((size_t)(y + i) * (size_t)to->width + (size_t)x) * 3,
            from->rgb + (size_t)i * (size_t)from->width * 3, (size_t)from->width * 3);
}

enum ih_status sheet_picture(
    const struct sheet *s, int columns, struct ih_picture *out, struct ih_error *e)
{
    int wide = 1, high = 1;
    *out = (struct ih_picture){0};
    columns = columns < s->count ? columns : s->count;
    if (columns < 1)
        return fail(e, IH_INVALID, "there is no picture for the sheet");
    for (int i = 0; i < s->count; i++) {
        const struct ih_picture *p = &s->item[i].picture;
        wide = p->width > wide ? p->width : wide;
        high = p->height > high ? p->height : high;
    }
    int scale = wide > 384 ? 2 : 1, rows = (s->count + columns - 1) / columns;
    int text = LINES * FONT_HEIGHT * scale + GAP / 2;
    int64_t width = GAP + (int64_t)columns * (wide + GAP);
    int64_t height = GAP + (int64_t)rows * (high + text + GAP);
    if (width * height > IH_PICTURE_PIXELS)
        return fail(e, IH_INVALID, "a sheet of %lldx%lld pixels is too large", (long long)width,
            (long long)height);
    *out = (struct ih_picture){(int)width, (int)height, malloc((size_t)(width * height) * 3)};
    if (!out->rgb)
        return fail(e, IH_NO_MEMORY, "not enough memory for the sheet");
    memset(out->rgb, 255, (size_t)(width * height) * 3);
    for (int i = 0; i < s->count; i++) {
        const struct ih_picture *p = &s->item[i].picture;
        int x = GAP + i % columns * (wide + GAP), y = GAP + i / columns * (high + text + GAP);
        paste(out, p, x + (wide - p->width) / 2, y + high - p->height);
        caption(out, x, y + high + GAP / 2, scale, wide, s->item[i].text);
    }
    return IH_OK;
}

void sheet_free(struct sheet *s)
{
    for (int i = 0; i < s->count; i++) {
        ih_picture_free(&s->item[i].picture);
        free(s->item[i].text);
    }
    free(s->item);
    *s = (struct sheet){0};
}
