# SPDX-License-Identifier: Apache-2.0
"""Models named critique:A+B and council:A+B@J over HTTP, with remote models that answer by a script and one of this machine.

Arguments as those of serve.py.
"""

import json
import os
import pathlib
import shutil
import sys
import time
import unittest

from fake_provider import Provider
from keep import MODELS, Kept, new_key
from serve import SOURCE

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
BRIDGE = {"name": "bridge.txt", "text": "The bridge over the Elbe was opened in 1893. It is painted blue."}
DRAFT, FINAL = "The bridge was opened in 1983 [1]. It is ugly.", "The bridge was opened in 1893 [1]. It is blue [1]."
LETTER = {"agreements": [{"text": "Blue is scattered.", "references": ["A1", "B1"]}], "differences": [], "single": [], "summary": "Scattering."}


def verdict(each):
    words = {"k": "keep", "c": "change"}
    claims = [{"claim": i + 1, "grounded": "yes", "citation": "right", "consistent": "yes", "reason": f"reason {i + 1}", "verdict": words[v]} for i, v in enumerate(each)]
    return {"claims": claims, "missing": [], "summary": ""}


def script():
    return [
        {"model": "ann", "last": "Plan the answer", "answer": "1. opened in 1893 [1]"},
        {"model": "ann", "last": "Write the whole", "answer": FINAL},
        {"model": "ann", "answer": DRAFT},
        {"model": "ben", "answer": verdict("kc")},
    ]


COUNCIL = [{"model": "ann", "answer": "Air scatters blue light."}, {"model": "ben", "answer": "Blue light is scattered."}, {"model": "joe", "answer": LETTER}]


class Several(Kept):
    flags = ("--remote",)

    @classmethod
    def setUpClass(cls):
        cls.provider = Provider()
        models = [{"name": n, "task": "chat", "remote": {"api": "openai", "url": f"http://127.0.0.1:{cls.provider.port}/v1", "model": n, "tries": 1}} for n in ("ann", "ben", "joe")]
        catalog = pathlib.Path(os.environ["HOME"]) / "catalog.json"
        catalog.write_text(json.dumps({"format": 1, "models": models}))
        os.environ["INHOUSE_CATALOG"] = str(catalog)
        shutil.copytree(SOURCE / "tests/data/qwen3-tiny", MODELS / "tiny", dirs_exist_ok=True)
        config = json.loads((MODELS / "tiny/config.json").read_text())
        (MODELS / "tiny/config.json").write_text(json.dumps({**config, "max_position_embeddings": 8192}))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.provider.stop()

    def use(self, rules):
        self.begun = len(self.provider.requests())
        self.provider.set(rules)

    def asked(self):
        return self.provider.requests()[self.begun:]

    def chat(self, model="critique:ann+ben", key=None, path=CHAT, text="When was the bridge opened?", **more):
        said = {"input": text} if path == RESPONSES else {"messages": [{"role": "user", "content": text}]}
        return self.ask("POST", path, key, {"model": model, **said, **more})

    def good(self, *args, **more):
        status, _, body = self.chat(*args, **more)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_critique(self):
        self.use(script())
        got = self.good(sources=[BRIDGE])
        self.assertEqual((got["model"], got["choices"][0]["message"]["content"]), ("critique:ann+ben", FINAL))
        review = got["review"]
        self.assertTrue(review["reviewed"])
        self.assertEqual((review["draft"], review["final"]), (DRAFT, FINAL))
        self.assertEqual([c["objected"] for c in review["rounds"][0]["claims"]], [True, True])
        self.assertEqual(review["rounds"][0]["findings"][0]["verdict"], "not said")
        self.assertIn(["cut", "1983"], review["diff"])
        self.assertEqual([s["kind"] for s in review["steps"]], ["plan", "draft", "check", "review", "revise", "check"])
        # All steps are counted, and nothing is told that only the server should know.
        self.assertEqual(got["usage"]["prompt_tokens"], 40)
        self.assertEqual(got["usage"]["completion_tokens"], 20)
        self.assertNotIn("request", json.dumps(review["steps"]))
        self.assertEqual(review["sources"], [{"name": "bridge.txt", "bytes": len(BRIDGE["text"])}])
        self.assertIn(BRIDGE["text"], self.asked()[0]["body"]["messages"][-1]["content"])

    def test_rounds(self):
        self.use([{"model": "ben", "times": 1, "answer": verdict("kc")}, {"model": "ben", "answer": verdict("kk")}, *script()])
        self.assertEqual(len(self.good(sources=[BRIDGE], rounds=3)["review"]["rounds"]), 2)

    def test_streams(self):
        self.use(script())
        status, headers, body = self.chat(sources=[BRIDGE], stream=True, stream_options={"include_usage": True})
        self.assertEqual((status, headers["Content-Type"]), (200, "text/event-stream"))
        lines = [line[6:] for line in body.decode().split("\n") if line.startswith("data: ")]
        self.assertEqual(lines[-1], "[DONE]")
        got = [json.loads(line) for line in lines[:-1]]
        deltas = [e["choices"][0]["delta"] for e in got if e["choices"]]
        self.assertEqual("".join(d.get("reasoning_content", "") for d in deltas), "ann plans\nann drafts\nben reviews\nann revises\n")
        self.assertEqual("".join(d.get("content", "") for d in deltas), FINAL)
        self.assertEqual([e["review"]["final"] for e in got if "review" in e], [FINAL])
        self.assertEqual(got[-1]["usage"]["total_tokens"], 60)

    def test_responses(self):
        self.use(script())
        got = self.good(path=RESPONSES, sources=[BRIDGE])
        self.assertEqual((got["status"], got["review"]["final"]), ("completed", FINAL))
        self.assertEqual([i["content"][0]["text"] for i in got["output"] if i["type"] == "message"], [FINAL])
        self.assertEqual([i["type"] for i in got["output"]], ["reasoning", "message"])
        kept = self.ask("GET", f"/v1/responses/{got['id']}")
        self.assertEqual((kept[0], json.loads(kept[2])["review"]), (200, got["review"]))
        # Going on from it: the conversation is one request.
        self.use(script())
        self.good(path=RESPONSES, text="And its colour?", previous_response_id=got["id"])
        text = self.asked()[0]["body"]["messages"][-1]["content"]
        self.assertIn("Assistant:\n" + FINAL, text)
        self.assertIn("User:\nAnd its colour?", text)
        self.use(script())
        body = self.chat(path=RESPONSES, sources=[BRIDGE], stream=True)[2].decode()
        self.assertIn("event: response.reasoning_text.delta", body)
        self.assertIn('"review":{', body.split("event: response.completed")[1])

    def test_council(self):
        self.use(COUNCIL)
        got = self.good("council:ann+ben@joe", text="Why is the sky blue?")
        text = got["choices"][0]["message"]["content"]
        self.assertIn("- Blue is scattered. (A1, B1)", text)
        self.assertIn("## B: ben\n\nBlue light is scattered.", text)
        self.assertEqual(got["review"]["letter"], LETTER)
        self.assertEqual(got["usage"]["prompt_tokens"], 30)
        self.use([{"model": "ann", "status": 500, "message": "broken"}, *COUNCIL])
        self.assertIn("only one answered", self.good("council:ann+ben@joe")["review"]["reason"])

    def test_degrades(self):
        self.use([{"model": "ben", "status": 500, "message": "out of order"}, *script()])
        got = self.good(sources=[BRIDGE])
        self.assertEqual(got["choices"][0]["message"]["content"], DRAFT)
        self.assertFalse(got["review"]["reviewed"])
        self.assertIn("not reviewed", got["review"]["reason"])
        self.assertIn("not said", [f["verdict"] for f in got["review"]["findings"]])
        self.use([{"model": "ann", "status": 500, "message": "out of order"}])
        self.fails(self.chat(), 502, "remote_failed", "model")
        self.use([{"status": 500, "message": "out of order"}])
        self.fails(self.chat("council:ann+ben@joe"), 502, "remote_failed", "model")
        # A stream that has begun is broken off.
        self.use([{"model": "ann", "status": 500, "message": "out of order"}])
        self.assertNotIn(b"[DONE]", self.broken(stream=True))

    def broken(self, **more):
        try:
            return self.chat(**more)[2]
        except Exception as e:
            return getattr(e, "partial", b"")

    def test_a_model_of_this_machine(self):
        self.use([{"model": "ben", "answer": "rubbish"}])
        got = self.good("critique:tiny+ben", max_tokens=8, seed=1)
        self.assertEqual([s["author"] for s in got["review"]["steps"] if s["kind"] == "draft"], ["tiny"])
        self.assertEqual(got["review"]["steps"][1]["tokens"], 8)
        self.use([{"model": "joe", "answer": "rubbish"}])
        got = self.good("council:tiny+tiny@joe", max_tokens=8, seed=1)
        self.assertEqual(len(got["review"]["answers"]), 2)

    def test_wrong_requests(self):
        self.use(script())
        for model in ("critique:ann", "critique:ann+ben+joe", "critique:", "critique:+", "critique:ann+", "council:ann+ben", "council:ann@joe", "council:ann+ben@",
                      "council:@joe", "council:" + "+".join(["ann"] * 9) + "@joe", "critique:" + "x" * 200 + "+ben"):
            for path in CHAT, RESPONSES:
                self.fails(self.chat(model, path=path), 400, "invalid_value", "model")
        self.fails(self.chat("critique:ann+nobody"), 404, "model_not_found", "model")
        for more, code, param in (
            ({"sources": "text"}, "invalid_value", "sources"),
            ({"sources": [{"name": "x"}]}, "invalid_value", "sources"),
            ({"sources": [{"text": " "}]}, "invalid_value", "sources"),
            ({"sources": [{"text": "x", "name": 7}]}, "invalid_value", "sources"),
            ({"sources": [{"text": "x"}] * 65}, "invalid_value", "sources"),
            ({"rounds": 6}, "invalid_value", "rounds"),
            ({"rounds": "two"}, "invalid_value", "rounds"),
            ({"temperature": 0.5}, "unsupported_parameter", "temperature"),
            ({"stop": "x"}, "unsupported_parameter", "stop"),
            ({"tools": [{"type": "function", "function": {"name": "clock", "parameters": {}}}]}, "unsupported_parameter", "tools"),
        ):
            self.fails(self.chat(**more), 400, code, param)
        self.fails(self.chat("council:ann+ben@joe", rounds=2), 400, "unsupported_parameter", "rounds")
        self.fails(self.chat("ann", sources=[BRIDGE]), 400, "unsupported_parameter", "sources")
        self.fails(self.chat("ann", path=RESPONSES, rounds=2), 400, "unsupported_parameter", "rounds")
        self.assertEqual(self.asked(), [])

    def test_keys(self):
        """Each model is one that the key may use."""
        some = new_key(self.data, "some", "--models", "ann,ben")
        self.use(script())
        self.assertEqual(self.chat(key=some, sources=[BRIDGE])[0], 200)
        self.use(script())
        self.fails(self.chat("critique:ann+joe", key=some), 403, "model_not_allowed", "model")
        self.fails(self.chat("council:ann+ben@joe", key=some), 403, "model_not_allowed", "model")
        self.fails(self.chat("critique:tiny+ben", key=some), 403, "model_not_allowed", "model")
        self.assertEqual(self.asked(), [])

    def test_deployments(self):
        """A deployment by its name, with its limits; and nothing goes away by way of one."""
        put = lambda name, **d: self.assertEqual(self.ask("PUT", f"/v1/deployments/{name}", None, d)[0], 200)
        put("desk", model="tiny", concurrent=1)
        self.use([{"model": "ben", "answer": "rubbish"}])
        got = self.good("critique:desk+ben", max_tokens=8)
        self.assertEqual(got["review"]["drafter"], "desk")
        only = new_key(self.data, "only", "--models", "desk,ben")
        self.assertEqual(self.chat("critique:desk+ben", key=only, max_tokens=8)[0], 200)
        self.fails(self.chat("critique:tiny+ben", key=only, max_tokens=8), 403, "model_not_allowed", "model")
        # Twice the same deployment that takes one request at once.
        self.fails(self.chat("critique:desk+desk", max_tokens=8), 429, "deployment_busy", "model")
        self.assertEqual(self.chat("critique:desk+ben", max_tokens=8)[0], 200)

    def test_quotas(self):
        """The tokens of all steps are counted, and reserved beforehand."""
        key = new_key(self.data, "counted", "--quota", "tokens=1000/day")
        self.use(script())
        self.assertEqual(self.chat(key=key, sources=[BRIDGE], max_tokens=20)[0], 200)
        for _ in range(100):
            used = json.loads(self.ask("GET", "/v1/usage", key)[2])
            tokens = [row["amount"] for row in used["data"] if row["unit"] == "tokens"]
            if tokens == [60]:
                break
            time.sleep(0.1)
        self.assertEqual(tokens, [60])
        self.fails(self.chat(key=key, sources=[{"text": "x " * 4000}], max_tokens=200), 429, "rate_limit_exceeded")

    def test_metrics(self):
        self.use(script())
        self.good(sources=[BRIDGE])
        text = ""
        for _ in range(100):
            text = self.ask("GET", "/metrics")[2].decode()
            if 'model="critique",deployment="",unit="tokens"' in text:
                break
            time.sleep(0.1)
        self.assertIn('inhouse_used_total{model="critique",deployment="",unit="tokens"}', text)
        self.assertNotIn("critique:", text)

    def test_jobs(self):
        self.use(script())
        status, _, body = self.ask("POST", CHAT, None, {"model": "critique:ann+ben", "messages": [{"role": "user", "content": "When?"}], "sources": [BRIDGE]}, Prefer="respond-async")
        self.assertEqual(status, 202, body)
        job = json.loads(body)["id"]
        for _ in range(300):
            state = json.loads(self.ask("GET", f"/v1/jobs/{job}")[2])["status"]
            if state not in ("queued", "running"):
                break
            time.sleep(0.1)
        got = json.loads(self.ask("GET", f"/v1/jobs/{job}/result")[2])
        self.assertEqual(got["review"]["final"], FINAL)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=1)
