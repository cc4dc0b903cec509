/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_PART_H
#define NN_PART_H

#include "nn/decoder.h"
#include "nn/flow_transformer.h"

#include <pthread.h>

/* Networks of a pipeline as diffusers lays one out: each has a folder with config.json and weights.
 * Opening looks at every tensor and reads none. A job takes a part, which packs its weights if
 * nobody has, and gives it back; jobs of several threads may hold it at once. */
struct part {
    struct device *device;
    struct weights *weights;
    enum dtype storage;
    struct arena arena; /* vectors and lists of the packed network */
    pthread_mutex_t lock;
    bool packed;
    int users;
    void (*load)(struct part *p, struct loader *l);
    void (*unload)(struct part *p);       /* leaves the configuration */
    size_t (*bytes)(const struct part *); /* of the packed weights, about */
};

struct flow_part {
    struct part base;
    struct flow_transformer net;
};

/* A text decoder that is read from, not written with. */
struct text_part {
    struct part base;
    struct decoder net;
    int depth; /* layers that are there */
};

/* The part is zero before. depth 0: all layers. On failure there is nothing to close. */
enum ih_status part_open_flow(struct flow_part *p, struct device *d, const char *folder,
    enum dtype storage, struct ih_error *e);
enum ih_status part_open_text(struct text_part *p, struct device *d, const char *folder,
    enum dtype storage, int depth, struct ih_error *e);
/* Takes one that is zero, too. */
void part_close(struct part *p);

/* Refuses to pack what the machine has no memory for, with IH_NO_MEMORY. */
enum ih_status part_take(struct part *p, struct ih_error *e);
/* Without `keep` the last user frees what was packed: the next one packs anew. */
void part_give(struct part *p, bool keep);

#endif
