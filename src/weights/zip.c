/* SPDX-License-Identifier: Apache-2.0 */
/* PKWARE's APPNOTE.TXT 6.3: the record at the end names the central directory, whose entries name
 * the local headers. Sizes and offsets beyond 32 bits stand in zip64 records. */
#include "weights/zip.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    END = 22,
    LOCATOR = 20,
    END64 = 56,
    CENTRAL = 46,
    LOCAL = 30,
    COMMENT_MAX = 65535,
    ENCRYPTED = 1
};

struct reading {
    const unsigned char *data;
    size_t size;
    const char *path;
    struct ih_error *error;
};

static uint64_t number(const unsigned char *p, int bytes)
{
    uint64_t n = 0;
    for (int i = bytes - 1; i >= 0; i--)
        n = n << 8 | p[i];
    return n;
}

static enum ih_status bad(const struct reading *r, const char *what)
{
    return err_set(r->error, IH_BAD_DATA, "%s: %s", r->path, what);
}

static bool inside(const struct reading *r, uint64_t offset, uint64_t bytes)
{
    return offset <= r->size && bytes <= r->size - offset;
}

/* The last record that could be the end; null when there is none. */
static const unsigned char *find_end(const struct reading *r)
{
    if (r->size < END)
        return NULL;
    size_t last = r->size - END, first = last > COMMENT_MAX ? last - COMMENT_MAX : 0;
    for (size_t i = last + 1; i-- > first;)
        if (memcmp(r->data + i, "PK\5\6", 4) == 0 && number(r->data + i + 20, 2) <= last - i)
            return r->data + i;
    return NULL;
}

struct directory {
    uint64_t entries, offset, size;
};

static enum ih_status read_end(const struct reading *r, struct directory *d)
{
    const unsigned char *end = find_end(r);
    if (!end)
        return bad(r, "not a zip archive: the record at its end is missing (is it complete?)");
    *d = (struct directory){number(end + 10, 2), number(end + 16, 4), number(end + 12, 4)};
    if (number(end + 4, 2) || number(end + 6, 2))
        return bad(r, "a zip archive in several parts");
    bool long_form = d->entries == 0xffff || d->offset == 0xffffffff || d->size == 0xffffffff;
    if (long_form) {
        size_t at = (size_t)(end - r->data);
        if (at < LOCATOR || memcmp(end - LOCATOR, "PK\6\7", 4) != 0)
            return bad(r, "the zip64 record at the archive's end is missing");
        uint64_t offset = number(end - LOCATOR + 8, 8);
        if (!inside(r, offset, END64) || memcmp(r->data + offset, "PK\6\6", 4) != 0)
            return bad(r, "the zip64 record at the archive's end is out of place");
        const unsigned char *p = r->data + offset;
        *d = (struct directory){number(p + 32, 8), number(p + 48, 8), number(p + 40, 8)};
    }
    if (!inside(r, d->offset, d->size) || d->entries > d->size / CENTRAL)
        return bad(r, "the archive's directory lies outside the file");
    return IH_OK;
}

/* Replaces what stands as all ones by the values of the zip64 field, in the order of the format. */
static bool read_zip64(
    const unsigned char *extra, size_t length, uint64_t *size, uint64_t *packed, uint64_t *offset)
{
    uint64_t *field[] = {size, packed, offset};
    while (length >= 4) {
        size_t id = number(extra, 2), n = number(extra + 2, 2);
        if (n > length - 4)
            return false;
        const unsigned char *p = extra + 4;
        size_t left = n;
        for (int i = 0; id == 1 && i < 3; i++)
            if (*field[i] == 0xffffffff) {
                if (left < 8)
                    return false;
                *field[i] = number(p, 8);
                p += 8;
                left -= 8;
            }
        extra += 4 + n;
        length -= 4 + n;
    }
    return true;
}

/* The entry at p, of which `left` bytes are in the directory; *used is its length there. */
static enum ih_status read_entry(const struct reading *r, const unsigned char *p, uint64_t left,
    struct zip_entry *out, size_t *used)
{
    if (left < CENTRAL || memcmp(p, "PK\1\2", 4) != 0)
        return bad(r, "the archive's directory is damaged");
    size_t name = number(p + 28, 2), extra = number(p + 30, 2);
    *used = CENTRAL + name + extra + number(p + 32, 2);
    if (*used > left)
        return bad(r, "the archive's directory is damaged");
    uint64_t size = number(p + 24, 4), packed = number(p + 20, 4), offset = number(p + 42, 4);
    if (!read_zip64(p + CENTRAL + name, extra, &size, &packed, &offset))
        return bad(r, "an entry's zip64 field is damaged");
    if (number(p + 8, 2) & ENCRYPTED)
        return bad(r, "an entry is encrypted");
    if (number(p + 10, 2) != 0 || size != packed)
        return bad(r, "an entry is compressed; PyTorch stores entries as they are");
    if (!inside(r, offset, LOCAL) || memcmp(r->data + offset, "PK\3\4", 4) != 0)
        return bad(r, "an entry's header lies outside the file");
    const unsigned char *local = r->data + offset;
    uint64_t begin = offset + LOCAL + number(local + 26, 2) + number(local + 28, 2);
    if (!inside(r, begin, size))
        return bad(r, "an entry's data lies outside the file (is it complete?)");
    *out = (struct zip_entry){(const char *)p + CENTRAL, name, r->data + begin, (size_t)size};
    return IH_OK;
}

static int compare(const void *a, const void *b)
{
    const struct zip_entry *x = a, *y = b;
    size_t n = x->name_length < y->name_length ? x->name_length : y->name_length;
    int order = memcmp(x->name, y->name, n);
    return order ? order : (x->name_length > y->name_length) - (x->name_length < y->name_length);
}

enum ih_status zip_read(struct zip *out, const unsigned char *archive, size_t size,
    const char *path, struct ih_error *e)
{
    struct reading r = {archive, size, path, e};
    struct directory d = {0};
    *out = (struct zip){0};
    enum ih_status status = read_end(&r, &d);
    if (status)
        return status;
    out->entry = calloc((size_t)d.entries + 1, sizeof *out->entry);
    if (!out->entry)
        return err_memory(e, path);
    const unsigned char *p = archive + d.offset;
    uint64_t left = d.size;
    for (; out->entries < d.entries && !status; out->entries++) {
        size_t used = 0;
        status = read_entry(&r, p, left, &out->entry[out->entries], &used);
        p += used;
        left -= used;
    }
    if (!status)
        qsort(out->entry, out->entries, sizeof *out->entry, compare);
    for (size_t i = 1; i < out->entries && !status; i++)
        if (compare(&out->entry[i - 1], &out->entry[i]) == 0)
            status = bad(&r, "two entries of the archive have one name");
    if (status)
        zip_free(out);
    return status;
}

void zip_free(struct zip *z)
{
    free(z->entry);
    *z = (struct zip){0};
}

const struct zip_entry *zip_find(const struct zip *z, const char *name, size_t length)
{
    struct zip_entry key = {.name = name, .name_length = length};
    if (!z->entries)
        return NULL;
    return bsearch(&key, z->entry, z->entries, sizeof *z->entry, compare);
}
