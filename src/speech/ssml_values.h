/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_SSML_VALUES_H
#define SPEECH_SSML_VALUES_H

#include <stdbool.h>

/* Values of SSML's attributes in the forms that W3C, Azure, Google and Amazon document. Each
 * function is false for what is none, and leaves *out alone. */

/* "slow", "120%" and "1.2" (1.2 times as fast), "+20%" (the same), "-10%"; 0.1 to 10. */
bool ssml_rate(const char *text, float *out);

/* Semitones: "high", "+2st", "-10%", "+1.5 st"; -24 to 24. Not Hz: voices differ. */
bool ssml_pitch(const char *text, float *out);

/* Gain: "loud", "+6dB", "80" (percent), "80%", "+20%", "+10"; 0 to 10. */
bool ssml_volume(const char *text, float *out);

/* Seconds: "500ms", "1.5s"; 0 to 60. */
bool ssml_time(const char *text, float *out);

/* Seconds of a break: "none", "x-weak", "weak", "medium", "strong", "x-strong". */
bool ssml_strength(const char *text, float *out);

/* "strong", "moderate", "none", "reduced": what it does to rate, pitch and volume. */
bool ssml_emphasis(const char *text, float *rate, float *pitch, float *volume);

/* A number from `low` to `high`. */
bool ssml_number(const char *text, float low, float high, float *out);

#endif
