/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of models as files. */
#include "base/err.h"
#include "base/files.h"
#include "inhouse/inhouse.h"
#include "weights/config.h"
#include "weights/gguf.h"
#include "weights/quantize.h"
#include "weights/survey.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What a model is made of: one network in its folder, or those of a pipeline, each in one of its
 * own. An autoencoder is a few convolutions, which stay as they are. */
struct network {
    const char *folder, *file;
    bool quantized;
};
static const struct network alone[] = {{"", "model.safetensors", true}, {0}};
static const struct network pipeline[] = {
    {"transformer", "diffusion_pytorch_model.safetensors", true},
    {"text_encoder", "model.safetensors", true},
    {"vae", "diffusion_pytorch_model.safetensors", false},
    {"head", "diffusion_pytorch_model.safetensors", false},
    {"autoencoder", "diffusion_pytorch_model.safetensors", false}, {0}};

static bool join(char *buf, size_t size, const char *folder, const char *name)
{
    int n = snprintf(buf, size, "%s%s%s", folder, *name ? "/" : "", name);
    return n > 0 && (size_t)n < size;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool exists(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    return join(path, sizeof path, folder, name) && stat(path, &st) == 0;
}

static const struct network *networks_of(const char *folder)
{
    return exists(folder, "model_index.json") ? pipeline : alone;
}

struct quantizing {
    const char *from, *to;
    const struct network *networks;
    enum dtype target;
    struct ih_job *job;
    double before, share; /* of all the work: done by networks before, and of the present one */
    struct ih_error *error;
};

/* Whether weights that lie here are written anew: those at the root of a pipeline are copies of
 * those in its folders. */
static bool is_rewritten(const struct quantizing *q, const char *path)
{
    const char *slash = strchr(path, '/');
    for (const struct network *n = q->networks; n->folder && slash; n++)
        if (strlen(n->folder) == (size_t)(slash - path) &&
            strncmp(n->folder, path, strlen(n->folder)) == 0)
            return n->quantized;
    return !slash;
}

/* Everything but hidden files, the record of a download, whose hashes no longer hold, and weights
 * that are written anew. */
static bool is_copied(void *arg, const char *path)
{
    const struct quantizing *q = arg;
    const char *name = path;
    for (const char *p = path; *p; p++)
        if (*p == '/' && p[1])
            name = p + 1;
    if (name[0] == '.' || strcmp(path, "inhouse.json") == 0)
        return false;
    bool weights = ends_with(name, ".safetensors") || ends_with(name, ".safetensors.index.json") ||
                   ends_with(name, ".bin");
    return !weights || !is_rewritten(q, path);
}

static int on_progress(void *arg, double done)
{
    const struct quantizing *q = arg;
    if (q->job && q->job->progress)
        q->job->progress(q->job->arg, q->before + done * q->share, 1);
    return q->job && q->job->cancel;
}

static enum ih_status rewrite(
    struct quantizing *q, const struct network *n, const struct weights *w)
{
    char folder[PATH_MAX], path[PATH_MAX];
    struct stat st;
    if (!join(folder, sizeof folder, q->to, n->folder) || !join(path, sizeof path, folder, n->file))
        return err_set(q->error, IH_INVALID, "the path is too long: %.80s...", q->to);
    /* The folder is there when it is the model's own. */
    if (stat(folder, &st) != 0 && mkdir(folder, 0777) != 0)
        return err_set(q->error, IH_IO, "cannot make the folder %s: %s", folder, strerror(errno));
    return weights_quantize(w, path, q->target, on_progress, q, q->error);
}

static enum ih_status rewrite_all(struct quantizing *q, struct weights *const *w)
{
    double all = 0;
    enum ih_status status = IH_OK;
    for (int i = 0; q->networks[i].folder; i++)
        all += w[i] ? (double)weights_bytes(w[i]) : 0;
    for (int i = 0; q->networks[i].folder && !status; i++) {
        if (!w[i])
            continue;
        q->share = (double)weights_bytes(w[i]) / all;
        status = rewrite(q, &q->networks[i], w[i]);
        q->before += q->share;
    }
    return status;
}

/* All networks are opened before the first is written, so that a broken one is told at once. */
static enum ih_status fill(struct quantizing *q)
{
    enum { MOST = sizeof pipeline / sizeof *pipeline };
    char path[PATH_MAX];
    struct weights *w[MOST] = {0};
    enum ih_status status = IH_OK;
    for (int i = 0; q->networks[i].folder && !status; i++) {
        if (!q->networks[i].quantized)
            continue;
        if (!join(path, sizeof path, q->from, q->networks[i].folder))
            status = err_set(q->error, IH_INVALID, "the path is too long: %.80s...", q->from);
        else if (q->networks == pipeline && !exists(q->from, q->networks[i].folder))
            status = err_set(q->error, IH_NOT_FOUND, "%s: a pipeline without %s", q->from,
                q->networks[i].folder);
        else
            status = weights_open(&w[i], path, q->error);
    }
    if (!status)
        status = rewrite_all(q, w);
    for (int i = 0; i < MOST; i++)
        weights_close(&w[i]);
    if (!status)
        status = files_copy(q->from, q->to, is_copied, q, q->error);
    if (!status && q->job && q->job->cancel)
        status = err_set(q->error, IH_CANCELLED, "stopped");
    return status;
}

static enum ih_status check_pipeline(const char *from, struct ih_error *e)
{
    char path[PATH_MAX];
    struct config *c = NULL;
    if (!join(path, sizeof path, from, "model_index.json"))
        return err_set(e, IH_INVALID, "the path is too long: %.80s...", from);
    enum ih_status status = config_open(&c, path, e);
    config_close(&c);
    return status;
}

static enum ih_status check_folders(const char *from, const char *to, struct ih_error *e)
{
    struct stat st;
    if (stat(from, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(e, IH_NOT_FOUND, "%s is not a model's folder", from);
    if (lstat(to, &st) == 0)
        return err_set(e, IH_INVALID, "%s is there already; name a new folder", to);
    if (files_inside(to, from))
        return err_set(e, IH_INVALID, "%s lies in the folder that is copied", to);
    return networks_of(from) == pipeline ? check_pipeline(from, e) : IH_OK;
}

enum ih_status ih_model_quantize(const char *from, const char *to, enum ih_compute numbers,
    struct ih_job *job, struct ih_error *e)
{
    static const enum dtype targets[] = {[IH_COMPUTE_F32] = DT_F32,
        [IH_COMPUTE_BF16] = DT_BF16,
        [IH_COMPUTE_INT8] = DT_I8,
        [IH_COMPUTE_INT4] = DT_Q4};
    char final[PATH_MAX], partial[PATH_MAX];
    if (!from || !to || !*to || numbers <= IH_COMPUTE_AUTO || numbers > IH_COMPUTE_INT4)
        return err_set(e, IH_INVALID, "quantizing needs two folders and numbers to store");
    size_t length = strlen(to);
    while (length > 1 && to[length - 1] == '/')
        length--;
    int n = snprintf(partial, sizeof partial, "%.*s.quantizing", (int)length, to);
    if (length >= sizeof final || n < 0 || (size_t)n >= sizeof partial)
        return err_set(e, IH_INVALID, "the path is too long: %.80s...", to);
    memcpy(final, to, length);
    final[length] = 0;
    enum ih_status status = check_folders(from, final, e);
    if (status)
        return status;
    files_remove(partial);
    if (mkdir(partial, 0777) != 0)
        return err_set(e, IH_IO, "cannot make the folder %s: %s", partial, strerror(errno));
    struct quantizing q = {.from = from,
        .to = partial,
        .networks = networks_of(from),
        .target = targets[numbers],
        .job = job,
        .error = e};
    status = fill(&q);
    if (!status && rename(partial, final) != 0)
        status = err_set(e, IH_IO, "%s cannot be written: %s", final, strerror(errno));
    if (status)
        files_remove(partial);
    return status;
}

static void describe(struct ih_model_part *out, const char *name, const struct weights *w)
{
    struct survey s = weights_survey(w);
    *out =
        (struct ih_model_part){.name = name, .numbers = survey_name(s.numbers), .count = s.count};
    out->bytes = (int64_t)weights_bytes(w);
}

static enum ih_status file_part(
    struct ih_model_part *out, int most, int *count, const char *path, struct ih_error *e)
{
    struct gguf_file *f = NULL;
    enum ih_status status = gguf_open(&f, path, e);
    if (!status && most > 0)
        describe(&out[(*count)++], "", f->weights);
    gguf_close(&f);
    return status;
}

enum ih_status ih_model_parts(
    struct ih_model_part *out, int most, int *count, const char *path, struct ih_error *e)
{
    char inside[PATH_MAX];
    *count = 0;
    if (gguf_probe(path))
        return file_part(out, most, count, path, e);
    for (const struct network *n = networks_of(path); n->folder && *count < most; n++) {
        struct weights *w = NULL;
        if (!join(inside, sizeof inside, path, n->folder))
            return err_set(e, IH_INVALID, "the path is too long: %.80s...", path);
        if (*n->folder && !exists(path, n->folder))
            continue;
        enum ih_status status = weights_open(&w, inside, e);
        if (status)
            return status;
        describe(&out[(*count)++], n->folder, w);
        weights_close(&w);
    }
    return IH_OK;
}
