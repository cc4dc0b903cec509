/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_PTH_H
#define WEIGHTS_PTH_H

#include "weights/weights.h"

/* What torch.save() writes (a zip archive with a pickle and the storages, uncompressed; since
 * PyTorch 1.6), as a set of tensors in the mapped file. No code of a pickle is ever run: see
 * pickle.h for what is understood; anything else is refused with a sentence.
 *
 * Tensors of nested dicts are named by their keys with dots between them; a file that is one bare
 * tensor calls it "tensor". Numbers and strings among them are passed over. A tensor whose strides
 * are not those of dense rows, or whose type is none of enum dtype, counts as refused: the file
 * opens and weights_get() says why. */
enum ih_status pth_open(struct weights **out, const char *path, struct ih_error *e);

#endif
