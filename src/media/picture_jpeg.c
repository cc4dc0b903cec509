/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG by libjpeg-turbo. The library leaves by a long jump when something is wrong: all that must
 * be given back lies in a structure outside the function that is jumped out of. */
#include "media/picture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum {
    SCANS_MOST = 100, /* of a progressive file; each is a walk over all its coefficients */
    /* Huffman codes spend a bit on a block of 64 pixels, one of several sizes of a component;
     * arithmetic coding far less. */
    PIXELS_A_BYTE = 1024,
    PIXELS_A_BYTE_ARITHMETIC = 65536,
    FINE = 90, /* from this quality on, colour is kept at full resolution */
};

struct failure {
    struct jpeg_error_mgr manager; /* first: the library knows only this part */
    jmp_buf back;
    char text[JMSG_LENGTH_MAX];
    bool cut; /* the data ended too early, which the library takes for a warning */
};

static void on_error(j_common_ptr c)
{
    struct failure *f = (struct failure *)(void *)c->err;
    f->manager.format_message(c, f->text);
    longjmp(f->back, 1);
}

static void on_message(j_common_ptr c, int level)
{
    struct failure *f = (struct failure *)(void *)c->err;
    if (level < 0 &&
        (f->manager.msg_code == JWRN_JPEG_EOF || f->manager.msg_code == JWRN_HIT_MARKER))
        f->cut = true;
}

static struct jpeg_error_mgr *failure_init(struct failure *f)
{
    jpeg_std_error(&f->manager);
    f->manager.error_exit = on_error;
    f->manager.emit_message = on_message;
    return &f->manager;
}

static bool probe(const uint8_t *data, size_t bytes)
{
    return bytes >= 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff;
}

struct reading {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    struct failure failure;
    uint8_t *line; /* of CMYK */
};

static void on_progress(j_common_ptr c)
{
    const struct jpeg_decompress_struct *jpeg = (struct jpeg_decompress_struct *)(void *)c;
    struct failure *f = (struct failure *)(void *)c->err;
    if (jpeg->input_scan_number <= SCANS_MOST)
        return;
    snprintf(f->text, sizeof f->text, "it has more than %d scans", (int)SCANS_MOST);
    longjmp(f->back, 1);
}

/* Inks to light. Adobe's files hold them upside down. */
static void line_from_cmyk(uint8_t *rgb, const uint8_t *cmyk, int width, bool inverted)
{
    for (int i = 0; i < width; i++) {
        unsigned k = inverted ? cmyk[4 * i + 3] : 255u - cmyk[4 * i + 3];
        for (int c = 0; c < 3; c++) {
            unsigned ink = inverted ? cmyk[4 * i + c] : 255u - cmyk[4 * i + c];
            rgb[3 * i + c] = (uint8_t)((ink * k + 127) / 255);
        }
    }
}

static enum ih_status read_lines(struct reading *r, struct ih_picture *out, struct ih_error *e)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    bool inks = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(jpeg);
    r->line = inks ? malloc((size_t)out->width * 4) : NULL;
    if (inks && !r->line)
        return err_memory(e, "a picture");
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *row = out->rgb + (size_t)jpeg->output_scanline * (size_t)out->width * 3;
        JSAMPROW to = inks ? r->line : row;
        jpeg_read_scanlines(jpeg, &to, 1);
        if (inks)
            line_from_cmyk(row, r->line, out->width, jpeg->saw_Adobe_marker);
    }
    jpeg_finish_decompress(jpeg);
    return IH_OK;
}

static enum ih_status decode(struct reading *r, struct ih_picture *out, const uint8_t *data,
    size_t bytes, struct ih_error *e)
{
    if (setjmp(r->failure.back))
        return err_set(e, IH_BAD_DATA, "the JPEG cannot be read: %.120s", r->failure.text);
    jpeg_create_decompress(&r->jpeg);
    r->jpeg.progress = &r->progress;
    r->progress.progress_monitor = on_progress;
    jpeg_mem_src(&r->jpeg, data, (unsigned long)bytes);
    jpeg_read_header(&r->jpeg, TRUE);
    enum ih_status status = picture_believe(r->jpeg.image_width, r->jpeg.image_height, bytes,
        r->jpeg.arith_code ? PIXELS_A_BYTE_ARITHMETIC : PIXELS_A_BYTE, e);
    if (!status)
        status = picture_alloc(out, r->jpeg.image_width, r->jpeg.image_height, e);
    if (!status)
        status = read_lines(r, out, e);
    if (!status && r->failure.cut)
        status = err_set(e, IH_BAD_DATA, "the JPEG is cut off: its data ends before the picture");
    return status;
}

static enum ih_status read_jpeg(
    struct ih_picture *out, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    struct reading *r = calloc(1, sizeof *r);
    if (!r)
        return err_memory(e, "a picture");
    r->jpeg.err = failure_init(&r->failure);
    enum ih_status status = decode(r, out, data, bytes, e);
    if (status)
        ih_picture_free(out);
    jpeg_destroy_decompress(&r->jpeg);
    free(r->line);
    free(r);
    return status;
}

/* Segments up to the first scan: FF, a code, a length that counts itself. */
static const uint8_t *find_exif(const uint8_t *data, size_t bytes, size_t *exif_bytes)
{
    enum { APP1 = 0xe1, START_OF_SCAN = 0xda, END = 0xd9 };
    for (size_t at = 2; bytes - at >= 4;) {
        if (data[at] != 0xff)
            return NULL;
        unsigned code = data[at + 1];
        if (code == 0xff) { /* a byte of padding */
            at++;
            continue;
        }
        if (code == START_OF_SCAN || code == END)
            return NULL;
        size_t length = (size_t)data[at + 2] << 8 | data[at + 3];
        if (length < 2 || length > bytes - at - 2)
            return NULL;
        if (code == APP1 && length >= 8 && memcmp(data + at + 4, "Exif\0", 6) == 0) {
            *exif_bytes = length - 8;
            return data + at + 10;
        }
        at += 2 + length;
    }
    return NULL;
}

struct writing {
    struct jpeg_compress_struct jpeg;
    struct failure failure;
    unsigned char *data;
    unsigned long bytes;
};

static enum ih_status encode(struct writing *w, const struct ih_picture *p, int quality,
    const struct str *exif, struct ih_error *e)
{
    struct jpeg_compress_struct *jpeg = &w->jpeg;
    if (setjmp(w->failure.back))
        return err_set(e,
            w->failure.manager.msg_code == JERR_OUT_OF_MEMORY ? IH_NO_MEMORY : IH_INTERNAL,
            "the JPEG cannot be written: %.120s", w->failure.text);
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, &w->data, &w->bytes);
    jpeg->image_width = (JDIMENSION)p->width;
    jpeg->image_height = (JDIMENSION)p->height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->optimize_coding = TRUE;
    jpeg->dct_method = JDCT_ISLOW;
    if (quality >= FINE)
        jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    if (exif->size)
        jpeg_write_marker(jpeg, JPEG_APP0 + 1, (const JOCTET *)exif->data, (unsigned)exif->size);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = p->rgb + (size_t)jpeg->next_scanline * (size_t)p->width * 3;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return IH_OK;
}

static enum ih_status write_jpeg(
    struct str *file, const struct ih_picture *p, int quality, const char *note, struct ih_error *e)
{
    struct str exif;
    enum ih_status status = IH_OK;
    struct writing *w = calloc(1, sizeof *w);
    if (!w)
        return err_memory(e, "a picture file");
    w->jpeg.err = failure_init(&w->failure);
    str_init(&exif, PICTURE_EXIF_LIMIT);
    if (*note) {
        str_add(&exif, "Exif\0", 6);
        status = exif_write(&exif, note, e);
    }
    if (!status)
        status = encode(w, p, quality, &exif, e);
    if (!status)
        str_add(file, w->data, w->bytes);
    jpeg_destroy_compress(&w->jpeg);
    free(w->data);
    free(w);
    str_free(&exif);
    return status;
}

const struct picture_coding picture_jpeg = {
    .open = {"jpeg", "jpg", "image/jpeg"},
    .side_most = JPEG_MAX_DIMENSION,
    .probe = probe,
    .read = read_jpeg,
    .exif = find_exif,
    .write = write_jpeg,
};
