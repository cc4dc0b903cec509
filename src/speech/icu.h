/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_ICU_H
#define SPEECH_ICU_H

#include "base/err.h"

/* Without this the headers would have icu.c's definitions exported from our library. */
#define U_STATIC_IMPLEMENTATION
#include <unicode/ubrk.h>
#include <unicode/udat.h>
#include <unicode/unorm2.h>
#include <unicode/unum.h>
#include <unicode/unumberformatter.h>
#include <unicode/upluralrules.h>
#include <unicode/ures.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>

/* ICU is loaded when the first text is read, as FFmpeg is (media/ffmpeg.h): linked, it would cost
 * every start of the program 5 ms. Its functions are called by their own names; icu.c passes those
 * on that stand in its lists. Fails with a sentence that names the library that is not installed.
 */
enum ih_status icu_load(struct ih_error *e);

#endif
