/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/quantize.h"

#include "device/device.h"
#include "kernels/blocks.h"
#include "weights/set.h"
#include "weights/survey.h"
#include "weights/write.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP = 32,
    MIN_ROWS = 2,
    MIN_COLS = 64,
    RELEASE = 1 << 24, /* elements after which pages that were read are given back */
    CHUNK = 1 << 18,   /* elements converted at a time; rows of quantized matrices are kept whole */
    COPY_TYPE = DT_COUNT, /* integers, taken over as they are */
};

/* One tensor of the set on its way. Rows and columns are those of a matrix; anything else is one
 * row of all its elements. */
struct job {
    const char *name;
    const struct tensor *tensor;
    struct matrix from;
    int64_t rows, cols;
    int to; /* of enum dtype, or COPY_TYPE */
    int number, scale_number;
};

struct work {
    const struct weights *weights;
    struct kernels kernels;
    struct writer *writer;
    struct job *job;
    int jobs;
    float *value;       /* a chunk */
    unsigned char *out; /* the same in its new type */
    float *scale;       /* and its scales */
    uint64_t done, all; /* elements */
    int (*progress)(void *arg, double done);
    void *arg;
    bool stopped;
    struct ih_error *error;
};

static bool is_float(enum dtype t)
{
    return blocks_known(t);
}

static enum dtype choose_type(const struct job *j, enum dtype target)
{
    const struct tensor *t = j->tensor;
    enum dtype plain = t->dtype == DT_BF16 ? DT_BF16 : DT_F32;
    if (target == DT_F32)
        return DT_F32;
    if (t->rank >= 3)
        return target == DT_F16 ? DT_F16 : DT_BF16;
    if (t->rank < 2 || j->rows < MIN_ROWS || j->cols < MIN_COLS || strstr(j->name, "position"))
        return plain;
    return target == DT_Q4 && j->cols % GROUP != 0 ? DT_I8 : target;
}

static void plan_job(struct work *w, int i, enum dtype target)
{
    const char *name = weights_name(w->weights, i);
    const struct tensor *t = weights_at(w->weights, i);
    struct job *j = &w->job[w->jobs];
    *j = (struct job){.name = name, .tensor = t, .from.w = *t, .rows = 1, .cols = tensor_count(t)};
    const struct tensor *scale = weights_scale(w->weights, name, t);
    if (t->rank == 2) {
        j->rows = t->shape[0];
        j->cols = t->shape[1];
    }
    if (scale) {
        if (t->dtype == DT_U8) {
            j->cols *= 2;
            j->from.w = tensor_2d(t->data, DT_Q4, j->rows, j->cols);
        }
        j->from.scale = *scale;
    }
    j->to = scale || is_float(t->dtype) ? (int)choose_type(j, target) : COPY_TYPE;
    if (!weights_is_scale(w->weights, name))
        w->jobs++;
}

static enum ih_status declare(struct work *w, struct job *j)
{
    enum dtype type = j->to == COPY_TYPE ? j->tensor->dtype : (enum dtype)j->to;
    int64_t shape[TENSOR_RANK];
    memcpy(shape, j->tensor->shape, sizeof shape);
    if (j->tensor->rank == 2)
        shape[1] = j->to == DT_Q4 ? j->cols / 2 : j->cols;
    if (j->to == DT_Q4)
        type = DT_U8;
    enum ih_status status =
        writer_add(w->writer, j->name, type, j->tensor->rank, shape, &j->number, w->error);
    if (status || (j->to != DT_I8 && j->to != DT_Q4))
        return status;
    char name[NAME_LIMIT + 16];
    snprintf(name, sizeof name, "%s.scale", j->name);
    bool taken = weights_entry(w->weights, name) && !j->from.scale.data;
    if (taken || strlen(name) > NAME_LIMIT)
        return err_set(w->error, IH_UNSUPPORTED,
            "%s: the scale of tensor %s would be called %s, which is %s", weights_path(w->weights),
            j->name, name, taken ? "another tensor" : "too long");
    int64_t scale_shape[] = {j->rows, j->cols / GROUP};
    return writer_add(
        w->writer, name, DT_F32, j->to == DT_Q4 ? 2 : 1, scale_shape, &j->scale_number, w->error);
}

static enum ih_status plan(struct work *w, enum dtype target)
{
    const struct weights *set = w->weights;
    for (int i = 0; i < set->entries; i++)
        if (set->entry[i].refused)
            return err_set(w->error, IH_UNSUPPORTED, "%s: tensor %s %s", set->path,
                set->entry[i].name, set->entry[i].refused);
    w->job = calloc((size_t)weights_count(set) + 1, sizeof *w->job);
    if (!w->job)
        return err_memory(w->error, set->path);
    int64_t longest = CHUNK;
    for (int i = 0; i < weights_count(set); i++)
        plan_job(w, i, target);
    enum ih_status status = IH_OK;
    for (int i = 0; i < w->jobs && !status; i++) {
        struct job *j = &w->job[i];
        w->all += (uint64_t)(j->rows * j->cols);
        if (j->from.scale.data || j->to == DT_I8 || j->to == DT_Q4)
            longest = j->cols > longest ? j->cols : longest;
        status = declare(w, j);
    }
    w->value = malloc((size_t)longest * sizeof *w->value);
    w->out = malloc((size_t)longest * sizeof(float));
    w->scale = malloc((size_t)longest * sizeof *w->scale);
    if (!status && (!w->value || !w->out || !w->scale))
        status = err_memory(w->error, set->path);
    return status;
}

/* Refuses what the new type cannot hold, and what no sound model has. */
static enum ih_status check_values(
    struct work *w, const struct job *j, const float *x, int64_t n, float most)
{
    for (int64_t i = 0; i < n; i++)
        if (!(fabsf(x[i]) <= most))
            return err_set(w->error, IH_BAD_DATA, "%s: tensor %s holds %g, which %s cannot store",
                weights_path(w->weights), j->name, (double)x[i],
                dtype_info((enum dtype)j->to)->name);
    return IH_OK;
}

/* Rounds half to even after clamping: the sum with 1.5 * 2^23 has no room for a fraction. Written
 * so that a compiler turns a loop of it into vectors. */
static inline float nearest(float x, float low, float high)
{
    x = x > low ? x : low;
    x = x < high ? x : high;
    return (x + 12582912.0f) - 12582912.0f;
}

static float quantize_i8(int8_t *q, const float *x, int64_t n)
{
    float most = 0.0f;
    for (int64_t i = 0; i < n; i++)
        most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    float inverse = most > 0.0f ? 127.0f / most : 0.0f;
    inverse = isfinite(inverse) ? inverse : 0.0f; /* a row of subnormals */
    for (int64_t i = 0; i < n; i++)
        q[i] = (int8_t)nearest(x[i] * inverse, -127.0f, 127.0f);
    return most / 127.0f;
}

static float q4_codes(float code[GROUP], const float *x, float scale)
{
    float inverse = 1.0f / scale, error = 0.0f;
    for (int i = 0; i < GROUP; i++) {
        code[i] = nearest(x[i] * inverse, -8.0f, 7.0f);
        float d = x[i] - code[i] * scale;
        error += d * d;
    }
    return error;
}

/* For given codes, the scale of least squared error. */
static float best_scale(const float code[GROUP], const float *x, float scale)
{
    float xc = 0.0f, cc = 0.0f;
    for (int i = 0; i < GROUP; i++) {
        xc += x[i] * code[i];
        cc += code[i] * code[i];
    }
    float better = xc / cc;
    return isfinite(better) && better * scale > 0.0f ? better : scale;
}

/* Tries scales between 14 and 21 twentieths of the one at which the value of largest size is -8
 * exactly: up to 8 / 7.5 it rounds to -8, and below 1 it is cut off at -8 for the good of the
 * others. A group that came from 4 bits keeps its scale. */
static float quantize_q4(uint8_t *out, const float *x)
{
    float most = 0.0f, code[GROUP], best_code[GROUP] = {0}, best = INFINITY;
    for (int i = 0; i < GROUP; i++)
        most = fabsf(x[i]) > fabsf(most) ? x[i] : most;
    float full = most / -8.0f, scale = full;
    if (fabsf(full) < FLT_MIN)
        scale = full = 0.0f;
    for (int part = 14; part <= 21 && full != 0.0f; part++) {
        float candidate = full * ((float)part / 20.0f);
        float error = q4_codes(code, x, candidate);
        if (error < best) {
            best = error;
            scale = candidate;
            memcpy(best_code, code, sizeof code);
        }
    }
    for (int i = 0; i < GROUP / 2; i++)
        out[i] = (uint8_t)((int)best_code[i] + 8 + ((int)best_code[i + GROUP / 2] + 8) * 16);
    return best > 0.0f && full != 0.0f ? best_scale(best_code, x, scale) : scale;
}

static enum ih_status put(struct work *w, int number, uint64_t offset, const void *data, uint64_t n)
{
    return writer_put(w->writer, number, offset, data, (size_t)n, w->error);
}

/* Rows [row, row + rows) of a matrix that becomes i8 or q4. */
static enum ih_status quantize_rows(struct work *w, const struct job *j, int64_t row, int64_t rows)
{
    int64_t groups = j->to == DT_Q4 ? j->cols / GROUP : 1, bytes = j->cols;
    enum ih_status status = check_values(w, j, w->value, rows * j->cols, FLT_MAX);
    if (status)
        return status;
    if (j->to == DT_Q4) {
        bytes = j->cols / 2;
        for (int64_t g = 0; g < rows * groups; g++)
            w->scale[g] = quantize_q4(w->out + g * GROUP / 2, w->value + g * GROUP);
    } else {
        for (int64_t r = 0; r < rows; r++)
            w->scale[r] =
                quantize_i8((int8_t *)w->out + r * j->cols, w->value + r * j->cols, j->cols);
    }
    status = put(w, j->number, (uint64_t)(row * bytes), w->out, (uint64_t)(rows * bytes));
    return status ? status
                  : put(w, j->scale_number, (uint64_t)(row * groups) * sizeof(float), w->scale,
                        (uint64_t)(rows * groups) * sizeof(float));
}

/* n elements from `begin` on, of a tensor that becomes f32, f16 or bf16. */
static enum ih_status convert(struct work *w, const struct job *j, int64_t begin, int64_t n)
{
    enum dtype to = (enum dtype)j->to;
    enum ih_status status = IH_OK;
    const void *data = w->out;
    uint16_t *half = (uint16_t *)(void *)w->out;
    if (to == DT_F32) {
        data = w->value;
    } else if (to == DT_BF16) {
        w->kernels.f32_to_bf16(half, w->value, n);
    } else {
        status = check_values(w, j, w->value, n, 65504.0f);
        for (int64_t i = 0; i < n && !status; i++)
            half[i] = f32_to_f16(w->value[i]);
    }
    uint64_t width = dtype_bytes(to, 1);
    return status ? status : put(w, j->number, (uint64_t)begin * width, data, (uint64_t)n * width);
}

/* Reads n elements from `begin` on; for matrices with a scale, whole rows. */
static void read_values(struct work *w, const struct job *j, int64_t begin, int64_t n)
{
    const struct tensor *t = &j->from.w;
    if (j->from.scale.data)
        matrix_to_f32(&w->kernels, w->value, &j->from, begin / j->cols, n / j->cols);
    else
        blocks_to_f32(t->dtype, w->value, (const char *)t->data + dtype_bytes(t->dtype, begin), n);
}

static void report(struct work *w, int64_t n)
{
    if ((w->done + (uint64_t)n) / RELEASE != w->done / RELEASE)
        weights_release(w->weights);
    w->done += (uint64_t)n;
    if (w->progress && w->progress(w->arg, (double)w->done / (double)w->all))
        w->stopped = true;
}

static enum ih_status run_job(struct work *w, const struct job *j)
{
    int64_t n = j->rows * j->cols, step = CHUNK;
    if (n == 0)
        return IH_OK;
    bool by_row = j->from.scale.data || j->to == DT_I8 || j->to == DT_Q4;
    if (j->to == COPY_TYPE) {
        const struct tensor *t = j->tensor;
        report(w, n);
        return put(w, j->number, 0, t->data, dtype_bytes(t->dtype, n));
    }
    if (by_row)
        step = j->cols > CHUNK ? j->cols : CHUNK / j->cols * j->cols;
    enum ih_status status = IH_OK;
    for (int64_t i = 0; i < n && !status; i += step) {
        int64_t count = n - i < step ? n - i : step;
        read_values(w, j, i, count);
        if (j->to == DT_I8 || j->to == DT_Q4)
            status = quantize_rows(w, j, i / j->cols, count / j->cols);
        else
            status = convert(w, j, i, count);
        report(w, count);
        if (!status && w->stopped)
            status = err_set(w->error, IH_CANCELLED, "stopped");
    }
    return status;
}

static enum ih_status run(struct work *w, const char *path, enum dtype target)
{
    enum ih_status status = writer_open(&w->writer, path, w->error);
    if (!status)
        status = plan(w, target);
    if (!status)
        status = writer_start(w->writer, w->error);
    for (int i = 0; i < w->jobs && !status; i++)
        status = run_job(w, &w->job[i]);
    return status ? status : writer_finish(w->writer, w->error);
}

enum ih_status weights_quantize(const struct weights *weights, const char *out_path,
    enum dtype target, int (*progress)(void *arg, double done), void *arg, struct ih_error *e)
{
    if (target != DT_F32 && target != DT_F16 && target != DT_BF16 && target != DT_I8 &&
        target != DT_Q4)
        return err_set(e, IH_INVALID,
            "weights cannot be stored as %s; f32, f16, bf16, i8 and q4 are possible",
            dtype_info(target)->name);
    struct work w = {.weights = weights, .progress = progress, .arg = arg, .error = e};
    kernels_init_c(&w.kernels);
    enum ih_status status = run(&w, out_path, target);
    writer_close(&w.writer);
    free(w.job);
    free(w.value);
    free(w.out);
    free(w.scale);
    return status;
}
