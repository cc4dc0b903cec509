# SPDX-License-Identifier: Apache-2.0
"""Recordings that a request names by an address (audioUrl of Azure's fast transcription), from a server that is good and
from one that is not.

Arguments as those of serve.py; the helpers are keep.py's.
"""

import http.server
import json
import subprocess
import sys
import threading
import unittest

from keep import MODELS, Kept, new_key
from serve import PATIENCE, PROGRAM, SOUND, form

PATH = "/speechtotext/transcriptions:transcribe"


class Shelf(http.server.BaseHTTPRequestHandler):
    """Gives recordings, and what is none."""

    seen = []
    held = threading.Event()

    def do_GET(self):
        Shelf.seen.append(self.path)
        path = self.path.partition("?")[0]
        if path == "/calls/a.wav":
            self.give(SOUND)
        elif path == "/calls/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/calls/a.wav")
            self.end_headers()
        elif path == "/calls/large":
            self.give(b"x" * ((1 << 20) + 1))
        elif path == "/calls/larger":  # and does not say so
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(64):
                    self.wfile.write(b"x" * (1 << 20))
            except OSError:
                pass
        elif path == "/calls/slow":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x")
            self.wfile.flush()
            Shelf.held.wait(PATIENCE)
        elif path == "/calls/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x")
        elif path == "/calls/text":
            self.give(b"no recording")
        elif path == "/calls/empty":
            self.give(b"")
        else:
            self.send_error(404)

    def give(self, data):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def shelf():
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    listener.daemon_threads = True
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    return listener.server_port


class Fetching(Kept):
    @classmethod
    def start(cls):
        (MODELS / "tones" / "hears.txt").write_text("what is heard")
        super().start()

    def setUp(self):
        Shelf.seen = []
        Shelf.held.clear()
        self.addCleanup(Shelf.held.set)

    def transcribe(self, url, key=None, sound=None, model="tones", **headers):
        definition = json.dumps({"audioUrl": url, "enhancedMode": {"model": model}})
        kind, body = form(None, files=[("audio", sound)] if sound else [], definition=definition)
        return self.ask("POST", PATH + "?api-version=2025-10-15", key, body, Content_Type=kind, **headers)

    def refused(self, answer, status, inner, target="audioUrl"):
        self.assertEqual(answer[0], status, answer[2])
        error = json.loads(answer[2])["error"]
        self.assertEqual((error["innererror"]["code"], error.get("target")), (inner, target), error)
        return error["message"]

    def heard(self, answer):
        self.assertEqual(answer[0], 200, answer[2])
        self.assertIn("what is heard", json.loads(answer[2])["combinedPhrases"][0]["text"])


class Allowed(Fetching):
    @classmethod
    def setUpClass(cls):
        cls.port = shelf()
        cls.at = f"http://127.0.0.1:{cls.port}"
        cls.flags = ("--fetch-from", f"{cls.at}/calls/,http://localhost:{cls.port}/calls,https://x.localhost:{cls.port}/",
                     "--upload-megabytes", "1", "--idle-seconds", "2")
        super().setUpClass()

    def test_a_recording(self):
        for url in f"{self.at}/calls/a.wav", f"{self.at}/calls/a.wav?sig=1%2F2&x=y#part", f"http://LOCALHOST:{self.port}/calls/a.wav":
            self.heard(self.transcribe(url))
        self.assertEqual(Shelf.seen, ["/calls/a.wav", "/calls/a.wav?sig=1%2F2&x=y", "/calls/a.wav"])

    def test_it_counts_as_an_upload(self):
        """Quotas and limits of deployments are about what was fetched."""
        seconds = (len(SOUND) - 44) / 32000
        key = new_key(self.data, "rich", "--quota", f"audio_seconds={int(seconds) + 1}/day")
        self.heard(self.transcribe(f"{self.at}/calls/a.wav", key))
        self.refused(self.transcribe(f"{self.at}/calls/a.wav", key), 429, "rate_limit_exceeded", None)
        used = {r["unit"]: r["amount"] for r in self.good("GET", "/v1/usage?by=key", key)["data"]}
        self.assertAlmostEqual(used["audio_seconds"], seconds, delta=0.1)
        for limit, status in (int(seconds) + 1, 200), (1, 400):
            self.good("PUT", "/v1/deployments/calls", None, {"model": "tones", "audio_seconds": limit})
            self.assertEqual(self.transcribe(f"{self.at}/calls/a.wav", model="calls")[0], status)

    def test_a_job(self):
        status, _, body = self.transcribe(f"{self.at}/calls/a.wav", Prefer="respond-async")
        self.assertEqual(status, 202, body)
        job = json.loads(body)["id"]
        self.succeeds(job)
        self.heard(self.ask("GET", f"/v1/jobs/{job}/result"))
        job = json.loads(self.transcribe(f"{self.at}/calls/none", Prefer="respond-async")[2])["id"]
        self.assertEqual(self.wait(job)["status"], "failed")
        self.refused(self.ask("GET", f"/v1/jobs/{job}/result"), 400, "url_not_fetched")

    def test_what_is_not_listed(self):
        for url in (f"{self.at}/a.wav", f"{self.at}/callsa/a.wav", f"{self.at}/calls/../a.wav", f"{self.at}/calls/%2e%2e/a.wav",
                    f"{self.at}/calls/x/..%2F..%2Fa.wav", f"{self.at}/calls\\..\\a.wav", f"http://127.0.0.1:{self.port + 1}/calls/a.wav",
                    f"https://127.0.0.1:{self.port}/calls/a.wav", f"http://a@127.0.0.1:{self.port}/calls/a.wav",
                    f"http://127.0.0.1:{self.port}@evil.example/calls/a.wav", f"http://127.0.0.2:{self.port}/calls/a.wav",
                    "file:///etc/passwd", f"ftp://127.0.0.1:{self.port}/calls/a.wav", f"gopher://127.0.0.1:{self.port}/calls/",
                    f"127.0.0.1:{self.port}/calls/a.wav", "", "nonsense", "http://", f"{self.at}/calls/a b.wav", "x" * 5000):
            self.assertIn("limits.fetch_from", self.refused(self.transcribe(url), 400, "url_not_allowed"), url)
        self.assertEqual(Shelf.seen, [])

    def test_a_name_of_a_private_network(self):
        """It is listed, but its address is one of this machine's."""
        self.assertIn("private", self.refused(self.transcribe(f"https://x.localhost:{self.port}/"), 400, "url_not_allowed"))

    def test_what_cannot_be_fetched(self):
        for name, status, inner, words in (("elsewhere", 400, "url_not_fetched", "not followed"),
                                           ("none", 400, "url_not_fetched", "404"),
                                           ("large", 413, "request_too_large", "1 megabytes"),
                                           ("larger", 413, "request_too_large", "1 megabytes"),
                                           ("slow", 400, "url_not_fetched", "not in time"),
                                           ("short", 400, "url_not_fetched", "")):
            self.assertIn(words, self.refused(self.transcribe(f"{self.at}/calls/{name}"), status, inner), name)
        for name in "text", "empty":
            self.assertEqual(self.transcribe(f"{self.at}/calls/{name}")[0], 400, name)
        self.assertNotIn("/calls/a.wav", Shelf.seen)

    def test_bad_requests(self):
        url = f"{self.at}/calls/a.wav"
        self.refused(self.transcribe(url, sound=SOUND), 400, "invalid_value")
        self.refused(self.transcribe(7), 400, "invalid_type")
        for name in "audio_url", "audioUrl":  # it is said in the definition
            kind, body = form(None, **{name: url, "model": "tones"})
            self.assertEqual(self.ask("POST", PATH, None, body, Content_Type=kind)[0], 400)
            self.assertEqual(self.ask("POST", "/v1/audio/transcriptions", None, body, Content_Type=kind)[0], 400)
        self.assertEqual(Shelf.seen, [])


class Unset(Fetching):
    def test_nothing_is_fetched(self):
        port = shelf()
        for url in f"http://127.0.0.1:{port}/calls/a.wav", "https://example.org/a.wav":
            self.assertIn("fetches nothing", self.refused(self.transcribe(url), 400, "url_not_allowed"))
        self.assertEqual(Shelf.seen, [])


class Settings(unittest.TestCase):
    def test_wrong(self):
        for entry in "http://store.example/", "store.example", "https://", "https://a@store.example/", "10.0.0.0/99", "https://x/?y=z":
            done = subprocess.run([PROGRAM, "serve", "--port", "0", "--fetch-from", entry], capture_output=True, text=True,
                                  timeout=PATIENCE)
            self.assertEqual(done.returncode, 2, (entry, done.stderr))
            self.assertIn("limits.fetch_from", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
