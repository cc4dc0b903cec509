# SPDX-License-Identifier: Apache-2.0
"""The server under load, beside whisper.cpp's when its folder of programs is given: `./do bench serve`.

    ./do bench serve [--whisper-cpp FOLDER] [--size tiny] [--rounds N] [--load "CLIENTS:REQUESTS ..."] [--json FILE]

Both servers read the same file of random weights, which say the same 40 tokens for any sound (scripts/make_random_whisper.py), so
that both do the same work; the texts are compared. They run at once and are asked in turns: each round asks every server at every
number of clients, each client with its next request as soon as it has its answer. Requests a second are the rounds' median,
latencies are of all rounds' requests together, memory is the most that the server's process held while it was asked. Then
short requests beside a long one, requests that need no model, connections that say nothing, and what the model's two halves would
take with several requests' windows together. Needs numpy for the weights.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOUND = ROOT / "models/transcribe-1/sample.wav"
ASK = ROOT / "build-bench/bench_serve"
TOKENS = 40
LONG_SECONDS = 300
BATCHES = (1, 2, 4, 8)


class Server:
    """A server's process; how it is asked for a text, and for its health."""

    def __init__(self, name, command, port, transcribe, health, fields=(), folder=None):
        self.name, self.port, self.transcribe, self.health = name, port, transcribe, health
        self.fields = [word for field in fields for word in ("--field", field)]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"{name} does not start: {' '.join(map(str, command))}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self, what):
        """MB; VmHWM is the most since forget()."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s*(\d+) kB", text).group(1)) * 1024 / 1e6

    def forget(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def processor(self):
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def command(self, sound, *flags):
        """How the load generator asks: for the text of a recording, or without one for health."""
        target = ["--target", self.transcribe, "--file", f"file={sound}", *self.fields] if sound else ["--target", self.health]
        return [str(word) for word in (ASK, "--port", self.port, *target, *flags)]

    def settle(self):
        """Until it is through with what earlier clients did not wait for."""
        for _ in range(300):
            before = self.processor()
            time.sleep(0.1)
            if self.processor() - before < 0.02:
                return

    def ask(self, sound, *flags, busy=False):
        """One run of the load generator; busy: the server is meant to be at something else."""
        if not busy:
            self.settle()
        self.forget()
        before = self.processor()
        done = subprocess.run(self.command(sound, *flags), stdout=subprocess.PIPE, check=True)
        result = json.loads(done.stdout)
        result["rate"] = result["answered"] / result["seconds"]
        result["processor"] = self.processor() - before
        result["peak_mb"] = self.memory("VmHWM")
        return result

    def text(self, sound, folder):
        answer = folder / "answer"
        self.ask(sound, "--requests", 1, "--answer", answer, "--patience", 120)
        return json.loads(answer.read_text() or '{"text": ""}')["text"].replace("\n", "")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def weights(size):
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "inhouse/bench"
    file = cache / f"{size}-says-{TOKENS}.bin"
    if not file.exists():
        subprocess.run([sys.executable, ROOT / "scripts/make_random_whisper.py", size, file.with_suffix(""), "--ggml", file,
                        "--says", str(TOKENS)], check=True)
    return file


def start(args, folder):
    file, port = weights(args.size), free_port()
    yield Server("**inhouse**", [ROOT / "build-bench/inhouse", "serve", "--port", str(port), "--threads", str(args.threads),
                                 "--transcribe-model", file, "--quiet"], port, "/v1/audio/transcriptions", "/healthz",
                 ("language=en", "no_timestamps=true", "beam=1", "temperature_step=0"))
    if args.whisper_cpp:
        port = free_port()
        yield Server("whisper.cpp", [args.whisper_cpp.resolve() / "whisper-server", "-m", file, "--host", "127.0.0.1", "--port",
                                     str(port), "-t", str(args.threads), "-nt", "-nf", "-mc", "0", "-l", "en"], port, "/inference",
                     "/health", folder=folder)


def percentile(times, p):
    """Milliseconds; the nearest rank."""
    ranked = sorted(times)
    return 1000 * ranked[min(len(ranked) - 1, int(len(ranked) * p / 100))] if ranked else None


def shown(value, digits=0):
    return "none" if value is None else f"{value:.{digits}f}"


def summary(results):
    times = [t for r in results for t in r["times"]]
    return {"rate": statistics.median(r["rate"] for r in results), "p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99),
            "peak_mb": max(r["peak_mb"] for r in results), "answered": len(times),
            "processor_ms": 1000 * sum(r["processor"] for r in results) / max(1, len(times)),
            "lost": sum(r["failed"] + r["late"] for r in results), "different": sum(r["different"] for r in results)}


def show(rows):
    header, *rest = rows
    print("\n" + "\n".join("| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rest)), flush=True)


def check_work(servers, folder, report):
    """The same text from all, or the comparison means nothing."""
    texts = [server.text(SOUND, folder) for server in servers]
    if len(set(texts)) > 1 or not texts[0]:
        sys.exit(f"the servers do not say the same: {texts}")
    report["text"] = texts[0]


def many_clients(servers, args, report):
    """Requests for a text from many at once."""
    results = {}
    for _ in range(args.rounds):
        for clients, requests in args.load:
            for server in servers:
                results.setdefault((clients, server.name), []).append(
                    server.ask(SOUND, "--clients", clients, "--requests", requests, "--patience", args.patience))
    rows = [["clients", "server", "requests/s", "p50 ms", "p99 ms", "peak MB", "processor ms a request", "times whisper.cpp"]]
    for (clients, name), of in results.items():
        s = summary(of)
        report["clients"].append({"clients": clients, "server": name.strip("*"), **s})
        peer = results.get((clients, "whisper.cpp"))
        ratio = f"{s['rate'] / summary(peer)['rate']:.1f}" if peer and summary(peer)["rate"] else ""
        lost = f" ({s['lost']} without an answer)" if s["lost"] else ""
        rows.append([str(clients), name, shown(s["rate"], 1) + lost, shown(s["p50_ms"]), shown(s["p99_ms"]), shown(s["peak_mb"]),
                     shown(s["processor_ms"]), ratio])
    show(rows)


def write_long(folder):
    file = folder / "long.wav"
    with wave.open(str(SOUND)) as sound, wave.open(str(file), "wb") as out:
        out.setparams(sound.getparams())
        frames = sound.readframes(sound.getnframes())
        for _ in range(LONG_SECONDS * sound.getframerate() // sound.getnframes()):
            out.writeframes(frames)
    return file


def beside_a_long_one(servers, args, folder, report):
    """Short requests while one client sends a long recording again and again."""
    long = write_long(folder)
    rows = [["beside a recording of five minutes", "p50 ms", "p99 ms", "requests", "the long one's s", "its windows"]]
    for server in servers:
        windows = len(server.text(long, folder)) / len(report["text"])
        flags = ["--seconds", args.beside, "--patience", args.patience]
        other = subprocess.Popen(server.command(long, *flags), stdout=subprocess.PIPE)
        time.sleep(0.5)
        s = summary([server.ask(SOUND, *flags, busy=True)])
        times = json.loads(other.communicate()[0])["times"]
        s.update(long_s=statistics.median(times) if times else None, windows=windows)
        report["beside_long"].append({"server": server.name.strip("*"), **s})
        rows.append([server.name, shown(s["p50_ms"]), shown(s["p99_ms"]), str(s["answered"]), shown(s["long_s"], 1),
                     shown(windows)])
    show(rows)


def without_a_model(servers, args, report):
    """What a request costs apart from the model."""
    rows = [["GET of its health", "clients", "connections", "requests/s", "p50 ms", "p99 ms", "longest ms"]]
    for clients, _ in args.load:
        for server in servers:
            for kept in (False, True):
                flags = ["--clients", clients, "--seconds", 1, "--patience", 4, *(["--keep"] if kept else [])]
                of = [server.ask(None, *flags) for _ in range(args.rounds)]
                s = summary(of)
                longest = percentile([t for r in of for t in r["times"]], 100)
                report["health"].append({"clients": clients, "server": server.name.strip("*"), "kept": kept,
                                         "longest_ms": longest, **s})
                lost = f" ({s['lost']} without an answer)" if s["lost"] else ""
                rows.append([server.name, str(clients), "kept where the server does" if kept else "new", shown(s["rate"]) + lost,
                             shown(s["p50_ms"], 2), shown(s["p99_ms"], 1), shown(longest, 1)])
    show(rows)


def idle_connections(servers, args, report):
    """Connections that say nothing, and a client beside them."""
    rows = [[f"{args.idle} idle connections", "KB of the server each", "still open", "requests", "p50 ms"]]
    for server in servers:
        before = server.memory("VmRSS")
        command = [str(word) for word in (ASK, "--port", server.port, "--idle", args.idle)]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        opened = int(holder.stdout.readline())
        time.sleep(0.5)
        each = (server.memory("VmRSS") - before) * 1000 / max(1, opened)
        s = summary([server.ask(SOUND, "--requests", 10, "--patience", args.beside)])
        kept = int(holder.communicate("")[0])
        report["idle"].append({"server": server.name.strip("*"), "opened": opened, "kept": kept, "kb_each": each, **s})
        rows.append([server.name, shown(each, 1), str(kept), str(s["answered"]), shown(s["p50_ms"])])
    show(rows)


def together(args, report):
    """What batching across requests could give at most: the two halves of the model with several windows at once."""
    file, bench = weights(args.size), ROOT / "build-bench/bench_whisper"
    took = {}
    for _ in range(args.rounds + 1):
        for batch in BATCHES:
            line = subprocess.run([bench, file, "--threads", str(args.threads), "--batch", str(batch), "--runs", "5"],
                                  stdout=subprocess.PIPE, check=True).stdout
            took.setdefault(batch, []).append(json.loads(line))
    rows = [["windows together", "encode ms each", "token ms each", f"a request of {TOKENS} tokens, ms", "times one by one"]]
    alone = None
    for batch, lines in took.items():
        encode, token = (statistics.median(line[key] for line in lines) for key in ("encode_ms", "token_ms"))
        request = encode + TOKENS * token
        alone = alone or request
        report["together"].append({"batch": batch, "encode_ms": encode, "token_ms": token, "request_ms": request})
        rows.append([str(batch), shown(encode, 1), shown(token, 3), shown(request, 1), shown(alone / request, 2)])
    show(rows)


def main():
    parser = argparse.ArgumentParser(prog="./do bench serve", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whisper-cpp", type=Path, metavar="FOLDER", help="folder with whisper-server")
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--load", default="1:12 8:32 64:96", help="clients and requests of a round")
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--beside", type=float, default=15, metavar="S", help="seconds beside a long recording")
    parser.add_argument("--patience", type=float, default=90, metavar="S", help="longest that answers are waited for")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything measured, for other programs")
    args = parser.parse_args()
    args.load = [tuple(map(int, pair.split(":"))) for pair in args.load.split()]
    report = {"size": args.size, "threads": args.threads, "tokens": TOKENS, "clients": [], "beside_long": [], "health": [],
              "idle": [], "together": []}
    servers = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        try:
            for server in start(args, folder):
                servers.append(server)
            check_work(servers, folder, report)
            many_clients(servers, args, report)
            beside_a_long_one(servers, args, folder, report)
            without_a_model(servers, args, report)
            idle_connections(servers, args, report)
        finally:
            for server in servers:
                server.stop()
    together(args, report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
