/* SPDX-License-Identifier: Apache-2.0 */
/* What a sound file says of itself. */
#include "inhouse/audio.h"
#include "media/audio.h"

#include <stdlib.h>
#include <string.h>

enum { RATE = 16000 }; /* nothing is done with the samples */

static bool copy_tag(char **out, const struct audio *a, const char *key)
{
    const char *text = audio_tag(a, key);
    *out = text ? strdup(text) : NULL;
    return !text || *out;
}

enum ih_status ih_audio_tags(
    struct ih_audio_tags *out, const void *data, size_t bytes, struct ih_error *e)
{
    struct audio *a;
    *out = (struct ih_audio_tags){0};
    enum ih_status status = audio_open_memory(&a, data, bytes, RATE, e);
    if (status)
        return status;
    out->seconds = audio_duration(a);
    bool copied = copy_tag(&out->title, a, "title") && copy_tag(&out->artist, a, "artist") &&
                  copy_tag(&out->comment, a, "comment");
    audio_close(&a);
    if (copied)
        return IH_OK;
    ih_audio_tags_free(out);
    return err_memory(e, "a sound's tags");
}

void ih_audio_tags_free(struct ih_audio_tags *t)
{
    free(t->title);
    free(t->artist);
    free(t->comment);
    *t = (struct ih_audio_tags){0};
}
