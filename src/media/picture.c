/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as files: which format it is, and what all formats have in common. */
#include "media/picture.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUALITY = 92, FILE_LIMIT = 1 << 30 };

static const struct picture_coding *const codings[] = {&picture_png, &picture_jpeg, &picture_webp};
enum { CODINGS = sizeof codings / sizeof *codings };

void ih_picture_free(struct ih_picture *p)
{
    free(p->rgb);
    *p = (struct ih_picture){0};
}

enum ih_status picture_alloc(
    struct ih_picture *out, int64_t width, int64_t height, struct ih_error *e)
{
    *out = (struct ih_picture){0};
    if (width < 1 || height < 1)
        return err_set(e, IH_BAD_DATA, "a picture without pixels");
    if (width > IH_PICTURE_PIXELS || height > IH_PICTURE_PIXELS / width)
        return err_set(e, IH_BAD_DATA, "a picture of %lldx%lld pixels; at most %d million are read",
            (long long)width, (long long)height, IH_PICTURE_PIXELS / (1024 * 1024));
    out->rgb = malloc((size_t)(width * height) * 3);
    if (!out->rgb)
        return err_memory(e, "a picture");
    out->width = (int)width;
    out->height = (int)height;
    return IH_OK;
}

enum ih_status picture_believe(
    int64_t width, int64_t height, size_t bytes, int64_t pixels_a_byte, struct ih_error *e)
{
    if (width * height / pixels_a_byte <= (int64_t)bytes)
        return IH_OK;
    return err_set(e, IH_BAD_DATA, "%zu bytes cannot hold the %lldx%lld pixels that they promise",
        bytes, (long long)width, (long long)height);
}

void picture_flatten(uint8_t *rgb, const uint8_t *rgba, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++)
        for (int c = 0; c < 3; c++) {
            unsigned alpha = rgba[4 * i + 3];
            rgb[3 * i + (size_t)c] =
                (uint8_t)((rgba[4 * i + (size_t)c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
}

static const struct picture_coding *coding_of(const uint8_t *data, size_t bytes)
{
    for (int i = 0; i < CODINGS; i++)
        if (codings[i]->probe(data, bytes))
            return codings[i];
    return NULL;
}

/* What else people send. */
static const char *other_kind(const uint8_t *data, size_t bytes)
{
    static const struct {
        size_t at;
        const char *magic, *name;
    } kinds[] = {{0, "GIF8", "a GIF picture"}, {0, "BM", "a BMP picture"},
        {0, "II*", "a TIFF picture"}, {0, "MM", "a TIFF picture"}, {0, "%PDF", "a PDF document"},
        {0, "<svg", "an SVG drawing"}, {0, "<?xml", "an XML document"}, {0, "<", "a web page"},
        {4, "ftypavif", "an AVIF picture"}, {4, "ftyphei", "a HEIC picture"},
        {4, "ftypmif1", "a HEIC picture"}, {0, "\xff\x0a", "a JPEG XL picture"},
        {0, "\0\0\0\x0cJXL", "a JPEG XL picture"}, {0, "RIFF", "a sound or a film"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = kinds[i].magic[0] ? strlen(kinds[i].magic) : 7;
        if (bytes >= kinds[i].at + n && memcmp(data + kinds[i].at, kinds[i].magic, n) == 0)
            return kinds[i].name;
    }
    return NULL;
}

static enum ih_status find_coding(
    const struct picture_coding **out, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    *out = NULL;
    if (!data || !bytes)
        return err_set(e, IH_BAD_DATA, "an empty file is no picture");
    if (bytes > FILE_LIMIT)
        return err_set(e, IH_BAD_DATA, "a picture file of more than 1 GB");
    *out = coding_of(data, bytes);
    if (*out)
        return IH_OK;
    const char *kind = other_kind(data, bytes);
    if (kind)
        return err_set(e, IH_UNSUPPORTED, "this is %s; PNG, JPEG and WebP can be read", kind);
    return err_set(e, IH_BAD_DATA, "this is no picture that can be read: not PNG, JPEG or WebP");
}

enum ih_status ih_picture_read(
    struct ih_picture *out, const void *data, size_t bytes, struct ih_error *e)
{
    const struct picture_coding *coding;
    size_t exif_bytes = 0;
    *out = (struct ih_picture){0};
    enum ih_status status = find_coding(&coding, data, bytes, e);
    if (!status)
        status = coding->read(out, data, bytes, e);
    if (status)
        return status;
    const uint8_t *exif = coding->exif(data, bytes, &exif_bytes);
    if (exif)
        status = picture_orient(out, exif_orientation(exif, exif_bytes), e);
    if (status)
        ih_picture_free(out);
    return status;
}

const struct ih_picture_format *ih_picture_format(int i)
{
    return i >= 0 && i < CODINGS ? &codings[i]->open : NULL;
}

static const struct picture_coding *coding_named(const char *name, struct ih_error *e)
{
    for (int i = 0; i < CODINGS; i++)
        if (strcasecmp(codings[i]->open.name, name) == 0 ||
            strcasecmp(codings[i]->open.suffix, name) == 0)
            return codings[i];
    err_set(
        e, IH_INVALID, "'%.40s' is not a format of pictures: choose one of png, jpeg, webp", name);
    return NULL;
}

const struct ih_picture_format *ih_picture_format_find(const char *name, struct ih_error *e)
{
    const struct picture_coding *coding = coding_named(name, e);
    return coding ? &coding->open : NULL;
}

enum ih_status ih_picture_write(uint8_t **data, size_t *bytes, const struct ih_picture *p,
    const struct ih_picture_write_options *options, struct ih_error *e)
{
    static const struct ih_picture_write_options defaults = {0};
    const struct ih_picture_write_options *o = options ? options : &defaults;
    *data = NULL;
    *bytes = 0;
    if (!p || !p->rgb || p->width < 1 || p->height < 1)
        return err_set(e, IH_INVALID, "there is no picture to write");
    if (o->quality < 0 || o->quality > 100)
        return err_set(e, IH_INVALID, "quality must be 1 to 100, not %d", o->quality);
    if (o->note && !utf8_valid(o->note, strlen(o->note)))
        return err_set(e, IH_INVALID, "the note of a picture must be UTF-8");
    const struct picture_coding *coding = coding_named(o->format ? o->format : "png", e);
    if (!coding)
        return IH_INVALID;
    if (p->width > coding->side_most || p->height > coding->side_most)
        return err_set(e, IH_INVALID, "%s holds at most %d pixels a side; this picture is %dx%d",
            coding->open.name, coding->side_most, p->width, p->height);
    struct str file;
    str_init(&file, FILE_LIMIT);
    enum ih_status status =
        coding->write(&file, p, o->quality ? o->quality : QUALITY, o->note ? o->note : "", e);
    if (!status && file.failed)
        status = err_memory(e, "a picture file");
    if (!status) {
        *bytes = file.size;
        *data = (uint8_t *)str_take(&file);
    }
    str_free(&file);
    return status;
}

void ih_picture_bytes_free(uint8_t **data)
{
    free(*data);
    *data = NULL;
}

enum ih_status ih_picture_note(char **note, const void *data, size_t bytes, struct ih_error *e)
{
    const struct picture_coding *coding;
    struct str text;
    size_t exif_bytes = 0;
    *note = NULL;
    enum ih_status status = find_coding(&coding, data, bytes, e);
    if (status)
        return status;
    str_init(&text, PICTURE_NOTE_LIMIT);
    if (coding->note)
        status = coding->note(&text, data, bytes, e);
    const uint8_t *exif = text.size ? NULL : coding->exif(data, bytes, &exif_bytes);
    if (!status && exif)
        status = exif_comment(&text, exif, exif_bytes);
    if (!status && text.failed)
        status = err_memory(e, "a picture's note");
    if (!status && text.size) {
        *note = str_take(&text);
        status = *note ? IH_OK : err_memory(e, "a picture's note");
    }
    str_free(&text);
    return status;
}

void ih_picture_note_free(char **note)
{
    free(*note);
    *note = NULL;
}
