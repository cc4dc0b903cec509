# SPDX-License-Identifier: Apache-2.0
"""What the official Flux2KleinInpaintPipeline draws with the tiny pipeline of tests/data/flux2-klein-tiny: into a picture behind a
mask, from pure noise, from a part of the way, and with a reference beside it.

    pip install torch diffusers transformers safetensors pillow
    python scripts/make_fixture_flux2_inpaint.py QWEN3.JINJA tests/data/flux2-klein-tiny

QWEN3.JINJA is the template that scripts/make_fixture_qwen3.py names. Writes inpaint.safetensors into the folder. The noise is drawn with
the generator that the pipeline is given, since latents that are passed in are taken as the start, whatever the strength.
"""
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2KleinInpaintPipeline, Flux2Transformer2DModel
from PIL import Image
from safetensors.torch import save_file
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

WIDTH, HEIGHT, CHANNELS = 96, 64, 16
STEPS, GUIDANCE, SEED = 4, 4.0, 12
CASES = {"whole": {"strength": 1.0}, "part": {"strength": 0.5}, "beside": {"strength": 0.75}}


def open_pipeline(template, folder):
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer" / "tokenizer.json"), pad_token="<|endoftext|>",
                                        padding_side="right")
    tokenizer.chat_template = Path(template).read_text()
    load = {"torch_dtype": torch.float32}
    pipe = Flux2KleinInpaintPipeline(
        FlowMatchEulerDiscreteScheduler.from_pretrained(folder / "scheduler"),
        AutoencoderKLFlux2.from_pretrained(folder / "vae", **load).eval(),
        Qwen3ForCausalLM.from_pretrained(folder / "text_encoder", dtype=torch.float32).eval(), tokenizer,
        Flux2Transformer2DModel.from_pretrained(folder / "transformer", **load).eval(), is_distilled=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def noise_pixels(width, height, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (height, width, 3), generator=generator, dtype=torch.uint8).numpy()


def mask_pixels():
    """Black, white and every way in between: a circle whose edge fades, a stripe of less than a patch, greys around one half."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    mask = np.clip(255 - 12 * (np.hypot(x - 60, y - 30) - 18), 0, 255)
    mask[:, 20:27] = 255
    mask[40:56, 2:13] = 127
    mask[0:14, 80:] = 128
    return mask.astype(np.uint8)


@torch.no_grad()
def draw(pipe, out, name, prompt, photo, mask, strength, **kwargs):
    noise = torch.randn(1, CHANNELS, HEIGHT // 16, WIDTH // 16, generator=torch.Generator().manual_seed(SEED))
    skipped = int(STEPS - min(STEPS * strength, STEPS))

    def keep(p, i, t, found):
        out[f"{name}.step.{skipped + i}"] = found["latents"][0].clone()
        return found

    decoded = pipe(prompt=prompt, image=photo, mask_image=mask, strength=strength, num_inference_steps=STEPS,
                   guidance_scale=GUIDANCE, generator=torch.Generator().manual_seed(SEED), output_type="pt",
                   callback_on_step_end=keep, callback_on_step_end_tensor_inputs=["latents"], **kwargs).images
    out[f"{name}.noise"] = noise[0].permute(1, 2, 0).reshape(-1, CHANNELS)
    if name == "whole":
        out[f"{name}.picture"] = decoded[0].permute(1, 2, 0).reshape(-1, 3)


def main(template, folder):
    pipe = open_pipeline(template, folder)
    prompt = (folder / "prompt.txt").read_text()
    photo, mask, reference = noise_pixels(WIDTH, HEIGHT, 21), mask_pixels(), noise_pixels(64, 80, 22)
    out = {"photo": torch.from_numpy(photo.copy()), "reference": torch.from_numpy(reference.copy()),
           "mask": torch.from_numpy(np.repeat(mask[..., None], 3, 2).copy())}
    for name, case in CASES.items():
        more = {"image_reference": Image.fromarray(reference)} if name == "beside" else {}
        draw(pipe, out, name, prompt, Image.fromarray(photo), Image.fromarray(mask), **case, **more)
    save_file({k: v.contiguous() for k, v in out.items()}, folder / "inpaint.safetensors")
    print({k: tuple(v.shape) for k, v in out.items()})


main(sys.argv[1], Path(sys.argv[2]))
