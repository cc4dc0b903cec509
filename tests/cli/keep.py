# SPDX-License-Identifier: Apache-2.0
"""What a server keeps in its data folder, through its doors: keys, quotas, usage, jobs, files, webhooks; and what is left
of it when the server is killed again and again.

Arguments as those of serve.py. The tests' families of tones and brushes do the work, so that it takes no weights.
"""

import base64
import csv
import hashlib
import hmac
import http.server
import io
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from serve import PATIENCE, PROGRAM, SOUND, TOY, Case, Server, form

MODELS = pathlib.Path(os.environ["INHOUSE_MODELS"])
SECRET = base64.b64encode(b"a secret of thirty-two bytes, ok").decode()


def set_up_models():
    for name, kind in ("brush", "brush"), ("tones", "sine"):
        folder = MODELS / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps({"model_type": kind}))


def program(*arguments, data, code=0):
    done = subprocess.run([PROGRAM, *arguments, "--data", data], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done.stdout


def new_key(data, name, *flags):
    return program("keys", "create", name, *flags, data=data).strip()


class Kept(Case):
    """A server with a data folder of its own for each class."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        set_up_models()
        cls.data = tempfile.mkdtemp() + "/data"
        cls.boss = new_key(cls.data, "boss", "--admin")
        cls.start()

    @classmethod
    def start(cls):
        cls.server = Server("--data", cls.data, "--draw-model", "brush", "--speak-model", "tones", *cls.flags, program=TOY)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, method, path, key=None, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        return self.server.ask(method, path, body, {"Authorization": f"Bearer {key or self.boss}", **headers})

    def good(self, *arguments, **more):
        status, headers, body = self.ask(*arguments, **more)
        self.assertIn(status, (200, 202), body)
        return json.loads(body)

    def speak(self, text, key=None, **more):
        return self.ask("POST", "/v1/audio/speech", key, {"input": text, "response_format": "wav", "model": "tones"}, **more)

    def draw(self, key=None, headers={}, **fields):
        fields = {"prompt": "x", "size": "64x32", "seed": 7, "steps": 4, "model": "brush", **fields}
        return self.ask("POST", "/v1/images/generations", key, fields, **headers)

    def succeeds(self, job, key=None):
        if self.wait(job, key)["status"] != "succeeded":
            self.fail((self.wait(job, key), self.ask("GET", f"/v1/jobs/{job}/result", key)[2]))

    def wait(self, job, key=None, states=("succeeded", "failed", "cancelled")):
        for _ in range(PATIENCE * 20):
            row = self.good("GET", f"/v1/jobs/{job}", key)
            if row["status"] in states:
                return row
            time.sleep(0.05)
        raise AssertionError(row)


class Keys(Kept):
    def test_who_may_come_in(self):
        key = new_key(self.data, "visitor")
        self.fails(self.server.ask("GET", "/v1/models"), 401, "invalid_api_key")
        self.fails(self.ask("GET", "/v1/models", key[:-1] + ("a" if key[-1] != "a" else "b")), 401, "invalid_api_key")
        self.assertEqual(self.ask("GET", "/v1/models", key)[0], 200)
        self.assertEqual(self.server.ask("GET", "/v1/models", None, {"api-key": key})[0], 200)
        program("keys", "revoke", "visitor", data=self.data)
        self.assertIn("has been revoked", self.fails(self.ask("GET", "/v1/models", key), 401, "invalid_api_key"))
        old = new_key(self.data, "old", "--expires", "2020-01-01")
        self.assertIn("has expired", self.fails(self.ask("GET", "/v1/models", old), 401, "invalid_api_key"))

    def test_scopes(self):
        key = new_key(self.data, "narrow", "--models", "tones", "--voices", "a,b")
        self.fails(self.draw(key), 403, "model_not_allowed", "model")
        self.fails(self.ask("POST", "/v1/audio/speech", key, {"input": "x"}), 403, "model_not_allowed", "model")
        self.fails(self.speak("hello", key), 403, "voice_not_allowed", "voice")
        for voice in "c", "a:0.5+c:0.5", "a+c", "":
            self.fails(self.ask("POST", "/v1/audio/speech", key, {"model": "tones", "input": "x", "voice": voice or "ab"}),
                       403, "voice_not_allowed", "voice")
        text = '<speak><VOICE name="c">x</VOICE></speak>'
        self.fails(self.ask("POST", "/v1/audio/speech", key, {"model": "tones", "input": text.lower(), "voice": "a"}),
                   403, "voice_not_allowed", "input")
        self.fails(self.ask("GET", "/v1/admin/keys", key), 403, "admin_key_needed")
        self.fails(self.ask("GET", "/v1/admin/usage", key), 403, "admin_key_needed")
        self.fails(self.ask("POST", "/v1/admin/keys", key, {"name": "mine", "admin": True}), 403, "admin_key_needed")

    def test_keys_over_http(self):
        made = self.good("POST", "/v1/admin/keys", None,
                         {"name": "web", "models": ["tones", "brush"], "quotas": ["requests=2/day"]})
        self.assertEqual((made["name"], made["models"], made["state"]), ("web", ["tones", "brush"], "active"))
        self.assertEqual(self.ask("GET", "/v1/models", made["key"])[0], 200)
        self.fails(self.ask("POST", "/v1/admin/keys", None, {"name": "web"}), 400, "invalid_value")
        self.fails(self.ask("POST", "/v1/admin/keys", None, {"name": "x", "quotas": ["much"]}), 400, "invalid_value", "quotas")
        self.fails(self.ask("POST", "/v1/admin/keys", None, {"nme": "x"}), 400, "invalid_value", "nme")
        listed = [k for k in self.good("GET", "/v1/admin/keys")["data"] if k["name"] == "web"]
        self.assertEqual(len(listed), 1)
        self.assertNotIn("key", listed[0])
        self.assertEqual(self.good("DELETE", "/v1/admin/keys/web")["state"], "revoked")
        self.assertEqual(self.ask("GET", "/v1/models", made["key"])[0], 401)
        self.fails(self.ask("DELETE", "/v1/admin/keys/nobody"), 404, "not_found")

    def test_requests_a_minute(self):
        key = new_key(self.data, "slow", "--quota", "requests=3/day")
        for left in 2, 1, 0:
            status, headers, _ = self.speak("hello", key)
            self.assertEqual(status, 200)
            self.assertEqual((headers["x-ratelimit-limit-requests"], headers["x-ratelimit-remaining-requests"]), ("3", str(left)))
            self.assertRegex(headers["x-ratelimit-reset-requests"], r"^\d+s$")
        answer = self.speak("hello", key)
        self.fails(answer, 429, "rate_limit_exceeded")
        self.assertGreater(int(answer[1]["retry-after"]), 0)
        self.assertEqual(self.ask("GET", "/v1/models", key)[0], 200)

    def test_a_minute_goes_on_after_a_restart(self):
        """Whichever minute it is: either the next process knows, or the minute has turned."""
        key = new_key(self.data, "minute", "--quota", "requests=1/minute")
        before = int(time.time()) // 60
        self.assertEqual(self.speak("hello", key)[0], 200)
        self.server.stop()
        type(self).start()
        status = self.speak("hello", key)[0]
        if int(time.time()) // 60 == before:
            self.assertEqual(status, 429)

    def test_quotas_hold_when_all_come_at_once(self):
        """16 clients want 10 characters each of 55."""
        key = new_key(self.data, "crowd", "--quota", "characters=55/day")
        got = []
        threads = [threading.Thread(target=lambda: got.append(self.speak("ten chars.", key)[0])) for _ in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(sorted(got), [200] * 5 + [429] * 11)
        used = {}
        for _ in range(PATIENCE * 20):  # it is counted behind the answers
            rows = json.loads(program("usage", "--key", "crowd", "--by", "key", "-f", "json", data=self.data))
            used = {r["unit"]: r["amount"] for r in rows}
            if used.get("characters") == 50:
                break
            time.sleep(0.05)
        self.assertEqual(used["characters"], 50)

    def test_units_and_usage(self):
        key = new_key(self.data, "counted")
        self.assertEqual(self.speak("héllo", key)[0], 200)
        self.assertEqual(self.draw(key, n=2)[0], 200)
        kind, body = form(SOUND, model="tones")
        self.assertEqual(self.ask("POST", "/v1/audio/transcriptions", key, body, Content_Type=kind)[0], 200)
        self.fails(self.draw(key, size="huge"), 400, "invalid_value", "size")
        for _ in range(PATIENCE * 20):  # it is counted behind the answer
            if len(self.good("GET", "/v1/usage?by=model", key)["data"]) == 6:
                break
            time.sleep(0.05)
        want = {("tones", "requests"): 2, ("tones", "characters"): 5, ("brush", "requests"): 1, ("", "requests"): 1,
                ("brush", "megapixel_steps"): 2 * 4 * 64 * 32 / 1e6}
        for rows in (self.good("GET", "/v1/usage?by=model", key)["data"],
                     self.good("GET", "/v1/admin/usage?by=model&key=counted")["data"],
                     json.loads(program("usage", "--key", "counted", "--by", "model", "-f", "json", data=self.data)),
                     list(csv.DictReader(io.StringIO(self.ask("GET", "/v1/usage?by=model&format=csv", key)[2].decode())))):
            found = {(r["model"] or "", r["unit"]): float(r["amount"]) for r in rows}
            seconds = found.pop(("tones", "audio_seconds"))
            self.assertAlmostEqual(seconds, (len(SOUND) - 44) / 32000, delta=0.1)
            self.assertEqual(sorted(found), sorted(want))
            for what, amount in want.items():
                self.assertAlmostEqual(found[what], amount, places=9)
        self.fails(self.ask("GET", "/v1/usage?by=colour", key), 400, "invalid_value", "by")
        self.fails(self.ask("GET", "/v1/usage?since=2025-02-30", key), 400, "invalid_value", "since")
        self.assertEqual(self.good("GET", "/v1/usage?until=2020-01-01", key)["data"], [])


class Files(Kept):
    def upload(self, data, key=None, **fields):
        kind, body = form(data, **fields)
        return self.ask("POST", "/v1/files", key, body, Content_Type=kind)

    def test_files(self):
        key, other = new_key(self.data, "one"), new_key(self.data, "two")
        data = os.urandom(700_000)
        status, _, body = self.upload(data, key, purpose="user_data")
        self.assertEqual(status, 200, body)
        row = json.loads(body)
        self.assertEqual((row["object"], row["bytes"], row["filename"], row["purpose"]), ("file", len(data), "a.wav", "user_data"))
        where = f"/v1/files/{row['id']}"
        self.assertEqual(self.good("GET", where, key), row)
        status, headers, content = self.ask("GET", where + "/content", key)
        self.assertEqual((status, content == data, headers["Content-Type"]), (200, True, "application/octet-stream"))
        for owner, count in (key, 1), (other, 0), (self.boss, 1):
            listed = self.good("GET", "/v1/files?purpose=user_data", owner)
            self.assertEqual((len(listed["data"]), listed["has_more"]), (count, False))
        self.assertEqual(self.good("GET", "/v1/files?purpose=batch", key)["data"], [])
        for method, path in ("GET", where), ("GET", where + "/content"), ("DELETE", where):
            self.fails(self.ask(method, path, other), 404, "not_found")
        self.assertEqual(self.good("DELETE", where, key), {"id": row["id"], "object": "file", "deleted": True})
        self.fails(self.ask("GET", where, key), 404, "not_found")

    def test_pages(self):
        key = new_key(self.data, "pages")
        ids = [json.loads(self.upload(b"x", key, purpose="batch")[2])["id"] for _ in range(3)][::-1]
        first = self.good("GET", "/v1/files?limit=2", key)
        self.assertEqual(([f["id"] for f in first["data"]], first["has_more"], first["last_id"]), (ids[:2], True, ids[1]))
        second = self.good("GET", f"/v1/files?limit=2&after={ids[1]}", key)
        self.assertEqual(([f["id"] for f in second["data"]], second["has_more"]), (ids[2:], False))
        self.fails(self.ask("GET", "/v1/files?limit=0", key), 400, "invalid_value", "limit")
        self.fails(self.ask("GET", "/v1/files?order=asc", key), 400, "unsupported_parameter", "order")

    def test_bad_uploads(self):
        self.fails(self.upload(b"x"), 400, "missing_parameter", "purpose")
        self.fails(self.upload(b"x", purpose="fun"), 400, "invalid_value", "purpose")
        self.fails(self.upload(None, purpose="batch"), 400, "missing_parameter", "file")
        self.fails(self.upload(b"x", purpose="batch", colour="red"), 400, "unknown_parameter", "colour")
        self.fails(self.upload(b"x", purpose="batch", **{"expires_after[seconds]": "5"}),
                   400, "invalid_value", "expires_after[seconds]")
        for path in "/v1/files/..%2f..%2fstate.db", "/v1/files/..%2f..%2fstate.db/content":
            self.assertEqual(self.ask("GET", path)[0], 404)


class Hook(http.server.BaseHTTPRequestHandler):
    """Fails the first time."""

    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.seen.append((dict(self.headers), body))
        self.send_response(500 if len(Hook.seen) == 1 else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Jobs(Kept):
    @classmethod
    def setUpClass(cls):
        cls.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=cls.listener.serve_forever, daemon=True).start()
        cls.hook = f"http://127.0.0.1:{cls.listener.server_port}/told"
        cls.flags = ("--hook-hosts", f"127.0.0.1:{cls.listener.server_port}", "--hook-secret", "whsec_" + SECRET)
        super().setUpClass()

    def submit(self, key=None, **headers):
        status, got, body = self.draw(key, {"Prefer": "respond-async", **headers})
        self.assertEqual(status, 202, body)
        row = json.loads(body)
        self.assertEqual((got["location"], row["object"], row["operation"]), (f"/v1/jobs/{row['id']}", "job", "draw"))
        return row["id"]

    def test_a_job(self):
        key, other = new_key(self.data, "j1"), new_key(self.data, "j2")
        at_once = json.loads(self.draw(key)[2])["data"]
        job = self.submit(key)
        row = self.wait(job, key)
        self.assertEqual((row["status"], row["result"]["status"], row["result"]["type"]), ("succeeded", 200, "application/json"))
        status, headers, body = self.ask("GET", f"/v1/jobs/{job}/result", key)
        self.assertEqual((status, len(body), json.loads(body)["data"]), (200, row["result"]["bytes"], at_once))
        for method, path in ("GET", ""), ("GET", "/result"), ("DELETE", ""):
            self.fails(self.ask(method, f"/v1/jobs/{job}{path}", other), 404, "not_found")
        self.assertEqual([r["id"] for r in self.good("GET", "/v1/jobs", key)["data"]], [job])
        self.assertEqual(self.good("GET", "/v1/jobs", other)["data"], [])
        self.assertTrue(self.good("DELETE", f"/v1/jobs/{job}", key)["deleted"])
        self.fails(self.ask("GET", f"/v1/jobs/{job}", key), 404, "not_found")

    def test_a_job_with_an_upload(self):
        kind, body = form(SOUND, model="tones", response_format="srt")
        plain = self.ask("POST", "/v1/audio/transcriptions", None, body, Content_Type=kind)
        job = self.good("POST", "/v1/audio/transcriptions", None, body=body, Content_Type=kind, Prefer="respond-async")["id"]
        self.succeeds(job)
        status, headers, result = self.ask("GET", f"/v1/jobs/{job}/result")
        self.assertEqual((status, headers["Content-Type"], result), (200, plain[1]["Content-Type"], plain[2]))
        left = [b.name for b in (pathlib.Path(self.data) / "blobs").iterdir() if b.name.startswith(job)]
        self.assertEqual(left, [job + ".result"])

    def test_submitted_twice(self):
        key = new_key(self.data, "twice")
        first = self.submit(key, Idempotency_Key="order-1")
        self.assertEqual(self.submit(key, Idempotency_Key="order-1"), first)
        self.assertNotEqual(self.submit(key, Idempotency_Key="order-2"), first)
        self.assertNotEqual(self.submit(None, Idempotency_Key="order-1"), first)
        self.fails(self.draw(key, {"Prefer": "respond-async", "Idempotency_Key": "x" * 128}), 400, "invalid_header")

    def test_what_cannot_be_a_job(self):
        asynchronous = {"Prefer": "respond-async"}
        self.fails(self.draw(None, asynchronous, stream=True), 400, "unsupported_parameter", "stream")
        self.fails(self.draw(None, asynchronous, prompt=""), 400, "missing_parameter", "prompt")
        self.fails(self.draw(None, {**asynchronous, "X_Inhouse_Webhook": "http://example.org/"}), 400, "webhook_not_allowed")
        for url in "file:///etc/passwd", "http://a@127.0.0.1:1/", "nonsense", self.hook.replace("http:", "gopher:"):
            self.fails(self.draw(None, {**asynchronous, "X_Inhouse_Webhook": url}), 400, "webhook_not_allowed")

    def test_a_job_that_fails(self):
        job = json.loads(self.draw(None, {"Prefer": "respond-async"}, model="nothing")[2])["id"]
        row = self.wait(job)
        self.assertEqual((row["status"], row["result"]["status"]), ("failed", 404))
        self.fails(self.ask("GET", f"/v1/jobs/{job}/result"), 404, "model_not_found", "model")

    def test_cancelled(self):
        """One that runs for long, and one behind it."""
        running = json.loads(self.draw(None, {"Prefer": "respond-async"}, size="128x128", steps=1000, n=10)[2])["id"]
        self.wait(running, states=("running",))
        waiting = self.submit()
        self.fails(self.ask("GET", f"/v1/jobs/{waiting}/result"), 409, "job_not_ended")
        self.assertEqual(self.good("DELETE", f"/v1/jobs/{waiting}")["status"], "cancelled")
        self.assertIn(self.good("DELETE", f"/v1/jobs/{running}")["status"], ("running", "cancelled"))
        self.assertEqual(self.wait(running)["status"], "cancelled")
        self.fails(self.ask("GET", f"/v1/jobs/{running}/result"), 409, "job_cancelled")

    def test_a_job_waits_for_its_quota(self):
        """A minute has room for one of two; what never fits fails."""
        key = new_key(self.data, "patient", "--quota", "characters=10/minute")
        asynchronous = {"Prefer": "respond-async"}
        first, second, third = (json.loads(self.speak(text, key, **asynchronous)[2])["id"]
                                for text in ("nine char", "ten chars.", "eleven char"))
        self.succeeds(first, key)
        self.assertEqual(self.wait(third, key)["result"]["status"], 429)
        self.wait(second, key, ("queued", "succeeded"))  # the latter if a minute began meanwhile

    def test_webhook(self):
        job = self.submit(X_Inhouse_Webhook=self.hook)
        self.wait(job)
        for _ in range(PATIENCE * 20):
            if len(Hook.seen) == 2:
                break
            time.sleep(0.05)
        self.assertEqual(len(Hook.seen), 2)
        for headers, body in Hook.seen:
            headers = {k.lower(): v for k, v in headers.items()}
            self.assertEqual(headers["webhook-id"], job)
            signed = f"{job}.{headers['webhook-timestamp']}.".encode() + body
            mac = base64.b64encode(hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()).decode()
            self.assertEqual(headers["webhook-signature"], "v1," + mac)
            told = json.loads(body)
            self.assertEqual((told["type"], told["data"]["id"], told["data"]["status"]), ("job.succeeded", job, "succeeded"))

    def test_a_revoked_key(self):
        """What its key had queued is not begun."""
        key = new_key(self.data, "leaving")
        long = [json.loads(self.draw(None, {"Prefer": "respond-async"}, size="128x128", steps=500, n=10)[2])["id"]
                for _ in range(3)]
        job = self.submit(key)
        program("keys", "revoke", "leaving", data=self.data)
        row = self.wait(job)
        self.assertEqual((row["status"], row["result"]["status"]), ("cancelled", 401))
        status, _, body = self.ask("GET", f"/v1/jobs/{job}/result")
        self.assertEqual((status, json.loads(body)["error"]["code"]), (401, "invalid_api_key"))
        self.assertIn("revoked", json.loads(body)["error"]["message"])
        for job in long:
            self.succeeds(job)

    def test_errors_in_the_words_of_the_address(self):
        for path, inner in ("/openai/deployments/brush/images/generations", True), ("/v1/images/generations", False):
            body = {"prompt": "x", "size": "huge"} | ({} if inner else {"model": "brush"})
            status, _, body = self.ask("POST", path, None, body, Prefer="respond-async")
            self.assertEqual(status, 202, body)
            job = json.loads(body)["id"]
            self.assertEqual(self.wait(job)["status"], "failed")
            status, _, body = self.ask("GET", f"/v1/jobs/{job}/result")
            error = json.loads(body)["error"]
            self.assertEqual(status, 400)
            self.assertEqual((error.get("code"), error.get("innererror"), error.get("target"), error.get("param")),
                             ("InvalidRequest", {"code": "invalid_value"}, "size", None) if inner else
                             ("invalid_value", None, None, "size"))

    def test_the_next_process_goes_on(self):
        """SIGTERM in the middle of a job: it ends at once, and the job begins again."""
        key = new_key(self.data, "later")
        long = json.loads(self.draw(key, {"Prefer": "respond-async"}, size="128x128", steps=500, n=10)[2])["id"]
        short = self.submit(key)
        self.wait(long, key, ("running", "succeeded"))
        self.server.stop()
        type(self).start()
        for job in long, short:
            self.succeeds(job, key)
        rows = {r["unit"]: r["amount"] for r in self.good("GET", "/v1/usage?by=key", key)["data"]}
        self.assertEqual(rows["requests"], 2)
        self.assertAlmostEqual(rows["megapixel_steps"], (10 * 500 * 128 * 128 + 4 * 64 * 32) / 1e6, places=6)


class Killed(Kept):
    """SIGKILL at random moments while jobs are submitted and worked off and files are put there."""

    JOBS, FILES, KILLS, CLIENTS = 60, 30, 25, 3
    WORK = {"size": "128x128", "steps": 60, "n": 2}

    def setUp(self):
        self.seed = int.from_bytes(os.urandom(4), "little")
        self.random = random.Random(self.seed)
        self.lock = threading.Lock()
        self.jobs, self.files, self.ended, self.wrong = {}, {}, set(), []
        self.gave_up = self.done = False
        self.again = 0  # times that the next process found work that was not finished
        self.addCleanup(setattr, self, "done", True)

    def until_answered(self, *arguments, **more):
        """The clients' way with a server that is away: again, until there is an answer."""
        for _ in range(PATIENCE * 20):
            try:
                status, _, body = self.ask(*arguments, **more)
                if status < 500:
                    return status, body
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        self.gave_up = True
        raise AssertionError("no answer for a minute")

    def submit_some(self, mine):
        for i in mine:
            body = {"prompt": "x", "model": "brush", "seed": i, **self.WORK}
            status, answer = self.until_answered("POST", "/v1/images/generations", self.key, body,
                                                 Prefer="respond-async", Idempotency_Key=f"job-{i}")
            with self.lock:
                self.jobs[i] = json.loads(answer)["id"] if status == 202 else (status, answer)

    def put_some(self, mine):
        for i in mine:
            kind, body = form(b"%d " % i * 20000, purpose="user_data")
            status, answer = self.until_answered("POST", "/v1/files", self.key, body, Content_Type=kind)
            with self.lock:
                self.files[i] = json.loads(answer)["id"] if status == 200 else (status, answer)

    def look(self):
        """What has ended stays ended."""
        while not self.done:
            with self.lock:
                known = list(self.jobs.values())
            for job in known:
                status, answer = self.until_answered("GET", f"/v1/jobs/{job}", self.key)
                state = json.loads(answer).get("status")
                if job in self.ended and state != "succeeded":
                    self.wrong.append((job, status, answer))
                if state == "succeeded":
                    self.ended.add(job)
            time.sleep(0.02)

    def kill_often(self, threads):
        kills = 0
        while kills < self.KILLS or any(t.is_alive() for t in threads):
            time.sleep(self.random.uniform(0.02, 0.5))
            if kills < self.KILLS:
                self.server.process.send_signal(signal.SIGKILL)
                self.server.process.wait()
                self.server.process.stderr.close()
                type(self).start()
                kills += 1
                self.again += any("begun again" in line for line in self.server.lines)
            self.assertFalse(self.gave_up)

    def test_killed_again_and_again(self):
        self.key = new_key(self.data, "app")
        threads = [threading.Thread(target=self.submit_some, args=(range(c, self.JOBS, self.CLIENTS),))
                   for c in range(self.CLIENTS)]
        threads.append(threading.Thread(target=self.put_some, args=(range(self.FILES),)))
        looker = threading.Thread(target=self.look)
        for t in [*threads, looker]:
            t.start()
        self.kill_often(threads)
        for job in self.jobs.values():
            self.succeeds(job, self.key)
        self.done = True
        looker.join()
        self.assertGreater(self.again, 0)
        self.check_jobs()
        self.check_files()

    def check_jobs(self):
        self.assertEqual(self.wrong, [], self.seed)
        self.assertEqual(sorted(self.jobs), list(range(self.JOBS)))
        self.assertEqual(len(set(self.jobs.values())), self.JOBS)
        listed = self.good("GET", "/v1/jobs?limit=100", self.key)
        self.assertEqual(sorted(r["id"] for r in listed["data"]), sorted(self.jobs.values()), self.seed)
        for i, job in self.jobs.items():
            status, _, body = self.ask("GET", f"/v1/jobs/{job}/result", self.key)
            at_once = self.draw(None, seed=i, **self.WORK)[2]
            self.assertEqual((status, json.loads(body)["data"]), (200, json.loads(at_once)["data"]), self.seed)
        rows = {r["unit"]: r["amount"] for r in self.good("GET", "/v1/usage?by=key", self.key)["data"]}
        self.assertEqual(rows["requests"], self.JOBS, self.seed)
        self.assertAlmostEqual(rows["megapixel_steps"], self.JOBS * 2 * 60 * 128 * 128 / 1e6, places=6)

    def check_files(self):
        """A file whose answer was lost may be there twice, under another name; none is half there."""
        for i, file in self.files.items():
            self.assertEqual(self.ask("GET", f"/v1/files/{file}/content", self.key)[2], b"%d " % i * 20000, self.seed)
        listed = [f["id"] for f in self.good("GET", "/v1/files", self.key)["data"]]
        self.assertLessEqual(set(self.files.values()), set(listed))
        self.server.stop()
        type(self).start()
        blobs = {b.name for b in (pathlib.Path(self.data) / "blobs").iterdir()}
        self.assertEqual(blobs, set(listed) | {job + ".result" for job in self.jobs.values()}, self.seed)


class Full(Kept):
    flags = ("--free-megabytes", "1000000000")

    def test_a_full_disk(self):
        kind, body = form(b"x", purpose="batch")
        self.fails(self.ask("POST", "/v1/files", None, body, Content_Type=kind), 503, "disk_full")
        self.fails(self.draw(None, {"Prefer": "respond-async"}), 503, "disk_full")
        self.assertEqual(self.draw()[0], 200)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp() + "/data"

    def test_wrong(self):
        for code, *arguments in ((2, "keys", "create"), (2, "keys", "crate", "x"), (2, "keys", "create", "two words"),
                                 (2, "keys", "create", "x", "--quota", "much"), (2, "keys", "create", "x", "--expires", "soon"),
                                 (2, "keys", "create", "x" * 64), (1, "keys", "revoke", "nobody"),
                                 (2, "usage", "--by", "colour"), (2, "usage", "--since", "soon"), (2, "usage", "-f", "xml"),
                                 (1, "usage", "--key", "nobody"), (2, "keys", "list", "x")):
            program(*arguments, data=self.data, code=code)
        program("keys", "list", data="/proc/nothing", code=4)
        without = subprocess.run([PROGRAM, "keys", "list"], capture_output=True, text=True)
        self.assertEqual(without.returncode, 2)
        self.assertIn("INHOUSE_DATA", without.stderr)

    def test_keys(self):
        made = json.loads(program("keys", "create", "phone", "--models", "a,b", "--quota", "tokens=5/day", "--json",
                                  data=self.data))
        self.assertRegex(made["key"], r"^ih-[A-Za-z0-9_-]{43}$")
        self.assertEqual(program("keys", "create", "phone", data=self.data, code=2), "")
        new_key(self.data, "admin", "--admin", "--expires", "2099-12-31")
        program("keys", "revoke", "phone", data=self.data)
        phone, admin = json.loads(program("keys", "list", "--json", data=self.data))
        self.assertEqual((phone["name"], phone["state"], phone["models"]), ("phone", "revoked", ["a", "b"]))
        self.assertEqual(phone["quotas"], [{"unit": "tokens", "span": "day", "amount": 5.0}])
        self.assertEqual((admin["admin"], admin["expires"], admin["state"]), (True, 4102358400, "active"))
        table = program("keys", data=self.data).splitlines()
        self.assertEqual([line.split()[0] for line in table], ["NAME", "phone", "admin"])
        self.assertNotIn(made["key"], "\n".join(table))
        self.assertEqual(program("usage", "-f", "csv", data=self.data), "day,key,model,unit,amount\n")

    def test_beyond_this_machine(self):
        """Without any key nobody gets in there, and the data folder belongs to one server."""
        server = Server("--data", self.data, program=TOY)
        self.assertEqual(server.ask("GET", "/v1/models")[0], 200)
        second = subprocess.run([TOY, "serve", "--port", "0", "--data", self.data], capture_output=True, text=True,
                                timeout=PATIENCE)
        self.assertEqual(second.returncode, 5)
        self.assertIn("another server", second.stderr)
        new_key(self.data, "first")
        self.assertEqual(server.ask("GET", "/v1/models")[0], 401)
        server.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
