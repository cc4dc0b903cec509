#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Text models side by side with llama.cpp on the same GGUF files, in turns: tokens a second, medians of all rounds, and medians of
the ratios of neighbouring runs.

Usage: chat.py MODEL.gguf... [--llama PYTHON] [--rounds N] [--threads N] [--compute auto] [--tier all] [--program build-bench/bench_chat]
PYTHON is an interpreter with llama-cpp-python. Random models: scripts/make_random_qwen3.py.
"""
import argparse
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASKED = [("prompt 512", 512), ("tokens 64 8", 64), ("tokens 64 512", 64)]
TOGETHER = [1, 4, 8]


class Engine:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.ask("tokens 2 8")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("an engine ended")
        return float(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def engines(a, model):
    yield "inhouse", Engine([a.program, model, "--threads", str(a.threads), "--compute", a.compute, "--tier", a.tier])
    if a.llama:
        yield "llama.cpp", Engine([a.llama, str(HERE / "chat_peer.py"), model, "--threads", str(a.threads)])


def measure(a, model):
    """Name to question to tokens a second of each round."""
    running = dict(engines(a, model))
    asked = ASKED + [(f"together 32 8 {k}", 32 * k) for k in TOGETHER]
    rates = {name: {line: [] for line, _ in asked} for name in running}
    for _ in range(a.rounds):
        for line, tokens in asked:
            for name, engine in running.items():
                rates[name][line].append(tokens / engine.ask(line))
    memory = {name: engine.ask("memory") for name, engine in running.items()}
    for engine in running.values():
        engine.stop()
    return rates, memory


def main():
    a = argparse.ArgumentParser()
    a.add_argument("models", nargs="+")
    a.add_argument("--llama")
    a.add_argument("--program", default="build-bench/bench_chat")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--compute", default="auto")
    a.add_argument("--tier", default="all")
    a = a.parse_args()
    heads = ["prompt of 512", "a token behind 8", "behind 512", *(f"{k} together" for k in TOGETHER)]
    print(f"| model | engine | {' | '.join(heads)} | peak MB |\n|{'---|' * (len(heads) + 3)}", flush=True)
    for model in a.models:
        rates, memory = measure(a, model)
        name = Path(model).stem
        for engine, lines in rates.items():
            cells = [f"{statistics.median(v):.1f}" for v in lines.values()]
            print(f"| {name} | {engine} | {' | '.join(cells)} | {memory[engine]:.0f} |", flush=True)
        if a.llama:
            pairs = [zip(rates["inhouse"][line], rates["llama.cpp"][line]) for line in rates["inhouse"]]
            cells = [f"{statistics.median(x / y for x, y in pair):.2f}" for pair in pairs]
            print(f"| {name} | times llama.cpp | {' | '.join(cells)} | |", flush=True)


if __name__ == "__main__":
    main()
