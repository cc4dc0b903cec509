# SPDX-License-Identifier: Apache-2.0
"""Kokoro at its real size on random weights: the engine beside onnxruntime, which is what kokoro-onnx runs, and beside the
official class in PyTorch.

    python bench/speak_peers.py make FOLDER              a model of the published layout with random weights, and FOLDER/model.onnx
    python bench/speak_peers.py run FOLDER build/bench_speak [--threads N] [--rounds N] [--torch]

Needs: torch transformers attrs loguru onnx onnxruntime; kokoro and kokoro-onnx (the latter for its copy of config.json) with
--no-deps. Rounds alternate between the programs. Processor time is given beside elapsed time, since that is what a machine
with other work leaves comparable. All programs say the same tokens with the same weights and so the same number of samples.
"""
import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time
import types
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")
IPA = "ðə kwˈɪk bɹˈaʊn fˈɑːks dʒˈʌmps ˌoʊvɚ ðə lˈeɪzi dˈɔɡ, ænd ðə dˈɔɡ slˈiːps ɪn ðə sˈʌn."
KOKORO = "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˌOvəɹ ðə lˈAzi dˈɔɡ, ænd ðə dˈɔɡ slˈips ɪn ðə sˈʌn."
TOKENS = 82


def official():
    root = Path(importlib.util.find_spec("kokoro").submodule_search_locations[0])
    package = types.ModuleType("kokoro")  # without its grapheme-to-phoneme stack
    package.__path__ = [str(root)]
    sys.modules["kokoro"] = package
    from kokoro import model
    return model


def published_config():
    root = Path(importlib.util.find_spec("kokoro_onnx").submodule_search_locations[0])
    return json.loads((root / "config.json").read_text())


def part_dict(module):
    return {f"module.{k}": v.contiguous() for k, v in module.state_dict().items()
            if not k.endswith(("norm.weight", "norm.bias")) or "LayerNorm" in k or "layer_norm" in k}


def make(folder):
    import torch
    kokoro = official()
    (folder / "voices").mkdir(parents=True, exist_ok=True)
    cfg = published_config()
    (folder / "config.json").write_text(json.dumps(cfg))
    torch.manual_seed(1)
    path = folder / "kokoro-v1_0.pth"
    torch.save({}, path)
    model = kokoro.KModel(repo_id="random", config=cfg, model=str(path)).eval()
    for name, p in model.named_parameters():
        if "alpha" in name:
            p.data.copy_(0.5 + 1.5 * torch.rand_like(p))
    for name, m in model.named_modules():
        if "generator" in name and hasattr(m, "weight_v"):
            m.weight_g.data.fill_(0.7)
    model.decoder.generator.conv_post.weight_g.data.mul_(0.3)
    # About three frames a token, as in speech, and a pitch around 120 Hz.
    model.predictor.duration_proj.linear_layer.bias.data.fill_(-2.75)
    model.predictor.F0_proj.weight.data.mul_(300)
    model.predictor.F0_proj.bias.data.fill_(120)
    torch.save({k: part_dict(getattr(model, k))
                for k in ("bert", "bert_encoder", "predictor", "decoder", "text_encoder")}, path)
    torch.save(0.3 * torch.randn(510, 1, 256), folder / "voices" / "af_random.pt")
    export(kokoro, folder, cfg)


def export(kokoro, folder, cfg):
    """As the package's own examples/export.py does it."""
    import torch
    model = kokoro.KModel(repo_id="random", config=cfg, model=str(folder / "kokoro-v1_0.pth"), disable_complex=True)
    wrapped = kokoro.KModelForONNX(model.eval()).eval()
    ids = torch.randint(1, 170, (1, TOKENS))
    style = torch.load(folder / "voices" / "af_random.pt")[TOKENS - 3]
    torch.onnx.export(
        wrapped, (ids, style, torch.tensor([1.0])), str(folder / "model.onnx"), input_names=["tokens", "style", "speed"],
        output_names=["waveform", "duration"], dynamic_axes={"tokens": {1: "n"}, "waveform": {0: "samples"}},
        opset_version=17, dynamo=False)


def inputs(folder):
    import torch
    vocab = published_config()["vocab"]
    ids = np.array([[0, *(vocab[c] for c in KOKORO), 0]], dtype=np.int64)
    pack = torch.load(folder / "voices" / "af_random.pt")
    return ids, pack[len(KOKORO) - 1].numpy()


def worker(kind, folder, threads):
    """In a process of its own: one line of numbers a round, for each line read."""
    ids, style = inputs(folder)
    if kind == "onnxruntime":
        import onnxruntime as ort
        o = ort.SessionOptions()
        o.intra_op_num_threads = threads
        session = ort.InferenceSession(str(folder / "model.onnx"), o, providers=["CPUExecutionProvider"])
        say = lambda: session.run(None, {"tokens": ids, "style": style, "speed": np.array([1.0], np.float32)})[0]  # noqa: E731
    else:
        import torch
        torch.set_num_threads(threads)
        model = official().KModel(repo_id="random", config=published_config(), model=str(folder / "kokoro-v1_0.pth")).eval()
        ids, style = torch.from_numpy(ids), torch.from_numpy(style)
        say = lambda: model.forward_with_tokens(ids, style, 1.0)[0].numpy()  # noqa: E731
    say()
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        n = say().size
        print(time.perf_counter() - wall, time.process_time() - cpu, n / 24000,
              resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, flush=True)


def run(args):
    kinds = ["onnxruntime", *(["torch"] if args.torch else [])]
    peers = {k: subprocess.Popen([sys.executable, __file__, "worker", args.folder, k, "--threads", str(args.threads)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
             for k in kinds}
    results = {}
    for _ in range(args.rounds):
        for kind, p in peers.items():
            p.stdin.write("\n")
            p.stdin.flush()
            results.setdefault(kind, []).append([float(x) for x in p.stdout.readline().split()])
        for compute in ("f32", "bf16"):
            out = subprocess.run([args.bench, args.folder, "--phonemes", IPA, "--compute", compute, "--runs", "1",
                                  "--threads", str(args.threads)], capture_output=True, text=True, check=True).stdout
            r = json.loads(out)
            results.setdefault(f"inhouse {compute}", []).append(
                [r["speak_ms"] / 1e3, r["cpu_ms"] / 1e3, r["sound_s"], r["peak_mb"]])
    for p in peers.values():
        p.stdin.close()
        p.wait()
    print("| engine | elapsed s | processor s | sound s | sound per processor second | peak MB |\n|---|---|---|---|---|---|")
    for kind, rows in results.items():
        wall, cpu, sound, peak = (statistics.median(c) for c in zip(*rows))
        print(f"| {kind} | {wall:.2f} | {cpu:.2f} | {sound:.2f} | {sound / cpu:.1f} | {peak:.0f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["make", "run", "worker"])
    parser.add_argument("folder")
    parser.add_argument("bench", nargs="?")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--torch", action="store_true")
    args = parser.parse_args()
    if args.what == "make":
        make(Path(args.folder))
    elif args.what == "worker":
        worker(args.bench, Path(args.folder), args.threads)
    else:
        run(args)


main()
