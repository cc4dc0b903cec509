/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_FLOW_SCHEDULE_H
#define NN_FLOW_SCHEDULE_H

#include <stdint.h>

/* The steps of a rectified flow (Liu et al. 2022; Esser et al. 2024): at time s a picture x is
 * (1 - s) picture + s noise, and its velocity is noise - picture. */

/* How far FLUX.2 shifts the times of `steps` steps towards the noise for so many latents, as
 * diffusers' compute_empirical_mu(). */
double flow_shift_flux2(int64_t latents, int steps);

/* times[steps + 1], falling from 1 to 0: evenly spread times s, each shifted to
 * e^mu / (e^mu + 1 / s - 1), as diffusers' FlowMatchEulerDiscreteScheduler gives them. */
void flow_times(float *times, int steps, double mu);

/* The first step of a picture that begins as (1 - s) given + s noise: `strength` of the steps are
 * left, rounded up as get_timesteps() of diffusers' Flux2KleinInpaintPipeline has it; 1 begins with
 * the noise alone, 0 leaves none, and anything above leaves one. */
int flow_first_step(int steps, float strength);

/* x = (1 - s) * picture + s * noise, [n] each. */
void flow_mix(float *x, const float *picture, const float *noise, int64_t n, float s);

/* x += (to - from) * velocity. */
void flow_step(float *x, const float *velocity, int64_t n, float from, float to);

/* The same where a model says the clean picture: its velocity is (x - clean) / from, of which the
 * divisor is at least `least`. */
void flow_step_to(float *x, const float *clean, int64_t n, float from, float to, float least);

/* Where share [n] is below 1, x becomes so much less its own and so much more what the picture of
 * the beginning is at time s: what a mask leaves as it is. */
void flow_keep(
    float *x, const float *picture, const float *noise, const float *share, int64_t n, float s);

/* v = without + guidance * (v - without), the velocities with and without what is asked for. */
void flow_guide(float *v, const float *without, int64_t n, float guidance);

#endif
