/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_SURVEY_H
#define WEIGHTS_SURVEY_H

#include "weights/weights.h"

/* What a set of weights is made of. A matrix with its scale (see weights/quantize.h) counts as
 * DT_I8 or DT_Q4 and as the values it stands for; the scale counts for nothing. */
struct survey {
    enum dtype numbers; /* of most values; DT_F32 where there are none */
    int64_t count;      /* values */
};
struct survey weights_survey(const struct weights *w);

/* What users call a kind of numbers: "bf16", "int8", "int4", "q8_0" ... */
const char *survey_name(enum dtype t);

/* The scale that goes with a quantized matrix, or null when the tensor is not one. */
const struct tensor *weights_scale(
    const struct weights *w, const char *name, const struct tensor *t);

/* True for the scale of a quantized matrix. */
bool weights_is_scale(const struct weights *w, const char *name);

#endif
