/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_FFMPEG_H
#define MEDIA_FFMPEG_H

#include "base/err.h"

/* FFmpeg is loaded when the first recording is opened or written, not when the program starts: with
 * all that its libraries need that takes 30 ms, which `inhouse --help` has no use for. Its
 * functions are called by their own names; ffmpeg.c passes them on. Fails with a sentence that
 * names the library that is not installed. */
enum ih_status ffmpeg_load(struct ih_error *e);

#endif
