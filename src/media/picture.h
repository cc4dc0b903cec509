/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_PICTURE_H
#define MEDIA_PICTURE_H

#include "base/err.h"
#include "base/str.h"
#include "inhouse/picture.h"

/* What the formats of inhouse/picture.h are made of. A coding is handed only bytes that begin with
 * its signature. */
struct picture_coding {
    struct ih_picture_format open;
    int side_most; /* the format's own limit when it is written */
    bool (*probe)(const uint8_t *data, size_t bytes);
    /* Pixels as they are stored; *out is empty on failure. */
    enum ih_status (*read)(
        struct ih_picture *out, const uint8_t *data, size_t bytes, struct ih_error *e);
    /* The TIFF structure of EXIF, borrowed; null when there is none or when it is damaged. */
    const uint8_t *(*exif)(const uint8_t *data, size_t bytes, size_t *exif_bytes);
    /* A note that is kept elsewhere than in EXIF; null when the format has no such place. */
    enum ih_status (*note)(struct str *note, const uint8_t *data, size_t bytes, struct ih_error *e);
    enum ih_status (*write)(struct str *file, const struct ih_picture *p, int quality,
        const char *note, struct ih_error *e);
};
extern const struct picture_coding picture_png, picture_jpeg, picture_webp;

enum {
    PICTURE_NOTE_LIMIT = 1 << 20, /* bytes of a note that is read */
    PICTURE_EXIF_LIMIT = 65000,   /* bytes of EXIF that is written: JPEG's segments end at 65533 */
};

/* Memory for a picture of this size, or the sentence why not. The first thing that a reader does
 * with the size in a header. */
enum ih_status picture_alloc(
    struct ih_picture *out, int64_t width, int64_t height, struct ih_error *e);

/* Refuses a header that promises more pixels than so many bytes can hold at their densest, so that
 * a small file cannot ask for much memory. */
enum ih_status picture_believe(
    int64_t width, int64_t height, size_t bytes, int64_t pixels_a_byte, struct ih_error *e);

/* Lays four bytes a pixel on white, in sRGB values, as browsers do. */
void picture_flatten(uint8_t *rgb, const uint8_t *rgba, size_t pixels);

/* Turns a picture as EXIF's orientation 1 to 8 says; others are taken for 1. */
enum ih_status picture_orient(struct ih_picture *p, int orientation, struct ih_error *e);

/* EXIF (JEITA CP-3451): a TIFF structure in either byte order. Whatever is damaged counts as
 * absent. */
int exif_orientation(const uint8_t *tiff, size_t bytes);
/* Adds the user comment as UTF-8; nothing when there is none. */
enum ih_status exif_comment(struct str *note, const uint8_t *tiff, size_t bytes);
/* A structure that holds nothing but the comment. */
enum ih_status exif_write(struct str *tiff, const char *comment, struct ih_error *e);

#endif
