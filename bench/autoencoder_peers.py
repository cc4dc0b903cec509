# SPDX-License-Identifier: Apache-2.0
"""The autoencoder of FLUX.2 at its real size on random weights: the engine beside diffusers' class in PyTorch.

    python bench/autoencoder_peers.py make FOLDER                  a model of the published layout with random weights
    python bench/autoencoder_peers.py run FOLDER build/bench_autoencoder [--size WxH] [--encode] [--threads N] [--rounds N]

Needs: torch diffusers transformers safetensors. Rounds alternate between the programs. Processor time is given beside elapsed
time, since that is what a machine with other work leaves comparable; ratios are of processor time against PyTorch in f32.
"""
import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
STAGES = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
          "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "latent_channels": 32}


def make(folder):
    import torch
    from diffusers import AutoencoderKLFlux2
    torch.manual_seed(1)
    AutoencoderKLFlux2(**STAGES).to(torch.bfloat16).save_pretrained(folder)


def worker(args):
    """In a process of its own: one line of numbers a round, for each line read."""
    import torch
    from diffusers import AutoencoderKLFlux2
    torch.set_num_threads(args.threads)
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[args.bench]
    vae = AutoencoderKLFlux2.from_pretrained(args.folder, torch_dtype=dtype).eval()
    vae.to(memory_format=torch.channels_last)
    width, height = map(int, args.size.split("x"))
    if args.encode:
        x, work = torch.rand(1, 3, height, width, dtype=dtype), lambda x: vae.encode(x).latent_dist.mode()
    else:
        x, work = torch.randn(1, 32, height // 8, width // 8, dtype=dtype), lambda x: vae.decode(x).sample
    x = x.contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        work(x)
        for _ in sys.stdin:
            wall, cpu = time.perf_counter(), time.process_time()
            work(x)
            print(time.perf_counter() - wall, time.process_time() - cpu,
                  resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, flush=True)


def ours(args, compute):
    command = [args.bench, args.folder, "--compute", compute, "--size", args.size, "--threads", str(args.threads), "--runs", "1"]
    r = json.loads(subprocess.run(command + ["--encode"] * args.encode, capture_output=True, text=True, check=True).stdout)
    return [r["ms"] / 1e3, r["cpu_ms"] / 1e3, r["peak_mb"]]


def run(args):
    peers = {f"PyTorch {kind}": subprocess.Popen(
        [sys.executable, __file__, "worker", args.folder, kind, "--threads", str(args.threads), "--size", args.size,
         *["--encode"] * args.encode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for kind in ("f32", "bf16")}
    results = {}
    for _ in range(args.rounds):
        for kind, p in peers.items():
            p.stdin.write("\n")
            p.stdin.flush()
            results.setdefault(kind, []).append([float(x) for x in p.stdout.readline().split()])
        for compute in ("f32", "bf16", "int8"):
            results.setdefault(f"inhouse {compute}", []).append(ours(args, compute))
    for p in peers.values():
        p.stdin.close()
        p.wait()
    base = statistics.median(r[1] for r in results["PyTorch f32"])
    print("| engine | elapsed s | processor s | times PyTorch f32 | peak MB |\n|---|---|---|---|---|")
    for kind, rows in results.items():
        wall, cpu, peak = (statistics.median(c) for c in zip(*rows))
        print(f"| {kind} | {wall:.2f} | {cpu:.2f} | {base / cpu:.2f} | {peak:.0f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["make", "run", "worker"])
    parser.add_argument("folder")
    parser.add_argument("bench", nargs="?")
    parser.add_argument("--size", default="512x512")
    parser.add_argument("--encode", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if args.what == "make":
        make(Path(args.folder))
    elif args.what == "worker":
        worker(args)
    else:
        run(args)


main()
