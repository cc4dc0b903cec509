/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures on their way to a client: base64 in one JSON object, or in events. */
#include "server/draw.h"
#include "server/operations.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum ih_status no_room(struct ih_error *e)
{
    return explain(e, IH_NO_MEMORY, "the pictures are larger than an answer may be");
}

static int put(struct draw_work *w, const char *text)
{
    return answer_write(w->answer, text, strlen(text));
}

/* Three bytes give four digits, so pieces of a multiple of three join without a seam. */
static int put_base64(struct draw_work *w, const uint8_t *data, size_t bytes)
{
    enum { PIECE = 3 << 10 };
    char text[PIECE / 3 * 4];
    for (size_t at = 0; at < bytes; at += PIECE) {
        size_t n = bytes - at < PIECE ? bytes - at : PIECE;
        text_base64(text, data + at, n);
        if (answer_write(w->answer, text, (n + 2) / 3 * 4))
            return -1;
    }
    return 0;
}

/* An object with the picture in it: what stands in front of it, and what behind. */
static enum ih_status put_picture(struct draw_work *w, const struct ih_picture *picture,
    const char *before, const char *behind, struct ih_error *e)
{
    struct ih_picture_write_options o = {.format = w->format->name, .quality = w->request.quality};
    uint8_t *data;
    size_t bytes;
    enum ih_status status = ih_picture_write(&data, &bytes, picture, &o, e);
    if (status)
        return status;
    int failed = put(w, before) || put(w, "\"b64_json\":\"") || put_base64(w, data, bytes) ||
                 put(w, "\"") || put(w, behind);
    ih_picture_bytes_free(&data);
    return failed ? no_room(e) : IH_OK;
}

static enum ih_status put_event(
    struct draw_work *w, const struct ih_picture *picture, int partial, struct ih_error *e)
{
    char before[120], behind[320], index[48] = "";
    if (!answer_state(w->answer).stream)
        answer_stream(w->answer, "text/event-stream");
    if (partial >= 0)
        snprintf(index, sizeof index, ",\"partial_image_index\":%d", partial);
    snprintf(before, sizeof before, "data: {\"type\":\"%s.%s\",",
        w->edit ? "image_edit" : "image_generation", partial >= 0 ? "partial_image" : "completed");
    snprintf(behind, sizeof behind,
        "%s,\"created_at\":%lld,\"index\":%d,\"seed\":%llu,\"background\":\"opaque\","
        "\"output_format\":\"%s\",\"quality\":\"auto\",\"size\":\"%dx%d\"}\n\n",
        index, (long long)time(NULL), w->index, (unsigned long long)w->request.draw.seed,
        w->format->name, picture->width, picture->height);
    return put_picture(w, picture, before, behind, e);
}

enum ih_status draw_answer_begin(struct draw_work *w, struct ih_error *e)
{
    char text[64];
    if (w->stream)
        return IH_OK;
    snprintf(text, sizeof text, "{\"created\":%lld,\"data\":[", (long long)time(NULL));
    return put(w, text) ? no_room(e) : IH_OK;
}

enum ih_status draw_answer_picture(
    struct draw_work *w, const struct ih_picture *picture, struct ih_error *e)
{
    char seed[48];
    w->width = picture->width;
    w->height = picture->height;
    if (w->stream)
        return put_event(w, picture, -1, e);
    snprintf(seed, sizeof seed, ",\"seed\":%llu}", (unsigned long long)w->request.draw.seed);
    return put_picture(w, picture, w->index ? ",{" : "{", seed, e);
}

enum ih_status draw_answer_end(struct draw_work *w, struct ih_error *e)
{
    char text[160];
    if (!w->stream) {
        snprintf(text, sizeof text,
            "],\"background\":\"opaque\",\"output_format\":\"%s\",\"size\":\"%dx%d\"}\n",
            w->format->name, w->width, w->height);
        if (put(w, text))
            return no_room(e);
    }
    answer_finish(w->answer, 200, w->stream ? "text/event-stream" : "application/json");
    return IH_OK;
}

/* Spread evenly over the steps; the last step is the picture itself. A preview that cannot be
 * written is no reason to lose the picture. */
void draw_answer_partial(struct draw_work *w, int done, int total, const struct ih_picture *preview)
{
    int due = done < total ? done * (w->partials + 1) / total : 0;
    if (!preview || due <= w->told)
        return;
    w->told = due;
    put_event(w, preview, due - 1, NULL);
}
