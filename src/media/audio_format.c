/* SPDX-License-Identifier: Apache-2.0 */
#include "media/audio_format.h"

#include "base/err.h"
#include "media/ffmpeg.h"

#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Opus is transparent for speech from about 24 kbit/s on; the other rates are set to be beyond
 * doubt at 24 kHz. */
static const struct audio_coding codings[] = {
    {{"wav", "wav", "audio/wav", 0}, "wav", "pcm_s16le", NULL, "rf64=auto", 0},
    {{"flac", "flac", "audio/flac", 0}, "flac", "flac", NULL, NULL, 0},
    {{"mp3", "mp3", "audio/mpeg", 64000}, "mp3", "libmp3lame", "id3v2_version=3,write_xing=0",
        "id3v2_version=3", 0},
    /* Pages of a fifth of a second, so that a listener on a pipe does not wait. At 5 of 10 the
     * encoder takes a quarter of the time, which at 10 is more than saying the text takes. */
    {{"opus", "opus", "audio/ogg; codecs=opus", 32000}, "opus", "libopus", "page_duration=200000",
        NULL, 5},
    {{"aac", "aac", "audio/aac", 64000}, "adts", "aac", "write_id3v2=1", "write_id3v2=1", 0},
    /* Fragments of a second, each with its own index. */
    {{"m4a", "m4a", "audio/mp4", 64000}, "ipod", "aac",
        "movflags=empty_moov+default_base_moof,frag_duration=1000000", NULL, 0},
    {{"pcm", "pcm", "audio/L16", 0}, NULL, NULL, NULL, NULL, 0},
};
enum { CODINGS = sizeof codings / sizeof *codings };

const struct ih_audio_format *ih_audio_format(int i)
{
    return i >= 0 && i < CODINGS ? &codings[i].open : NULL;
}

/* Names of all formats, or of those whose encoder FFmpeg has. */
static void names(char *buf, size_t size, bool encoders)
{
    size_t n = 0;
    *buf = 0;
    for (int i = 0; i < CODINGS && n < size; i++)
        if (!encoders || !codings[i].encoder || avcodec_find_encoder_by_name(codings[i].encoder))
            n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? ", " : "", codings[i].open.name);
}

void audio_coding_names(char *buf, size_t size)
{
    names(buf, size, true);
}

const struct audio_coding *audio_coding_find(const char *name, struct ih_error *e)
{
    static const char *const other[][2] = {
        {"ogg", "opus"}, {"mp4", "m4a"}, {"raw", "pcm"}, {"wave", "wav"}, {"s16le", "pcm"}};
    const char *wanted = name;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (strcasecmp(other[i][0], name) == 0)
            wanted = other[i][1];
    for (int i = 0; i < CODINGS; i++)
        if (strcasecmp(codings[i].open.name, wanted) == 0)
            return &codings[i];
    char all[96];
    names(all, sizeof all, false);
    err_set(e, IH_INVALID, "'%.40s' is not a format of sound: choose one of %s", name, all);
    return NULL;
}

const struct ih_audio_format *ih_audio_format_find(const char *name, struct ih_error *e)
{
    const struct audio_coding *coding = audio_coding_find(name, e);
    return coding ? &coding->open : NULL;
}
