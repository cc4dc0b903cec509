/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_ESPEAK_H
#define SPEECH_ESPEAK_H

#include "speech/phonemizer.h"

/* espeak-ng as a phonemizer, where it is installed.
 *
 * espeak-ng is under the GNU General Public License, version 3; this project is not. So it is never
 * linked, none of its headers is included, none of its data is shipped: a program that finds
 * libespeak-ng.so.1 on the machine it runs on loads it, at run time and by choice, and a machine
 * without it does without. The four functions used are declared here anew from its documented
 * interface.
 *
 * The library keeps its state in variables of its own (one voice at a time for the whole process)
 * and is not thread-safe; so there is one instance, opened once and kept until the process ends
 * (it does not start again reliably after an end), behind one lock. Opening it sets the process's
 * character type (LC_CTYPE) to UTF-8, which is the library's doing.
 *
 * Chinese is given as pinyin with tone digits ("ni3 hao3"), Japanese as kana: see readings.h. */

/* The phonemizer, borrowed for good; null with IH_UNSUPPORTED and a sentence that says what to
 * install when the library or its data is not there. */
const struct phonemizer *espeak_find(struct ih_error *e);

#endif
