/* SPDX-License-Identifier: Apache-2.0 */
/* WebP by libwebp; of a film, the first picture. */
#include "media/picture.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

static bool probe(const uint8_t *data, size_t bytes)
{
    return bytes >= 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0;
}

static enum ih_status damaged(struct ih_error *e)
{
    return err_set(e, IH_BAD_DATA, "the WebP is damaged or cut off");
}

static enum ih_status decode_clear(uint8_t *to, int stride, const uint8_t *data, size_t bytes,
    int width, int height, struct ih_error *e)
{
    size_t size = (size_t)width * (size_t)height * 4;
    uint8_t *rgba = malloc(size);
    if (!rgba)
        return err_memory(e, "a picture");
    enum ih_status status =
        WebPDecodeRGBAInto(data, bytes, rgba, size, width * 4) ? IH_OK : damaged(e);
    for (int i = 0; !status && i < height; i++)
        picture_flatten(
            to + (size_t)i * (size_t)stride, rgba + (size_t)i * (size_t)width * 4, (size_t)width);
    free(rgba);
    return status;
}

/* One picture, which is no film, at (x, y) of a canvas. */
static enum ih_status decode_onto(
    struct ih_picture *canvas, const uint8_t *data, size_t bytes, int x, int y, struct ih_error *e)
{
    WebPBitstreamFeatures f;
    if (WebPGetFeatures(data, bytes, &f) != VP8_STATUS_OK)
        return damaged(e);
    if (x < 0 || y < 0 || f.width > canvas->width - x || f.height > canvas->height - y)
        return err_set(e, IH_BAD_DATA, "the WebP is damaged: a picture larger than its canvas");
    int stride = canvas->width * 3;
    size_t at = (size_t)y * (size_t)stride + (size_t)x * 3;
    size_t room = (size_t)stride * (size_t)canvas->height - at;
    if (f.has_alpha)
        return decode_clear(canvas->rgb + at, stride, data, bytes, f.width, f.height, e);
    return WebPDecodeRGBInto(data, bytes, canvas->rgb + at, room, stride) ? IH_OK : damaged(e);
}

static enum ih_status decode_first(
    struct ih_picture *canvas, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    WebPMuxFrameInfo frame = {0};
    const WebPData file = {data, bytes};
    WebPMux *mux = WebPMuxCreate(&file, 0);
    if (!mux)
        return damaged(e);
    enum ih_status status = WebPMuxGetFrame(mux, 1, &frame) == WEBP_MUX_OK ? IH_OK : damaged(e);
    if (!status)
        status = decode_onto(
            canvas, frame.bitstream.bytes, frame.bitstream.size, frame.x_offset, frame.y_offset, e);
    WebPDataClear(&frame.bitstream);
    WebPMuxDelete(mux);
    return status;
}

static enum ih_status read_webp(
    struct ih_picture *out, const uint8_t *data, size_t bytes, struct ih_error *e)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(data, bytes, &features) != VP8_STATUS_OK)
        return damaged(e);
    enum ih_status status = picture_alloc(out, features.width, features.height, e);
    if (status)
        return status;
    if (features.has_animation) /* whose first picture may be smaller */
        memset(out->rgb, 255, (size_t)out->width * (size_t)out->height * 3);
    status = features.has_animation ? decode_first(out, data, bytes, e)
                                    : decode_onto(out, data, bytes, 0, 0, e);
    if (status)
        ih_picture_free(out);
    return status;
}

static uint32_t read32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Chunks of RIFF: a name, a length, content padded to an even length. */
static const uint8_t *find_exif(const uint8_t *data, size_t bytes, size_t *exif_bytes)
{
    for (size_t at = 12; at < bytes && bytes - at >= 8;) {
        size_t length = read32(data + at + 4);
        if (length > bytes - at - 8)
            return NULL;
        if (memcmp(data + at, "EXIF", 4) == 0) {
            const uint8_t *exif = data + at + 8;
            /* Some programs put JPEG's prefix in front. */
            bool prefixed = length >= 6 && memcmp(exif, "Exif\0", 6) == 0;
            *exif_bytes = length - (prefixed ? 6 : 0);
            return exif + (prefixed ? 6 : 0);
        }
        at += 8 + length + (length & 1);
    }
    return NULL;
}

static enum ih_status add_note(
    WebPData *file, const uint8_t *data, size_t bytes, const struct str *exif, struct ih_error *e)
{
    const WebPData picture = {data, bytes}, chunk = {(const uint8_t *)exif->data, exif->size};
    WebPMux *mux = WebPMuxCreate(&picture, 0);
    bool done = mux && WebPMuxSetChunk(mux, "EXIF", &chunk, 0) == WEBP_MUX_OK &&
                WebPMuxAssemble(mux, file) == WEBP_MUX_OK;
    WebPMuxDelete(mux);
    return done ? IH_OK : err_memory(e, "a picture file");
}

static enum ih_status encode(WebPPicture *picture, WebPMemoryWriter *writer,
    const struct ih_picture *p, int quality, struct ih_error *e)
{
    WebPConfig config;
    if (!WebPConfigInit(&config) || !WebPPictureInit(picture))
        return err_set(e, IH_INTERNAL, "the WebP library has another version than its header");
    config.quality = (float)quality;
    config.use_sharp_yuv = 1; /* drawn edges keep their colour */
    picture->width = p->width;
    picture->height = p->height;
    picture->writer = WebPMemoryWrite;
    picture->custom_ptr = writer;
    if (WebPPictureImportRGB(picture, p->rgb, p->width * 3) && WebPEncode(&config, picture))
        return IH_OK;
    if (picture->error_code == VP8_ENC_ERROR_OUT_OF_MEMORY)
        return err_memory(e, "a picture file");
    return err_set(e, IH_INTERNAL, "the WebP cannot be written: error %d", picture->error_code);
}

static enum ih_status write_webp(
    struct str *file, const struct ih_picture *p, int quality, const char *note, struct ih_error *e)
{
    WebPPicture picture = {0};
    WebPMemoryWriter writer;
    WebPData whole = {0};
    struct str exif;
    str_init(&exif, PICTURE_EXIF_LIMIT);
    WebPMemoryWriterInit(&writer);
    enum ih_status status = *note ? exif_write(&exif, note, e) : IH_OK;
    if (!status)
        status = encode(&picture, &writer, p, quality, e);
    if (!status && exif.size)
        status = add_note(&whole, writer.mem, writer.size, &exif, e);
    if (!status && whole.bytes)
        str_add(file, whole.bytes, whole.size);
    else if (!status)
        str_add(file, writer.mem, writer.size);
    WebPDataClear(&whole);
    WebPMemoryWriterClear(&writer);
    WebPPictureFree(&picture);
    str_free(&exif);
    return status;
}

const struct picture_coding picture_webp = {
    .open = {"webp", "webp", "image/webp"},
    .side_most = WEBP_MAX_DIMENSION,
    .probe = probe,
    .read = read_webp,
    .exif = find_exif,
    .write = write_webp,
};
