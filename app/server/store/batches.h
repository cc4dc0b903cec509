/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BATCHES_H
#define STORE_BATCHES_H

#include "server/store/jobs.h"

/* Batches: many requests in one file. Each line of it is a job (jobs.h), which is worked off,
 * counted and kept exactly once as any other; a batch that has ended has its lines no more, but
 * files of what came of them. The lines lie in the blob "ID.0" until then. */

/* In the order in which they follow; from BATCH_COMPLETED on it has ended. */
enum batch_state {
    BATCH_VALIDATING,
    BATCH_IN_PROGRESS,
    BATCH_FINALIZING,
    BATCH_CANCELLING,
    BATCH_COMPLETED,
    BATCH_FAILED,
    BATCH_CANCELLED,
    BATCH_EXPIRED
};
const char *batch_state_name(enum batch_state state);

enum { BATCH_METADATA = 12288, BATCH_FAULTS = 8192, BATCH_LINES_MOST = 50000, LINE_NAME = 512 };

struct batch_row {
    int64_t seq;
    char id[STORE_ID];
    int64_t owner; /* the key that asked; 0: none */
    char endpoint[64], input[STORE_ID];
    char metadata[BATCH_METADATA]; /* a JSON object, or "" */
    char once[JOB_ONCE];           /* the owner's own name for it, or "" */
    int64_t keep;                  /* seconds that its results stay after its end */
    enum batch_state state, toward;
    char faults[BATCH_FAULTS]; /* why it failed: a JSON list, or "" */
    int64_t total, completed, failed;
    char output[STORE_ID], errors[STORE_ID]; /* files, or "" */
    int64_t created, expires, begun, finalizing, cancelling, ended;
    char hook[JOB_HOOK]; /* address that is told when it ends, or "" */
    int hook_attempts;
};

/* From id, owner, endpoint, input, metadata, once, keep, expires and hook. Where its owner has one
 * with the same `once`, nothing is added, *row becomes that and *there true. */
enum ih_status batch_add(struct store *s, struct batch_row *row, bool *there, struct ih_error *e);
/* IH_NOT_FOUND where there is none that `owner` may see; -1 sees all. */
enum ih_status batch_find(
    struct store *s, const char *id, int64_t owner, struct batch_row *out, struct ih_error *e);
/* Newest first, from behind `after` (null: from the first). */
enum ih_status batch_list(struct store *s, int64_t owner, const char *after,
    int (*take)(void *arg, const struct batch_row *row), void *arg, struct ih_error *e);
/* The next behind a seq that has not ended, without counts; IH_NOT_FOUND behind the last. */
enum ih_status batch_open_after(
    struct store *s, int64_t seq, struct batch_row *out, struct ih_error *e);

/* What a line asks for, as make_line() of batch_line.h reads it, and its name. */
struct batch_line {
    char *form, *custom; /* null: it has no name */
};
/* From validating to its lines, all at once. IH_NOT_FOUND where it is not validating any more. */
enum ih_status batch_begin(struct store *s, const struct batch_row *row,
    const struct batch_line *line, int count, struct ih_error *e);
enum ih_status batch_fail(
    struct store *s, const struct batch_row *row, const char *faults, struct ih_error *e);
/* No more of its lines are begun; those that run are not wanted: it is cancelling, or finalizing
 * towards expired. IH_INVALID where it is too late for that; *out is how it is then. */
enum ih_status batch_stop(struct store *s, const char *id, int64_t owner, enum batch_state toward,
    struct batch_row *out, struct ih_error *e);
/* From in progress to finalizing, where no line waits or runs; IH_NOT_FOUND for all others. */
enum ih_status batch_finalize(struct store *s, int64_t seq, struct ih_error *e);
/* Whether lines wait or run; true also where that cannot be known. */
bool batch_busy(struct store *s, int64_t seq);

struct line_row {
    char id[STORE_ID]; /* of the job, whose result is "ID.result" */
    int line;
    bool named;
    char custom[LINE_NAME];
    enum job_state state;
    int status;
    int64_t bytes;
};
/* The next line behind a number; IH_NOT_FOUND behind the last. */
enum ih_status batch_line_after(
    struct store *s, int64_t seq, int line, struct line_row *out, struct ih_error *e);

/* Its end: state, completed, failed, and files that may be null and whose blobs are complete. The
 * lines go; *row is what it is then. */
enum ih_status batch_end(struct store *s, struct batch_row *row, struct file_row *output,
    struct file_row *errors, struct ih_error *e);

/* Removes those that ended before a time; how many, or -1. */
int batches_expire(struct store *s, int64_t before, struct ih_error *e);

/* As of jobs: the next that has ended and whose hook is to be told now, and that it was. */
enum ih_status batch_hook_next(struct store *s, struct batch_row *out, struct ih_error *e);
enum ih_status batch_hook_done(struct store *s, const char *id, int64_t next, struct ih_error *e);

#endif
