/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include "base/err.h"
#include "device/tensor.h"
#include "kernels/kernels.h"

#include <stdatomic.h>

/* A device is one implementation of the operations in ops.h. It owns the thread pool, the kernel
 * table and scratch memory; it is shared by every model and job of an engine and may be used from
 * several threads at once. A job computes on a fork of it. */
struct device;
struct fft;

struct device_options {
    int threads;       /* 0: all processors */
    unsigned cpu_mask; /* tiers allowed, CPU_ALL for all */
};

enum ih_status device_open_cpu(
    struct device **out, const struct device_options *options, struct ih_error *e);
/* The device of one job: threads, kernels and scratch memory are those of `of`, which must outlive
 * it. What runs out of memory on it is its own affair, and nobody else's. */
enum ih_status device_fork(struct device **out, struct device *of, struct ih_error *e);
void device_close(struct device **d);

/* Bytes of packed weights: now, and most at once. */
struct account {
    atomic_size_t now, most;
};
/* A fork with an account of its own, in which all is counted that is packed on it and on its forks;
 * it must outlive what was. */
enum ih_status device_fork_account(struct device **out, struct device *of, struct ih_error *e);
/* Null where there is none. */
const struct account *device_account(const struct device *d);

int device_threads(const struct device *d);
unsigned device_flags(const struct device *d);
/* True once after an operation on this device (not on a fork of it, nor on what it is a fork of)
 * ran out of memory: everything computed on it since the last call is void. */
bool device_exhausted(struct device *d);

/* The type activations are best kept in between operations for a given storage of weights: f32
 * for f32, else bf16 where the device multiplies it natively, else f32. */
enum dtype device_activation(const struct device *d, enum dtype storage);

/* A weight matrix in the form the device multiplies by; see kernels.h for the layout. */
struct linear {
    int64_t out, in;
    enum dtype dtype; /* DT_F32, DT_BF16, DT_I8 or DT_Q4 */
    void *packed;
    float *scale;
    int32_t *sum;
    float *bias;             /* [out] or null */
    size_t bytes;            /* memory held */
    struct account *account; /* in which it is counted, or null */
};

/* A matrix as a file stores it: [rows, columns] in any float or block type; or DT_I8 with `scale`
 * f32 [rows]; or DT_Q4 in the layout of weights/quantize.h, with `scale` f32 [rows, columns / 32].
 * scale.data is null for the other types. */
struct matrix {
    struct tensor w;
    struct tensor scale;
};

/* One block of a linear's output: its rows of the weight, and its bias [rows] or null data. */
struct linear_part {
    struct matrix w;
    struct tensor bias;
};

/* Packs the parts, stacked along `out`, into one linear in the type `storage` (q, k and v share
 * their input, so one product serves the three). */
enum ih_status linear_pack(struct device *d, struct linear *out, const struct linear_part *part,
    int parts, enum dtype storage, struct ih_error *e);
void linear_free(struct linear *w);

/* Rows [row0, row0 + rows) of a matrix as f32, dense. */
void matrix_to_f32(
    const struct kernels *k, float *out, const struct matrix *x, int64_t row0, int64_t rows);

/* A convolution over time as the device multiplies it. Row t of the product is
 *     sum over k < taps of W_k x[t * stride - pad + k * dilation]
 * with zeros outside x; stride or dilation is 1. A transposed convolution of stride `up` is the
 * same with `up` rows of the output side by side in each row of the product (W_k is zero where a
 * tap does not reach one of them). */
enum { CONV_DILATION_MAX = 64 };
struct conv {
    struct linear w; /* [up * out, taps * in] */
    int64_t in, out;
    int taps, stride, dilation, pad, up;
};

/* A weight of PyTorch's Conv1d [out, in, taps] or, transposed, ConvTranspose1d [in, out, taps] as
 * dense f32, and a bias [out] or null; read during conv_pack() only. In a transposed one `stride`
 * says how many rows come out for one that goes in, `pad` is PyTorch's padding (rows cut from
 * either end) and dilation is 1. */
struct conv_part {
    const float *w, *bias;
    int64_t in, out;
    int taps, stride, dilation, pad;
    bool transposed;
};

enum ih_status conv_pack(struct device *d, struct conv *out, const struct conv_part *part,
    enum dtype storage, struct ih_error *e);
void conv_free(struct conv *c);

/* A convolution over a picture, whose matrix is [height * width, channels], row by row. Tap (i, j)
 * of output pixel (y, x) reads input pixel (y * stride - top + i, x * stride - left + j), zero
 * outside. A doubled one reads the picture that repeats each pixel twice in both directions
 * (nearest neighbour upsampling): each of the four output pixels that belong to one of the input is
 * then a convolution of 2 x 2 taps of its own, made of sums of the nine, so that less than half of
 * the work is left and the doubled picture never exists. In f32, 3 x 3 taps over many
 * channels are computed by Winograd's filtering: less than half of the work too, at rounding errors
 * about twice as large, and weights of almost twice the size. */
enum { CONV2D_PARTS = 16 };
struct conv2d {
    /* [out, taps * taps * in]: one, or four (upper left first) when doubled; or 16 of [out, in] by
     * Winograd's filtering, of which the first has the bias. */
    struct linear w[CONV2D_PARTS];
    int64_t in, out;
    int taps, stride; /* taps: 2 when doubled, else as PyTorch has it */
    int top, left, bottom, right;
    bool doubled, winograd;
};

/* A weight of PyTorch's Conv2d [out, in, taps, taps] as dense f32, and a bias [out] or null; read
 * during conv2d_pack() only. taps is 1 to 7. A doubled one has 3 taps, stride 1 and one pixel of
 * zeros on every side. */
struct conv2d_part {
    const float *w, *bias;
    int64_t in, out;
    int taps, stride;
    int top, left, bottom, right; /* zeros around the picture */
    bool doubled;
};

/* storage: DT_F32, DT_BF16 or DT_I8. */
enum ih_status conv2d_pack(struct device *d, struct conv2d *out, const struct conv2d_part *part,
    enum dtype storage, struct ih_error *e);
void conv2d_free(struct conv2d *c);
size_t conv2d_bytes(const struct conv2d *c);

/* The output's height and width for those of the input. */
int64_t conv2d_height(const struct conv2d *c, int64_t height);
int64_t conv2d_width(const struct conv2d *c, int64_t width);

/* An LSTM layer over a sequence, in one or both directions. Gates lie in PyTorch's order: input,
 * forget, cell, output. */
struct recurrent {
    int64_t in, hidden;
    int directions;
    struct linear input;    /* [directions * 4 * hidden, in], with the sum of both biases */
    struct linear state[2]; /* [4 * hidden, hidden] f32, without bias */
};

void recurrent_free(struct recurrent *r);

/* Short-time Fourier transforms of n = fft_size(fft) samples, `hop` apart. Frames are centred as in
 * torch.stft(center=True): frame t covers samples from t * hop - n / 2, the ends are reflected. */
struct stft {
    const struct fft *fft;
    const float *window; /* [n] */
    int hop;
};

/* Keys and values of one attention layer for one sequence, packed as right-hand sides: keys with
 * one column a position, values with one row a position. */
struct kv {
    int heads, head_dim;
    int64_t capacity, length; /* positions; capacity is a multiple of PACK_K */
    enum dtype dtype;         /* DT_F32 or DT_BF16 */
    void *keys, *values;
};

size_t kv_bytes(int heads, int head_dim, int64_t positions, enum dtype dtype);
/* `memory` holds kv_bytes() zeroed bytes (what lies beyond the length is multiplied by zero and
 * must be finite); it stays the caller's. */
void kv_init(
    struct kv *kv, void *memory, int heads, int head_dim, int64_t positions, enum dtype dtype);
/* Makes dst's first n positions those of src; the two have the same shape. */
void kv_copy(struct kv *dst, const struct kv *src, int64_t n);

#endif
