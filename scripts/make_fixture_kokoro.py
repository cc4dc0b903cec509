# SPDX-License-Identifier: Apache-2.0
"""A tiny Kokoro with random weights, written as the hub lays the published one out, and every stage of the official
class (PyPI kokoro, KModel) on two utterances.

    pip install torch transformers safetensors loguru huggingface_hub; pip install --no-deps kokoro kokoro-onnx
    python scripts/make_fixture_kokoro.py tests/data/kokoro-tiny

kokoro-onnx is only asked for its copy of the published config.json (the vocabulary). The class has three widths written
into its Decoder; they are narrowed here, all that computes is official.
"""
import importlib.util
import json
import sys
import types
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

# The package's front door pulls in a grapheme-to-phoneme stack that nothing here needs.
ROOT = Path(importlib.util.find_spec("kokoro").submodule_search_locations[0])
package = types.ModuleType("kokoro")
package.__path__ = [str(ROOT)]
sys.modules["kokoro"] = package
from kokoro import istftnet, model as official  # noqa: E402

WIDTH, RESIDUAL, STYLE = 14, 3, 128
# Kokoro's letters, and the same in espeak-ng's: the length of the first ones picks the style's row.
UTTERANCES = {
    "a": {"kokoro": "hˈO wˈɜɹ.", "ipa": "hˈoʊ wˈɜː.", "speed": 1.0},
    "b": {"kokoro": "ə ʤˈI", "ipa": "ɐ dʒˈaɪ", "speed": 1.3},
}


class NarrowDecoder(istftnet.Decoder):
    def __init__(self, dim_in, style_dim, dim_out, disable_complex=False, **generator):
        nn.Module.__init__(self)
        block, norm = istftnet.AdainResBlk1d, istftnet.weight_norm
        channels = generator["upsample_initial_channel"]
        joined = WIDTH + 2 + RESIDUAL
        self.encode = block(dim_in + 2, WIDTH, style_dim)
        self.decode = nn.ModuleList([block(joined, WIDTH, style_dim) for _ in range(3)])
        self.decode.append(block(joined, channels, style_dim, upsample=True))
        self.F0_conv = norm(nn.Conv1d(1, 1, kernel_size=3, stride=2, groups=1, padding=1))
        self.N_conv = norm(nn.Conv1d(1, 1, kernel_size=3, stride=2, groups=1, padding=1))
        self.asr_res = nn.Sequential(norm(nn.Conv1d(dim_in, RESIDUAL, kernel_size=1)))
        self.generator = istftnet.Generator(style_dim, disable_complex=disable_complex, **generator)


def settle_rounding():
    """Two places where the class's own rounding would show: it adds phases up in f32, which is off by 1e-4 turns within a
    second (f64 here), and the first and last frame of the transform are symmetric, so that their spectrum is real and
    rounding decides between an angle of half a turn and minus half a turn (always the first here)."""
    source, transform = istftnet.SineGen.forward, istftnet.TorchSTFT.transform

    def exact_source(self, f0):
        return tuple(x.float() for x in source(self, f0.double()))

    def signed_transform(self, x):
        size, angle = transform(self, x)
        noise = size * angle.sin().abs() < 1e-6 * size.amax(dim=1, keepdim=True)
        return size, torch.where(noise & (angle < -torch.pi / 2), torch.pi, angle)

    istftnet.SineGen.forward, istftnet.TorchSTFT.transform = exact_source, signed_transform


def config():
    published = Path(importlib.util.find_spec("kokoro_onnx").submodule_search_locations[0]) / "config.json"
    return {
        "istftnet": {
            "upsample_kernel_sizes": [8, 12], "upsample_rates": [4, 6], "gen_istft_hop_size": 5, "gen_istft_n_fft": 20,
            "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 2, 4]], "resblock_kernel_sizes": [3, 7, 11],
            "upsample_initial_channel": 12,
        },
        "dim_in": 64, "dropout": 0.2, "hidden_dim": 12, "max_conv_dim": 512, "max_dur": 6, "multispeaker": True,
        "n_layer": 2, "n_mels": 80, "n_token": 178, "style_dim": STYLE, "text_encoder_kernel_size": 5,
        "plbert": {
            "hidden_size": 20, "embedding_size": 6, "num_attention_heads": 2, "intermediate_size": 30,
            "max_position_embeddings": 64, "num_hidden_layers": 3, "dropout": 0.1,
        },
        "vocab": json.loads(published.read_text())["vocab"],
    }


def randomize(model):
    """Norms and alphas too, or a forgotten one would not show; pitch that crosses the voicing threshold."""
    for name, p in model.named_parameters():
        if name.endswith("weight_g"):
            p.data.mul_(0.6 + 0.8 * torch.rand_like(p))
        elif "alpha" in name:
            p.data.copy_(0.5 + 1.5 * torch.rand_like(p))
        elif name.endswith(("gamma", "LayerNorm.weight", "layer_layer_norm.weight")):
            p.data.copy_(0.7 + 0.6 * torch.rand_like(p))
        elif name.endswith(("beta", "bias")):
            p.data.add_(0.1 * torch.randn_like(p))
    for name, m in model.named_modules():
        if "generator" in name and hasattr(m, "weight_v"):
            m.weight_g.data.fill_(0).add_(m.weight_v.data.flatten(1).norm(dim=1).view(-1, 1, 1))
            m.weight_g.data.div_(m.weight_v.data.flatten(1).norm(dim=1).view(-1, 1, 1))
            m.weight_g.data.mul_(0.6 + 0.8 * torch.rand_like(m.weight_g))
    # The published file has no weights for the norms inside AdaIN; a file that was saved again by this class has.
    for name, p in model.predictor.named_parameters():
        if name.endswith("norm.weight") or name.endswith("norm.bias"):
            p.data.add_(0.3 * torch.randn_like(p))
    predictor = model.predictor
    predictor.F0_proj.weight.data.mul_(400)
    predictor.F0_proj.bias.data.fill_(90)
    predictor.duration_proj.linear_layer.weight.data.mul_(60)
    predictor.duration_proj.linear_layer.bias.data.fill_(-0.8)
    model.decoder.generator.conv_post.weight_g.data.mul_(0.3)


def part_dict(name, module):
    """As the hub's file: a state dict of DataParallel's, without the norms that the code made up later (but for one part)."""
    return {f"module.{k}": v.contiguous() for k, v in module.state_dict().items()
            if name == "predictor" or not k.endswith(("norm.weight", "norm.bias")) or "layer_norm" in k.lower()
            or "LayerNorm" in k}


def rows(x):
    return x.detach()[0].transpose(0, 1).contiguous().float()


class Recorder:
    """Keeps what each stage gives, time-major, under the names that the engine uses."""

    def __init__(self, model):
        self.stages, self.sums, self.noise, self.handles = {}, {}, [], []
        self.model = model
        bert, p, d = model.bert, model.predictor, model.decoder
        count = {"bert": 0}

        def layer(_, __, out):
            out = out[0] if isinstance(out, tuple) else out
            self.keep(f"bert.{count['bert']}", out[0])
            count["bert"] += 1

        self.hook(bert.encoder.albert_layer_groups[0].albert_layers[0], layer)
        self.hook(model.bert_encoder, lambda _, __, o: self.keep("bert_encoder.0", o[0]))
        self.hook(p.duration_proj, lambda _, __, o: self.keep("durations.0", torch.sigmoid(o).sum(-1)[0][:, None]))
        self.hook(p.shared, lambda _, __, o: self.keep("shared.0", o[0][0]))
        self.hook(p.F0_proj, lambda _, __, o: self.keep("pitch.0", rows(o)))
        self.hook(p.N_proj, lambda _, __, o: self.keep("energy.0", rows(o)))
        for i, c in enumerate(model.text_encoder.cnn):
            self.hook(c, lambda _, __, o, i=i: self.keep(f"text_conv.{i}", rows(o)))
        self.hook(model.text_encoder, lambda _, __, o: self.keep("text.0", rows(o)))
        self.hook(d.encode, lambda _, __, o: self.keep("encode.0", rows(o)))
        for i, b in enumerate(d.decode):
            self.hook(b, lambda _, __, o, i=i: self.keep(f"decode.{i}", rows(o)))
        self.hook_generator(d.generator)

    def hook_generator(self, g):
        def upsampled(_, args, i):
            self.keep(f"upsampled.{i}", rows(args[0]))

        def add(_, __, out, i):
            self.sums[i] = self.sums.get(i, 0) + rows(out)
            self.keep(f"stage.{i}", self.sums[i])

        self.hook(g.m_source, lambda _, __, o: self.keep("excitation.0", o[0][0]))
        self.hook(g.conv_post, lambda _, __, o: self.keep("spectrum.0", rows(o)))
        g.noise_convs[0].register_forward_pre_hook(lambda _, a: self.keep("harmonics.0", rows(a[0])))
        for i, n in enumerate(g.noise_res):
            self.hook(n, lambda _, __, o, i=i: self.keep(f"noise.{i}", rows(o)))
        for j, b in enumerate(g.resblocks):
            i = j // g.num_kernels
            if j % g.num_kernels == 0:
                b.register_forward_pre_hook(lambda m, a, i=i: upsampled(m, a, i))
            self.hook(b, lambda m, a, o, i=i: add(m, a, o, i))

    def hook(self, module, fn):
        module.register_forward_hook(lambda m, a, o: fn(m, a, o))

    def keep(self, name, x):
        self.stages[name] = x.detach().clone().contiguous()


def run(folder, cfg, name, utterance):
    """One utterance through the class, loaded from the files just written."""
    model = official.KModel(repo_id="tiny", config=cfg, model=str(folder / "kokoro-tiny.pth")).eval()
    recorder = Recorder(model)
    drawn, plain = [], torch.randn_like

    def draw(x, *args, **kwargs):
        drawn.append(plain(x, *args, **kwargs))
        return drawn[-1]

    pack = torch.load(folder / "voices" / "af_tiny.pt", weights_only=True)
    torch.manual_seed(5)
    torch.randn_like = draw
    result = model(utterance["kokoro"], pack[len(utterance["kokoro"]) - 1], utterance["speed"], return_output=True)
    torch.randn_like = plain
    mix = model.decoder.generator.m_source.l_linear.weight.detach()
    stages = dict(recorder.stages)
    stages["noise_in"] = (drawn[0][0].float() @ mix[0]).contiguous()
    stages["lengths"] = result.pred_dur.to(torch.int32)
    stages["pcm"] = result.audio.contiguous()
    f0 = stages["pitch.0"]
    print(name, "frames", int(result.pred_dur.sum()), result.pred_dur.tolist(), "voiced", int((f0 > 10).sum()), "of", len(f0),
          "pitch", f0.min().item(), f0.max().item(), "pcm", result.audio.abs().max().item())
    ids = [cfg["vocab"][c] for c in utterance["kokoro"]]
    stages["tokens"] = torch.tensor([0, *ids, 0], dtype=torch.int32)
    return {f"{name}.{k}": v for k, v in stages.items()}


def attempt(folder, cfg, seed):
    torch.manual_seed(seed)
    path = folder / "kokoro-tiny.pth"
    torch.save({}, path)
    model = official.KModel(repo_id="tiny", config=cfg, model=str(path)).eval()
    randomize(model)
    torch.save({k: part_dict(k, getattr(model, k))
                for k in ("bert", "bert_encoder", "predictor", "decoder", "text_encoder")}, path)
    for voice, rows in (("af_tiny", 10), ("zm_tiny", 6)):
        torch.save(0.4 * torch.randn(rows, 1, 2 * STYLE), folder / "voices" / f"{voice}.pt")
    stages = {}
    for name, utterance in UTTERANCES.items():
        stages.update(run(folder, cfg, name, utterance))
    return stages


def usable(stages):
    """Short, the first with lengths that differ and both kinds of frames; no angle so close to half a turn that rounding could
    decide its sign, nor a duration so close to a half that it could decide the rounding."""
    for name, utterance in UTTERANCES.items():
        lengths, pitch, angle = (stages[f"{name}.{k}"] for k in ("lengths", "pitch.0", "harmonics.0"))
        spread = stages[f"{name}.durations.0"] / utterance["speed"]
        voiced = (pitch > 10).float().mean()
        half = (torch.pi - angle[:, 11:].abs())
        plain = name == "a" and (len(lengths.unique()) < 2 or not 0.3 < voiced < 0.95)
        if (plain or lengths.sum() > 30 or ((half > 1e-6) & (half < 1e-4)).any() or ((spread % 1 - 0.5).abs() < 1e-3).any()
                or stages[f"{name}.pcm"].abs().max() > 4):
            return False
    return True


def main():
    folder = Path(sys.argv[1])
    (folder / "voices").mkdir(parents=True, exist_ok=True)
    official.Decoder = NarrowDecoder
    settle_rounding()
    cfg = config()
    (folder / "config.json").write_text(json.dumps(cfg, ensure_ascii=False))
    for seed in range(1000):
        stages = attempt(folder, cfg, seed)
        if usable(stages):
            break
    print("seed", seed)
    save_file(stages, folder / "stages.safetensors")
    (folder / "expected.json").write_text(json.dumps(UTTERANCES, ensure_ascii=False, indent=1) + "\n")


main()
