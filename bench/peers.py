# SPDX-License-Identifier: Apache-2.0
"""Times the encoder and the decoder's step of faster-whisper's engine (CTranslate2, int8) and OpenVINO on a model folder.

    python3 bench/peers.py FOLDER [--threads 2] [--runs 3]
Prints "NAME ENCODE_MS TOKEN_MS PEAK_MB" a line, "-" where a figure has no like. Needs torch, transformers, ctranslate2, openvino.
The decoder's step is the time that 64 further tokens take, so that the prompt does not count. Every peer runs in a process
of its own, for its peak memory.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

TOKENS = 64


def median_ms(run, runs: int) -> float:
    run()
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took)


def official(folder: Path):
    """The transformers class with the folder's weights, in f32."""
    import torch
    from transformers import WhisperForConditionalGeneration

    return WhisperForConditionalGeneration.from_pretrained(folder, torch_dtype=torch.float32).eval()


def shapes(folder: Path):
    config = json.loads((folder / "config.json").read_text())
    return config["num_mel_bins"], config["vocab_size"]


def vocabulary(folder: Path) -> list:
    """Tokens by id."""
    content = json.loads((folder / "tokenizer.json").read_text())
    ids = {**content["model"]["vocab"], **{token["content"]: token["id"] for token in content["added_tokens"]}}
    return sorted(ids, key=ids.get)


def convert_ctranslate2(folder: Path, to: str):
    from ctranslate2.converters import TransformersConverter
    from ctranslate2.converters.transformers import WhisperLoader

    # Folders of random weights have no tokenizer that transformers reads.
    WhisperLoader.get_vocabulary = lambda self, model, tokenizer: vocabulary(folder)
    WhisperLoader.set_config = lambda self, config, model, tokenizer: config.add_attribute("suppress_ids", [])
    TransformersConverter.load_tokenizer = lambda self, *args, **kwargs: None
    TransformersConverter(str(folder)).convert(to, quantization="int8", force=True)


def ctranslate2_int8(folder: Path, threads: int, runs: int):
    import ctranslate2
    import numpy as np

    mels, vocab = shapes(folder)
    with tempfile.TemporaryDirectory() as made:
        work = get_context("spawn").Process(target=convert_ctranslate2, args=(folder, made))
        work.start(), work.join()
        model = ctranslate2.models.Whisper(made, compute_type="int8", intra_threads=threads, inter_threads=1)
    noise = ctranslate2.StorageView.from_array(np.random.default_rng(1).standard_normal((1, mels, 3000)).astype(np.float32))
    encode = median_ms(lambda: model.encode(noise), runs)
    memory = model.encode(noise)
    names = vocabulary(folder)
    prompt = [names.index(f"<|{name}|>") for name in ("startoftranscript", "en", "transcribe", "notimestamps")]
    def tokens(count):
        model.generate(memory, [prompt], beam_size=1, max_length=count, suppress_tokens=[names.index("<|endoftext|>")])
    few, many = median_ms(lambda: tokens(8), runs), median_ms(lambda: tokens(8 + TOKENS), runs)
    return encode, (many - few) / TOKENS


def openvino_encoder(folder: Path, threads: int, runs: int):
    import numpy as np
    import openvino
    import torch

    mels, _ = shapes(folder)
    encoder = official(folder).model.encoder
    converted = openvino.convert_model(encoder, example_input=torch.zeros(1, mels, 3000))
    compiled = openvino.compile_model(converted, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"})
    noise = np.random.default_rng(1).standard_normal((1, mels, 3000)).astype(np.float32)
    request = compiled.create_infer_request()
    return median_ms(lambda: request.infer([noise]), runs), None


PEERS = {"faster-whisper int8": ctranslate2_int8, "OpenVINO": openvino_encoder}


def measure(name: str, args, pipe):
    encode, token = PEERS[name](args.folder, args.threads, args.runs)
    pipe.send((encode, token, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    spawn = get_context("spawn")
    for name in PEERS:
        receive, send = spawn.Pipe(False)
        process = spawn.Process(target=measure, args=(name, args, send))
        process.start()
        send.close()
        try:
            encode, token, peak = receive.recv()
            print(f"{name}\t{encode:.1f}\t{'-' if token is None else f'{token:.3f}'}\t{peak:.0f}", flush=True)
        except EOFError:
            print(f"{name} failed", file=sys.stderr)
        process.join()


if __name__ == "__main__":
    main()
