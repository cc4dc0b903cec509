/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_SAFETENSORS_H
#define WEIGHTS_SAFETENSORS_H

#include "weights/weights.h"

/* Adds the tensors of one safetensors file to a set, which keeps the file mapped.
 *
 *     8 bytes       length n of the header, little-endian
 *     n bytes       JSON: {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
 *     the rest      data; offsets count from its beginning
 *
 * Checked as the reference implementation does: the tensors' ranges cover the data exactly, without
 * gap or overlap, each as long as its shape says. A scalar (rank 0) becomes rank 1 of length 1.
 * Tensors of an element type or rank that nothing here computes with are kept but refused when
 * asked for. A tensor that is not aligned for its type is copied; writers align the data by
 * convention, so that is rare. The data is not touched otherwise. */
enum ih_status safetensors_read(struct weights *w, const char *path, struct ih_error *e);

/* The format's name of a type, or null when it has none. */
const char *safetensors_type(enum dtype t);

#endif
