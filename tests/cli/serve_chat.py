# SPDX-License-Identifier: Apache-2.0
"""Conversations over HTTP, with a tiny text model of random weights: what it says means nothing, but it is always the same.

Arguments as those of serve.py.
"""

import json
import os
import pathlib
import re
import sys
import tempfile
import threading
import time
import unittest

from serve import PATIENCE, PROGRAM, Case, Server

PATH = "/v1/chat/completions"
TOOL = {"type": "function", "function": {"name": "clock", "description": "Tells the time.", "parameters": {"type": "object", "properties": {}}}}


def events(body):
    lines = [line[6:] for line in body.decode().split("\n") if line.startswith("data: ")]
    assert lines[-1] == "[DONE]", lines[-1]
    return [json.loads(line) for line in lines[:-1]]


class Chat(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--conversations", "2", program=PROGRAM)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, text="Hello", path=PATH, **more):
        return self.server.json(path, {"messages": [{"role": "user", "content": text}], **more})

    def answer(self, text="Hello", path=PATH, **more):
        status, headers, body = self.ask(text, path, **more)
        self.assertEqual(status, 200, body)
        self.assertEqual(headers["Content-Type"], "application/json")
        return json.loads(body)

    def content(self, *args, **more):
        return self.answer(*args, **more)["choices"][0]["message"]["content"]

    def test_shape(self):
        got = self.answer(max_tokens=10, seed=4, model="tiny")
        self.assertEqual((got["object"], got["model"]), ("chat.completion", "tiny"))
        self.assertTrue(got["id"].startswith("chatcmpl-"))
        choice, usage = got["choices"][0], got["usage"]
        self.assertEqual((choice["index"], choice["finish_reason"], choice["message"]["role"]), (0, "length", "assistant"))
        self.assertEqual(usage["completion_tokens"], 10)
        self.assertEqual(usage["total_tokens"], usage["prompt_tokens"] + 10)
        again = self.answer(max_completion_tokens=10, seed=4)
        self.assertEqual(again["choices"][0]["message"], choice["message"])
        self.assertGreater(again["usage"]["prompt_tokens_details"]["cached_tokens"], usage["prompt_tokens"] - 3)
        self.assertNotEqual(self.content(max_tokens=10, seed=5), choice["message"]["content"])

    def test_models_say_what_they_are(self):
        listed = {m["id"]: m for m in json.loads(self.server.ask("GET", "/v1/models")[2])["data"]}
        facts = ("family", "numbers", "weights", "context", "vocabulary")
        self.assertEqual([listed["tiny"][f] for f in facts], ["qwen3", "bf16", 213824, 256, 640])
        self.assertEqual([listed["wild"][f] for f in facts], ["llama", "bf16", 136520, 256, 616])
        self.assertGreater(listed["wild"]["bytes"], 2 * 136520)
        self.assertEqual(listed["gpt-5-mini"]["family"], "qwen3")
        self.assertEqual(json.loads(self.server.ask("GET", "/v1/models/wild")[2]), listed["wild"])

    def test_streams(self):
        whole = self.content(max_tokens=16, seed=4)
        status, headers, body = self.ask(max_tokens=16, seed=4, stream=True, stream_options={"include_usage": True})
        self.assertEqual((status, headers["Content-Type"]), (200, "text/event-stream"))
        got = events(body)
        self.assertEqual(got[0]["choices"][0]["delta"]["role"], "assistant")
        self.assertTrue(all(e["object"] == "chat.completion.chunk" and e["id"] == got[0]["id"] for e in got))
        self.assertEqual("".join(e["choices"][0]["delta"].get("content", "") for e in got if e["choices"]), whole)
        self.assertEqual([e["choices"][0]["finish_reason"] for e in got if e["choices"]][-1], "length")
        self.assertEqual(got[-1]["usage"]["completion_tokens"], 16)
        self.assertEqual(got[-1]["choices"], [])

    def test_stops(self):
        whole = self.content(max_tokens=30, seed=4)
        at = len(whole) // 2
        stop = whole[at:at + 4]
        got = self.answer(max_tokens=30, seed=4, stop=[stop, "never written"])["choices"][0]
        self.assertEqual(got["message"]["content"], whole[:whole.index(stop)])
        self.assertEqual(got["finish_reason"], "stop")
        self.assertEqual(self.answer(max_tokens=30, seed=4, stop=stop)["choices"][0], got)

    def test_schemas(self):
        schema = {"type": "object", "properties": {"colour": {"enum": ["red", "green"]}, "n": {"type": "integer"}}, "required": ["colour", "n"]}
        for seed in range(6):
            got = json.loads(self.content(seed=seed, temperature=2, response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}))
            self.assertIn(got["colour"], ("red", "green"))
            self.assertIsInstance(got["n"], int)
        self.assertTrue(self.content(max_tokens=8, response_format={"type": "json_object"}).startswith("{"))

    def test_messages(self):
        pieces = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
        self.assertEqual(self.content(pieces, max_tokens=8, seed=1), self.content(max_tokens=8, seed=1))
        talk = [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "What time is it?"},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "12:00"}]
        ask = lambda **more: self.server.json(PATH, {"messages": talk, "max_tokens": 4, **more})
        self.assertEqual(ask(tools=[TOOL], tool_choice="none")[0], 200)
        # What Qwen3 is told about tools has more tokens than this model can hold.
        self.assertIn("room for", json.loads(ask(tools=[TOOL])[2])["error"]["message"])
        self.fails(ask(tools=[TOOL], tool_choice="required"), 400, "unsupported_parameter", "tool_choice")
        self.fails(ask(tools=[{"type": "function"}]), 400, "invalid_value", "tools")

    def test_other_addresses(self):
        want = self.content(max_tokens=8, seed=2)
        self.assertEqual(self.content(path="/openai/deployments/tiny/chat/completions?api-version=2024-10-21", max_tokens=8, seed=2), want)
        self.assertEqual(self.content(path="/mai/v1/chat/completions", max_tokens=8, seed=2), want)
        self.assertEqual(self.content(model="gpt-4o-mini", max_tokens=8, seed=2), want)
        self.assertTrue(json.loads(self.server.ask("GET", "/readyz")[2])["chat"])

    def test_tokens_are_counted(self):
        def counted():
            text = self.server.ask("GET", "/metrics")[2].decode()
            found = re.search(r'^inhouse_used_total\{model="tiny",deployment="",unit="tokens"\} (\S+)$', text, re.M)
            return float(found[1]) if found else 0

        # What a worker did is counted when it has let go of it, which may be behind the answer.
        self.content("Before", max_tokens=2)
        time.sleep(0.5)
        before = counted()
        usage = self.answer("A sentence that nobody said before", max_tokens=9, seed=1)["usage"]
        used = usage["total_tokens"] - usage["prompt_tokens_details"]["cached_tokens"]
        for _ in range(200):
            if counted() > before:
                break
            time.sleep(0.05)
        self.assertEqual(counted() - before, used)

    def test_mistakes(self):
        ask = lambda value: self.server.json(PATH, value)
        hello = [{"role": "user", "content": "Hello"}]
        self.fails(ask({}), 400, "missing_parameter", "messages")
        self.fails(ask({"messages": "Hello"}), 400, "missing_parameter", "messages")
        self.fails(ask({"messages": [{"content": "x"}]}), 400, "invalid_value", "messages")
        self.fails(ask({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}), 400, "invalid_value", "messages")
        self.fails(ask({"messages": hello, "temperature": "hot"}), 400, "invalid_type", "temperature")
        self.fails(ask({"messages": hello, "temperature": -1}), 400, "invalid_value", "temperature")
        self.fails(ask({"messages": hello, "n": 2}), 400, "unsupported_parameter", "n")
        self.fails(ask({"messages": hello, "stop": [""]}), 400, "invalid_value", "stop")
        self.fails(ask({"messages": hello, "response_format": {"type": "xml"}}), 400, "invalid_value", "response_format")
        pattern = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"pattern": "a*"}}}
        self.assertIn("pattern", json.loads(ask({"messages": hello, "response_format": pattern})[2])["error"]["message"])
        self.fails(ask({"messages": hello, "temprature": 1}), 400, "unknown_parameter", "temprature")
        self.fails(ask({"messages": hello, "model": "nobody"}), 404, "model_not_found", "model")
        self.assertIn("role is \"robot\"", json.loads(ask({"messages": [{"role": "robot", "content": "x"}]})[2])["error"]["message"])
        self.assertIn("room for", json.loads(self.ask("long " * 20000)[2])["error"]["message"])

    def test_many_at_once(self):
        want = [self.content(f"Number {i}", max_tokens=24, temperature=0) for i in range(6)]
        got = [None] * 24

        def one(i):
            got[i] = self.content(f"Number {i % 6}", max_tokens=24, temperature=0)

        threads = [threading.Thread(target=one, args=[i]) for i in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(got, want * 4)

    def test_a_client_that_goes(self):
        # The whole answer takes this model some milliseconds: now and then it is there before the client has gone.
        body = json.dumps({"messages": [{"role": "user", "content": "Hello"}], "stream": True}).encode()
        for _ in range(200):
            s = self.server.socket()
            s.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (PATH.encode(), len(body)) + body)
            self.assertIn(b"200", s.recv(200))
            s.close()
            if any("gone=true" in line for line in self.server.lines):
                break
        self.server.wait_for("gone=true")
        self.content(max_tokens=2)


class Memory(Case):
    """A model counts for its files until its weights are packed."""

    def test_what_a_model_takes(self):
        def counted():
            text = self.server.ask("GET", "/metrics")[2].decode()
            found = re.search(r'^inhouse_model_bytes\{model="tiny"\} (\S+)$', text, re.M)
            return float(found[1]) if found else 0

        files = sum(f.stat().st_size for f in (pathlib.Path(os.environ["INHOUSE_MODELS"]) / "tiny").iterdir())
        self.server = Server("--chat-model", "tiny", program=PROGRAM)
        self.addCleanup(self.server.stop)
        self.assertIn(counted(), (0, files))
        talk = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2}
        packed = []
        for _ in range(2):
            self.assertEqual(self.server.json(PATH, talk)[0], 200)
            for _ in range(200):
                if counted() != files:
                    break
                time.sleep(0.05)
            packed.append(counted())
        self.assertNotIn(packed[0], (0, files))
        self.assertEqual(packed[0], packed[1])


class Deployments(Case):
    """The tokens of a deployment's conversations."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--data", tempfile.mkdtemp() + "/data", program=PROGRAM)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def put(self, **limits):
        status, _, body = self.server.ask("PUT", "/v1/deployments/brief", json.dumps({"model": "tiny", **limits}),
                                          {"Content-Type": "application/json"})
        self.assertEqual(status, 200, body)

    def ask(self, model="brief", path=PATH, headers=None, **more):
        body = {"messages": [{"role": "user", "content": "Hello"}], "temperature": 0, **more}
        return self.server.json(path, body if path != PATH else {"model": model, **body}, headers)

    def good(self, **more):
        status, _, body = self.ask(**more)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_tokens(self):
        free = self.good(model="tiny", max_tokens=20)
        prompt = free["usage"]["prompt_tokens"]
        self.assertEqual(free["usage"]["completion_tokens"], 20)
        self.put(tokens=prompt + 6)
        for more in {}, {"max_tokens": 1000}, {"path": "/openai/deployments/brief/chat/completions"}:
            got = self.good(**more)
            self.assertEqual((got["usage"]["total_tokens"], got["choices"][0]["finish_reason"]), (prompt + 6, "length"), more)
            text = got["choices"][0]["message"]["content"]
            self.assertEqual(text, free["choices"][0]["message"]["content"][:len(text)])
        self.assertEqual(self.good(max_tokens=4)["usage"]["completion_tokens"], 4)
        self.put(tokens=prompt)
        words = f"at most {prompt} tokens a request; the messages of this one have {prompt},"
        self.assertIn(words, self.fails(self.ask(), 400, "deployment_limit", "messages"))
        self.assertIn(words, self.server.json(PATH, {"model": "brief", "stream": True, "messages": [{"role": "user", "content": "Hello"}]})[2].decode())
        status, _, body = self.ask(path="/openai/deployments/brief/chat/completions")
        error = json.loads(body)["error"]
        self.assertEqual((status, error["code"], error["innererror"], error["target"]),
                         (400, "InvalidRequest", {"code": "deployment_limit"}, "messages"))
        # A job keeps the limits that it was submitted with.
        self.put(tokens=prompt + 6)
        job = json.loads(self.ask(headers={"Prefer": "respond-async"})[2])["id"]
        self.put(tokens=1)
        for _ in range(PATIENCE * 20):
            status, _, body = self.server.ask("GET", f"/v1/jobs/{job}/result")
            if status != 409:
                break
            time.sleep(0.05)
        self.assertEqual((status, json.loads(body)["usage"]["total_tokens"]), (200, prompt + 6), body)
        self.put()
        self.assertEqual(self.good(max_tokens=20)["choices"], free["choices"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
