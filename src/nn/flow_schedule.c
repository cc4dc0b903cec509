/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/flow_schedule.h"

#include <math.h>

/* Two lines over the number of latents, measured at 10 and at 200 steps; in between, a line over
 * the number of steps. */
double flow_shift_flux2(int64_t latents, int steps)
{
    double at_10 = 8.73809524e-05 * (double)latents + 1.89833333;
    double at_200 = 0.00016927 * (double)latents + 0.45666666;
    if (latents > 4300)
        return at_200;
    return at_200 + (at_200 - at_10) / 190.0 * (steps - 200.0);
}

void flow_times(float *times, int steps, double mu)
{
    double shift = exp(mu);
    for (int i = 0; i < steps; i++) {
        double s = (double)(steps - i) / steps;
        times[i] = (float)(shift / (shift + 1 / s - 1));
    }
    times[steps] = 0;
}

int flow_first_step(int steps, float strength)
{
    /* A strength of 0.2 is a little more in f32. */
    int skipped = (int)(steps * (1 - (double)strength) + 1e-6);
    return strength > 0 && skipped >= steps ? steps - 1 : skipped < 0 ? 0 : skipped;
}

void flow_mix(float *x, const float *picture, const float *noise, int64_t n, float s)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (1 - s) * picture[i] + s * noise[i];
}

void flow_step(float *x, const float *velocity, int64_t n, float from, float to)
{
    for (int64_t i = 0; i < n; i++)
        x[i] += (to - from) * velocity[i];
}

void flow_guide(float *v, const float *without, int64_t n, float guidance)
{
    for (int64_t i = 0; i < n; i++)
        v[i] = without[i] + guidance * (v[i] - without[i]);
}

void flow_step_to(float *x, const float *clean, int64_t n, float from, float to, float least)
{
    float part = (to - from) / (from > least ? from : least);
    for (int64_t i = 0; i < n; i++)
        x[i] += part * (x[i] - clean[i]);
}

void flow_keep(
    float *x, const float *picture, const float *noise, const float *share, int64_t n, float s)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = share[i] * x[i] + (1 - share[i]) * ((1 - s) * picture[i] + s * noise[i]);
}
