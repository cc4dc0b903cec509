/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_QUANTIZE_H
#define WEIGHTS_QUANTIZE_H

#include "weights/weights.h"

/* Writes the tensors of a set as one safetensors file, with matrices of at least 2 rows and 64
 * columns stored as `target`, which is f32, f16, bf16, i8 or q4:
 *     i8:  NAME as I8 [out, in]      and NAME.scale as F32 [out]
 *     q4:  NAME as U8 [out, in / 2]  and NAME.scale as F32 [out, in / 32]; byte j of a group of 16
 *          holds value j in its low and value 16 + j in its high nibble, each plus 8
 * A matrix whose columns are no multiple of 32 becomes i8 where q4 is asked for. Vectors and
 * position tables stay bf16 where they are bf16 and are f32 otherwise. Convolutions (rank 3 and
 * more) are f32 or f16 when that is the target and else bf16. Integers are copied. A set that is
 * quantized already (i8 or q4 as above, q8_0, q5_0) is taken as the values it stands for.
 *
 * Scales: an i8 row has max|w| / 127. A q4 group gives the code -8 to its value of largest size, as
 * packing does, so that packing finds the same codes again; how much of that value is cut off is
 * searched for the least squared error.
 *
 * Works in flat memory, a few MB at a time. The file appears under its name only when it is
 * complete, and nothing is left when it fails. `progress` gets 0 to 1 and may be null; when it
 * gives anything but 0 all ends with IH_CANCELLED. */
enum ih_status weights_quantize(const struct weights *w, const char *out_path, enum dtype target,
    int (*progress)(void *arg, double done), void *arg, struct ih_error *e);

#endif
