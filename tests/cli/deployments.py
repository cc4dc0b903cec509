# SPDX-License-Identifier: Apache-2.0
"""Deployments of a running server: names, limits, changes while requests are under way; a budget for models in memory; and
models that come and go.

Arguments as those of serve.py. The tests' families of tones and brushes do the work, so that it takes no weights.
"""

import http.client
import io
import json
import shutil
import signal
import sys
import tempfile
import threading
import time
import unittest
import wave

from keep import MODELS, TOY, Kept, new_key, program
from realtime import SILENCE, Socket
from serve import PATIENCE, SOUND, Case, Server, form

LIMITS = "concurrent", "audio_seconds", "characters", "megapixel_steps", "tokens"


def make_model(name, kind, megabytes=0, **config):
    """A folder of that size, most of it a hole in a file."""
    folder = MODELS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": kind, **config}))
    if megabytes:
        with open(folder / "weights", "wb") as f:
            f.truncate(megabytes << 20)


def remove_model(name):
    shutil.rmtree(MODELS / name)


def second(part):
    """A silent recording of a part of a second."""
    out = io.BytesIO()
    with wave.open(out, "wb") as w:
        w.setparams((1, 2, 16000, 0, "NONE", ""))
        w.writeframes(bytes(2 * int(16000 * part)))
    return out.getvalue()


class Deployed(Kept):
    def put(self, name, model, key=None, **limits):
        return self.good("PUT", f"/v1/deployments/{name}", key, {"model": model, **limits})

    def drop(self, name):
        return self.good("DELETE", f"/v1/deployments/{name}")

    def names(self):
        return [m["id"] for m in self.good("GET", "/v1/models")["data"]]

    def say(self, model, text="hello", key=None, format="pcm"):
        """As samples alone, which are the same each time; a wav says when, and which model made it."""
        return self.ask("POST", "/v1/audio/speech", key, {"input": text, "response_format": format, "model": model})

    def until(self, condition):
        for _ in range(PATIENCE * 20):
            if condition():
                return
            time.sleep(0.05)
        self.fail("it does not come to that")

    def begin_picture(self, model, steps):
        """A stream of a picture that takes a fifth of a second a step; its first event has come."""
        c = self.server.connect()
        c.request("POST", "/v1/images/generations",
                  json.dumps({"model": model, "prompt": "x", "size": "64x32", "steps": steps, "stream": True,
                              "partial_images": 3}),
                  {"Authorization": f"Bearer {self.boss}", "Content-Type": "application/json"})
        answer = c.getresponse()
        self.assertEqual(answer.status, 200)
        first = answer.readline()
        self.assertTrue(first.startswith((b"data: ", b"event: ")), first)
        return c, answer

    def finish_picture(self, begun):
        c, answer = begun
        rest = answer.read()  # raises IncompleteRead for a stream that is broken off
        self.assertIn(b"image_generation.completed", rest)
        c.close()

    def live(self, model):
        s = Socket(self.server, f"/v1/realtime?intent=transcription&model={model}",
                   headers=["Authorization: Bearer " + self.boss])
        self.assertEqual(s.status, 101)
        s.until("session.created")
        return s


    @staticmethod
    def take_turn(session):
        session.append(SILENCE, len(SILENCE))
        session.say("input_audio_buffer.commit")
        session.until("conversation.item.input_audio_transcription.completed")


class Names(Deployed):
    def test_like_a_model(self):
        made = self.put("calls", "tones", characters=10)
        self.assertEqual({k: made[k] for k in ("object", "name", "model", *LIMITS)},
                         {"object": "deployment", "name": "calls", "model": "tones", "concurrent": None,
                          "audio_seconds": None, "characters": 10, "megapixel_steps": None, "tokens": None})
        self.assertEqual(self.good("GET", "/v1/deployments/calls"), made)
        self.assertIn(made, self.good("GET", "/v1/deployments")["data"])
        model = self.good("GET", "/v1/models/calls")
        self.assertEqual((model["id"], model["root"], model["tasks"]), ("calls", "tones", ["speak"]))
        self.assertEqual(self.names().count("calls"), 1)
        self.assertEqual(self.say("calls")[2], self.say("tones")[2])
        azure = self.ask("POST", "/openai/deployments/calls/audio/speech?api-version=2024-10-21", None,
                         {"input": "hello", "response_format": "pcm"})
        self.assertEqual((azure[0], azure[2]), (200, self.say("tones")[2]))
        voices = self.good("GET", "/v1/audio/voices?model=calls")["data"]
        self.assertEqual({v["model"] for v in voices}, {"tones"})
        self.assertEqual(self.drop("calls"), {"object": "deployment", "name": "calls", "deleted": True})
        self.assertNotIn("calls", self.names())
        self.fails(self.say("calls"), 404, "model_not_found", "model")
        self.fails(self.ask("GET", "/v1/deployments/calls"), 404, "not_found")
        self.fails(self.ask("DELETE", "/v1/deployments/calls"), 404, "not_found")

    def test_in_the_place_of_a_model(self):
        """Names of models, and those that other programs use, can be given limits or another model."""
        before = self.names()
        self.put("tones", "tones", characters=3)
        self.put("dall-e-3", "brush", megapixel_steps=0.001)
        self.assertEqual(sorted(self.names()), sorted(before))
        self.fails(self.say("tones"), 400, "deployment_limit")
        self.fails(self.draw(model="dall-e-3"), 400, "deployment_limit")
        self.assertEqual(self.draw(model="brush")[0], 200)
        self.drop("tones")
        self.drop("dall-e-3")
        self.assertEqual(self.say("tones")[0], 200)

    def test_keys(self):
        """A key's list is about names as requests give them."""
        self.put("phone", "tones")
        narrow = new_key(self.data, "narrow", "--models", "phone")
        wide = new_key(self.data, "wide", "--models", "tones")
        self.assertEqual(self.say("phone", key=narrow)[0], 200)
        self.fails(self.say("tones", key=narrow), 403, "model_not_allowed", "model")
        self.fails(self.say("phone", key=wide), 403, "model_not_allowed", "model")
        self.assertEqual(self.say("tones", key=wide)[0], 200)
        for method, path, body in (("GET", "/v1/deployments", None), ("GET", "/v1/deployments/phone", None),
                                   ("PUT", "/v1/deployments/phone", {"model": "tones"}), ("DELETE", "/v1/deployments/phone", None)):
            self.fails(self.ask(method, path, narrow, body), 403, "admin_key_needed")
        self.drop("phone")

    def test_limits(self):
        self.put("small", "tones", characters=5, audio_seconds=1)
        self.assertEqual(self.say("small", "héllo")[0], 200)
        self.assertIn("at most 5 characters", self.fails(self.say("small", "hello!"), 400, "deployment_limit"))
        kind, body = form(SOUND, model="small")
        self.fails(self.ask("POST", "/v1/audio/transcriptions", None, body, Content_Type=kind), 400, "deployment_limit")
        kind, body = form(second(0.9), model="small")
        self.assertEqual(self.ask("POST", "/v1/audio/transcriptions", None, body, Content_Type=kind)[0], 200)
        # 64 x 32 x 4 steps are 0.008192 megapixel steps.
        self.put("sketch", "brush", megapixel_steps=0.0082)
        self.assertEqual(self.draw(model="sketch")[0], 200)
        self.fails(self.draw(model="sketch", n=2), 400, "deployment_limit")
        self.fails(self.draw(model="sketch", steps=5), 400, "deployment_limit")
        job = self.good("POST", "/v1/images/generations", None, {"prompt": "x", "model": "sketch", "n": 3, "size": "64x32"},
                        Prefer="respond-async")["id"]
        self.assertEqual(self.wait(job)["result"]["status"], 400)
        s = self.live("small")
        s.append(SILENCE + SILENCE[:100], len(SILENCE) + 100)
        self.assertEqual(s.event()["error"]["code"], "deployment_limit")
        s.close()

    def test_how_many_at_once(self):
        self.put("two", "tones", concurrent=2)
        first, second = self.live("two"), self.live("two")
        first.append(SILENCE, len(SILENCE))
        second.append(SILENCE, len(SILENCE))
        busy = lambda: self.say("two")[0] == 429
        self.until(busy)
        answer = self.say("two")
        self.fails(answer, 429, "deployment_busy", "model")
        self.assertGreater(int(answer[1]["retry-after"]), 0)
        self.assertEqual(self.say("tones")[0], 200)
        third = self.live("two")
        third.append(SILENCE, len(SILENCE))
        self.assertEqual(third.event()["error"]["code"], "deployment_busy")
        job = self.good("POST", "/v1/audio/speech", None, {"input": "x", "model": "two"}, Prefer="respond-async")["id"]
        first.close()
        self.until(lambda: not busy())
        self.succeeds(job)
        second.close()
        third.close()
        # One after the other, without a pause, none is in another's way.
        self.put("one", "tones", concurrent=1)
        for _ in range(50):
            self.assertEqual(self.say("one")[0], 200)

    def test_mistakes(self):
        wrong = [({}, "missing_parameter", "model"), ({"model": "nothing"}, "model_not_found", "model"),
                 ({"model": 5}, "invalid_value", "model"), ({"model": "tones", "speed": 5}, "unknown_parameter", "speed"),
                 ({"model": "x" * 500}, "invalid_value", "model")]
        wrong += [({"model": "tones", name: value}, "invalid_value", name)
                  for name in LIMITS for value in (0, -1, "5", True, {})]
        wrong += [({"model": "tones", name: 1.5}, "invalid_value", name) for name in ("concurrent", "tokens")]
        for body, code, param in wrong:
            self.fails(self.ask("PUT", "/v1/deployments/x", None, body), 400, code, param)
        for name in "a,b", "%20", "x" * 64:
            self.fails(self.ask("PUT", f"/v1/deployments/{name}", None, {"model": "tones"}), 400, "invalid_value")
        self.fails(self.ask("PUT", "/v1/deployments/x", None, "model=tones", Content_Type="text/plain"),
                   415, "unsupported_media_type")
        self.fails(self.ask("PUT", "/v1/deployments", None, {"model": "tones"}), 405, "method_not_allowed")
        self.fails(self.ask("POST", "/v1/deployments/x", None, {"model": "tones"}), 405, "method_not_allowed")
        self.assertNotIn("x", self.names())


class Changes(Deployed):
    flags = ("--workers", "1")

    @classmethod
    def setUpClass(cls):
        make_model("slow", "brush", slow=1)
        make_model("chimes", "sine")
        super().setUpClass()

    def test_nothing_under_way_is_touched(self):
        """A stream, requests that wait, a job and a live session go on when their deployment is changed and removed."""
        self.put("pictures", "slow", concurrent=9)
        self.put("voice", "tones", concurrent=9)
        session = self.live("voice")
        session.append(SILENCE, len(SILENCE))
        stream = self.begin_picture("pictures", 20)  # the only worker is at it for four seconds
        waiting = []
        for _ in range(4):
            c = self.server.connect()
            c.request("POST", "/v1/audio/speech", json.dumps({"input": "hello", "response_format": "pcm", "model": "voice"}),
                      {"Authorization": f"Bearer {self.boss}", "Content-Type": "application/json"})
            waiting.append(c)
        jobs = [self.good("POST", "/v1/audio/speech", None, {"input": "hello", "response_format": "wav", "model": "voice"},
                          Prefer="respond-async")["id"] for _ in range(2)]
        for _ in range(3):  # by then the loop has seen all of it
            self.ask("GET", "/healthz")
        self.put("voice", "chimes", concurrent=1, characters=1)
        self.fails(self.say("voice"), 429, "deployment_busy", "model")
        self.drop("voice")
        self.drop("pictures")
        self.fails(self.say("voice"), 404, "model_not_found", "model")
        self.finish_picture(stream)
        for c in waiting:
            answer = c.getresponse()
            self.assertEqual((answer.status, answer.read()), (200, self.say("tones")[2]))
            c.close()
        for job in jobs:
            self.succeeds(job)
        session.append(SILENCE, len(SILENCE))
        session.say("input_audio_buffer.commit")
        session.until("input_audio_buffer.committed")
        session.close()

    def test_a_crowd_while_it_changes(self):
        """Clients that never stop asking see one model or the other, and no error."""
        self.put("voice", "tones")
        clients, wrong, done = 4, [], threading.Event()
        count, bytes_of = [0] * clients, {name: len(self.say(name, format="wav")[2]) for name in ("tones", "chimes")}
        seen = set()

        def ask(i):
            while not done.is_set():
                try:
                    status, _, body = self.say("voice", format="wav")
                except (OSError, http.client.HTTPException) as e:
                    wrong.append(repr(e))
                    return
                count[i] += 1
                models = [name for name, n in bytes_of.items() if len(body) == n and f"model {name}".encode() in body[:1000]]
                seen.update(models)
                if status != 200 or len(models) != 1:
                    wrong.append((status, body[:500]))

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(clients)]
        for t in threads:
            t.start()
        changes = 0
        while min(count) < 25 and not wrong and any(t.is_alive() for t in threads):
            model = ("tones", "chimes")[changes % 2]
            if changes % 3:
                self.put("voice", model, concurrent=100 + changes)
            else:
                program("deployments", "set", "voice", "--model", model, data=self.data)
            changes += 1
        done.set()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])
        self.assertGreaterEqual(min(count), 25)
        self.assertEqual(seen, set(bytes_of))
        self.assertGreater(changes, 5)


class Memory(Deployed):
    """Two models of 2,500 MB where 4,000 may be open."""

    flags = ("--memory-megabytes", "4000")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_model("big-tones", "sine", 2500)
        make_model("big-brush", "brush", 2500)
        make_model("giant", "sine", 5000)

    def loaded(self):
        return {d["name"] for d in self.good("GET", "/v1/deployments")["data"] if d["loaded"]}

    def test_the_budget(self):
        self.put("speaker", "big-tones")
        self.put("painter", "big-brush")
        self.assertEqual(self.say("speaker")[0], 200)
        self.assertEqual(self.loaded(), {"speaker"})
        self.assertEqual(self.draw(model="painter")[0], 200)
        self.assertEqual(self.loaded(), {"painter"})
        self.assertIn("5000 MB", self.fails(self.say("giant"), 503, "model_too_large", "model"))
        self.assertEqual(self.loaded(), {"painter"})
        session = self.live("speaker")
        session.append(SILENCE, len(SILENCE))
        self.until(lambda: self.loaded() == {"speaker"})
        answer = self.draw(model="painter")
        self.fails(answer, 503, "model_busy", "model")
        self.assertGreater(int(answer[1]["retry-after"]), 0)
        self.assertEqual(self.say("tones")[0], 200)  # a small one has room
        job = self.good("POST", "/v1/images/generations", None, {"prompt": "x", "model": "painter", "size": "64x32"},
                        Prefer="respond-async")["id"]
        self.until(lambda: self.good("GET", f"/v1/jobs/{job}")["status"] == "queued")
        session.close()
        self.succeeds(job)
        self.assertEqual(self.loaded(), {"painter"})


class ComeAndGo(Deployed):
    def test_models(self):
        self.assertNotIn("late", self.names())
        self.fails(self.say("late"), 404, "model_not_found", "model")
        make_model("late", "sine")
        self.assertEqual(self.say("late")[2], self.say("tones")[2])
        self.assertIn("late", self.names())
        make_model("later", "sine")
        self.put("soon", "later")
        self.assertEqual(self.say("soon")[0], 200)
        make_model("last", "sine")
        session = self.live("late")
        session.say("session.update", session={"audio": {"input": {"turn_detection": None}}})
        session.until("session.updated")
        self.take_turn(session)  # it has the model now
        remove_model("late")
        self.server.process.send_signal(signal.SIGHUP)
        self.until(lambda: "last" in self.names())
        self.assertNotIn("late", self.names())
        self.fails(self.say("late"), 404, "model_not_found", "model")
        self.take_turn(session)
        session.close()
        remove_model("later")
        remove_model("last")
        self.server.process.send_signal(signal.SIGHUP)
        self.until(lambda: "last" not in self.names())
        self.fails(self.say("soon"), 404, "model_not_found", "model")


class CommandLine(Case):
    def test_list_set_remove(self):
        data = tempfile.mkdtemp() + "/data"
        made = json.loads(program("deployments", "set", "calls", "--model", "tones", "--concurrent", "2", "--audio-seconds",
                                  "0.5", "--characters", "10", "--megapixel-steps", "3",
                                  "--tokens", "500", "--json", data=data))
        self.assertEqual([made[name] for name in LIMITS], [2, 0.5, 10, 3, 500])
        program("deployments", "set", "more", "-m", "tones", data=data)
        self.assertEqual([d["name"] for d in json.loads(program("deployments", "list", "--json", data=data))], ["calls", "more"])
        self.assertEqual([line.split()[:2] for line in program("deployments", data=data).splitlines()],
                         [["NAME", "MODEL"], ["calls", "tones"], ["more", "tones"]])
        program("deployments", "remove", "more", data=data)
        program("deployments", "remove", "more", data=data, code=1)
        for wrong in (("set",), ("set", "x"), ("set", "x", "--model", ""), ("set", "two words", "-m", "tones"),
                      ("set", "x", "-m", "tones", "--concurrent", "0"), ("set", "x", "-m", "tones", "--characters", "1.5"),
                      ("set", "x", "-m", "tones", "--tokens", "many"), ("set", "x" * 64, "-m", "tones"), ("create", "x"), ("list", "x"), ("remove",)):
            program("deployments", *wrong, data=data, code=2)

    def test_without_a_data_folder(self):
        server = Server(program=TOY)
        answer = server.ask("GET", "/v1/deployments")
        self.assertEqual((answer[0], json.loads(answer[2])["error"]["code"]), (404, "no_data_folder"))
        server.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
