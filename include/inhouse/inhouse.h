/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_H
#define INHOUSE_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The engine, models and jobs. Everything hangs from handles; there is no global state. Handles may
 * be used from several threads at once; closing one is the caller's to do when no job uses it. */

const char *ih_version(void);

struct ih_engine;
struct ih_model;

struct ih_engine_options {
    int threads;      /* 0: all processors the process may use */
    const char *tier; /* most of the CPU that may be used: "c", "avx2", "avx512", "avx512-bf16",
                         "amx", "neon"; null: all it has */
};

/* options may be null for the defaults. On failure *out is null. */
enum ih_status ih_engine_open(
    struct ih_engine **out, const struct ih_engine_options *options, struct ih_error *e);
void ih_engine_close(struct ih_engine **engine);

/* What the engine runs on, as one line of text; borrowed. */
const char *ih_engine_describe(const struct ih_engine *engine);

/* Number formats a model may compute in. */
enum ih_compute {
    IH_COMPUTE_AUTO, /* what is fastest on this machine within the family's error budget */
    IH_COMPUTE_F32,
    IH_COMPUTE_BF16,
    IH_COMPUTE_INT8,
    IH_COMPUTE_INT4,
};

struct ih_model_options {
    enum ih_compute compute;
};

/* `path` is a folder as the hub publishes it or a single model file. Opening maps and checks every
 * file; weights are brought into the machine's own layout at the first job. The engine must outlive
 * the model. */
enum ih_status ih_model_open(struct ih_model **out, struct ih_engine *engine, const char *path,
    const struct ih_model_options *options, struct ih_error *e);
void ih_model_close(struct ih_model **model);

const char *ih_model_name(const struct ih_model *model);
const char *ih_model_family(const struct ih_model *model);
/* Of its weights on disk. */
size_t ih_model_bytes(const struct ih_model *model);

/* What a model's weights take in memory besides its files, which are only mapped: pages of these
 * are given back as soon as they are packed. All zeros before the first job. What jobs need
 * meanwhile (caches, sound, pictures) is not among it. */
struct ih_model_memory {
    size_t packed; /* weights in the machine's own layout, now */
    size_t most;   /* the same, at once since it was opened: some parts are packed for a while */
};
struct ih_model_memory ih_model_memory(const struct ih_model *model);

/* How a running job is watched and stopped. Zero it, set what you need, keep it until the job's
 * function returns. `cancel` may be set from a signal handler or another thread at any time. */
struct ih_job {
    volatile int cancel;
    double deadline; /* seconds of CLOCK_MONOTONIC; 0: none */
    void *arg;
    /* done of total, in the task's unit (seconds of audio); total is negative while unknown. */
    void (*progress)(void *arg, double done, double total);
};

/* Stores a model's matrices in fewer bits: copies the folder `from` to the new folder `to` with its
 * weights as one model.safetensors in the given numbers (not AUTO), and the other files as they
 * are. Of a pipeline (a folder with model_index.json) that is done to transformer/ and
 * text_encoder/; its other folders are copied. `to` appears only when it is complete; it must not
 * exist. job may be null; its progress goes from 0 to 1. */
enum ih_status ih_model_quantize(const char *from, const char *to, enum ih_compute numbers,
    struct ih_job *job, struct ih_error *e);

/* A network of a model in safetensors or GGUF; the strings are constants. */
struct ih_model_part {
    const char *name;    /* its folder in a pipeline: "transformer"; "" where there is only one */
    const char *numbers; /* what most of its weights are stored in: "bf16", "int8", "int4" ... */
    int64_t count;       /* weights */
    int64_t bytes;       /* of their files */
};

/* What a model's folder is made of, by the headers of its files: at most `most` parts, *count of
 * them. A GGUF file is one part. IH_NOT_FOUND where there are no safetensors. */
enum ih_status ih_model_parts(
    struct ih_model_part *out, int most, int *count, const char *path, struct ih_error *e);

/* What a model of one network says of itself, by the heads of its files. */
struct ih_model_facts {
    char family[32];  /* model_type of config.json, general.architecture of a GGUF file */
    char numbers[16]; /* what most weights are stored in: "bf16", "int8", "q4_K" ... */
    int64_t weights, bytes;
    int64_t context, vocabulary; /* of a text model, in tokens; 0: not said */
};

/* Of a GGUF file, or a folder with config.json and safetensors; nothing is unpacked. IH_NOT_FOUND
 * for what is neither. *out is zero on failure. */
enum ih_status ih_model_facts(struct ih_model_facts *out, const char *path, struct ih_error *e);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
