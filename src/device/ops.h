/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVICE_OPS_H
#define DEVICE_OPS_H

#include "device/device.h"

/* The narrow waist: everything a model may ask of a device. Shapes are checked by assertion, since
 * models have checked their files at open. Matrices are [rows, columns]; activations are f32 or
 * bf16 and every operation takes either unless it says otherwise. No operation allocates beyond the
 * device's own scratch, and results do not depend on the number of threads. */

/* y[m, out] = act(x[m, in] W^T + bias) + residual[m, out] (f32, may be y itself; data null: none).
 * Rows of x may overlap in memory (stride smaller than `in`): that is how a 1-D convolution over
 * time-major input is computed without a copy. */
void op_linear(struct device *d, struct tensor y, struct tensor x, const struct linear *w,
    enum act act, struct tensor residual);

/* y = (x - mean) / sqrt(var + eps) * w + b by rows; x is f32, w and b are [n] f32. */
void op_layer_norm(
    struct device *d, struct tensor y, struct tensor x, const float *w, const float *b, float eps);

/* y = x / sqrt(mean(x^2) + eps) * w, where each row is `heads` vectors one behind the other that
 * are normalised apart with the same w [columns / heads]. y may be x when they have the same type.
 */
void op_rms_norm(
    struct device *d, struct tensor y, struct tensor x, const float *w, int64_t heads, float eps);

/* y[i] = table[id[i]] + position[pos[i]], all f32 but the table, which may be as the file has it;
 * position.data may be null. */
void op_embed(struct device *d, struct tensor y, const struct matrix *table, const int32_t *id,
    struct tensor position, const int32_t *pos);

/* y += x, both f32 [m, n]. */
void op_add(struct device *d, struct tensor y, struct tensor x);

/* y += gate[n] * x; y is f32 [m, n]. */
void op_add_gated(struct device *d, struct tensor y, struct tensor x, const float *gate);

/* y[m, n] = act(x[:, :n]) * x[:, n:], x [m, 2n]; y may be the first half of x. */
void op_gated(struct device *d, struct tensor y, struct tensor x, enum act act);

/* Rotary positions (Su et al. 2021), in place: of each head of x [m, heads * head_dim] the first
 * 2 * (columns of cos) values are rotated in pairs, which lie next to each other when
 * `interleaved`, else a half apart. Row i of x takes row pos[i] of cos and sin, f32 [positions, dim
 * / 2], or row i when pos is null. */
struct rope {
    struct tensor cos, sin;
    bool interleaved;
};
void op_rope(struct device *d, struct tensor x, int64_t head_dim, const struct rope *rope,
    const int32_t *pos);

/* y = x in y's type. */
void op_convert(struct device *d, struct tensor y, struct tensor x);

/* Appends rows of k and v, [rows, heads * head_dim] each, to one layer's keys and values. */
void op_kv_append(struct device *d, struct kv *kv, struct tensor k, struct tensor v);

/* One stretch of query rows that attends to one set of keys. With `causal`, row i sees positions
 * 0 .. start + i; without, all of kv->length. */
struct attention_part {
    int64_t row0, rows;
    const struct kv *kv;
    bool causal;
    int64_t start;
};

/* y[rows, heads * head_dim] = softmax(scale q k^T) v for each part and head. q rows may be strided
 * (a slice of a fused q, k, v). Several query heads share a key head when q has more heads. */
void op_attention(struct device *d, struct tensor y, struct tensor q,
    const struct attention_part *part, int parts, int heads, float scale);

/* weights[rows, kv->length] = softmax(scale q k^T) of one head, f32: for word times. */
void op_attention_weights(struct device *d, struct tensor weights, struct tensor q,
    const struct kv *kv, int head, float scale);

/* The operations below work on sequences: rows are steps in time, columns are channels. */

/* What a normalisation and an activation between two convolutions come to: value v of channel c
 * becomes f(v * scale[c] + shift[c]), see enum curve in kernels.h. Null scale: 1; null shift: 0. */
struct channels {
    const float *scale, *shift; /* [channels] */
    enum curve curve;
    float slope;                  /* CURVE_LEAKY */
    const float *alpha, *inverse; /* CURVE_SNAKE: [channels], and 1 / alpha */
};

/* y = f(x), each [m, n]; y may be x. */
void op_channels(struct device *d, struct tensor y, struct tensor x, const struct channels *f);

/* Instance normalisation as scale and shift [n] for struct channels, over all rows of x (f32):
 *     (x - mean) / sqrt(var + eps) * w + b,   var without Bessel's correction
 * w and b [n] may be null (1 and 0). AdaIN is this with w and b made from a style. */
void op_instance_norm(struct device *d, float *scale, float *shift, struct tensor x, const float *w,
    const float *b, float eps);

/* y = act(conv(f(x)) + bias) + residual, y and residual [m, out] f32 or y bf16, x [n, in]; f may be
 * null, residual may be y itself. m is a multiple of c->up and otherwise free: where a tap reaches
 * beyond the rows of x there are zeros (of f(x), not of x). y must not overlap x. */
void op_conv(struct device *d, struct tensor y, struct tensor x, const struct conv *c,
    const struct channels *f, enum act act, struct tensor residual);

/* The same over a picture: x [height * width, in], y and residual [conv2d_height() *
 * conv2d_width(), out]. With 8-bit weights what is read shares one scale in a stretch of
 * an output row, 64 to 319 pixels that depend on the shape only. */
void op_conv2d(struct device *d, struct tensor y, struct tensor x, int64_t height, int64_t width,
    const struct conv2d *c, const struct channels *f, enum act act, struct tensor residual);

/* Group normalisation as scale and shift [n] for struct channels: mean and variance (without
 * Bessel's correction) are those of all rows of x and of n / groups neighbouring channels. x is f32
 * or bf16; w and b [n] as in op_instance_norm(). */
void op_group_norm(struct device *d, float *scale, float *shift, struct tensor x, int groups,
    const float *w, const float *b, float eps);

/* y [height * p * width * p, n] from x [height * width, n * p * p], both f32: a row of x is a patch
 * of p x p pixels, its columns channel, row, column, of which the channel varies slowest. And back.
 */
void op_unpatch(
    struct device *d, struct tensor y, struct tensor x, int64_t height, int64_t width, int p);
void op_patch(
    struct device *d, struct tensor y, struct tensor x, int64_t height, int64_t width, int p);

/* Convolution of each channel by itself, also transposed: y[q * up + r] = bias + sum over k < taps
 * of w[r][k] * x[q - pad + k], zeros outside x. w is [up, taps, n], bias [n] or null, all f32. */
struct depthwise {
    const float *w, *bias;
    int taps, pad, up;
};
void op_depthwise(struct device *d, struct tensor y, struct tensor x, const struct depthwise *c);

/* y[i] = x[index[i]] for all rows of y; same type. Expands phonemes to frames, repeats, reorders.
 */
void op_gather(struct device *d, struct tensor y, struct tensor x, const int32_t *index);

/* y[m, directions * hidden] f32 = the states h of an LSTM over the rows of x, which starts from
 * zeros; the second direction runs from the end and lies behind the first. */
void op_recurrent(struct device *d, struct tensor y, struct tensor x, const struct recurrent *r);

/* y[samples / hop + 1, 2 * (n / 2 + 1)] f32: magnitudes, then angles in (-pi, pi]; one
 * that is minus pi but for rounding is pi. The reflection needs samples > n / 2. */
void op_stft(
    struct device *d, struct tensor y, const float *x, int64_t samples, const struct stft *s);

/* The other way, as torch.istft: x[(frames - 1) * hop] from magnitudes and angles laid out like
 * op_stft()'s y; overlapping frames are weighted by the window and divided by the sum of its
 * squares. */
void op_istft(struct device *d, float *x, struct tensor y, const struct stft *s);

/* The excitation of a voice: harmonics of a pitch contour and noise, mixed and limited.
 *     y[t] = tanh(bias + sum over h < count of weight[h] * sin(phase_h[t]) * amplitude * voiced
 *                 + noise[t] * (voiced ? voiced_noise : unvoiced_noise))
 * f0 [frames] in Hz holds for `hop` samples; the phase of harmonic h runs on by (h + 1) * f0 with
 * linear changes between the middles of frames, and a frame is voiced above `threshold`. noise
 * [frames * hop] has the deviation of the mixed noise: that of the weights times one. */
struct excitation {
    int count, hop;
    const float *weight;
    float bias, rate, amplitude, threshold, voiced_noise, unvoiced_noise;
};
void op_excitation(struct device *d, float *y, const float *f0, int64_t frames,
    const struct excitation *x, const float *noise);

/* fn over 0..tasks-1 on the device's threads, for host-side loops such as mel spectra. */
void op_parallel(
    struct device *d, void (*fn)(void *arg, int task, int worker), void *arg, int tasks);

const struct kernels *device_kernels(const struct device *d);

#endif
