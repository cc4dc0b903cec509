# SPDX-License-Identifier: Apache-2.0
"""A tiny Flux2Transformer2DModel with random weights, written as the hub lays the published one out, every stage of the
official class on one input, and the times of its schedule.

    pip install torch diffusers transformers safetensors
    python scripts/make_fixture_flux2.py tests/data/flux2-transformer-tiny

Norm weights are random too, so that none can be left out unnoticed.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler, Flux2Transformer2DModel
from diffusers.pipelines.flux2.pipeline_flux2_klein import Flux2KleinPipeline, compute_empirical_mu
from safetensors.torch import save_file

CONFIG = {"in_channels": 16, "num_layers": 2, "num_single_layers": 2, "attention_head_dim": 16, "num_attention_heads": 3,
          "joint_attention_dim": 40, "timestep_guidance_channels": 32, "mlp_ratio": 3.0, "axes_dims_rope": (4, 4, 4, 4),
          "rope_theta": 2000, "eps": 1e-6, "guidance_embeds": True}
TEXT, HEIGHT, WIDTH, REFERENCE = 7, 5, 6, (3, 4)
TIME, GUIDANCE = 0.7, 4.0
SCHEDULES = [(4, 1024), (4, 4096), (10, 256), (50, 4096), (28, 8160), (1, 64)]


def randomize(model):
    for name, p in model.named_parameters():
        if p.dim() == 1:
            p.data.uniform_(0.5, 1.5)
        else:
            p.data.normal_(0, 0.9 / p.shape[1] ** 0.5)


def watch(stages, model):
    def keep(name):
        return lambda m, i, o: stages.__setitem__(name, o[0] if o.dim() == 3 else o)

    model.x_embedder.register_forward_hook(keep("image.0"))
    model.context_embedder.register_forward_hook(keep("text.0"))
    model.time_guidance_embed.register_forward_hook(keep("temb.0"))
    model.double_stream_modulation_img.register_forward_hook(keep("image_modulation.0"))
    model.double_stream_modulation_txt.register_forward_hook(keep("text_modulation.0"))
    model.single_stream_modulation.register_forward_hook(keep("single_modulation.0"))
    model.norm_out.linear.register_forward_hook(keep("last_modulation.0"))
    model.norm_out.register_forward_hook(keep("norm_out_all"))
    for i, block in enumerate(model.transformer_blocks):
        def pair(m, inputs, o, i=i):
            stages[f"pair_text.{i}"], stages[f"pair_image.{i}"] = o[0][0], o[1][0]

        block.register_forward_hook(pair)
    for i, block in enumerate(model.single_transformer_blocks):
        block.register_forward_hook(keep(f"single.{i}"))


def schedules():
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15)
    out = {}
    for steps, latents in SCHEDULES:
        mu = compute_empirical_mu(latents, steps)
        scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=mu)
        out[f"times.{steps}.{latents}"] = scheduler.sigmas.float()
        out[f"mu.{steps}.{latents}"] = torch.tensor([mu], dtype=torch.float64).float()
    return out


@torch.no_grad()
def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    model = Flux2Transformer2DModel(**CONFIG).eval()
    randomize(model)
    model.save_pretrained(folder)
    stages = {}
    watch(stages, model)
    drawn = torch.randn(1, CONFIG["in_channels"], HEIGHT, WIDTH)
    seen = [torch.randn(1, CONFIG["in_channels"], *REFERENCE)]
    features = torch.randn(1, TEXT, CONFIG["joint_attention_dim"])
    pipeline = Flux2KleinPipeline
    image_ids = torch.cat([pipeline._prepare_latent_ids(drawn), pipeline._prepare_image_ids(seen)], 1)
    text_ids = pipeline._prepare_text_ids(features)
    latents = torch.cat([pipeline._pack_latents(x) for x in (drawn, *seen)], 1)
    velocity = model(hidden_states=latents, encoder_hidden_states=features, timestep=torch.tensor([TIME]),
                     guidance=torch.tensor([GUIDANCE]), img_ids=image_ids, txt_ids=text_ids, return_dict=False)[0]
    rows = HEIGHT * WIDTH
    stages["norm_out.0"] = stages.pop("norm_out_all")[:rows]
    stages["latents"], stages["features"], stages["velocity"] = latents[0], features[0], velocity[0, :rows]
    stages["coordinates"] = torch.cat([text_ids, image_ids], 1)[0].float()
    save_file({k: v.contiguous() for k, v in (stages | schedules()).items()}, folder / "stages.safetensors")
    print(json.dumps({k: list(v.shape) for k, v in stages.items()}))


main(Path(sys.argv[1]))
