/* SPDX-License-Identifier: Apache-2.0 */
#include "media/audio_resample.h"

#include "media/ffmpeg.h"

#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <string.h>

enum ih_status resampler_set(struct resampler *r, int from, int to, struct ih_error *e)
{
    resampler_free(r);
    *r = (struct resampler){.from = from, .to = to};
    if (from == to)
        return IH_OK;
    if (ffmpeg_load(e))
        return IH_UNSUPPORTED;
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    if (swr_alloc_set_opts2(
            &r->swr, &mono, AV_SAMPLE_FMT_FLT, to, &mono, AV_SAMPLE_FMT_FLT, from, 0, NULL) < 0 ||
        swr_init(r->swr) < 0) {
        resampler_free(r);
        return err_set(e, IH_NO_MEMORY, "cannot resample from %d to %d Hz", from, to);
    }
    return IH_OK;
}

void resampler_free(struct resampler *r)
{
    swr_free(&r->swr);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum ih_status resampler_run(struct resampler *r, const float *x, size_t n, size_t *used,
    float *out, size_t room, size_t *got, struct ih_error *e)
{
    if (!r->swr) {
        *used = *got = least(n, room);
        if (*got > 0)
            memcpy(out, x, sizeof *x * *got);
        return IH_OK;
    }
    /* No more input at a time than has room when it comes out, so that nothing piles up inside. */
    const size_t chunk = 4096;
    *used =
        least(least(n, chunk), 1 + (size_t)((uint64_t)room * (uint64_t)r->from / (uint64_t)r->to));
    const uint8_t *in = (const uint8_t *)x;
    uint8_t *to = (uint8_t *)out;
    int done = swr_convert(r->swr, &to, (int)least(room, chunk * 1024), x ? &in : NULL, (int)*used);
    if (done < 0)
        return err_set(e, IH_NO_MEMORY, "resampling from %d to %d Hz failed", r->from, r->to);
    *got = (size_t)done;
    return IH_OK;
}
