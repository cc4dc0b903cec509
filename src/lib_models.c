/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of models as files. */
#include "base/err.h"
#include "inhouse/inhouse.h"
#include "weights/quantize.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool join(char *buf, size_t size, const char *folder, const char *name)
{
    int n = snprintf(buf, size, "%s/%s", folder, name);
    return n > 0 && (size_t)n < size;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Everything but weights and the record of a download, whose hashes no longer hold. */
static bool is_copied(const char *name)
{
    return name[0] != '.' && !ends_with(name, ".safetensors") &&
           !ends_with(name, ".safetensors.index.json") && !ends_with(name, ".bin") &&
           strcmp(name, "inhouse.json") != 0;
}

static enum ih_status copy_file(const char *from, const char *to, struct ih_error *e)
{
    char block[16384];
    ssize_t n = 0, done = 0;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    const char *at_fault = in < 0 ? from : to;
    bool failed = out < 0;
    while (!failed && (n = read(in, block, sizeof block)) > 0)
        for (done = 0; done < n && !failed;) {
            ssize_t part = write(out, block + done, (size_t)(n - done));
            failed = part < 0 && errno != EINTR;
            done += part > 0 ? part : 0;
        }
    if (n < 0) {
        failed = true;
        at_fault = from;
    }
    if (failed)
        err_set(e, IH_IO, "%s: %s", at_fault, strerror(errno));
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0 && !failed) {
        failed = true;
        err_set(e, IH_IO, "%s: %s", to, strerror(errno));
    }
    return failed ? IH_IO : IH_OK;
}

static enum ih_status copy_others(const char *from, const char *to, struct ih_error *e)
{
    char source[PATH_MAX], target[PATH_MAX];
    struct stat st;
    enum ih_status status = IH_OK;
    DIR *d = opendir(from);
    if (!d)
        return err_set(e, IH_IO, "%s: %s", from, strerror(errno));
    for (struct dirent *entry; !status && (entry = readdir(d));)
        if (is_copied(entry->d_name) && join(source, sizeof source, from, entry->d_name) &&
            join(target, sizeof target, to, entry->d_name) && stat(source, &st) == 0 &&
            S_ISREG(st.st_mode))
            status = copy_file(source, target, e);
    closedir(d);
    return status;
}

static void remove_folder(const char *folder)
{
    char path[PATH_MAX];
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            join(path, sizeof path, folder, entry->d_name))
            unlink(path);
    if (d)
        closedir(d);
    rmdir(folder);
}

static void on_progress(void *arg, double done)
{
    const struct ih_job *job = arg;
    if (job->progress)
        job->progress(job->arg, done, 1);
}

static enum ih_status fill(const char *from, const char *partial, enum dtype target,
    struct ih_job *job, struct ih_error *e)
{
    char path[PATH_MAX];
    struct weights *w = NULL;
    if (!join(path, sizeof path, partial, "model.safetensors"))
        return err_set(e, IH_INVALID, "the path is too long: %.80s...", partial);
    enum ih_status status = weights_open(&w, from, e);
    if (!status)
        status = weights_quantize(w, path, target, job ? on_progress : NULL, job, e);
    weights_close(&w);
    if (!status)
        status = copy_others(from, partial, e);
    if (!status && job && job->cancel)
        status = err_set(e, IH_CANCELLED, "stopped");
    return status;
}

enum ih_status ih_model_quantize(const char *from, const char *to, enum ih_compute numbers,
    struct ih_job *job, struct ih_error *e)
{
    static const enum dtype targets[] = {[IH_COMPUTE_F32] = DT_F32,
        [IH_COMPUTE_BF16] = DT_BF16,
        [IH_COMPUTE_INT8] = DT_I8,
        [IH_COMPUTE_INT4] = DT_Q4};
    char partial[PATH_MAX];
    struct stat st;
    if (!from || !to || !*to || numbers <= IH_COMPUTE_AUTO || numbers > IH_COMPUTE_INT4)
        return err_set(e, IH_INVALID, "quantizing needs two folders and numbers to store");
    int n = snprintf(partial, sizeof partial, "%s.partial", to);
    if (n < 0 || (size_t)n >= sizeof partial)
        return err_set(e, IH_INVALID, "the path is too long: %.80s...", to);
    if (stat(from, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(e, IH_NOT_FOUND, "%s is not a model's folder", from);
    if (lstat(to, &st) == 0)
        return err_set(e, IH_INVALID, "%s is there already; name a new folder", to);
    remove_folder(partial);
    if (mkdir(partial, 0777) != 0)
        return err_set(e, IH_IO, "cannot make the folder %s: %s", partial, strerror(errno));
    enum ih_status status = fill(from, partial, targets[numbers], job, e);
    if (!status && rename(partial, to) != 0)
        status = err_set(e, IH_IO, "%s cannot be written: %s", to, strerror(errno));
    if (status)
        remove_folder(partial);
    return status;
}
