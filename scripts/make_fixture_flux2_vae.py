# SPDX-License-Identifier: Apache-2.0
"""A tiny AutoencoderKLFlux2 with random weights, written as the hub lays the published one out, and every stage of the
official class on one picture and one set of latents.

    pip install torch diffusers transformers safetensors
    python scripts/make_fixture_flux2_vae.py tests/data/flux2-vae-tiny

Norms, biases and the statistics of BatchNorm are random too, so that none can be left out unnoticed.
"""
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKLFlux2
from diffusers.pipelines.flux2.pipeline_flux2_klein import Flux2KleinPipeline
from safetensors.torch import save_file

CONFIG = {"block_out_channels": (8, 16, 24, 24), "layers_per_block": 1, "latent_channels": 4, "norm_num_groups": 4,
          "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4, "sample_size": 32}
HEIGHT, WIDTH = 32, 48


def randomize(model):
    for name, p in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            p.data.uniform_(0.5, 1.5)
        elif p.dim() == 1:
            p.data.uniform_(-0.3, 0.3)
        else:
            p.data.normal_(0, 1.2 / p[0].numel() ** 0.5)
    model.bn.running_mean.uniform_(-0.5, 0.5)
    model.bn.running_var.uniform_(0.3, 2.0)


def rows(x):
    """[1, channels, height, width] as the engine has it: a row a pixel."""
    return x[0].permute(1, 2, 0).reshape(-1, x.shape[1]).contiguous()


def watch(stages, prefix, modules):
    for name, module in modules:
        module.register_forward_hook(lambda m, i, o, name=name: stages.__setitem__(f"{prefix}.{name}", rows(o)))


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(4)
    vae = AutoencoderKLFlux2(**CONFIG).eval()
    randomize(vae)
    vae.save_pretrained(folder)
    stages = {}
    watch(stages, "encoder", [("in.0", vae.encoder.conv_in), ("mid.0", vae.encoder.mid_block),
                              ("out.0", vae.encoder.conv_out), ("moments.0", vae.quant_conv),
                              *((f"down.{i}", b) for i, b in enumerate(vae.encoder.down_blocks))])
    watch(stages, "decoder", [("in.0", vae.decoder.conv_in), ("mid.0", vae.decoder.mid_block),
                              ("out.0", vae.decoder.conv_out),
                              *((f"up.{i}", b) for i, b in enumerate(vae.decoder.up_blocks))])
    mean = vae.bn.running_mean.view(1, -1, 1, 1)
    deviation = torch.sqrt(vae.bn.running_var.view(1, -1, 1, 1) + vae.config.batch_norm_eps)
    with torch.no_grad():
        picture = torch.rand(1, 3, HEIGHT, WIDTH) * 2 - 1
        patches = Flux2KleinPipeline._patchify_latents(vae.encode(picture).latent_dist.mode())
        latents = (patches - mean) / deviation
        given = torch.randn_like(latents)
        fine = Flux2KleinPipeline._unpatchify_latents(given * deviation + mean)
        stages["decoder.latents.0"] = rows(fine)
        decoded = vae.decode(fine).sample
    stages |= {"picture": rows(picture), "latents": rows(latents), "given": rows(given), "decoded": rows(decoded)}
    save_file(stages, folder / "stages.safetensors")


main(Path(sys.argv[1]))
