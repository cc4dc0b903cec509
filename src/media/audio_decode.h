/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_AUDIO_DECODE_H
#define MEDIA_AUDIO_DECODE_H

#include "media/audio_source.h"

/* The first sound track of a container, decoded to mono at its own rate. */
struct decoder;

/* `in` must stay where it is until decoder_close(). */
enum ih_status decoder_open(struct decoder **out, struct input *in, struct ih_error *e);
void decoder_close(struct decoder **d);

/* The next stretch of sound in *x, *n samples at *rate Hz, valid until the next call; *n is 0 only
 * at the end. */
enum ih_status decoder_next(
    struct decoder *d, const float **x, size_t *n, int *rate, struct ih_error *e);

double decoder_duration(const struct decoder *d);
/* What the container says about itself: "title", "artist", "comment"; null when it does not. */
const char *decoder_tag(const struct decoder *d, const char *key);
const char *decoder_codec(const struct decoder *d);
bool decoder_damaged(const struct decoder *d);

#endif
