/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_DEPOT_H
#define SERVER_DEPOT_H

#include "author/author.h"
#include "inhouse/options.h"
#include "server/stock.h"

#include <stdbool.h>

/* The models that requests may name. Each is opened when it is first asked for, shared by all
 * workers, and closed when its place is needed or nobody has used it for a while (stock.h). A
 * request's name is only ever compared with this list: it is no path. */

/* What the program knows of the machine; all is copied. */
struct shelf {
    const struct shelf_model {
        const char *name, *path;
        unsigned tasks; /* of enum ih_task; 0 where that shows when it is opened */
    } * model;
    int count;
    /* Models far away that requests may name too; borrowed, and must outlive the depot. */
    const struct shelf_remote {
        const struct author *author;
        const char *host; /* where it is asked */
    } * remote;
    int remotes;
    /* Names in the list that are the default, or null. */
    const char *transcribe, *speak, *draw, *chat;
    const char *speller;  /* path of a model, or null */
    const char *vad;      /* file, or null */
    const char *profiles; /* folder of voice profiles, or null */
    /* Told about a minute apart of each model that is in use, by its path; may be null. From any
     * thread, one call at a time. */
    void (*used)(void *arg, const char *path);
    /* Looks at the machine again and shows every model that requests may name there, so that models
     * can come and go while the server runs; may be null. From any thread, one call at a time.
     * False when it could not look. */
    bool (*look)(void *arg, void (*show)(void *to, const struct shelf_model *model), void *to);
    void *arg;
    struct stock_options memory;
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
/* The remote model of that very name, which no model of this machine has; null where there is none,
 * and for null and "". Borrowed. */
const struct author *depot_author(struct depot *d, const char *name);
/* As stock_chat(), of a model that was taken. */
bool depot_chat(struct depot *d, struct ih_model *model, struct ih_chat **out, struct problem *p);
void depot_give_back(struct depot *d, struct ih_model *model);

/* Looks at the machine again. What is not there any more is not offered any more, except what is
 * a task's default; who has it keeps it. A task without a default takes the first model for it that
 * is new. depot_take() does so for a name that it does
 * not know. */
void depot_look(struct depot *d);
/* Whether the list has that very name, looking at the machine again where it has not. */
bool depot_has(struct depot *d, const char *name);
/* Whether it is in memory. */
bool depot_is_open(struct depot *d, const char *name);
/* Closes what nobody has used for long; `now` is seconds_now(). */
void depot_tidy(struct depot *d, double now);
struct stock_state depot_memory(struct depot *d);

/* Borrowed; null where there is none. */
struct ih_model *depot_speller(const struct depot *d);
const char *depot_vad(const struct depot *d);
const char *depot_profiles(const struct depot *d);
const char *depot_describe(const struct depot *d);

/* A name that requests may give. */
struct offered {
    const char *name;
    const char *root; /* the model that it stands for, which is itself where it is no other name */
    int64_t created;  /* when that was made; seconds since 1970 */
    unsigned tasks;   /* enum ih_task that it is here for; 0: that shows when it is opened */
    struct ih_model_facts facts; /* zero where they cannot be read */
    const char *host;            /* of a remote model; null for those of this machine */
};
/* Models of this machine, then remote ones, then names of elsewhere for which there is a default.
 * take() must not call the depot. */
void depot_each(struct depot *d, void (*take)(void *arg, const struct offered *o), void *arg);
/* Each model of the list that is in memory, with the bytes that it counts for there. take() must
 * not call the depot. */
void depot_each_open(
    struct depot *d, void (*take)(void *arg, const char *name, double bytes), void *arg);
/* Whether there is a default for a task. */
bool depot_can(const struct depot *d, enum ih_task task);

#endif
