/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H

#include "device/ops.h"
#include "inhouse/transcribe.h"

/* A family is a const table; a model is what its open() returns, immutable and shareable. Tasks see
 * nothing else of a model than this header and the interface of what it can do. */
struct model {
    const struct family *family;
    const char *name;
    size_t bytes; /* of weights on disk */
    struct device *device;
};

struct model_open {
    struct device *device;
    const char *path;
    enum ih_compute compute;
};

struct family {
    const char *name;
    /* True when the path looks like this family's; reads as little as it can. */
    bool (*probe)(const char *path);
    enum ih_status (*open)(struct model **out, const struct model_open *o, struct ih_error *e);
    void (*close)(struct model *m);
    const struct recognizer *recognizer;   /* null when it cannot transcribe */
    const struct synthesizer *synthesizer; /* null when it cannot speak */
    const struct speller *speller;         /* null when it cannot turn words into phonemes */
    const struct painter *painter;         /* null when it cannot draw */
    const struct writer *writer;           /* null when it cannot write text */
};

/* The last part of a path, in the arena: what a model is called. Null without memory. */
struct arena;
const char *model_name(struct arena *a, const char *path);

/* What a model's products are packed in. `automatic`: the family's choice for AUTO. Where the
 * device does not multiply bf16 natively, f32 takes its place. */
enum dtype model_storage(const struct device *d, enum ih_compute compute, enum dtype automatic);

/* Tries each family in registry order. */
enum ih_status model_open(struct model **out, const struct model_open *o, struct ih_error *e);
void model_close(struct model **m);

#endif
