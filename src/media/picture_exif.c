/* SPDX-License-Identifier: Apache-2.0 */
/* What is needed of EXIF: how the camera was held, and a comment. */
#include "media/picture.h"

#include "base/utf8.h"

#include <string.h>

enum {
    ENTRY = 12, /* tag, type, count, value or offset */
    TAG_ORIENTATION = 0x0112,
    TAG_EXIF = 0x8769, /* offset of the second directory */
    TAG_COMMENT = 0x9286,
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
    TYPE_UNDEFINED = 7,
    CODE = 8, /* bytes in front of a comment that name its encoding */
};

struct tiff {
    const uint8_t *data;
    size_t bytes;
    bool big;
};

static unsigned read16(const struct tiff *t, size_t at)
{
    const uint8_t *p = t->data + at;
    return t->big ? (unsigned)p[0] << 8 | p[1] : (unsigned)p[1] << 8 | p[0];
}

static uint32_t read32(const struct tiff *t, size_t at)
{
    uint32_t a = read16(t, at), b = read16(t, at + 2);
    return t->big ? a << 16 | b : b << 16 | a;
}

/* The place of an entry with this tag in the directory at `at`, or 0. */
static size_t find_entry(const struct tiff *t, size_t at, unsigned tag)
{
    if (at < 8 || at > t->bytes || t->bytes - at < 2)
        return 0;
    size_t count = read16(t, at);
    at += 2;
    for (size_t i = 0; i < count && t->bytes - at >= ENTRY; i++, at += ENTRY)
        if (read16(t, at) == tag)
            return at;
    return 0;
}

/* The first directory's place, or 0. */
static size_t open_tiff(struct tiff *t, const uint8_t *data, size_t bytes)
{
    *t = (struct tiff){data, bytes, bytes > 0 && data[0] == 'M'};
    if (bytes < 8 || (memcmp(data, "II*", 4) != 0 && memcmp(data, "MM\0*", 4) != 0))
        return 0;
    return read32(t, 4);
}

int exif_orientation(const uint8_t *tiff, size_t bytes)
{
    struct tiff t;
    size_t at = open_tiff(&t, tiff, bytes);
    at = at ? find_entry(&t, at, TAG_ORIENTATION) : 0;
    if (!at || read16(&t, at + 2) != TYPE_SHORT)
        return 1;
    unsigned value = read16(&t, at + 8);
    return value >= 1 && value <= 8 ? (int)value : 1;
}

static enum ih_status add_utf16(struct str *note, const struct tiff *t, size_t at, size_t bytes)
{
    char c[4];
    for (size_t i = 0; i + 2 <= bytes; i += 2) {
        uint32_t code = read16(t, at + i);
        if (code >= 0xd800 && code < 0xdc00 && i + 4 <= bytes) {
            uint32_t low = read16(t, at + i + 2);
            if (low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        if (code >= 0xd800 && code < 0xe000)
            code = 0xfffd;
        if (code == 0)
            break;
        str_add(note, c, (size_t)utf8_encode(c, code));
    }
    return note->failed ? IH_NO_MEMORY : IH_OK;
}

enum ih_status exif_comment(struct str *note, const uint8_t *tiff, size_t bytes)
{
    struct tiff t;
    size_t at = open_tiff(&t, tiff, bytes);
    at = at ? find_entry(&t, at, TAG_EXIF) : 0;
    at = at ? find_entry(&t, read32(&t, at + 8), TAG_COMMENT) : 0;
    if (!at)
        return IH_OK;
    size_t n = read32(&t, at + 4), from = read32(&t, at + 8);
    if (n <= CODE || from > bytes || n > bytes - from)
        return IH_OK;
    const uint8_t *text = tiff + from + CODE;
    n -= CODE;
    if (memcmp(tiff + from, "UNICODE", CODE) == 0)
        return add_utf16(note, &t, from + CODE, n);
    const uint8_t *nul = memchr(text, 0, n);
    n = nul ? (size_t)(nul - text) : n;
    bool plain = memcmp(tiff + from, "ASCII\0\0", CODE) == 0 ||
                 memcmp(tiff + from, "\0\0\0\0\0\0\0", CODE) == 0;
    if (plain && utf8_valid((const char *)text, n))
        str_add(note, text, n);
    return note->failed ? IH_NO_MEMORY : IH_OK;
}

static void write16(struct str *s, uint32_t v)
{
    const uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    str_add(s, b, 2);
}

static void write_entry(struct str *s, unsigned tag, unsigned type, uint32_t count, uint32_t value)
{
    const uint32_t fields[] = {tag, type, count >> 16, count, value >> 16, value};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        write16(s, fields[i] & 0xffff);
}

/* ASCII where that suffices, else UTF-16. */
static void encode_comment(struct str *s, const char *comment)
{
    size_t n = strlen(comment);
    bool ascii = true;
    for (size_t i = 0; i < n; i++)
        ascii = ascii && (comment[i] & 0x80) == 0;
    str_add(s, ascii ? "ASCII\0\0" : "UNICODE", CODE);
    if (ascii) {
        str_add(s, comment, n);
        return;
    }
    for (size_t at = 0; at < n;) {
        uint32_t code = 0xfffd;
        int step = utf8_decode(comment + at, n - at, &code);
        at += step > 0 ? (size_t)step : 1;
        if (code >= 0x10000) {
            write16(s, 0xd800 + ((code - 0x10000) >> 10));
            code = 0xdc00 + ((code - 0x10000) & 0x3ff);
        }
        write16(s, code);
    }
}

enum ih_status exif_write(struct str *tiff, const char *comment, struct ih_error *e)
{
    enum { FIRST = 8, DIRECTORY = 2 + ENTRY + 4, SECOND = FIRST + DIRECTORY };
    struct str text;
    str_init(&text, PICTURE_EXIF_LIMIT);
    encode_comment(&text, comment);
    if (!text.failed) {
        str_add(tiff, "MM\0*\0\0\0\x08", FIRST);
        write16(tiff, 1);
        write_entry(tiff, TAG_EXIF, TYPE_LONG, 1, SECOND);
        str_add(tiff, "\0\0\0\0", 4);
        write16(tiff, 1);
        write_entry(tiff, TAG_COMMENT, TYPE_UNDEFINED, (uint32_t)text.size, SECOND + DIRECTORY);
        str_add(tiff, "\0\0\0\0", 4);
        str_add(tiff, text.data, text.size);
    }
    bool failed = text.failed || tiff->failed;
    str_free(&text);
    return failed ? err_set(e, IH_INVALID,
                        "a note of %zu bytes is too long for a picture of this format",
                        strlen(comment))
                  : IH_OK;
}
