/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_FFT_H
#define KERNELS_FFT_H

#include "base/err.h"

/* The discrete Fourier transform of n real f32 values, for one n, made once and used by any number
 * of threads at once. n is even, at most FFT_MAX, and has no prime factors but 2 and 5: 400, 512,
 * 1024 ... The worst error of a value is about 1e-7 of the root of the sum of |x|^2, times log n.
 */
struct fft;
enum { FFT_MAX = 4096 };

enum ih_status fft_open(struct fft **out, int n, struct ih_error *e);
void fft_close(struct fft **f);
int fft_size(const struct fft *f);

/* out[n / 2 + 1][2]: real and imaginary part of sum over j of x[j] exp(-2 pi i j k / n). */
void fft_forward(const struct fft *f, float *out, const float *x);

/* The x[n] of which `in`, laid out like fft_forward()'s out, is the transform, with the factor 1/n
 * applied. The imaginary parts of the first and last value count as zero. */
void fft_inverse(const struct fft *f, float *x, const float *in);

#endif
