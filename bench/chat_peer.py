# SPDX-License-Identifier: Apache-2.0
"""llama.cpp by way of llama-cpp-python, asked as bench_chat is: commands on standard input, seconds on standard output.

Usage: chat_peer.py MODEL.gguf --threads N
"""
import argparse
import ctypes
import resource
import sys
import time

import llama_cpp as L

CONVERSATIONS, CONTEXT, BATCH = 16, 1024, 512


class Peer:
    def __init__(self, path, threads):
        L.llama_log_set(QUIET, ctypes.c_void_p(0))
        L.llama_backend_init()
        p = L.llama_model_default_params()
        p.n_gpu_layers = 0
        self.model = L.llama_model_load_from_file(path.encode(), p)
        if not self.model:
            sys.exit(f"{path}: not read")
        self.vocab = L.llama_vocab_n_tokens(L.llama_model_get_vocab(self.model))
        c = L.llama_context_default_params()
        c.n_ctx, c.n_batch, c.n_ubatch, c.n_seq_max = CONTEXT * CONVERSATIONS, 2 * CONTEXT, BATCH, CONVERSATIONS
        c.n_threads = c.n_threads_batch = threads
        self.context = L.llama_init_from_model(self.model, c)
        self.batch = L.llama_batch_init(2 * CONTEXT, 0, 1)

    def feed(self, at, n, together):
        """The next n tokens of some conversations, with the logits of the last; in batches that the context takes."""
        b, size, rows = self.batch, 0, [(s, i) for s in range(together) for i in range(n)]
        while rows:
            now, rows = rows[:2 * CONTEXT], rows[2 * CONTEXT:]
            for size, (s, i) in enumerate(now):
                b.token[size], b.pos[size], b.n_seq_id[size], b.seq_id[size][0] = ((at + i) * 37 + 5) % self.vocab, at + i, 1, s
                b.logits[size] = i == n - 1
            b.n_tokens = size + 1
            if L.llama_decode(self.context, b):
                sys.exit("llama_decode failed")
            L.llama_synchronize(self.context)

    def run(self, n, after, together):
        L.llama_memory_clear(L.llama_get_memory(self.context), True)
        if after:
            self.feed(0, after, together)
        began = time.perf_counter()
        for i in range(n) if after else (0,):
            self.feed(after + i, 1 if after else n, together)
        return time.perf_counter() - began


QUIET = L.llama_log_callback(lambda level, text, data: None)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("model")
    a.add_argument("--threads", type=int, default=2)
    a = a.parse_args()
    peer = Peer(a.model, a.threads)
    for line in sys.stdin:
        what, *numbers = line.split()
        n, after, together = [*map(int, numbers), *(0, 0, 1)[len(numbers):]]
        answer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3 if what == "memory" else peer.run(n, after, together)
        print(f"{answer:.6f}", flush=True)


if __name__ == "__main__":
    main()
