# SPDX-License-Identifier: Apache-2.0
"""A whole tiny Flux2KleinPipeline with random weights, written as the hub lays the published one out, and what the official
class draws with it from given noise: from words alone with guidance, and from words and two pictures.

    pip install torch diffusers transformers safetensors pillow
    python scripts/make_fixture_flux2_klein.py QWEN3.JINJA tests/data/flux2-klein-tiny

QWEN3.JINJA is the template that scripts/make_fixture_qwen3.py names; the tokenizer is tests/data/qwen3-tiny's.
"""
import json
import shutil
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2KleinPipeline, Flux2Transformer2DModel
from PIL import Image
from safetensors.torch import save_file
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
VAE = {"block_out_channels": (8, 8, 16, 16), "layers_per_block": 1, "latent_channels": 4, "norm_num_groups": 4,
       "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4, "sample_size": 32}
TRANSFORMER = {"in_channels": 16, "num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2,
               "joint_attention_dim": 96, "timestep_guidance_channels": 32, "mlp_ratio": 3.0, "axes_dims_rope": (4, 4, 4, 4),
               "rope_theta": 2000, "guidance_embeds": False}
TEXT = {"vocab_size": 640, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 28, "num_attention_heads": 2,
        "num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 1024, "rms_norm_eps": 1e-6, "rope_theta": 1e6,
        "tie_word_embeddings": True}
WIDTH, HEIGHT = 96, 64
REFERENCES = ((64, 80), (80, 64))
PROMPT = "a red fox\n jumps over the snow, 24 flakes \u00e9"
STEPS, GUIDANCE = 3, 4.0


def randomize(model, matrices):
    """bf16 values, so that a file of half the size holds them exactly."""
    for name, p in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            p.data.uniform_(0.5, 1.5)
        elif p.dim() == 1:
            p.data.uniform_(-0.3, 0.3)
        else:
            p.data.normal_(0, matrices / p[0].numel() ** 0.5)
        p.data = p.data.bfloat16().float()


def text_encoder():
    """One layer more than are read: transformers norms the states after the last one."""
    model = Qwen3ForCausalLM(Qwen3Config(**TEXT)).eval()
    randomize(model, 1.0)
    return model


def photo(width, height, seed):
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (height, width, 3), generator=generator, dtype=torch.uint8)
    return Image.fromarray(pixels.numpy())


def rows(x):
    return x[0].permute(1, 2, 0).reshape(-1, x.shape[1]).contiguous()


@torch.no_grad()
def draw(pipe, out, name, **kwargs):
    noise = torch.randn(1, TRANSFORMER["in_channels"], HEIGHT // 16, WIDTH // 16)

    def keep(p, i, t, found):
        out[f"{name}.step.{i}"] = found["latents"][0].clone()
        return found

    decoded = pipe(prompt=PROMPT, width=WIDTH, height=HEIGHT, num_inference_steps=STEPS, guidance_scale=GUIDANCE, latents=noise,
                   output_type="pt", callback_on_step_end=keep, callback_on_step_end_tensor_inputs=["latents"], **kwargs).images
    out[f"{name}.noise"], out[f"{name}.picture"] = rows(noise), rows(decoded)


def save(pipe, folder):
    pipe.transformer.bfloat16().save_pretrained(folder / "transformer", max_shard_size="60KB")
    pipe.text_encoder.bfloat16().save_pretrained(folder / "text_encoder", max_shard_size="250KB")
    pipe.vae.save_pretrained(folder / "vae")
    pipe.scheduler.save_pretrained(folder / "scheduler")
    (folder / "tokenizer").mkdir()
    shutil.copy(DATA / "qwen3-tiny" / "tokenizer.json", folder / "tokenizer" / "tokenizer.json")
    index = {"_class_name": "Flux2KleinPipeline", "is_distilled": False,
             "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"], "text_encoder": ["transformers", "Qwen3ForCausalLM"],
             "tokenizer": ["transformers", "Qwen2TokenizerFast"], "transformer": ["diffusers", "Flux2Transformer2DModel"],
             "vae": ["diffusers", "AutoencoderKLFlux2"]}
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")


def main(template, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    torch.manual_seed(11)
    vae = AutoencoderKLFlux2(**VAE).eval()
    transformer = Flux2Transformer2DModel(**TRANSFORMER).eval()
    randomize(vae, 1.2)
    randomize(transformer, 0.9)
    vae.bn.running_mean.uniform_(-0.5, 0.5)
    vae.bn.running_var.uniform_(0.3, 2.0)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(DATA / "qwen3-tiny" / "tokenizer.json"), pad_token="<|endoftext|>",
                                        padding_side="right")
    tokenizer.chat_template = Path(template).read_text()
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True, time_shift_type="exponential")
    pipe = Flux2KleinPipeline(scheduler, vae, text_encoder(), tokenizer, transformer, is_distilled=False)
    pipe.set_progress_bar_config(disable=True)
    out = {}
    out["features"] = pipe.encode_prompt(PROMPT)[0][0, ::37].contiguous()
    draw(pipe, out, "words")
    photos = [photo(w, h, i) for i, (w, h) in enumerate(REFERENCES)]
    draw(pipe, out, "pictures", image=photos)
    for i, p in enumerate(photos):
        out[f"photo.{i}"] = torch.frombuffer(bytearray(p.tobytes()), dtype=torch.uint8).clone()
    (folder / "prompt.txt").write_text(PROMPT)
    save(pipe, folder)
    save_file({k: v.contiguous() for k, v in out.items()}, folder / "expected.safetensors")
    print({k: (tuple(v.shape), round(float(v.float().std()), 3)) for k, v in out.items()})


main(sys.argv[1], Path(sys.argv[2]))
