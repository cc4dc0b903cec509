/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/vector.h"

#include "kernels/x86/math_avx512.h"

#include "kernels/vector_tier.h"

#include "kernels/gate_tier.h"

void vector_init_avx512bf16(struct kernels *k)
{
    struct kernels all;
    vector_fill(&all);
    gate_fill(&all);
    k->layer_norm = all.layer_norm;
    k->rms_norm = all.rms_norm;
    k->softmax_bf16 = all.softmax_bf16;
    k->f32_to_bf16 = all.f32_to_bf16;
    k->channels = all.channels;
    k->rotate = all.rotate;
    k->gated = all.gated;
    k->winograd_out = all.winograd_out;
}
