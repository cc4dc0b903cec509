/* SPDX-License-Identifier: Apache-2.0 */
/* PNG by libpng's simplified interface, which holds its long jumps to itself. Its chunks (W3C PNG,
 * third edition) are walked here where pixels are not asked for. */
#include "media/picture.h"

#include "base/utf8.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    SIGNATURE = 8,
    CHUNK = 12,
    HEADER_END = SIGNATURE + CHUNK + 13,
    PIXELS_A_BYTE = 1032 * 8, /* the most that deflate does, in pixels of a bit */
};

static bool probe(const uint8_t *data, size_t bytes)
{
    return bytes >= SIGNATURE && memcmp(data, "\x89PNG\r\n\x1a\n", SIGNATURE) == 0;
}

static uint32_t read32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The content of the next chunk of this type from *at on, which is moved behind it. */
static const uint8_t *find_chunk(
    const uint8_t *data, size_t bytes, size_t *at, const char *type, size_t *length)
{
    while (*at < bytes && bytes - *at >= CHUNK) {
        const uint8_t *chunk = data + *at;
        *length = read32(chunk);
        if (*length > bytes - *at - CHUNK)
            return NULL;
        *at += CHUNK + *length;
        if (memcmp(chunk + 4, type, 4) == 0)
            return chunk + 8;
    }
    return NULL;
}

static enum ih_status png_failure(const png_image *image, struct ih_error *e)
{
    return err_set(e, IH_BAD_DATA, "the PNG cannot be read: %.60s", image->message);
}

/* Copies what pixels depend on. libpng takes memory for the length that a chunk claims and for what
 * it unpacks to; of texts and profiles it is shown none. */
static enum ih_status keep_needed(
    struct str *kept, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    static const char needed[][5] = {"tRNS", "gAMA", "cHRM", "sRGB"};
    str_add(kept, data, SIGNATURE);
    for (size_t at = SIGNATURE; bytes - at >= CHUNK;) {
        size_t length = read32(data + at);
        if (length > bytes - at - CHUNK)
            return err_set(e, IH_BAD_DATA, "the PNG is cut off");
        bool keep = data[at + 4] >= 'A' && data[at + 4] <= 'Z'; /* critical */
        for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
            keep = keep || memcmp(data + at + 4, needed[i], 4) == 0;
        if (keep)
            str_add(kept, data + at, CHUNK + length);
        at += CHUNK + length;
    }
    return kept->failed ? err_memory(e, "a picture") : IH_OK;
}

static enum ih_status read_needed(
    struct ih_picture *out, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *rgba = NULL;
    if (!png_image_begin_read_from_memory(&image, data, bytes))
        return png_failure(&image, e);
    enum ih_status status = picture_believe(image.width, image.height, bytes, PIXELS_A_BYTE, e);
    if (!status)
        status = picture_alloc(out, image.width, image.height, e);
    size_t pixels = (size_t)image.width * image.height;
    if (!status && !(rgba = malloc(pixels * 4)))
        status = err_memory(e, "a picture");
    if (!status) {
        image.format = PNG_FORMAT_RGBA;
        image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* as everybody takes 16 bits without a gamma */
        if (!png_image_finish_read(&image, NULL, rgba, 0, NULL))
            status = png_failure(&image, e);
    }
    if (!status)
        picture_flatten(out->rgb, rgba, pixels);
    else
        ih_picture_free(out);
    png_image_free(&image);
    free(rgba);
    return status;
}

static enum ih_status read_png(
    struct ih_picture *out, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    struct str kept;
    str_init(&kept, bytes);
    enum ih_status status = keep_needed(&kept, data, bytes, e);
    if (!status)
        status = read_needed(out, (const uint8_t *)kept.data, kept.size, e);
    str_free(&kept);
    return status;
}

static const uint8_t *find_exif(const uint8_t *data, size_t bytes, size_t *exif_bytes)
{
    size_t at = SIGNATURE;
    return find_chunk(data, bytes, &at, "eXIf", exif_bytes);
}

static const char keyword[] = "parameters";

/* tEXt is Latin-1. */
static void add_latin1(struct str *note, const uint8_t *text, size_t n)
{
    char c[4];
    for (size_t i = 0; i < n; i++)
        if (text[i])
            str_add(note, c, (size_t)utf8_encode(c, text[i]));
}

/* Behind the keyword of iTXt: whether it is compressed, how, a language, the keyword translated.
 * Compressed text, which no program is known to write here, is passed over. */
static void add_international(struct str *note, const uint8_t *text, size_t n)
{
    if (n < 4 || text[0] != 0)
        return;
    const uint8_t *end = text + n;
    for (int i = 0; i < 2; i++) {
        const uint8_t *from = i ? text : text + 2, *nul = memchr(from, 0, (size_t)(end - from));
        if (!nul)
            return;
        text = nul + 1;
    }
    if (!memchr(text, 0, (size_t)(end - text)) &&
        utf8_valid((const char *)text, (size_t)(end - text)))
        str_add(note, text, (size_t)(end - text));
}

static enum ih_status read_note(
    struct str *note, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    (void)e;
    static const char *const types[] = {"iTXt", "tEXt"};
    for (int i = 0; i < 2; i++) {
        size_t at = SIGNATURE, n;
        const uint8_t *chunk;
        while (
            !note->size && !note->failed && (chunk = find_chunk(data, bytes, &at, types[i], &n))) {
            if (n < sizeof keyword || memcmp(chunk, keyword, sizeof keyword) != 0)
                continue;
            if (i == 0)
                add_international(note, chunk + sizeof keyword, n - sizeof keyword);
            else
                add_latin1(note, chunk + sizeof keyword, n - sizeof keyword);
        }
    }
    return IH_OK;
}

static void write32(struct str *s, uint32_t v)
{
    const uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    str_add(s, b, 4);
}

/* An iTXt chunk. Its language and translated keyword are empty. */
static void write_note(struct str *file, const char *note)
{
    struct str chunk;
    str_init(&chunk, file->limit);
    str_add(&chunk, "iTXt", 4);
    str_add(&chunk, keyword, sizeof keyword);
    str_add(&chunk, "\0\0\0\0", 4);
    str_add_text(&chunk, note);
    if (chunk.failed) {
        file->failed = true;
        return;
    }
    write32(file, (uint32_t)(chunk.size - 4));
    str_add(file, chunk.data, chunk.size);
    write32(file, (uint32_t)crc32(0, (const Bytef *)chunk.data, (uInt)chunk.size));
    str_free(&chunk);
}

static enum ih_status write_png(
    struct str *file, const struct ih_picture *p, int quality, const char *note, struct ih_error *e)
{
    (void)quality;
    png_image image = {.version = PNG_IMAGE_VERSION,
        .width = (png_uint_32)p->width,
        .height = (png_uint_32)p->height,
        .format = PNG_FORMAT_RGB};
    if (strlen(note) > PICTURE_NOTE_LIMIT)
        return err_set(
            e, IH_INVALID, "a note of %zu bytes is too long for a picture", strlen(note));
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    uint8_t *encoded = malloc(size);
    if (!encoded)
        return err_memory(e, "a picture file");
    if (!png_image_write_to_memory(&image, encoded, &size, 0, p->rgb, 0, NULL)) {
        free(encoded);
        return err_set(e, IH_INTERNAL, "the PNG cannot be written: %.60s", image.message);
    }
    str_add(file, encoded, HEADER_END);
    if (*note)
        write_note(file, note);
    str_add(file, encoded + HEADER_END, size - HEADER_END);
    free(encoded);
    return file->failed ? err_memory(e, "a picture file") : IH_OK;
}

const struct picture_coding picture_png = {
    .open = {"png", "png", "image/png"},
    .side_most = 1000000,
    .probe = probe,
    .read = read_png,
    .exif = find_exif,
    .note = read_note,
    .write = write_png,
};
