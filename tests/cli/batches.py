# SPDX-License-Identifier: Apache-2.0
"""Batches: /v1/batches as OpenAI's clients use it, well and badly, and what is left of them when the server is killed.

Arguments as those of serve.py; the helpers are keep.py's.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import random
import signal
import sys
import threading
import time
import unittest

from keep import MODELS, SECRET, Kept, new_key, program
from serve import PATIENCE, SOUND, form

ENDED = ("completed", "failed", "cancelled", "expired")
SPEECH, PICTURES, TRANSCRIPTS = "/v1/audio/speech", "/v1/images/generations", "/v1/audio/transcriptions"


def line(name, url, body, **more):
    return {"custom_id": name, "method": "POST", "url": url, "body": body, **more}


def say(name, text="hello", **more):
    return line(name, SPEECH, {"model": "tones", "input": text, "response_format": "wav", **more})


def picture(name, **more):
    return line(name, PICTURES, {"model": "brush", "prompt": "x", "size": "64x32", "seed": 7, "steps": 4, **more})


class Batched(Kept):
    @classmethod
    def start(cls):
        (MODELS / "tones" / "hears.txt").write_text("what is heard")
        super().start()

    def put(self, data, key=None, purpose="batch"):
        kind, body = form(data, purpose=purpose)
        return self.good("POST", "/v1/files", key, body, Content_Type=kind)["id"]

    def lines(self, lines):
        return "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines).encode()

    def submit(self, lines, endpoint, key=None, **more):
        file = self.put(lines if isinstance(lines, bytes) else self.lines(lines), key)
        return self.good("POST", "/v1/batches", key,
                         {"input_file_id": file, "endpoint": endpoint, "completion_window": "24h", **more})

    def ends(self, batch, key=None):
        for _ in range(PATIENCE * 20):
            row = self.good("GET", f"/v1/batches/{batch}", key)
            if row["status"] in ENDED:
                return row
            time.sleep(0.05)
        raise AssertionError(row)

    def content(self, file, key=None):
        status, _, body = self.ask("GET", f"/v1/files/{file}/content", key)
        self.assertEqual(status, 200, body)
        return body

    def rows(self, file, key=None):
        return [json.loads(x) for x in self.content(file, key).splitlines()] if file else []

    def usage(self, key):
        return {r["unit"]: r["amount"] for r in self.good("GET", "/v1/usage?by=key", key)["data"]}


class Batches(Batched):
    def test_speech(self):
        key, other = new_key(self.data, "s1"), new_key(self.data, "s2")
        new = self.submit([say("a", "héllo"), "", say("b", "x" * 7)], SPEECH, key, metadata={"who": "me"})
        self.assertEqual((new["object"], new["endpoint"], new["completion_window"], new["metadata"], new["errors"]),
                         ("batch", SPEECH, "24h", {"who": "me"}, None))
        self.assertEqual(new["expires_at"] - new["created_at"], 86400)
        row = self.ends(new["id"], key)
        self.assertEqual((row["status"], row["request_counts"]), ("completed", {"total": 2, "completed": 2, "failed": 0}))
        self.assertIsNone(row["error_file_id"])
        self.assertLessEqual(row["created_at"], row["in_progress_at"])
        self.assertLessEqual(row["finalizing_at"], row["completed_at"])
        found = self.rows(row["output_file_id"], key)
        self.assertEqual([r["custom_id"] for r in found], ["a", "b"])
        for r, text in zip(found, ("héllo", "x" * 7)):
            self.assertEqual(sorted(r), ["custom_id", "error", "id", "response"])
            self.assertIsNone(r["error"])
            self.assertRegex(r["id"], "^batch_req_[0-9a-f]{32}$")
            self.assertEqual(r["response"]["status_code"], 200)
            body = r["response"]["body"]
            sound = self.content(body["file_id"], key)
            self.assertEqual((body["content_type"], body["bytes"]), ("audio/wav", len(sound)))
            self.assertEqual(len(sound), len(self.speak(text, None)[2]))
            file = self.good("GET", f"/v1/files/{body['file_id']}", key)
            self.assertEqual(file["purpose"], "batch_output")
            self.assertGreaterEqual(file["expires_at"], row["completed_at"] + 3600)
        self.assertEqual(self.usage(key), {"requests": 2, "characters": 12})
        for path in f"/v1/batches/{new['id']}", f"/v1/files/{row['output_file_id']}":
            self.fails(self.ask("GET", path, other), 404, "not_found")
        self.assertEqual(self.good("GET", "/v1/jobs", key)["data"], [])

    def test_pictures_are_those_of_a_request(self):
        row = self.ends(self.submit([picture("p", n=2)], PICTURES)["id"])
        body = self.rows(row["output_file_id"])[0]["response"]["body"]
        self.assertEqual(body["data"], json.loads(self.draw(n=2)[2])["data"])

    def test_recordings(self):
        file = self.put(SOUND, purpose="user_data")
        data = "data:audio/wav;base64," + base64.b64encode(SOUND).decode()
        lines = [line("file", TRANSCRIPTS, {"model": "tones", "file": file}),
                 line("data", TRANSCRIPTS, {"model": "tones", "file": data, "temperature": 0}),
                 line("text", TRANSCRIPTS, {"model": "tones", "file": data, "response_format": "text"}),
                 line("verbose", TRANSCRIPTS, {"model": "tones", "file": file, "response_format": "verbose_json"}),
                 line("none", TRANSCRIPTS, {"model": "tones"}),
                 line("lost", TRANSCRIPTS, {"model": "tones", "file": "file-1234"}),
                 line("path", TRANSCRIPTS, {"model": "tones", "file": "../state.db"}),
                 line("bad", TRANSCRIPTS, {"model": "tones", "file": "data:audio/wav;base64,!!!"})]
        row = self.ends(self.submit(lines, TRANSCRIPTS)["id"])
        self.assertEqual(row["request_counts"], {"total": 8, "completed": 4, "failed": 4})
        kind, body = form(SOUND, model="tones")
        want = json.loads(self.ask("POST", TRANSCRIPTS, None, body, Content_Type=kind)[2])
        found = {r["custom_id"]: r["response"]["body"] for r in self.rows(row["output_file_id"])}
        self.assertIn("what is heard", want["text"])
        self.assertEqual((found["file"], found["data"]), (want, want))
        self.assertEqual(found["text"].strip(), want["text"])
        self.assertEqual(found["verbose"]["text"], want["text"])
        wrong = {r["custom_id"]: r["response"]["body"]["error"]["code"] for r in self.rows(row["error_file_id"])}
        self.assertEqual(wrong, {"none": "missing_parameter", "lost": "file_not_found", "path": "file_not_found",
                                 "bad": "invalid_value"})

    def test_edits(self):
        """Pictures by their file and in the line, one or several."""
        url = "/v1/images/edits"
        drawn = base64.b64decode(json.loads(self.draw()[2])["data"][0]["b64_json"])
        fields = {"model": "brush", "prompt": "x", "size": "64x32", "seed": 7, "steps": 4}
        kind, body = form(None, [("image", drawn)], **{k: str(v) for k, v in fields.items()})
        want = json.loads(self.ask("POST", url, None, body, Content_Type=kind)[2])["data"]
        file = self.put(drawn, purpose="vision")
        data = "data:image/png;base64," + base64.b64encode(drawn).decode()
        lines = [line("file", url, {**fields, "image": file}), line("data", url, {**fields, "image": data}),
                 line("list", url, {**fields, "image": [data]}), line("many", url, {**fields, "image": [file] * 33}),
                 line("none", url, fields), line("object", url, {**fields, "image": [{"file_id": file}]})]
        row = self.ends(self.submit(lines, url)["id"])
        for r in self.rows(row["output_file_id"]):
            self.assertEqual(r["response"]["body"]["data"], want, r["custom_id"])
        wrong = {r["custom_id"]: r["response"]["status_code"] for r in self.rows(row["error_file_id"])}
        self.assertEqual(wrong, {"many": 400, "none": 400, "object": 400})

    def test_a_file_of_another_key(self):
        mine, other = new_key(self.data, "f1"), new_key(self.data, "f2")
        file = self.put(SOUND, other, "user_data")
        row = self.ends(self.submit([line("x", TRANSCRIPTS, {"model": "tones", "file": file})], TRANSCRIPTS, mine)["id"], mine)
        self.assertEqual(self.rows(row["error_file_id"], mine)[0]["response"]["body"]["error"]["code"], "file_not_found")

    def test_bad_lines(self):
        key = new_key(self.data, "bad")
        lines = [say("good"), "{not json", "[1]", '{"method": "POST"}', say("good"), picture("elsewhere"),
                 {**say("get"), "method": "GET"}, {**say("bodyless"), "body": "text"}, say("empty", ""),
                 say("streamed", stream_format="sse"), say("model", model="nothing"), say("field", colour="red"), say("last")]
        row = self.ends(self.submit(lines, SPEECH, key)["id"], key)
        self.assertEqual((row["status"], row["errors"]), ("completed", None))
        self.assertEqual(row["request_counts"], {"total": 13, "completed": 2, "failed": 11})
        self.assertEqual([r["custom_id"] for r in self.rows(row["output_file_id"], key)], ["good", "last"])
        wrong = [(r["custom_id"], r["response"]["status_code"], r["response"]["body"]["error"]["code"])
                 for r in self.rows(row["error_file_id"], key)]
        self.assertEqual(wrong, [
            (None, 400, "invalid_json_line"), (None, 400, "invalid_json_line"), (None, 400, "invalid_json_line"),
            ("good", 400, "duplicate_custom_id"), ("elsewhere", 400, "invalid_url"), ("get", 400, "invalid_method"),
            ("bodyless", 400, "invalid_request"), ("empty", 400, "missing_parameter"),
            ("streamed", 400, "unsupported_parameter"), ("model", 404, "model_not_found"), ("field", 400, "unknown_parameter")])

    def test_bad_files(self):
        for data, code in (b"\n\n", "empty_file"), (b"\x00\xff\xfe" * 50, "invalid_json_line"), (b"[]\n{}\n", "invalid_json_line"):
            row = self.ends(self.submit(data, SPEECH)["id"])
            self.assertEqual((row["status"], row["errors"]["object"], row["errors"]["data"][0]["code"]), ("failed", "list", code))
            self.assertIsNotNone(row["failed_at"])
            self.assertIsNone(row["output_file_id"])
        row = self.ends(self.submit(b'{"custom_id": "x"}\n' * 50001, SPEECH)["id"])
        self.assertEqual((row["status"], row["errors"]["data"][0]["code"]), ("failed", "too_many_requests"))

    def test_bad_requests(self):
        file, sound = self.put(b"{}"), self.put(SOUND, purpose="user_data")
        good = {"input_file_id": file, "endpoint": SPEECH, "completion_window": "24h"}
        for change, code, field in (({"input_file_id": "file-0"}, "file_not_found", "input_file_id"),
                                    ({"input_file_id": sound}, "invalid_purpose", "input_file_id"),
                                    ({"input_file_id": None}, "missing_parameter", "input_file_id"),
                                    ({"endpoint": "/v1/embeddings"}, "invalid_value", "endpoint"),
                                    ({"completion_window": "1h"}, "invalid_value", "completion_window"),
                                    ({"metadata": {"a": 1}}, "invalid_value", "metadata"),
                                    ({"metadata": {str(i): "x" for i in range(17)}}, "invalid_value", "metadata"),
                                    ({"output_expires_after": {"anchor": "created_at", "seconds": 1}}, "invalid_value",
                                     "output_expires_after"),
                                    ({"colour": "red"}, "unknown_parameter", "colour")):
            self.fails(self.ask("POST", "/v1/batches", None, {**good, **change}), 400, code, field)
        self.fails(self.ask("GET", "/v1/batches/batch_0"), 404, "not_found")
        self.fails(self.ask("POST", "/v1/batches/batch_0/cancel"), 404, "not_found")
        self.fails(self.ask("GET", "/v1/batches?limit=0"), 400, "invalid_value", "limit")

    def test_pages_and_repeats(self):
        key = new_key(self.data, "pages")
        file = self.put(self.lines([say("x")]), key)
        body = {"input_file_id": file, "endpoint": SPEECH, "completion_window": "24h"}
        ids = [self.good("POST", "/v1/batches", key, body, Idempotency_Key=f"b{i}")["id"] for i in (0, 1, 2, 1)]
        self.assertEqual(ids[1], ids[3])
        first = self.good("GET", "/v1/batches?limit=2", key)
        self.assertEqual(([b["id"] for b in first["data"]], first["has_more"], first["last_id"]), (ids[2:0:-1], True, ids[1]))
        second = self.good("GET", f"/v1/batches?limit=2&after={ids[1]}", key)
        self.assertEqual(([b["id"] for b in second["data"]], second["has_more"]), (ids[:1], False))
        for batch in ids:
            self.assertEqual(self.ends(batch, key)["status"], "completed")

    def test_scopes(self):
        key = new_key(self.data, "narrow", "--models", "tones", "--voices", "a,b")
        lines = [say("voiceless"), say("other", voice="c"), say("model", model="brush", voice="a"),
                 say("ssml", '<speak><voice name="c">x</voice></speak>', voice="a")]
        row = self.ends(self.submit(lines, SPEECH, key)["id"], key)
        wrong = [(r["custom_id"], r["response"]["status_code"], r["response"]["body"]["error"]["code"])
                 for r in self.rows(row["error_file_id"], key)]
        self.assertEqual(wrong, [("voiceless", 403, "voice_not_allowed"), ("other", 403, "voice_not_allowed"),
                                 ("model", 403, "model_not_allowed"), ("ssml", 403, "voice_not_allowed")])

    def test_deployments(self):
        self.good("PUT", "/v1/deployments/calls", None, {"model": "tones", "characters": 10})
        key = new_key(self.data, "caller", "--models", "calls")
        row = self.ends(self.submit([say("x", model="calls"), say("long", "x" * 11, model="calls"), say("other")], SPEECH, key)["id"], key)
        self.assertEqual([r["custom_id"] for r in self.rows(row["output_file_id"], key)], ["x"])
        wrong = {r["custom_id"]: r["response"]["body"]["error"]["code"] for r in self.rows(row["error_file_id"], key)}
        self.assertEqual(wrong, {"long": "deployment_limit", "other": "model_not_allowed"})

    def test_quotas(self):
        """What never fits fails; what fits another day waits."""
        key = new_key(self.data, "poor", "--quota", "characters=10/day")
        new = self.submit([say("a", "12345678"), say("long", "x" * 11), say("c", "12345678")], SPEECH, key)
        for _ in range(PATIENCE * 20):
            row = self.good("GET", f"/v1/batches/{new['id']}", key)
            if row["request_counts"]["completed"] == 1:
                break
            time.sleep(0.05)
        self.assertEqual((row["status"], row["request_counts"]["completed"]), ("in_progress", 1))
        self.fails(self.speak("12345678", key), 429, "rate_limit_exceeded")
        row = self.good("POST", f"/v1/batches/{new['id']}/cancel", key)
        self.assertIn(row["status"], ("cancelling", "cancelled"))
        row = self.ends(new["id"], key)
        self.assertEqual((row["status"], row["request_counts"]), ("cancelled", {"total": 3, "completed": 1, "failed": 2}))
        self.assertEqual([r["custom_id"] for r in self.rows(row["output_file_id"], key)], ["a"])
        self.assertEqual({r["custom_id"] for r in self.rows(row["error_file_id"], key)}, {"long", "c"})
        self.assertEqual(self.usage(key)["characters"], 8)
        requests = new_key(self.data, "seldom", "--quota", "requests=2/day")
        new = self.submit([say(str(i)) for i in range(4)], SPEECH, requests)
        self.fails_later(requests)
        self.good("POST", f"/v1/batches/{new['id']}/cancel", requests, {})
        row = self.ends(new["id"], requests)
        self.assertEqual(row["request_counts"]["completed"], 2)

    def fails_later(self, key):
        for _ in range(PATIENCE * 20):
            if self.usage(key).get("requests") == 2:
                break
            time.sleep(0.05)
        self.fails(self.speak("x", key), 429, "rate_limit_exceeded")

    def test_cancel(self):
        new = self.submit([picture(str(i), size="128x128", steps=500, n=10) for i in range(20)], PICTURES)
        row = self.good("POST", f"/v1/batches/{new['id']}/cancel", None, {})
        self.assertIn(row["status"], ("cancelling", "cancelled"))
        row = self.ends(new["id"])
        self.assertEqual((row["status"], row["request_counts"]["total"] > 0), ("cancelled", row["error_file_id"] is not None))
        codes = {r["error"]["code"] for r in self.rows(row["error_file_id"])}
        self.assertLessEqual(codes, {"batch_cancelled"})
        self.fails(self.ask("POST", f"/v1/batches/{new['id']}/cancel"), 409, "batch_not_cancellable")

    def test_others_go_first(self):
        """A job that comes after a long batch does not wait for its end."""
        new = self.submit([picture(str(i), size="128x128", steps=100, n=10) for i in range(100)], PICTURES)
        job = json.loads(self.draw(None, {"Prefer": "respond-async"})[2])["id"]
        self.succeeds(job)
        self.assertNotIn(self.good("GET", f"/v1/batches/{new['id']}")["status"], ENDED)
        self.good("POST", f"/v1/batches/{new['id']}/cancel", None, {})
        self.ends(new["id"])

    def test_the_input_may_go(self):
        file = self.put(self.lines([picture("p", steps=300)] + [picture(str(i)) for i in range(5)]))
        new = self.good("POST", "/v1/batches", None, {"input_file_id": file, "endpoint": PICTURES, "completion_window": "24h"})
        self.good("DELETE", f"/v1/files/{file}")
        self.assertEqual(self.ends(new["id"])["request_counts"]["completed"], 6)

    def test_a_revoked_key(self):
        key = new_key(self.data, "gone")
        new = self.submit([picture(str(i), size="128x128", steps=200, n=10) for i in range(30)], PICTURES, key)
        program("keys", "revoke", "gone", data=self.data)
        row = self.ends(new["id"])
        self.assertEqual(row["status"], "completed")
        self.assertLess(row["request_counts"]["completed"], 30)
        last = self.rows(row["error_file_id"])[-1]
        self.assertEqual((last["response"]["status_code"], last["response"]["body"]["error"]["code"]), (401, "invalid_api_key"))
        self.assertIn("revoked", last["response"]["body"]["error"]["message"])


class Azure(Batched):
    """The same under Azure's addresses: /openai/files and /openai/batches."""

    VERSION = "?api-version=2025-04-01-preview"

    def at(self, method, path, key, body=None, **headers):
        status, _, answer = self.ask(method, "/openai/" + path + self.VERSION, key, body, **headers)
        self.assertEqual(status, 200, answer)
        return json.loads(answer)

    def fails_there(self, answer, status, code, inner, target=None):
        self.assertEqual(answer[0], status, answer[2])
        error = json.loads(answer[2])["error"]
        self.assertEqual((error["code"], error["innererror"], error.get("target")), (code, {"code": inner}, target))

    def test_from_file_to_result(self):
        key, other = new_key(self.data, "blue"), new_key(self.data, "sky")
        kind, data = form(self.lines([line("a", "/audio/speech", {"model": "tones", "input": "x"}), say("b"),
                                      line("c", "/images/generations", {})]), purpose="batch")
        file = self.at("POST", "files", key, data, Content_Type=kind)
        self.assertEqual(self.at("GET", f"files/{file['id']}", key), file)
        self.assertEqual(self.at("GET", "files", key)["data"], [file])
        for endpoint in "/audio/speech", SPEECH:
            body = {"input_file_id": file["id"], "endpoint": endpoint, "completion_window": "24h"}
            new = self.at("POST", "batches", key, body)
            self.assertEqual(new["endpoint"], SPEECH)
            row = self.ends(new["id"], key)
            self.assertEqual(self.at("GET", f"batches/{new['id']}", key), row)
            self.assertEqual((row["status"], row["request_counts"]), ("completed", {"total": 3, "completed": 2, "failed": 1}))
            status, _, out = self.ask("GET", f"/openai/files/{row['output_file_id']}/content{self.VERSION}", key)
            self.assertEqual((status, [json.loads(x)["custom_id"] for x in out.splitlines()]), (200, ["a", "b"]))
            wrong = self.rows(row["error_file_id"], key)[0]["response"]["body"]["error"]
            self.assertEqual(wrong["code"], "invalid_url")
        self.assertEqual(self.at("GET", "batches", key)["data"], self.good("GET", "/v1/batches", key)["data"])
        for method, path in ("GET", f"batches/{new['id']}"), ("GET", f"files/{file['id']}/content"), ("DELETE", f"files/{file['id']}"):
            self.fails_there(self.ask(method, f"/openai/{path}{self.VERSION}", other), 404, "ResourceNotFound", "not_found")
        self.fails_there(self.ask("POST", f"/openai/batches/{new['id']}/cancel{self.VERSION}", key), 409, "InvalidRequest",
                         "batch_not_cancellable")
        self.assertTrue(self.at("DELETE", f"files/{file['id']}", key)["deleted"])

    def test_bad_requests(self):
        for change, inner in ({"endpoint": "/embeddings"}, "invalid_value"), ({"endpoint": "audio/speech"}, "invalid_value"):
            body = {"input_file_id": "file-0", "completion_window": "24h", **change}
            self.fails_there(self.ask("POST", "/openai/batches" + self.VERSION, None, body), 400, "InvalidRequest", inner, "endpoint")
        kind, data = form(b"x", purpose="fun")
        self.fails_there(self.ask("POST", "/openai/files" + self.VERSION, None, data, Content_Type=kind), 400, "InvalidRequest",
                         "invalid_value", "purpose")
        self.fails_there(self.ask("PUT", "/openai/files" + self.VERSION, None, {}), 405, "MethodNotAllowed", "method_not_allowed")


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes nothing in while it refuses; what comes is noted all the same."""

    seen, refuses = [], False

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.seen.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(500 if Hook.refuses else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Told(Batched):
    """Webhooks of batches."""

    @classmethod
    def setUpClass(cls):
        cls.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=cls.listener.serve_forever, daemon=True).start()
        cls.hook = f"http://127.0.0.1:{cls.listener.server_port}/told"
        cls.flags = ("--hook-hosts", f"127.0.0.1:{cls.listener.server_port}", "--hook-secret", "whsec_" + SECRET)
        super().setUpClass()

    def setUp(self):
        Hook.seen, Hook.refuses = [], False

    def begin(self, lines, endpoint=SPEECH):
        body = {"input_file_id": self.put(self.lines(lines)), "endpoint": endpoint, "completion_window": "24h"}
        return self.good("POST", "/v1/batches", None, body, X_Inhouse_Webhook=self.hook)["id"]

    def told(self, batch, state, times=1):
        for _ in range(PATIENCE * 20):
            if len(Hook.seen) >= times:
                break
            time.sleep(0.05)
        self.assertEqual(len(Hook.seen), times)
        for headers, body in Hook.seen:
            self.assertEqual(headers["webhook-id"], batch)
            signed = f"{batch}.{headers['webhook-timestamp']}.".encode() + body
            mac = base64.b64encode(hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()).decode()
            self.assertEqual(headers["webhook-signature"], "v1," + mac)
            told = json.loads(body)
            self.assertEqual(told["type"], f"batch.{state}")
            self.assertEqual(told["data"], self.good("GET", f"/v1/batches/{batch}"))

    def test_completed(self):
        Hook.refuses = True
        batch = self.begin([say("a"), say("b")])
        self.told(batch, "completed")
        Hook.refuses = False
        self.told(batch, "completed", 2)

    def test_failed(self):
        self.told(self.begin(["{bad"]), "failed")

    def test_cancelled(self):
        batch = self.begin([picture(str(i), size="128x128", steps=500, n=10) for i in range(20)], PICTURES)
        self.good("POST", f"/v1/batches/{batch}/cancel", None, {})
        self.told(batch, "cancelled")

    def test_told_by_the_next_process(self):
        Hook.refuses = True
        batch = self.begin([say("a")])
        self.told(batch, "completed")
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait()
        self.server.process.stderr.close()
        Hook.refuses = False
        type(self).start()
        self.told(batch, "completed", 2)

    def test_not_allowed(self):
        body = {"input_file_id": self.put(b"{}"), "endpoint": SPEECH, "completion_window": "24h"}
        for url in "http://example.org/", "file:///etc/passwd", self.hook.replace("http:", "gopher:"):
            self.fails(self.ask("POST", "/v1/batches", None, body, X_Inhouse_Webhook=url), 400, "webhook_not_allowed")
        self.assertEqual(Hook.seen, [])


class Killed(Batched):
    """SIGKILL at random moments of the life of batches."""

    BATCHES, LINES, KILLS = 4, 40, 25

    def until_answered(self, *arguments, **more):
        for _ in range(PATIENCE * 20):
            try:
                status, _, body = self.ask(*arguments, **more)
                if status < 500:
                    return json.loads(body)
            except (OSError, EOFError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise AssertionError("no answer for a minute")

    def kill(self):
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait()
        self.server.process.stderr.close()
        type(self).start()
        return any("begun again" in x for x in self.server.lines)

    def goes_on(self, batches, key):
        """A line with which the server has ended eight times is given up, so on a slow machine it is let alone at times."""
        def done():
            rows = [self.until_answered("GET", f"/v1/batches/{b}", key) for b in batches]
            return sum(sum(r["request_counts"].values()) for r in rows), all(r["status"] in ENDED for r in rows)
        before, _ = done()
        for _ in range(PATIENCE * 20):
            now, all_ended = done()
            if all_ended or now > before:
                return
            time.sleep(0.05)
        raise AssertionError((before, now))

    def test_killed_again_and_again(self):
        seed = int.from_bytes(os.urandom(4), "little")
        chance = random.Random(seed)
        key = new_key(self.data, "app")
        picture_lines = [picture(str(i), seed=i, size="128x128", steps=60) for i in range(self.LINES)]
        lines = {PICTURES: picture_lines + ["{bad"], SPEECH: [say(str(i), "x" * (i + 1)) for i in range(self.LINES)]}
        files = {url: self.put(self.lines(x), key) for url, x in lines.items()}
        batches, again = [], 0
        for i in range(self.KILLS):
            if i < self.BATCHES:
                url = (PICTURES, SPEECH)[i % 2]
                body = {"input_file_id": files[url], "endpoint": url, "completion_window": "24h"}
                # It is killed before, while or after the batch is taken in; the client asks again.
                try:
                    self.ask("POST", "/v1/batches", key, body, Idempotency_Key=f"b{i}")
                except OSError:
                    pass
                time.sleep(chance.uniform(0, 0.05))
                again += self.kill()
                batches.append((url, self.until_answered("POST", "/v1/batches", key, body, Idempotency_Key=f"b{i}")["id"]))
            if i % 4 == 3:
                self.goes_on([b for _, b in batches], key)
            time.sleep(chance.uniform(0.01, 0.4))
            again += self.kill()
        self.assertGreater(again, 0, seed)
        self.assertEqual(len({b for _, b in batches}), self.BATCHES, seed)
        self.assertEqual(len(self.good("GET", "/v1/batches", key)["data"]), self.BATCHES, seed)
        rows = [(url, self.ends(batch, key)) for url, batch in batches]
        self.check_results(rows, key, seed)
        self.check_usage(key, seed)
        self.check_blobs(key, seed)

    def check_results(self, rows, key, seed):
        for url, row in rows:
            bad = url == PICTURES
            if row["request_counts"]["failed"] != bad:
                self.fail((seed, self.rows(row["error_file_id"], key)))
            self.assertEqual((row["status"], row["request_counts"]),
                             ("completed", {"total": self.LINES + bad, "completed": self.LINES, "failed": int(bad)}), seed)
            found = self.rows(row["output_file_id"], key)
            self.assertEqual([r["custom_id"] for r in found], [str(i) for i in range(self.LINES)], seed)
            self.assertEqual(len(self.rows(row["error_file_id"], key)), int(bad), seed)
            for i, r in enumerate(found):
                body = r["response"]["body"]
                if url == SPEECH:
                    self.assertEqual(len(self.content(body["file_id"], key)), body["bytes"], seed)
                else:
                    at_once = self.draw(None, seed=i, size="128x128", steps=60)[2]
                    self.assertEqual(body["data"], json.loads(at_once)["data"], seed)

    def check_usage(self, key, seed):
        used = self.usage(key)
        half, n = self.BATCHES // 2, self.LINES
        self.assertEqual((used["requests"], used["characters"]), (2 * half * n, half * n * (n + 1) / 2), seed)
        self.assertAlmostEqual(used["megapixel_steps"], half * n * 60 * 128 * 128 / 1e6, places=6)

    def check_blobs(self, key, seed):
        """Nothing is there besides the files that are listed."""
        listed = {f["id"] for f in self.good("GET", "/v1/files", key)["data"]}
        halves = self.BATCHES // 2
        self.assertEqual(len(listed), 2 + self.BATCHES + halves + halves * self.LINES, seed)
        self.server.stop()
        type(self).start()
        blobs = {b.name for b in (pathlib.Path(self.data) / "blobs").iterdir()}
        self.assertEqual(blobs, listed, seed)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
