/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_DEPOT_H
#define SERVER_DEPOT_H

#include "inhouse/options.h"
#include "server/problem.h"

#include <stdbool.h>

/* The models that requests may name. Each is opened when it is first asked for and stays open,
 * shared by all workers. A request's name is only ever compared with this list: it is no path. */

/* What the program knows of the machine; all is copied. */
struct shelf {
    const struct shelf_model {
        const char *name, *path;
    } * model;
    int count;
    const char *transcribe, *speak, *draw; /* names in the list that are the default, or null */
    const char *speller;                   /* path of a model, or null */
    const char *vad;                       /* file, or null */
    const char *profiles;                  /* folder of voice profiles, or null */
    /* Told about a minute apart of each model that is in use, by its path; may be null. From any
     * thread, one call at a time. */
    void (*used)(void *arg, const char *path);
    void *arg;
};

struct depot;
/* Opens the engine, the defaults and the speller; what cannot be opened is told to `note`, which
 * may be null, and is not offered. */
enum ih_status depot_open(struct depot **out, const struct ih_engine_options *engine,
    const struct shelf *shelf, void (*note)(const char *sentence), struct ih_error *e);
void depot_close(struct depot **d);

/* By a name of the list, by a name under which others know a model of that task ("whisper-1"), or
 * the task's default for null and "". The model is lent until depot_give_back(). False fills in
 * the problem. */
bool depot_take(
    struct depot *d, const char *name, enum ih_task task, struct ih_model **out, struct problem *p);
void depot_give_back(struct depot *d, struct ih_model *model);

/* Borrowed; null where there is none. */
struct ih_model *depot_speller(const struct depot *d);
const char *depot_vad(const struct depot *d);
const char *depot_profiles(const struct depot *d);
const char *depot_describe(const struct depot *d);

/* Name i of those that requests may give, and when the model was made (seconds since 1970); null
 * behind the last. */
const char *depot_name(const struct depot *d, int i, int64_t *created);
/* What name i stands for, which is itself where it is no name of elsewhere, and the tasks (enum
 * ih_task) that it is here for: 0 where that shows only when it is opened. Null behind the last. */
const char *depot_stands_for(const struct depot *d, int i, unsigned *tasks);
/* Each model that is in memory, with the bytes of its weights. Waits for nobody. */
void depot_each_open(
    struct depot *d, void (*take)(void *arg, const char *name, size_t bytes), void *arg);
/* Whether there is a default for a task. */
bool depot_can(const struct depot *d, enum ih_task task);

#endif
