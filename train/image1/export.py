# SPDX-License-Identifier: Apache-2.0
"""Writes the model's folder from the averaged weights; works while training runs.

    python -m image1.export small --to ../models/image-1 [--check]
--check loads what was written with diffusers' and transformers' own classes and compares what they give.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from . import model as net
from .autoencoder import folded
from .config import AXES, LATENT, LONGEST, PATCH, PLACES, PRESETS, SIZE, SPAN, THETA, VERSION, folder
from .sample import GUIDANCE, LEAST, SHIFT, STEPS, load


def transformer_config(preset) -> dict:
    return {"_class_name": "Flux2Transformer2DModel", "patch_size": 1, "in_channels": LATENT + PLACES, "out_channels": LATENT + net.HINTS, "num_layers": preset.double,
            "num_single_layers": preset.single, "attention_head_dim": 64, "num_attention_heads": preset.heads, "joint_attention_dim": preset.text_width,
            "timestep_guidance_channels": net.TIMES, "mlp_ratio": 3.0, "axes_dims_rope": list(AXES), "rope_theta": THETA, "eps": net.EPSILON, "guidance_embeds": False}


def text_config(preset, vocabulary: int) -> dict:
    return {"architectures": ["Qwen3Model"], "model_type": "qwen3", "vocab_size": vocabulary, "hidden_size": preset.text_width, "num_hidden_layers": preset.text_layers,
            "num_attention_heads": preset.text_width // 64, "num_key_value_heads": preset.text_width // 128, "head_dim": 64, "intermediate_size": 3 * preset.text_width,
            "hidden_act": "silu", "rms_norm_eps": net.EPSILON, "rope_theta": net.TextEncoder.THETA, "max_position_embeddings": LONGEST, "attention_bias": False,
            "tie_word_embeddings": True, "torch_dtype": "bfloat16"}


def autoencoder_config(autoencoder) -> dict:
    a, b, c = autoencoder.widths
    return {"_class_name": "InhouseImage1Autoencoder", "width_quarter": a, "width_eighth": b, "width_sixteenth": c, "latent_channels": LATENT}


def head_config() -> dict:
    return {"_class_name": "InhouseImage1Head", "latent_channels": LATENT, "hint_channels": net.HINTS, "width": net.HEAD_WIDTH}


def about(preset, state: dict) -> dict:
    """What the pipeline needs to know besides."""
    return {"model_type": "image1", "name": "image-1", "version": VERSION, "preset": preset.name, "steps_trained": state["step"], "pictures_seen": state["seen"],
            "patch": PATCH, "places": PLACES, "span": SPAN, "prediction": "x", "least_sigma": LEAST, "longest": LONGEST, "end_token": "<|endoftext|>", "size": SIZE,
            "multiple": PATCH, "side_least": 64, "side_most": 512, "steps": STEPS, "guidance": GUIDANCE, "shift": SHIFT}


def put(tensors: dict, path: Path, dtype):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}, path, metadata={"format": "pt"})
    path.chmod(0o644)


def write(to: Path, preset, model, autoencoder, tokenizer: Path, state: dict, dtype=torch.bfloat16):
    def text(value, *path):
        to.joinpath(*path).parent.mkdir(parents=True, exist_ok=True)
        to.joinpath(*path).write_text(json.dumps(value, indent=1) + "\n")

    text({"_class_name": "InhouseImage1Pipeline", "text_encoder": ["transformers", "Qwen3Model"], "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
          "transformer": ["diffusers", "Flux2Transformer2DModel"], "head": ["inhouse", "InhouseImage1Head"],
          "autoencoder": ["inhouse", "InhouseImage1Autoencoder"]}, "model_index.json")
    text(about(preset, state), "image1.json")
    text(head_config(), "head", "config.json")
    put(model.head.state_dict(), to / "head" / "diffusion_pytorch_model.safetensors", dtype)
    text(autoencoder_config(autoencoder), "autoencoder", "config.json")
    put(folded(autoencoder), to / "autoencoder" / "diffusion_pytorch_model.safetensors", dtype)
    text(transformer_config(preset), "transformer", "config.json")
    text(text_config(preset, model.text.embed_tokens.num_embeddings), "text_encoder", "config.json")
    put(model.transformer.state_dict(), to / "transformer" / "diffusion_pytorch_model.safetensors", dtype)
    put({**model.text.state_dict(), "norm.weight": torch.ones(preset.text_width)}, to / "text_encoder" / "model.safetensors", dtype)
    (to / "tokenizer").mkdir(exist_ok=True)
    shutil.copyfile(tokenizer, to / "tokenizer" / "tokenizer.json")


@torch.no_grad()
def check(to: Path, preset):
    """The largest differences of our transformer and text encoder from the official classes, on the weights as written."""
    from diffusers import Flux2Transformer2DModel
    from transformers import Qwen3Model

    theirs = Flux2Transformer2DModel.from_pretrained(to / "transformer", torch_dtype=torch.float32)
    reader = Qwen3Model.from_pretrained(to / "text_encoder", dtype=torch.float32)
    ours = net.Transformer(preset.width, preset.double, preset.single, preset.text_width)
    ours.load_state_dict({name: value.float() for name, value in load_file(to / "transformer" / "diffusion_pytorch_model.safetensors").items()})
    text = net.TextEncoder(reader.config.vocab_size, preset.text_width, preset.text_layers)
    written = load_file(to / "text_encoder" / "model.safetensors")
    text.load_state_dict({name: value.float() for name, value in written.items() if name != "norm.weight"})
    torch.manual_seed(1)
    tokens = torch.randint(0, reader.config.vocab_size, (2, 11))
    caught = []
    reader.layers[-1].register_forward_hook(lambda _module, _inputs, out: caught.append(out[0] if isinstance(out, tuple) else out))
    reader(input_ids=tokens)
    mine = text(tokens)
    ids, sigma = net.grid(128, 192), torch.tensor([0.3, 0.9])
    seen = net.located(torch.randn(2, len(ids), LATENT), ids)
    a = ours(seen, mine, sigma, ids)
    b = theirs(hidden_states=seen, encoder_hidden_states=mine, timestep=sigma, img_ids=ids, txt_ids=net.words(tokens.shape[1]), guidance=None, return_dict=False)[0]
    for name, x, y in (("text encoder", mine, caught[0]), ("transformer", a, b)):
        print(f"{name}: largest difference {float((x - y).abs().max()):.2e} where the largest value is {float(y.abs().max()):.2e}")
        assert torch.allclose(x, y, atol=2e-4 * float(y.abs().max())), name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    preset = PRESETS[args.preset]
    model, autoencoder, _, state = load(preset)
    write(args.to, preset, model, autoencoder, folder(preset) / "tokenizer.json", state)
    total = sum(path.stat().st_size for path in args.to.rglob("*") if path.is_file())
    print(f"step {state['step']}, {state['seen']} pictures seen, {total / 1e6:.1f} MB")
    if args.check:
        check(args.to, preset)


if __name__ == "__main__":
    main()
