# SPDX-License-Identifier: Apache-2.0
"""Starts servers with the built-in models and with the tests' own, and talks to them as clients do, well and badly.

Arguments: the program, the source folder, the program with the tests' models. Standard library only. Nothing is timed:
what must not hang is given a minute.
"""

import base64
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import unittest
import zlib

PROGRAM, SOURCE, TOY = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
MODEL = SOURCE / "models" / "transcribe-1"
SOUND = (MODEL / "sample.wav").read_bytes()
LONG = "The train leaves at nine thirty, and the meeting is on Monday. " * 600
PATIENCE = 60


def words(text):
    return re.sub(r"[^a-z0-9']+", " ", text.lower()).split()


SAID = words((MODEL / "sample.txt").read_text())


class Server:
    """A running server; its log is read into `lines`."""

    def __init__(self, *flags, program=PROGRAM, env=None):
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", *flags],
            stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        self.lines = []
        self.port = None
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(r"listening on https?://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
        assert self.port, "".join(self.lines)
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.reader.join(PATIENCE)
        self.process.stderr.close()
        assert code == 0, (code, self.lines)

    def wait_for(self, words_in_log):
        for _ in range(PATIENCE * 20):
            if any(words_in_log in line for line in self.lines):
                return
            time.sleep(0.05)
        raise AssertionError(f"'{words_in_log}' is not in the log: {self.lines}")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def ask(self, method, path, body=None, headers=None):
        """One request on a connection of its own: status, headers, body."""
        c = self.connect()
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        answer = r.status, r.headers, r.read()
        c.close()
        return answer

    def json(self, path, value, headers=None):
        body = value if isinstance(value, (bytes, str)) else json.dumps(value)
        return self.ask("POST", path, body, {"Content-Type": "application/json", **(headers or {})})

    def form(self, path, sound=SOUND, headers=None, **fields):
        kind, body = form(sound, **fields)
        return self.ask("POST", path, body, {"Content-Type": kind, **(headers or {})})


def form(sound, files=(), **fields):
    parts = b""
    for name, data in files:
        parts += f'--XX\r\nContent-Disposition: form-data; name="{name}"; filename="x"\r\n\r\n'.encode()
        parts += data + b"\r\n"
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            parts += f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'.encode()
    if sound is not None:
        parts += b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + sound + b"\r\n"
    return "multipart/form-data; boundary=XX", parts + b"--XX--\r\n"


def png(width, height, pixel, alpha=False):
    """A picture whose pixel (x, y) is a tuple of bytes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read_all(s):
    data = b""
    while True:
        try:
            piece = s.recv(65536)
        except ConnectionResetError:
            return data
        if not piece:
            return data
        data += piece


def speech_request(text, **more):
    body = json.dumps({"input": text, "response_format": "wav", **more}).encode()
    return (b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


class Case(unittest.TestCase):
    def fails(self, answer, status, code, param=None):
        """An error in OpenAI's shape."""
        self.assertEqual(answer[0], status, answer)
        self.assertEqual(answer[1]["Content-Type"], "application/json")
        self.assertRegex(answer[1]["x-request-id"], "^req_[0-9a-f]{32}$")
        error = json.loads(answer[2])["error"]
        self.assertEqual(sorted(error), ["code", "message", "param", "type"])
        self.assertEqual((error["code"], error["param"]), (code, param), error)
        return error["message"]


class Requests(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--upload-megabytes", "1")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_transcriptions(self):
        path = "/v1/audio/transcriptions"
        status, headers, body = self.server.form(path, model="whisper-1")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        answer = json.loads(body)
        self.assertEqual(words(answer["text"]), SAID)
        self.assertEqual(answer["usage"], {"type": "duration", "seconds": 9})
        status, headers, body = self.server.form(path, response_format="text", language="en")
        self.assertEqual(words(body.decode()), SAID)
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))
        body = self.server.form(path, response_format="srt")[2].decode()
        self.assertRegex(body, r"^1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\n")
        self.assertTrue(self.server.form(path, response_format="vtt")[2].startswith(b"WEBVTT\n"))
        status, _, body = self.server.form(path, response_format="verbose_json", model="transcribe-1",
                                           **{"timestamp_granularities[]": ["word", "segment"]})
        answer = json.loads(body)
        self.assertEqual((answer["task"], answer["language"]), ("transcribe", "english"))
        self.assertEqual([w for x in answer["words"] for w in words(x["word"])], SAID)
        self.assertTrue(answer["segments"])

    def test_transcription_stream(self):
        status, headers, body = self.server.form("/v1/audio/transcriptions", stream="true")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/event-stream"))
        events = [json.loads(x.removeprefix("data: ")) for x in body.decode().split("\n\n") if x]
        self.assertEqual({e["type"] for e in events[:-1]}, {"transcript.text.delta"})
        self.assertEqual(events[-1]["type"], "transcript.text.done")
        self.assertEqual("".join(e["delta"] for e in events[:-1]), events[-1]["text"])
        self.assertEqual(words(events[-1]["text"]), SAID)

    def test_bad_transcriptions(self):
        path = "/v1/audio/transcriptions"
        self.fails(self.server.form(path, sound=b"this is no sound"), 400, "invalid_file")
        self.fails(self.server.form(path, sound=b"this is no sound", stream="true"), 400, "invalid_file")
        self.fails(self.server.form(path, sound=b""), 400, "invalid_file", "file")
        self.fails(self.server.form(path, sound=None), 400, "missing_parameter", "file")
        self.fails(self.server.form(path, response_format="xml"), 400, "invalid_value", "response_format")
        self.fails(self.server.form(path, temperature="hot"), 400, "invalid_value", "temperature")
        self.fails(self.server.form(path, model="/etc/passwd"), 404, "model_not_found", "model")
        self.fails(self.server.form(path, model="../transcribe-1"), 404, "model_not_found", "model")
        self.fails(self.server.form(path, languag="en"), 400, "unknown_parameter", "languag")
        self.fails(self.server.form(path, language="klingon"), 400, "invalid_value")
        self.fails(self.server.form(path, model="voice-1"), 400, "unsupported")

    def test_speech(self):
        heads = {"mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3"), "opus": (b"OggS",), "aac": (b"ID3", b"\xff\xf1"),
                 "flac": (b"fLaC",), "wav": (b"RIFF",)}
        for name, begins in heads.items():
            status, headers, body = self.server.json(
                "/v1/audio/speech", {"model": "tts-1", "input": "Good morning.", "voice": "alloy",
                                     "response_format": name})
            self.assertEqual(status, 200, body[:200])
            self.assertTrue(body.startswith(begins), (name, body[:8]))
            self.assertEqual(int(headers["Content-Length"]), len(body))
        # A whole WAV says how long it is; what it says is heard.
        self.assertEqual(struct.unpack("<I", body[4:8])[0] + 8, len(body))
        text = "Please call the doctor tomorrow."
        sound = self.server.json("/v1/audio/speech", {"input": text, "response_format": "wav", "voice": "clara"})[2]
        heard = json.loads(self.server.form("/v1/audio/transcriptions", sound=sound)[2])["text"]
        self.assertIn("doctor", words(heard))
        pcm = self.server.json("/v1/audio/speech", {"input": text, "response_format": "pcm", "voice": "clara"})[2]
        self.assertEqual(pcm, sound[-len(pcm):])
        fast = self.server.json("/v1/audio/speech", {"input": text, "response_format": "pcm", "voice": "clara",
                                                     "speed": 2})[2]
        self.assertLess(len(fast), 0.7 * len(pcm))
        voices = {self.server.json("/v1/audio/speech", {"input": "Yes.", "response_format": "pcm", "voice": v})[2]
                  for v in ("alloy", "ash", "coral", "onyx")}
        self.assertEqual(len(voices), 4)

    def test_speech_streams(self):
        text = "Good morning. The train leaves at nine."
        whole = self.server.json("/v1/audio/speech", {"input": text, "response_format": "pcm"})[2]
        status, headers, body = self.server.json(
            "/v1/audio/speech", {"input": text, "response_format": "pcm", "stream_format": "audio"})
        self.assertEqual((status, headers["Transfer-Encoding"]), (200, "chunked"))
        self.assertEqual(body, whole)
        status, headers, body = self.server.json(
            "/v1/audio/speech", {"input": text, "response_format": "pcm", "stream_format": "sse"})
        self.assertEqual((status, headers["Content-Type"]), (200, "text/event-stream"))
        events = [json.loads(x.removeprefix("data: ")) for x in body.decode().split("\n\n") if x]
        self.assertEqual(b"".join(base64.b64decode(e["audio"]) for e in events[:-1]), whole)
        self.assertEqual(events[-1]["type"], "speech.audio.done")
        self.assertEqual(events[-1]["usage"]["characters"], len(text))

    def test_bad_speech(self):
        path = "/v1/audio/speech"
        self.fails(self.server.json(path, "{"), 400, "invalid_body")
        self.fails(self.server.json(path, "[]"), 400, "invalid_body")
        self.fails(self.server.json(path, {}), 400, "missing_parameter", "input")
        self.fails(self.server.json(path, {"input": ["a"] * 2, "speed": {}}), 400, "invalid_type", "speed")
        self.fails(self.server.json(path, {"input": "x", "speed": 5}), 400, "invalid_value", "speed")
        self.fails(self.server.json(path, {"input": "x", "response_format": "wma"}), 400, "invalid_value",
                   "response_format")
        self.fails(self.server.json(path, {"input": "x" * 50001}), 400, "string_above_max_length", "input")
        self.fails(self.server.json(path, {"input": "x", "voice": "anan"}), 400, "invalid_value", "voice")
        self.fails(self.server.json(path, {"input": "x", "voice": "/etc/passwd"}), 400, "invalid_value")
        self.fails(self.server.json(path, {"input": "...", "stream_format": "sse"}), 400, "invalid_value")
        self.fails(self.server.json(path, {"input": "x", "model": "transcribe-1"}), 400, "unsupported")
        path = "/v1/images/generations"
        self.fails(self.server.json(path, {"prompt": "x", "model": "dall-e-9"}), 404, "model_not_found", "model")
        self.fails(self.server.json(path, {"prompt": "x", "model": "voice-1"}), 400, "unsupported")

    def test_voices(self):
        for path in ("/v1/audio/voices", "/v1/audio/voices?model=voice-1", "/v1/audio/voices?model=voice%2D1"):
            voices = json.loads(self.server.ask("GET", path)[2])["data"]
            clara = next(v for v in voices if v["name"] == "clara")
            self.assertEqual((clara["language"], clara["gender"], clara["model"]), ("en", "female", "voice-1"))
        self.fails(self.server.ask("GET", "/v1/audio/voices?model=none"), 404, "model_not_found", "model")
        self.fails(self.server.ask("GET", "/v1/audio/voices?sort=up"), 400, "unknown_parameter", "sort")
        self.fails(self.server.ask("GET", "/v1/audio/voices?model=%ff"), 400, "invalid_value")
        self.fails(self.server.ask("GET", "/v1/audio/voices?" + "&".join("a=1" for _ in range(14))), 400,
                   "unknown_parameter", "a")

    def test_addresses(self):
        self.assertEqual(self.server.ask("GET", "/healthz")[0], 200)
        ready = json.loads(self.server.ask("GET", "/readyz")[2])
        self.assertEqual((ready["status"], ready["transcribe"], ready["speak"]), ("ready", True, True))
        models = json.loads(self.server.ask("GET", "/v1/models")[2])
        self.assertIn("transcribe-1", [m["id"] for m in models["data"]])
        self.assertEqual(json.loads(self.server.ask("GET", "/v1/models/voice-1")[2])["object"], "model")
        status, headers, body = self.server.ask("HEAD", "/healthz")
        self.assertEqual((status, body, headers["Content-Length"]), (200, b"", "16"))
        self.fails(self.server.ask("GET", "/v1/nothing"), 404, "unknown_url")
        self.fails(self.server.ask("GET", "/v1/models/..%2f..%2fetc"), 404, "unknown_url")
        answer = self.server.ask("PUT", "/v1/audio/speech", "{}")
        self.fails(answer, 405, "method_not_allowed")
        self.assertEqual(answer[1]["Allow"], "POST")
        self.fails(self.server.ask("POST", "/v1/audio/speech", "x=1", {"Content-Type": "text/plain"}), 415,
                   "unsupported_media_type")
        ids = {self.server.ask("GET", "/healthz")[1]["x-request-id"] for _ in range(5)}
        self.assertEqual(len(ids), 5)

    def test_sizes(self):
        message = self.fails(self.server.form("/v1/audio/transcriptions", sound=b"x" * (3 << 20)), 413,
                             "request_too_large")
        self.assertIn("at most", message)
        self.fails(self.server.form("/v1/audio/transcriptions", sound=b"x" * ((1 << 20) + 1)), 413,
                   "request_too_large")
        self.fails(self.server.json("/v1/audio/speech", {"input": "x" * (2 << 20)}), 413, "request_too_large")
        # A client that asks first is told before it sends anything.
        with self.server.socket() as s:
            s.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
            self.assertTrue(read_all(s).startswith(b"HTTP/1.1 413 "))
        with self.server.socket() as s:
            s.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            self.assertEqual(s.recv(25), b"HTTP/1.1 100 Continue\r\n\r\n")
            s.sendall(b"{}")
            self.assertTrue(read_all(s).startswith(b"HTTP/1.1 400 "))

    def test_one_request_a_connection(self):
        with self.server.socket() as s:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
            self.assertEqual(read_all(s).count(b"HTTP/1.1 200 OK"), 1)
        c = self.server.connect()  # opens a new one each time
        kind, body = form(SOUND)
        for _ in range(5):
            c.request("POST", "/v1/audio/transcriptions", body, {"Content-Type": kind})
            self.assertEqual(words(json.loads(c.getresponse().read())["text"]), SAID)
            c.request("GET", "/healthz")
            r = c.getresponse()
            self.assertEqual((r.read(), r.headers["Connection"]), (b'{"status":"ok"}\n', "close"))
            c.request("POST", "/v1/audio/transcriptions", b"x" * (3 << 20), {"Content-Type": kind})
            r = c.getresponse()
            self.assertEqual((r.status, json.loads(r.read())["error"]["code"]), (413, "request_too_large"))
        c.close()


class Clients(Case):
    """Clients that behave badly, at servers with little room."""

    def server(self, *flags, **more):
        s = Server("--workers", "1", *flags, **more)
        self.addCleanup(s.stop)
        return s

    def test_a_closed_socket_cancels_its_job(self):
        server = self.server("--characters", "100000")
        with server.socket() as s:
            s.sendall(speech_request(LONG, stream_format="audio"))
            self.assertIn(b"200 OK", s.recv(64))
        server.wait_for("gone=true")
        # The only worker is free again, long before all that could have been said.
        self.assertEqual(server.json("/v1/audio/speech", {"input": "Yes."})[0], 200)

    def test_a_full_queue(self):
        server = self.server("--characters", "100000", "--queue", "1")
        with server.socket() as running, server.socket() as second, server.socket() as third:
            running.sendall(speech_request(LONG, stream_format="audio"))
            running.recv(64)
            second.sendall(speech_request(LONG))
            third.sendall(speech_request(LONG))
            refused = select.select([second, third], [], [], PATIENCE)[0][0]
            answer = read_all(refused)
            self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
            self.assertRegex(answer, b"\r\nretry-after: [1-9]")
            self.assertIn(b'"code":"queue_full"', answer)
            # The one that waits goes away and leaves its place.
            (third if refused is second else second).close()
            server.wait_for("gone=true")
            last = threading.Thread(target=server.json, args=("/v1/audio/speech", {"input": "Yes."}))
            last.start()
        last.join(PATIENCE)
        self.assertFalse(last.is_alive())

    def test_jobs_that_take_too_long(self):
        server = self.server("--characters", "100000", "--job-seconds", "1")
        self.fails(server.json("/v1/audio/speech", {"input": LONG}), 504, "job_timeout")
        with server.socket() as s:
            s.sendall(speech_request(LONG, stream_format="sse"))
            answer = read_all(s)
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "))
        self.assertTrue(b'"code":"job_timeout"' in answer[-1000:])
        self.assertFalse(answer.endswith(b"0\r\n\r\n"))
        self.assertEqual(server.json("/v1/audio/speech", {"input": "Yes."})[0], 200)

    def test_a_client_that_does_not_read(self):
        server = self.server()
        with server.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            s.sendall(speech_request("The train leaves at nine thirty. " * 60, stream_format="audio"))
            self.assertEqual(server.json("/v1/audio/speech", {"input": "Yes."})[0], 200)
            # All of it was kept for it.
            body = b""
            while not body.endswith(b"0\r\n\r\n"):
                body += s.recv(65536)
            self.assertGreater(len(body), 1 << 20)

    def test_slow_and_silent_clients(self):
        server = self.server("--idle-seconds", "1", "--upload-seconds", "3")
        for text in (b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"):
            with server.socket() as s:
                s.sendall(text)
                self.assertEqual(read_all(s), b"")
        with server.socket() as s:
            s.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: 500\r\n\r\n{")
            read_all(s)
        # A byte now and then does not help for ever.
        with server.socket() as s:
            s.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: 500\r\n\r\n")
            try:
                for _ in range(PATIENCE):
                    s.sendall(b" ")
                    s.settimeout(0.5)
                    try:
                        answer = s.recv(65536)
                        break
                    except socket.timeout:
                        pass
                self.assertTrue(answer.startswith(b"HTTP/1.1 408 "), answer)
            except (BrokenPipeError, ConnectionResetError):
                self.fail("closed without an answer")
        # Nor does it when nobody wants what is sent.
        with server.socket() as s:
            s.sendall(b"POST /v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
            s.settimeout(0.5)
            answer, closed = b"", False
            for _ in range(2 * PATIENCE):
                try:
                    s.sendall(b" ")
                    piece = s.recv(65536)
                    answer += piece
                    closed = not piece
                except socket.timeout:
                    pass
                except OSError:
                    closed = True
                if closed:
                    break
            self.assertTrue(answer.startswith(b"HTTP/1.1 404 ") and closed, answer)
        self.assertEqual(server.ask("GET", "/healthz")[0], 200)

    def test_nonsense(self):
        server = self.server()
        post = b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        for text in (b"\x00\x01\x02\xff" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"FOO / HTTP/1.1\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 100000 + b"\r\n\r\n",
                     b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\n\r\n",
                     post + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
                     post + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                     post + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                     post + b"Content-Length: -2\r\n\r\n{}", post + b"Content-Length: 2x\r\n\r\n{}",
                     b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with server.socket() as s:
                s.settimeout(PATIENCE)
                try:
                    s.sendall(text)
                    s.shutdown(socket.SHUT_WR)
                    answer = read_all(s)
                except OSError:  # closed already
                    answer = b""
                self.assertNotIn(b" 200 ", answer, text[:80])
                self.assertNotIn(b" 101 ", answer, text[:80])
            self.assertEqual(server.ask("GET", "/healthz")[0], 200, text[:80])

    def test_many_idle_connections(self):
        server = self.server()
        idle = [server.socket() for _ in range(300)]
        self.assertEqual(server.json("/v1/audio/speech", {"input": "Yes."})[0], 200)
        for s in idle:
            s.close()

    def test_keys(self):
        server = self.server(env={"INHOUSE_KEY": "correct-horse"})
        path = "/v1/models"
        self.fails(server.ask("GET", path), 401, "invalid_api_key")
        self.fails(server.form("/v1/audio/transcriptions", sound=b"x" * (2 << 20)), 401, "invalid_api_key")
        self.fails(server.ask("GET", path, headers={"api-key": "wrong-horse"}), 401, "invalid_api_key")
        for headers in ({"Authorization": "Bearer correct-horse"}, {"api-key": "correct-horse"}):
            self.assertEqual(server.ask("GET", path, headers=headers)[0], 200)
        self.assertEqual(server.ask("GET", "/healthz")[0], 200)
        self.assertFalse([x for x in server.lines if "horse" in x])


class Ends(Case):
    def test_term_lets_requests_finish(self):
        server = Server()
        text = "The train leaves at nine thirty. " * 30
        whole = speech_request(text).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n", 1)
        head, _, body = whole.partition(b"\r\n\r\n")
        with server.socket() as first, server.socket() as second:
            first.sendall(speech_request(text, stream_format="audio"))
            first.recv(64)
            second.sendall(head + b"\r\n\r\n")
            self.assertEqual(second.recv(25), b"HTTP/1.1 100 Continue\r\n\r\n")
            # One is being answered and one has not even arrived.
            server.process.send_signal(signal.SIGTERM)
            server.wait_for("stopping")
            second.sendall(body)
            self.assertTrue(read_all(first).endswith(b"0\r\n\r\n"))
            answer, _, sound = read_all(second).partition(b"\r\n\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
            self.assertEqual(struct.unpack("<I", sound[4:8])[0] + 8, len(sound))
        server.stop()
        with self.assertRaises(ConnectionRefusedError):
            server.socket()

    def test_a_second_signal_cancels(self):
        server = Server("--characters", "100000")
        with server.socket() as s, server.socket() as slow:
            slow.sendall(speech_request(LONG)[:-1])  # never complete
            s.sendall(speech_request(LONG, stream_format="audio"))
            s.recv(64)
            server.process.send_signal(signal.SIGINT)
            server.wait_for("answered")
            server.process.send_signal(signal.SIGINT)
            self.assertFalse(read_all(s).endswith(b"0\r\n\r\n"))
        server.stop()

    def run_serve(self, *flags, env=None):
        r = subprocess.run([PROGRAM, "serve", *flags], capture_output=True, text=True, timeout=PATIENCE,
                           env={**os.environ, **(env or {})})
        return r.returncode, r.stderr

    def test_wrong_settings(self):
        for flags, code, wanted in (
                (["--address", "0.0.0.0"], 2, "there is no key"),
                (["--address", "localhost"], 2, "must be an address"),
                (["--port", "99999"], 2, "from 0 to 65535"),
                (["--prot", "1"], 2, "did you mean --port"),
                (["--config", "nowhere.toml"], 2, "nowhere.toml"),
                (["--port", "0", "--temporary", "/nowhere"], 2, "no temporary files can be made in /nowhere"),
                (["extra"], 2, "one argument too many"),
                (["--transcribe-model", "nowhere"], 3, "no model 'nowhere'"),
                (["--certificate", "a.pem"], 2, "belong together"),
                (["--port", "0", "--certificate", "a.pem", "--certificate-key", "b.pem"], 5, "certificate")):
            got, error = self.run_serve(*flags)
            self.assertEqual(got, code, (flags, error))
            self.assertIn(wanted, error)
        config = pathlib.Path(os.environ["TMPDIR"]) / "serve.toml"
        config.write_text("[server]\nport = 1\nworker = 2\n")
        self.assertIn("serve.toml: line 3: there is no setting server.worker", self.run_serve("-c", str(config))[1])
        self.assertIn("INHOUSE_PORT: server.port", self.run_serve(env={"INHOUSE_PORT": "x"})[1])

    def test_settings_are_documented(self):
        printed = subprocess.run([PROGRAM, "serve", "--print-config"], capture_output=True, text=True).stdout
        self.assertIn("```toml\n" + printed + "```\n", (SOURCE / "docs" / "operations.md").read_text())

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            code, error = self.run_serve("--port", str(taken.getsockname()[1]))
        self.assertEqual(code, 5)
        self.assertIn("cannot listen on 127.0.0.1", error)


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class Secure(Case):
    def test_tls(self):
        folder = pathlib.Path(os.environ["TMPDIR"])
        key, certificate = str(folder / "key.pem"), str(folder / "chain.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        server = Server("--certificate", certificate, "--certificate-key", key)
        self.addCleanup(server.stop)
        context = ssl.create_default_context(cafile=certificate)
        context.set_alpn_protocols(["h2", "http/1.1"])
        kind, body = form(SOUND)
        for _ in range(2):
            c = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=PATIENCE, context=context)
            c.request("POST", "/v1/audio/transcriptions", body, {"Content-Type": kind})
            self.assertEqual(words(json.loads(c.getresponse().read())["text"]), SAID)
            c.request("POST", "/v1/audio/speech", json.dumps({"input": LONG[:3000], "response_format": "wav"}),
                      {"Content-Type": "application/json"})
            sound = c.getresponse().read()
            self.assertEqual(struct.unpack("<I", sound[4:8])[0] + 8, len(sound))
            c.close()
        with server.socket() as s:  # no TLS, no answer
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b" 200 ", read_all(s))


class Pictures(Case):
    """With the tests' family of brushes, which needs no weights."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(os.environ["INHOUSE_MODELS"]) / "brush"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text('{"model_type": "brush"}')
        cls.server = Server("--draw-model", "brush", program=TOY)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def draw(self, **fields):
        status, _, body = self.server.json("/v1/images/generations", fields)
        self.assertEqual(status, 200, body[:300])
        return json.loads(body)

    def test_pictures(self):
        answer = self.draw(model="gpt-image-1", prompt="a red house", n=2, size="64x32", seed=7)
        self.assertEqual((len(answer["data"]), answer["size"], answer["output_format"]), (2, "64x32", "png"))
        self.assertEqual([d["seed"] for d in answer["data"]], [7, 8])
        pictures = [base64.b64decode(d["b64_json"], validate=True) for d in answer["data"]]
        for p in pictures:
            self.assertEqual(p[:8], b"\x89PNG\r\n\x1a\n")
            self.assertEqual(struct.unpack(">II", p[16:24]), (64, 32))
        self.assertNotEqual(*pictures)
        again = self.draw(prompt="a red house", size="64x32", seed=8)["data"][0]
        self.assertEqual(base64.b64decode(again["b64_json"]), pictures[1])
        # So 'models evict' knows that it is in use.
        self.assertTrue((pathlib.Path(os.environ["INHOUSE_MODELS"]) / ".used" / "brush").exists())
        jpeg = self.draw(prompt="x", size="64x32", output_format="jpeg", output_compression=50)
        self.assertTrue(base64.b64decode(jpeg["data"][0]["b64_json"]).startswith(b"\xff\xd8\xff"))

    def test_picture_streams(self):
        whole = self.draw(prompt="a red house", n=2, size="64x32", seed=7, steps=4)["data"]
        status, headers, body = self.server.json("/v1/images/generations", {
            "prompt": "a red house", "n": 2, "size": "64x32", "seed": 7, "steps": 4, "stream": True,
            "partial_images": 2})
        self.assertEqual((status, headers["Content-Type"]), (200, "text/event-stream"))
        events = [json.loads(x.removeprefix("data: ")) for x in body.decode().split("\n\n") if x]
        last = [e for e in events if e["type"] == "image_generation.completed"]
        self.assertEqual([e["b64_json"] for e in last], [d["b64_json"] for d in whole])
        partial = [e for e in events if e["type"] == "image_generation.partial_image"]
        self.assertEqual([(e["index"], e["partial_image_index"]) for e in partial], [(0, 0), (0, 1), (1, 0), (1, 1)])
        for e in partial:
            self.assertTrue(base64.b64decode(e["b64_json"], validate=True).startswith(b"\x89PNG"))

    def edit(self, files, **fields):
        kind, body = form(None, files, **fields)
        return self.server.ask("POST", "/v1/images/edits", body, {"Content-Type": kind})

    def test_edits(self):
        red = png(64, 32, lambda x, y: (255, 0, 0))
        hole = png(64, 32, lambda x, y: (255, 255, 255) if x < 32 else (0, 0, 0))
        status, _, body = self.edit([("image", red)], prompt="a blue house", seed=3, size="64x32", strength=0.5)
        self.assertEqual(status, 200, body[:300])
        by_red = json.loads(body)["data"][0]["b64_json"]
        self.assertNotEqual(by_red, self.draw(prompt="a blue house", seed=3, size="64x32")["data"][0]["b64_json"])
        # With strength 0 it stays what it is, and with a mask where that is black.
        same = json.loads(self.edit([("image[]", red)], prompt="x", size="64x32", strength=0)[2])
        self.assertEqual(struct.unpack(">II", base64.b64decode(same["data"][0]["b64_json"])[16:24]), (64, 32))
        masked = [json.loads(self.edit([("image", red), ("mask", m)], prompt="x", seed=3, size="64x32")[2])
                  ["data"][0]["b64_json"] for m in (hole, png(64, 32, lambda x, y: (0, 0, 0, 0 if x < 32 else 255), alpha=True))]
        self.assertEqual(*masked)
        self.assertNotIn(masked[0], (by_red, same["data"][0]["b64_json"]))
        two = self.edit([("image[]", red), ("image[]", hole)], prompt="x", seed=3, stream="true")
        events = [json.loads(x.removeprefix("data: ")) for x in two[2].decode().split("\n\n") if x]
        self.assertEqual([e["type"] for e in events], ["image_edit.completed"])

    def test_bad_edits(self):
        red = png(8, 8, lambda x, y: (255, 0, 0))
        self.fails(self.edit([], prompt="x"), 400, "missing_parameter", "image")
        self.fails(self.edit([("image", red)]), 400, "missing_parameter", "prompt")
        self.fails(self.edit([("image", b"GIF89a")], prompt="x"), 400, "invalid_file", "image")
        self.fails(self.edit([("image", b"")], prompt="x"), 400, "invalid_file", "image")
        self.fails(self.edit([("image", red[:-20])], prompt="x"), 400, "invalid_file", "image")
        self.fails(self.edit([("image", red)] * 3, prompt="x"), 400, "invalid_value", "image")
        self.fails(self.edit([("image", red), ("mask", png(8, 8, lambda x, y: (128, 0, 0)))], prompt="x"), 400,
                   "invalid_file", "mask")
        self.fails(self.edit([("picture", red)], prompt="x"), 400, "unknown_parameter", "picture")
        self.fails(self.edit([("image", red)], prompt="x", input_fidelity="high"), 400, "unsupported_parameter",
                   "input_fidelity")
        self.fails(self.server.json("/v1/images/edits", {"prompt": "x", "image": "https://example.org/x.png"}), 400,
                   "invalid_type", "image")

    def test_bad_pictures(self):
        path = "/v1/images/generations"
        ask = self.server.json
        self.fails(ask(path, {}), 400, "missing_parameter", "prompt")
        self.fails(ask(path, {"prompt": "x", "n": 11}), 400, "invalid_value", "n")
        self.fails(ask(path, {"prompt": "x", "n": 0}), 400, "invalid_value", "n")
        self.fails(ask(path, {"prompt": "x", "size": "huge"}), 400, "invalid_value", "size")
        self.fails(ask(path, {"prompt": "x", "output_format": "gif"}), 400, "invalid_value", "output_format")
        self.fails(ask(path, {"prompt": "x", "response_format": "url"}), 400, "invalid_value", "response_format")
        self.fails(ask(path, {"prompt": "x", "background": "transparent"}), 400, "invalid_value", "background")
        self.fails(ask(path, {"prompt": "x", "partial_images": 4}), 400, "invalid_value", "partial_images")
        self.fails(ask(path, {"prompt": "x", "stream": 1}), 400, "invalid_type", "stream")
        self.fails(ask(path, {"prompt": "x", "image": "/etc/passwd"}), 400, "unknown_parameter", "image")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
