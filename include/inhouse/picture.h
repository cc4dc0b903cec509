/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_PICTURE_H
#define INHOUSE_PICTURE_H

#include "inhouse/error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Pictures in memory and as files: PNG, JPEG and WebP. */

/* Eight-bit sRGB, rows from the top, three bytes a pixel, without padding. */
struct ih_picture {
    int width, height;
    uint8_t *rgb; /* [height][width][3] */
};

void ih_picture_free(struct ih_picture *p);

/* Most pixels of a picture that is read; a header that claims more is refused before anything is
 * allocated for it. */
enum { IH_PICTURE_PIXELS = 64 * 1024 * 1024 };

/* Reads a PNG, JPEG or WebP by its content. Transparency is laid on white, grey becomes RGB,
 * EXIF orientation is applied, 16 bits become 8. On failure *out is empty. */
enum ih_status ih_picture_read(
    struct ih_picture *out, const void *data, size_t bytes, struct ih_error *e);

struct ih_picture_format {
    const char *name;   /* as in --format */
    const char *suffix; /* of a file: "jpg" */
    const char *mime;
};
const struct ih_picture_format *ih_picture_format(int i); /* null behind the last */
/* By name or suffix ("jpg" and "jpeg"). Null for what is none; `e`, when not null, says which there
 * are. */
const struct ih_picture_format *ih_picture_format_find(const char *name, struct ih_error *e);

struct ih_picture_write_options {
    const char *format; /* null: png */
    int quality;        /* of jpeg and webp, 1 to 100; 0: 92. PNG is always exact */
    /* Text that travels in the file (a PNG text chunk "parameters", else EXIF's user comment), as
     * ih_picture_note() gives it back; UTF-8, may be null. */
    const char *note;
};

/* The bytes of a file, to be freed with ih_picture_bytes_free(). The same picture and options give
 * the same bytes. */
enum ih_status ih_picture_write(uint8_t **data, size_t *bytes, const struct ih_picture *p,
    const struct ih_picture_write_options *options, struct ih_error *e);
void ih_picture_bytes_free(uint8_t **data);

/* The note in a file; *note is null when there is none. Freed with ih_picture_note_free(). */
enum ih_status ih_picture_note(char **note, const void *data, size_t bytes, struct ih_error *e);
void ih_picture_note_free(char **note);

/* `to` of the size asked for: area averages when smaller, Catmull-Rom when larger. */
enum ih_status ih_picture_resize(struct ih_picture *to, int width, int height,
    const struct ih_picture *from, struct ih_error *e);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
