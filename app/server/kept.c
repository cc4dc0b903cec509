/* SPDX-License-Identifier: Apache-2.0 */
#include "server/kept.h"

#include "server/batch_line.h"
#include "server/store/files.h"
#include "server/store/json.h"
#include "server/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RESULT_MOST = 1 << 30, LOOK_SECONDS = 5 };

/* A job at work in this process. */
struct running {
    struct running *next;
    struct kept *kept;
    struct job_row row;
    struct answer *answer;
    bool unwanted; /* cancelled by its owner, and not by the end of the process */
};

struct kept {
    struct queue queue;
    struct kept_options o;
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct running *first;
    unsigned submitted; /* changes with each, so that nobody sleeps through one */
    bool closed;
};

static const struct operation *find_operation(const struct kept *k, const char *name)
{
    for (const struct operation *const *o = k->o.operations; *o; o++)
        if (strcmp((*o)->name, name) == 0)
            return *o;
    return NULL;
}

bool keep_has_room(
    struct store *s, const struct settings *settings, const struct form *form, struct problem *p)
{
    int64_t bytes = 0;
    for (int i = 0; i < form->uploads; i++)
        bytes += spool_size(form->upload[i].data);
    if (store_has_room(s, bytes, (int64_t)settings->free_megabytes << 20))
        return true;
    problem_set(p, 503, "disk_full", NULL, "there is no room for more in the data folder");
    p->retry_after = 600;
    return false;
}

enum ih_status keep_spool(struct store *s, const char *name, struct spool *data, struct ih_error *e)
{
    enum { PIECE = 64 << 10 };
    struct blob b;
    int64_t n = 0;
    char *piece = malloc(PIECE);
    if (!piece)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    enum ih_status status = blob_begin(&b, s, name, e);
    while (!status && (n = spool_read(data, b.bytes, piece, PIECE)) > 0)
        status = blob_write(&b, piece, (size_t)n, e);
    free(piece);
    if (status)
        return status;
    if (n == 0)
        return blob_finish(&b, e);
    blob_discard(&b);
    return explain(e, IH_IO, "an upload cannot be read");
}

bool job_has_no_stream(const struct form *f, struct problem *p)
{
    const struct field *stream = form_find(f, "stream"), *format = form_find(f, "stream_format");
    if (!format && !(stream && strcmp(stream->text, "true") == 0))
        return true;
    return problem_set(p, 400, "unsupported_parameter", format ? format->name : stream->name,
        "a job has no stream: leave out Prefer: respond-async, or the stream");
}

static enum ih_status keep_upload(
    struct kept *k, const char *id, int i, struct spool *data, struct ih_error *e)
{
    char name[BLOB_NAME];
    snprintf(name, sizeof name, "%s.%d", id, i);
    return keep_spool(k->o.store, name, data, e);
}

static enum ih_status keep(
    struct kept *k, const struct form *form, struct job_row *row, bool *there, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    char id[STORE_ID];
    if (!id_new(row->id, "job_"))
        return explain(e, IH_INTERNAL, "the system has no random numbers");
    memcpy(id, row->id, sizeof id);
    char *text = form_to_text(form);
    if (!text)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    for (int i = 0; !status && i < form->uploads; i++)
        status = keep_upload(k, id, i, form->upload[i].data, e);
    if (!status)
        status = job_add(k->o.store, row, text, there, e);
    free(text);
    if (status || *there)
        blob_remove_job(k->o.store, id, NULL);
    return status;
}

bool kept_submit(struct kept *k, const struct operation *operation, const struct form *form,
    struct job_row *row, bool *there, struct problem *p)
{
    struct ih_error e = {0};
    *row = (struct job_row){.owner = form->asked.key};
    snprintf(row->operation, sizeof row->operation, "%s", operation->name);
    snprintf(row->once, sizeof row->once, "%s", form->asked.once);
    snprintf(row->hook, sizeof row->hook, "%s", form->asked.hook);
    snprintf(
        row->dialect, sizeof row->dialect, "%s", form->asked.dialect ? form->asked.dialect : "");
    if (jobs_waiting(k->o.store) >= k->o.room) {
        problem_set(p, 503, "queue_full", NULL, "too many jobs are waiting; try again later");
        p->retry_after = 60;
        return false;
    }
    if (!keep_has_room(k->o.store, k->o.settings, form, p))
        return false;
    if (keep(k, form, row, there, &e) != IH_OK)
        return problem_set(p, 503, "unavailable", NULL, "the job cannot be kept: %s", e.text);
    pthread_mutex_lock(&k->lock);
    k->submitted++;
    pthread_cond_signal(&k->some);
    pthread_mutex_unlock(&k->lock);
    return true;
}

/* What a job answers nobody can be waiting for: an error of ours, in the shape of an answer. */
static void give_up(struct kept *k, struct job_row *row)
{
    static const struct amounts nothing;
    row->state = JOB_FAILED;
    row->status = 500;
    row->bytes = 0;
    job_finish(k->o.store, row, "", &nothing, NULL);
}

bool keep_answer(struct store *s, const char *name, struct answer *a)
{
    char piece[16 << 10];
    struct blob b;
    struct ih_error e;
    int64_t n = 0;
    if (blob_begin(&b, s, name, &e) != IH_OK)
        return false;
    while ((n = answer_read(a, b.bytes, piece, sizeof piece)) > 0)
        if (blob_write(&b, piece, (size_t)n, &e) != IH_OK)
            return false;
    if (n == 0)
        return blob_finish(&b, &e) == IH_OK;
    blob_discard(&b);
    return false;
}

/* What it answered, and with that its end. */
static bool keep_result(
    struct kept *k, struct job_row *row, struct answer *a, const char *model, struct amounts *used)
{
    char name[BLOB_NAME];
    struct file_row file;
    bool has_file = false, good;
    snprintf(row->headers, sizeof row->headers, "%s", answer_headers(a));
    if (row->batch) {
        good = line_keep(k->o.store, row, a, &file, &has_file);
    } else {
        snprintf(row->type, sizeof row->type, "%s", answer_type(a));
        snprintf(name, sizeof name, "%s.result", row->id);
        row->bytes = answer_state(a).bytes;
        good = keep_answer(k->o.store, name, a);
    }
    if (good)
        job_finish_file(k->o.store, row, model, used, has_file ? &file : NULL, NULL);
    return good;
}

/* The end of a job that has been worked on, or for which there was no room. */
static void conclude(struct running *r, int later)
{
    struct kept *k = r->kept;
    struct job_row *row = &r->row;
    struct amounts used;
    char model[128];
    struct answer_state state = answer_state(r->answer);
    bool good = state.finished && !state.broken && state.status < 400;
    bool given_up = !good && answer_cancelled(r->answer);
    pthread_mutex_lock(&k->lock);
    bool unwanted = r->unwanted;
    pthread_mutex_unlock(&k->lock);
    if ((given_up || later) && !unwanted) {
        int64_t when = later ? store_now(k->o.store) + later : 0;
        job_again(k->o.store, row->id, when, NULL);
        return;
    }
    answer_used(r->answer, &used, model, sizeof model);
    used.of[REQUESTS] = 1;
    row->status = given_up ? 0 : state.status;
    /* Its key may have been taken away since. */
    bool barred = !good && state.status == 401;
    row->state = good ? JOB_SUCCEEDED : given_up || barred ? JOB_CANCELLED : JOB_FAILED;
    if (barred)
        used = (struct amounts){0};
    if (given_up)
        job_finish(k->o.store, row, model, &used, NULL);
    else if (!keep_result(k, row, r->answer, model, &used))
        give_up(k, row);
}

/* Called by the worker when it has done with a job. */
static void done(struct job *j)
{
    struct running *r = j->arg, **at;
    struct kept *k = r->kept;
    conclude(r, j->later);
    pthread_mutex_lock(&k->lock);
    for (at = &k->first; *at != r; at = &(*at)->next)
        ;
    *at = r->next;
    pthread_mutex_unlock(&k->lock);
    answer_release(&r->answer);
    free(r);
    if (k->o.ended)
        k->o.ended(k->o.arg);
}

static struct answer *new_answer(const struct kept *k, const struct job_row *row)
{
    bool azure = strcmp(row->dialect, dialect_azure.name) == 0;
    struct answer_options o = {.dialect = azure ? &dialect_azure : &dialect_openai,
        .folder = k->o.folder,
        .limit = RESULT_MOST};
    return answer_new(&o);
}

/* What a line asks for that is nothing to work on is answered as at the door, and costs nothing. */
static void refuse(struct kept *k, struct job_row *row, const struct problem *p)
{
    struct amounts nothing = {0};
    struct answer *a = new_answer(k, row);
    row->state = p->status == 401 ? JOB_CANCELLED : JOB_FAILED;
    row->status = p->status;
    if (a)
        answer_fail(a, p);
    if (!a || !keep_result(k, row, a, "", &nothing))
        give_up(k, row);
    answer_release(&a);
    if (k->o.ended)
        k->o.ended(k->o.arg);
}

static bool read_job(struct kept *k, const struct job_row *row, const char *text, struct form *form,
    const struct operation **operation, struct problem *p)
{
    struct ih_error e = {0};
    if (row->batch && k->o.host)
        return line_read(k->o.host, k->o.folder, row, text, form, operation, p);
    *operation = find_operation(k, row->operation);
    form->asked.key = row->owner;
    if (*operation && form_from_text(form, text, k->o.store, row->id, &e) == IH_OK)
        return true;
    return problem_set(p, 500, "internal_error", NULL, "the job cannot be read");
}

/* From a row that has been claimed; null with the problem where it cannot be done. */
static struct job *make_job(
    struct kept *k, const struct job_row *row, const char *text, struct problem *p)
{
    const struct operation *operation = NULL;
    struct running *r = calloc(1, sizeof *r);
    struct form *form = calloc(1, sizeof *form);
    struct answer *a = new_answer(k, row);
    struct job *j = NULL;
    problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    if (r && form && a && read_job(k, row, text, form, &operation, p))
        j = job_new(operation, form, a);
    if (j) {
        *r = (struct running){.kept = k, .row = *row, .answer = answer_share(a)};
        j->line = row->batch != 0;
        j->done = done;
        j->arg = r;
    } else {
        free(r);
    }
    if (form)
        form_free(form);
    free(form);
    answer_release(&a);
    return j;
}

/* From here on it can be cancelled; it may have been between its claim and now. */
static void enter(struct kept *k, struct job *j)
{
    struct running *r = j->arg;
    struct job_row now;
    pthread_mutex_lock(&k->lock);
    r->next = k->first;
    k->first = r;
    if (k->closed)
        answer_cancel(r->answer);
    pthread_mutex_unlock(&k->lock);
    if (job_find(k->o.store, r->row.id, -1, &now, NULL) == IH_OK && now.cancel)
        kept_cancel(k, r->row.id);
}

static bool is_closed(struct kept *k)
{
    pthread_mutex_lock(&k->lock);
    bool closed = k->closed;
    pthread_mutex_unlock(&k->lock);
    return closed;
}

/* Null where none waits. */
static struct job *claim(struct kept *k)
{
    struct job_row row;
    struct job *j = NULL;
    struct problem p;
    char *text;
    while (!j && !is_closed(k) && job_claim(k->o.store, &row, &text, NULL) == IH_OK) {
        j = make_job(k, &row, text, &p);
        free(text);
        if (!j && row.batch && p.status == 503)
            job_again(k->o.store, row.id, store_now(k->o.store) + LOOK_SECONDS, NULL);
        else if (!j && row.batch)
            refuse(k, &row, &p);
        else if (!j)
            give_up(k, &row);
    }
    if (j)
        enter(k, j);
    return j;
}

/* Looks now and then even when nothing was submitted: the disk may have been away. */
static void wait_for_more(struct kept *k, unsigned seen)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_SECONDS;
    pthread_mutex_lock(&k->lock);
    if (k->submitted == seen && !k->closed)
        pthread_cond_timedwait(&k->some, &k->lock, &until);
    pthread_mutex_unlock(&k->lock);
}

static struct job *take(struct queue *q)
{
    struct kept *k = (struct kept *)q;
    for (;;) {
        pthread_mutex_lock(&k->lock);
        unsigned seen = k->submitted;
        bool closed = k->closed;
        pthread_mutex_unlock(&k->lock);
        struct job *j = closed ? NULL : claim(k);
        if (j || closed)
            return j;
        wait_for_more(k, seen);
    }
}

static bool put(struct queue *q, struct job *j)
{
    struct kept *k = (struct kept *)q;
    struct job_row row;
    struct problem p;
    bool there;
    if (!kept_submit(k, j->operation, &j->form, &row, &there, &p))
        return false;
    answer_json(j->answer, 202, job_json(&row));
    job_free(&j);
    return true;
}

static int waiting(struct queue *q)
{
    return jobs_waiting(((struct kept *)q)->o.store);
}

static void close_kept(struct queue *q)
{
    struct kept *k = (struct kept *)q;
    pthread_mutex_lock(&k->lock);
    k->closed = true;
    for (struct running *r = k->first; r; r = r->next)
        answer_cancel(r->answer);
    pthread_cond_broadcast(&k->some);
    pthread_mutex_unlock(&k->lock);
}

static void free_kept(struct queue *q)
{
    struct kept *k = (struct kept *)q;
    pthread_cond_destroy(&k->some);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

enum ih_status kept_open(struct kept **out, const struct kept_options *o, struct ih_error *e)
{
    struct kept *k = calloc(1, sizeof *k);
    *out = k;
    if (!k)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    k->queue = (struct queue){
        .put = put, .take = take, .waiting = waiting, .close = close_kept, .free = free_kept};
    k->o = *o;
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->some, NULL);
    return IH_OK;
}

struct queue *kept_queue(struct kept *k)
{
    return &k->queue;
}

static struct running *find(struct kept *k, const char *id)
{
    struct running *r = k->first;
    while (r && strcmp(r->row.id, id) != 0)
        r = r->next;
    return r;
}

void kept_cancel(struct kept *k, const char *id)
{
    pthread_mutex_lock(&k->lock);
    struct running *r = find(k, id);
    if (r) {
        r->unwanted = true;
        answer_cancel(r->answer);
    }
    pthread_mutex_unlock(&k->lock);
}

void kept_cancel_batch(struct kept *k, int64_t batch)
{
    pthread_mutex_lock(&k->lock);
    for (struct running *r = k->first; r; r = r->next)
        if (r->row.batch == batch) {
            r->unwanted = true;
            answer_cancel(r->answer);
        }
    pthread_mutex_unlock(&k->lock);
}

void kept_wake(struct kept *k)
{
    pthread_mutex_lock(&k->lock);
    k->submitted++;
    pthread_cond_broadcast(&k->some);
    pthread_mutex_unlock(&k->lock);
}

bool kept_progress(struct kept *k, const char *id, double *done_so_far, double *total)
{
    pthread_mutex_lock(&k->lock);
    struct running *r = find(k, id);
    bool known = r && answer_progressed(r->answer, done_so_far, total);
    pthread_mutex_unlock(&k->lock);
    return known;
}
