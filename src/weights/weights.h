/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_WEIGHTS_H
#define WEIGHTS_WEIGHTS_H

#include "base/err.h"
#include "device/tensor.h"

/* An immutable set of named tensors over mapped files: one safetensors file, a sharded set with its
 * index, a whisper.cpp ggml file, or a PyTorch .pth. Everything a file's content can break is
 * checked at open: header syntax, dtypes, shapes, that every range lies inside the file, does not
 * overlap another and is as long as its shape says. After that, finding a tensor cannot fail on
 * content. */
struct weights;

/* `path` is a .safetensors file, an index (NAME.index.json; its files lie in the same folder), or a
 * folder that holds model.safetensors or model.safetensors.index.json (the single file wins), or
 * the same under diffusers' name, diffusion_pytorch_model.
 * Opening reads headers only, never the data. */
enum ih_status weights_open(struct weights **out, const char *path, struct ih_error *e);
void weights_close(struct weights **w);

/* The tensors that can be used, in file order. */
int weights_count(const struct weights *w);
const char *weights_name(const struct weights *w, int i);
const struct tensor *weights_at(const struct weights *w, int i);
size_t weights_bytes(const struct weights *w);     /* of the mapped files */
const char *weights_path(const struct weights *w); /* of the file, or of the index */

/* Lets the system drop the pages of the mapped files that were read so far: they cost memory only
 * while they are read again. For a set whose tensors have been packed. */
void weights_release(const struct weights *w);

/* Borrowed view, or null. O(1). */
const struct tensor *weights_find(const struct weights *w, const char *name);

/* Finds a tensor and checks its shape (rank 1 to 4, -1 accepts any length; a scalar counts as rank
 * 1 of length 1); the sentence names the file, the tensor, what was expected and what is there. A
 * tensor of a type outside enum dtype, or of rank 5 and more, is refused here, not at open. */
enum ih_status weights_get(struct tensor *out, const struct weights *w, const char *name, int rank,
    const int64_t *shape, struct ih_error *e);

/* For readers: a set is built by adding tensors that lie inside mapped memory the set then owns. */
struct mapfile;
enum ih_status weights_new(struct weights **out, const char *path, struct ih_error *e);
/* Takes the mapping over, also on failure. */
enum ih_status weights_own(struct weights *w, struct mapfile *m, struct ih_error *e);
/* Copies the name. Refuses a name that is already there. */
enum ih_status weights_add(
    struct weights *w, const char *name, const struct tensor *t, struct ih_error *e);

#endif
