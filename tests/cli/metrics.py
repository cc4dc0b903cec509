# SPDX-License-Identifier: Apache-2.0
"""What a server tells those who watch over it: /metrics, read by a parser of its own that takes nothing but the format
(and by Prometheus' own where it is installed), and the log. Arguments as those of serve.py, whose helpers it takes."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from serve import LONG, PATIENCE, PROGRAM, SOUND, TOY, Case, Server, form, read_all, speech_request

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    text_string_to_metric_families = None

NAME, LABEL = "[a-zA-Z_:][a-zA-Z0-9_:]*", r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{((?:{LABEL})(?:,{LABEL})*)\}})? (\S+)")


def parse(text):
    """{(name, labels): value}. Every family has help and type, in one block, and no sample is there twice."""
    assert text.endswith("\n"), text[-100:]
    samples, types, family = {}, {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
            assert family not in types, f"{family} is there twice"
            assert re.fullmatch(r"(?:[^\\]|\\[\\n])+", line.split(" ", 3)[3]), line
        elif line.startswith("# TYPE "):
            assert line.split()[2] == family and family not in types, line
            types[family] = line.split()[3]
            assert types[family] in ("counter", "gauge", "histogram"), line
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            name, labels = found.group(1), tuple(re.findall(LABEL, found.group(2) or ""))
            suffix = name.removeprefix(family)
            assert suffix in (("_bucket", "_sum", "_count") if types[family] == "histogram" else ("",)), line
            assert types[family] != "counter" or name.endswith("_total"), line
            assert (name, labels) not in samples, line
            samples[name, labels] = float(found.group(found.lastindex))
    return samples, types


def check_histograms(samples, types):
    """Buckets do not fall, and the last is the count."""
    for family in [f for f, kind in types.items() if kind == "histogram"]:
        groups = {}
        for (name, labels), value in samples.items():
            if name == family + "_bucket":
                groups.setdefault(labels[:-1], []).append((float(dict(labels)["le"]), value))
        for labels, buckets in groups.items():
            assert buckets == sorted(buckets) and [b[1] for b in buckets] == sorted(b[1] for b in buckets), buckets
            assert buckets[-1] == (float("inf"), samples[family + "_count", labels]), buckets


class Numbers(dict):
    def sum(self, name, **labels):
        """Of all samples with these labels among theirs."""
        return sum(v for (n, l), v in self.items() if n == name and labels.items() <= dict(l).items())


class Watched(Case):
    def server(self, *flags, **more):
        s = Server(*flags, **more)
        self.addCleanup(s.stop)
        return s

    def numbers(self, server, headers=None):
        status, got, body = server.ask("GET", "/metrics", headers=headers)
        self.assertEqual((status, got["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"), body)
        samples, types = parse(body.decode())
        check_histograms(samples, types)
        if text_string_to_metric_families:
            theirs = {(s.name, tuple(sorted(s.labels.items()))): s.value
                      for f in text_string_to_metric_families(body.decode()) for s in f.samples}
            self.assertEqual(theirs, {(n, tuple(sorted(l))): v for (n, l), v in samples.items()})
        return Numbers(samples)

    def until(self, server, what):
        """The numbers as soon as something is true of them."""
        for _ in range(PATIENCE * 20):
            numbers = self.numbers(server)
            if what(numbers):
                return numbers
            time.sleep(0.05)
        raise AssertionError(numbers)


class Metrics(Watched):
    def test_what_was_done(self):
        server = self.server()
        for _ in range(3):
            self.assertEqual(server.form("/v1/audio/transcriptions", model="whisper-1")[0], 200)
        self.assertEqual(server.form("/v1/audio/transcriptions", sound=b"no sound")[0], 400)
        sound = server.json("/v1/audio/speech", {"input": "Good morning.", "response_format": "pcm"})[2]
        self.assertEqual(server.json("/v1/audio/speech", {"input": "x", "model": "never-heard-of"})[0], 404)
        self.assertEqual(server.ask("GET", "/v1/models/never-heard-of")[0], 404)
        self.assertEqual(server.ask("GET", "/never-heard-of")[0], 404)
        self.assertEqual(server.ask("PUT", "/v1/models")[0], 405)
        # What a worker did is counted when it has let go of it, which may be behind the answer.
        n = self.until(server, lambda n: n.sum("inhouse_requests_total") - n.sum("inhouse_requests_total", route="/metrics") == 9 and
                       n.sum("inhouse_stage_seconds_count", stage="work") == 6)
        post = {"method": "POST", "route": "/v1/audio/transcriptions", "model": "transcribe-1"}
        self.assertEqual(n.sum("inhouse_requests_total", **post, status="200"), 3)
        self.assertEqual(n.sum("inhouse_requests_total", **post, status="400"), 1)
        self.assertEqual(n.sum("inhouse_requests_total", route="/v1/audio/speech", model="voice-1", status="200"), 1)
        self.assertEqual(n.sum("inhouse_requests_total", route="/v1/audio/speech", model="", status="404"), 1)
        self.assertEqual(n.sum("inhouse_requests_total", route="/v1/models/{model}", status="404"), 1)
        self.assertEqual(n.sum("inhouse_requests_total", method="other", route="other"), 2)
        for stage in "receive", "queue", "work", "send", "all":
            self.assertEqual(n.sum("inhouse_stage_seconds_count", operation="transcribe", stage=stage), 4, stage)
        seconds = json.loads(server.form("/v1/audio/transcriptions", response_format="verbose_json")[2])["duration"]
        self.assertAlmostEqual(n.sum("inhouse_audio_seconds_total", operation="transcribe"), 3 * seconds, 1)
        self.assertAlmostEqual(n.sum("inhouse_audio_seconds_total", operation="speak", model="voice-1"),
                               len(sound) / 2 / 24000, 1)
        self.assertAlmostEqual(n.sum("inhouse_used_total", model="transcribe-1", unit="audio_seconds"), 3 * seconds, 1)
        self.assertEqual(n.sum("inhouse_used_total", model="voice-1", unit="characters"), 13)
        self.assertGreater(n.sum("inhouse_work_seconds_total", operation="transcribe", model="transcribe-1"), 0)
        self.assertLessEqual(n.sum("inhouse_work_seconds_total", operation="transcribe"),
                             n.sum("inhouse_stage_seconds_sum", operation="transcribe", stage="work") + 1e-3)
        # One thing after the other.
        stages = {s: n.sum("inhouse_stage_seconds_sum", operation="speak", stage=s)
                  for s in ("receive", "queue", "send", "all")}
        self.assertLessEqual(stages["receive"] + stages["queue"] + stages["send"], stages["all"] + 1e-3)
        self.assertNotIn("never", server.ask("GET", "/metrics")[2].decode())

    def test_what_there_is(self):
        server = self.server("--workers", "1", "--queue", "7", "--characters", "100000")
        n = self.numbers(server)
        self.assertEqual((n.sum("inhouse_queue_capacity"), n.sum("inhouse_workers")), (7, 1))
        self.assertEqual((n.sum("inhouse_queue_length"), n.sum("inhouse_workers_busy")), (0, 0))
        self.assertEqual((n.sum("inhouse_connections"), n.sum("inhouse_requests_open")), (1, 1))
        self.assertGreaterEqual(n.sum("inhouse_models_loaded"), 2)
        self.assertGreater(n.sum("inhouse_model_bytes", model="transcribe-1"), 1e6)
        self.assertGreater(n.sum("process_resident_memory_bytes"), 1e7)
        self.assertLess(abs(n.sum("process_start_time_seconds") - time.time()), 3600)
        with server.socket() as running, server.socket() as waiting, server.socket():
            running.sendall(speech_request(LONG, stream_format="audio"))
            running.recv(64)
            waiting.sendall(speech_request(LONG))
            n = self.until(server, lambda n: n.sum("inhouse_queue_length") == 1)
            self.assertEqual((n.sum("inhouse_workers_busy"), n.sum("inhouse_requests_open")), (1, 3))
            self.assertEqual(n.sum("inhouse_connections"), 4)
        n = self.until(server, lambda n: n.sum("inhouse_requests_open") == 1 and n.sum("inhouse_workers_busy") == 0)
        self.assertEqual(n.sum("inhouse_requests_total", status="gone") +
                         n.sum("inhouse_requests_total", status="200"), n.sum("inhouse_requests_total"))

    def test_jobs(self):
        folder = pathlib.Path(os.environ["INHOUSE_MODELS"]) / "tones"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text('{"model_type": "sine"}')
        server = self.server("--data", tempfile.mkdtemp() + "/data", "--speak-model", "tones", program=TOY)
        self.assertEqual(self.numbers(server).sum("inhouse_jobs_waiting"), 0)
        status, _, body = server.json("/v1/audio/speech", {"input": "x", "response_format": "wav"},
                                      {"Prefer": "respond-async"})
        self.assertEqual(status, 202, body)
        n = self.until(server, lambda n: n.sum("inhouse_used_total", model="tones", unit="characters") == 1)
        self.assertEqual(n.sum("inhouse_requests_total", route="/v1/audio/speech", status="202"), 1)
        self.assertEqual(n.sum("inhouse_stage_seconds_count", operation="speak", stage="work"), 1)
        self.until(server, lambda n: n.sum("inhouse_jobs_running") == 0)

    def test_deployments(self):
        """What came by a deployment's name is told from what named its model."""
        folder = pathlib.Path(os.environ["INHOUSE_MODELS"]) / "tones"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text('{"model_type": "sine"}')
        server = self.server("--data", tempfile.mkdtemp() + "/data", "--speak-model", "tones", program=TOY)
        put = server.ask("PUT", "/v1/deployments/calls", json.dumps({"model": "tones", "characters": 5}),
                         {"Content-Type": "application/json"})
        self.assertEqual(put[0], 200, put[2])
        speech = {"input": "hello", "response_format": "wav"}
        for model, text in ("calls", "hello"), ("tones", "hi"), ("calls", "too long"), ("calls", ""):
            server.json("/v1/audio/speech", {**speech, "model": model, "input": text})
        server.json("/openai/deployments/calls/audio/speech", speech)
        self.assertEqual(server.json("/v1/audio/speech", {**speech, "model": "calls"}, {"Prefer": "respond-async"})[0], 202)
        n = self.until(server, lambda n: n.sum("inhouse_used_total", unit="characters") == 17 and
                       n.sum("inhouse_stage_seconds_count", operation="speak", stage="work") == 4)
        route = {"route": "/v1/audio/speech"}
        self.assertEqual({s: n.sum("inhouse_requests_total", **route, deployment="calls", status=s) for s in ("200", "202", "400")},
                         {"200": 1, "202": 1, "400": 2})
        self.assertEqual(n.sum("inhouse_requests_total", **route, deployment="", status="200"), 1)
        self.assertEqual(n.sum("inhouse_requests_total", route="/openai/deployments/{name}/audio/speech", deployment="calls"), 1)
        for deployment, characters in ("calls", 15), ("", 2):
            self.assertEqual(n.sum("inhouse_used_total", model="tones", deployment=deployment, unit="characters"), characters)
            self.assertGreater(n.sum("inhouse_audio_seconds_total", operation="speak", deployment=deployment), 0)
            self.assertGreater(n.sum("inhouse_work_seconds_total", operation="speak", deployment=deployment), 0)
        for stage, count in ("receive", 5), ("work", 3), ("all", 4):
            self.assertEqual(n.sum("inhouse_stage_seconds_count", operation="speak", stage=stage, deployment="calls"), count, stage)

    def test_who_may_read_it(self):
        boss = {"Authorization": "Bearer correct-horse"}
        server = self.server(env={"INHOUSE_KEY": "correct-horse"})
        self.fails(server.ask("GET", "/metrics"), 401, "invalid_api_key")
        self.numbers(server, boss)
        server = self.server("--metrics", "open", env={"INHOUSE_KEY": "correct-horse"})
        self.numbers(server)
        server = self.server("--metrics", "off")
        self.fails(server.ask("GET", "/metrics"), 404, "unknown_url")
        data = tempfile.mkdtemp() + "/data"
        keys = [subprocess.run([PROGRAM, "keys", "create", name, *flags, "--data", data], capture_output=True,
                               text=True, check=True).stdout.strip() for name, flags in (("a", ["--admin"]), ("b", []))]
        server = self.server("--data", data)
        self.numbers(server, {"api-key": keys[0]})
        self.fails(server.ask("GET", "/metrics", headers={"api-key": keys[1]}), 403, "admin_key_needed")
        wrong = subprocess.run([PROGRAM, "serve", "--metrics", "all"], capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("server.metrics must be key, open or off, not 'all'", wrong.stderr)

    def test_however_much_there_is_to_do(self):
        server = self.server("--requests", "1", "--characters", "100000")
        with server.socket() as s:
            s.sendall(speech_request(LONG, stream_format="audio"))
            s.recv(64)
            self.fails(server.ask("GET", "/v1/models"), 503, "overloaded")
            self.assertEqual(self.numbers(server).sum("inhouse_requests_open"), 2)


class Log(Watched):
    """What clients say is never written, whatever becomes of it; lines are what they are said to be."""

    secret = "zanzibar"

    def say_it_everywhere(self, server):
        secret = self.secret
        key = {"Authorization": f"Bearer {secret}-wrong"}
        speech, listen, draw = "/v1/audio/speech", "/v1/audio/transcriptions", "/v1/images/generations"
        self.assertEqual(server.json(speech, {"input": f"Yes, {secret}."})[0], 200)
        for fields in ({"input": secret, "voice": secret}, {"input": secret, "model": secret}, {"input": secret, secret: 1},
                       {"input": f"<speak><{secret}/></speak>"}, {"input": secret, "response_format": secret}):
            self.assertGreaterEqual(server.json(speech, fields)[0], 400)
        self.assertEqual(server.json(speech, '{"input": "' + secret)[0], 400)
        self.assertEqual(server.form(listen, prompt=secret, phrases=secret)[0], 200)
        self.assertEqual(server.form(listen, sound=secret.encode(), language=secret)[0], 400)
        kind, body = form(SOUND)
        named = body.replace(b'"a.wav"', f'"{secret}.wav"'.encode())
        self.assertEqual(server.ask("POST", listen, named, {"Content-Type": kind, "Idempotency-Key": secret,
                                                            "User-Agent": secret})[0], 200)
        server.json(draw, {"prompt": secret, "size": secret})
        for path in (f"/v1/audio/voices?model={secret}", f"/v1/models?{secret}={secret}", f"/openai/models?api-key={secret}"):
            server.ask("GET", path, headers=key)
        with server.socket() as s:
            s.sendall(f"GET /v1/realtime?model={secret}&api-key={secret} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                      f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      f"Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.{secret}\r\n\r\n".encode())
            s.recv(65536)
        with server.socket() as s:
            s.sendall(f"{secret} / HTTP/1.1\r\n{secret}: {secret}\r\n\r\n".encode())
            read_all(s)

    def test_nothing_of_what_is_said(self):
        for format in "text", "json":
            for env in {}, {"INHOUSE_KEY": self.secret + "-right"}:
                server = Server("--log", format, env=env)
                try:
                    if env:
                        for headers in ({}, {"api-key": self.secret + "-wrong"}, {"api-key": env["INHOUSE_KEY"]}):
                            server.ask("GET", "/v1/models", headers=headers)
                    else:
                        self.say_it_everywhere(server)
                        self.assertNotIn(self.secret, server.ask("GET", "/metrics")[2].decode())
                finally:
                    server.stop()
                self.assertGreater(len(server.lines), 4)
                self.assertFalse([line for line in server.lines if self.secret in line])

    def test_json(self):
        server = Server("--log", "json")
        for path in ("/healthz", '/v1/"a%22\\b', "/v1/%ff%0a{}", "/v1/" + "x" * 400):
            with server.socket() as s:
                s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                read_all(s)
        with server.socket() as s:
            s.sendall(speech_request(LONG, stream_format="audio"))
            s.recv(64)
        server.wait_for('"gone":true')
        server.stop()
        lines = [json.loads(line) for line in server.lines]
        for line in lines:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertIn(line["level"], ("info", "warning"))
        requests = [line for line in lines if "message" not in line]
        self.assertEqual([(r["method"], r["status"]) for r in requests[:4]],
                         [("GET", 200), ("GET", 404), ("GET", 404), ("GET", 404)])
        first = requests[0]
        self.assertEqual((first["path"], first["in"], first["out"]), ("/healthz", 0, 16))
        self.assertRegex(first["id"], "^req_[0-9a-f]{32}$")
        self.assertGreaterEqual(first["seconds"], 0)
        self.assertNotIn("gone", first)
        self.assertTrue(any("listening on" in line.get("message", "") for line in lines))
        self.assertEqual(lines[-1]["message"], "stopped")

    def test_text(self):
        server = Server()
        server.ask("GET", "/v1/a%20status=200%22time=x")
        server.wait_for("method=")
        server.stop()
        line = next(x for x in server.lines if "method=" in x)
        self.assertRegex(line, r"^time=\S+ level=info id=req_[0-9a-f]{32} method=GET path=/v1/a\?status=200\?time=x status=404 "
                               r"in=0 out=\d+ seconds=\d+\.\d{3}\n$")
        quiet = Server("--quiet")
        quiet.ask("GET", "/healthz")
        quiet.stop()
        self.assertFalse([x for x in quiet.lines if "method=" in x])
        wrong = subprocess.run([PROGRAM, "serve", "--log", "xml"], capture_output=True, text=True)
        self.assertIn("server.log must be text or json, not 'xml'", wrong.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
