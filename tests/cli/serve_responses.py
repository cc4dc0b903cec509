# SPDX-License-Identifier: Apache-2.0
"""Responses over HTTP: as chat completions would answer the same, in their own shapes; what is kept of them.

Arguments as those of serve.py; the models are scripted.py's.
"""

import json
import pathlib
import sys
import time
import unittest

import scripted
from keep import MODELS, Kept, new_key
from serve import PATIENCE, PROGRAM, SOURCE, Case, Server, form

PATH = "/v1/responses"
PARAMETERS = {"type": "object", "properties": {"zone": {"type": "string"}}}
TOOL = {"type": "function", "name": "clock", "description": "Tells the time.", "parameters": PARAMETERS, "strict": True}
CHAT_TOOL = {"type": "function", "function": {"name": "clock", "description": "Tells the time.", "parameters": PARAMETERS}}
ARGUMENTS = json.dumps(scripted.CALL["arguments"])


def events(body):
    """Each event's name stands above it and in it, and they are numbered."""
    found = []
    for block in body.decode().strip().split("\n\n"):
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}", block
        assert event["sequence_number"] == len(found), block
        found.append(event)
    return found


def text_of(response):
    return "".join(part["text"] for item in response["output"] if item["type"] == "message" for part in item["content"])


def put_together(sent):
    """The output as a client makes it of events."""
    output = []
    for e in sent:
        kind = e["type"].removeprefix("response.")
        if kind == "output_item.added":
            assert e["output_index"] == len(output)
            output.append(json.loads(json.dumps(e["item"])))
        elif kind == "content_part.added":
            output[e["output_index"]]["content"].append(dict(e["part"]))
        elif kind in ("output_text.delta", "reasoning_text.delta"):
            assert e["item_id"] == output[e["output_index"]]["id"]
            output[e["output_index"]]["content"][e["content_index"]]["text"] += e["delta"]
        elif kind in ("output_text.done", "reasoning_text.done"):
            assert e["text"] == output[e["output_index"]]["content"][e["content_index"]]["text"]
        elif kind == "function_call_arguments.delta":
            output[e["output_index"]]["arguments"] += e["delta"]
        elif kind == "output_item.done":
            assert {**output[e["output_index"]], "status": ""} == {**e["item"], "status": ""}
            output[e["output_index"]]["status"] = e["item"]["status"]
    return output


class Asking(Case):
    def ask(self, input="Hello", path=PATH, **more):
        return self.server.json(path, {"input": input, "model": "tiny", "temperature": 0, **more})

    def answer(self, *args, **more):
        status, headers, body = self.ask(*args, **more)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"), body)
        return json.loads(body)

    def stream(self, *args, **more):
        status, headers, body = self.ask(*args, stream=True, **more)
        self.assertEqual((status, headers["Content-Type"]), (200, "text/event-stream"), body)
        return events(body)

    def chat(self, messages, **more):
        status, _, body = self.server.json("/v1/chat/completions", {"messages": messages, "model": "tiny", "temperature": 0, **more})
        self.assertEqual(status, 200, body)
        answer = json.loads(body)
        return answer["choices"][0]["message"]["content"], answer["usage"]["prompt_tokens"]

    def same(self, response, chat):
        self.assertEqual((text_of(response), response["usage"]["input_tokens"]), chat)


class Bare(Asking):
    """A server that keeps nothing."""

    @classmethod
    def setUpClass(cls):
        scripted.set_up(SOURCE, MODELS)
        cls.server = Server("--chat-model", "tiny", program=PROGRAM)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_shape(self):
        got = self.answer(max_output_tokens=10, metadata={"who": "me"}, user="u", instructions="Be brief.", top_p=0.5, seed=4)
        self.assertRegex(got["id"], "^resp_[0-9a-f]{32}$")
        self.assertEqual((got["object"], got["status"], got["model"], got["error"]), ("response", "incomplete", "tiny", None))
        self.assertEqual(got["incomplete_details"], {"reason": "max_output_tokens"})
        self.assertEqual((got["metadata"], got["user"], got["instructions"]), ({"who": "me"}, "u", "Be brief."))
        self.assertEqual((got["temperature"], got["top_p"], got["max_output_tokens"]), (0, 0.5, 10))
        self.assertEqual((got["store"], got["previous_response_id"], got["tools"], got["tool_choice"]), (False, None, [], "auto"))
        self.assertEqual((got["text"], got["truncation"]), ({"format": {"type": "text"}}, "disabled"))
        message, = got["output"]
        self.assertEqual((message["type"], message["role"], message["status"]), ("message", "assistant", "incomplete"))
        part, = message["content"]
        self.assertEqual((part["type"], part["annotations"]), ("output_text", []))
        usage = got["usage"]
        self.assertEqual((usage["output_tokens"], usage["output_tokens_details"]), (10, {"reasoning_tokens": 0}))
        self.assertEqual(usage["total_tokens"], usage["input_tokens"] + 10)
        again = self.answer(max_output_tokens=10, instructions="Be brief.")
        self.assertEqual(text_of(again), part["text"])
        self.assertGreater(again["usage"]["input_tokens_details"]["cached_tokens"], usage["input_tokens"] - 3)

    def test_as_chat_completions(self):
        user = [{"role": "user", "content": "Hello"}]
        self.same(self.answer(max_output_tokens=12), self.chat(user, max_tokens=12))
        self.same(self.answer(max_output_tokens=12, instructions="Be brief."),
                  self.chat([{"role": "system", "content": "Be brief."}, *user], max_tokens=12))
        more = {"temperature": 1.5, "seed": 9, "top_k": 50, "repetition_penalty": 1.2, "presence_penalty": 0.5}
        self.same(self.answer(max_output_tokens=12, **more), self.chat(user, max_tokens=12, **more))
        whole = text_of(self.answer(max_output_tokens=30))
        stop = whole[len(whole) // 2:len(whole) // 2 + 4]
        got = self.answer(max_output_tokens=30, stop=[stop])
        self.assertEqual((text_of(got), got["status"], got["incomplete_details"]), (whole[:whole.index(stop)], "completed", None))

    def test_items(self):
        parts = [{"type": "input_text", "text": "Hel"}, {"type": "input_text", "text": "lo"}]
        want = self.chat([{"role": "user", "content": "Hello"}], max_tokens=8)
        for item in {"role": "user", "content": parts}, {"type": "message", "role": "user", "content": "Hello"}:
            self.same(self.answer([item], max_output_tokens=8), want)
        call = {"type": "function_call", "call_id": "call_1", "name": "clock", "arguments": "{}"}
        other = {**call, "call_id": "call_2", "arguments": ARGUMENTS}
        result = {"type": "function_call_output", "call_id": "call_1", "output": "12:00"}
        thought = {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Look at"},
                                                                                 {"type": "reasoning_text", "text": " the clock."}]}
        got = self.answer([{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "What time is it?"}, thought,
                           {"role": "assistant", "content": [{"type": "output_text", "text": "I look."}]}, call, other, result,
                           {**result, "call_id": "call_2", "output": [{"type": "input_text", "text": "13:00"}]}],
                          tools=[TOOL], max_output_tokens=8, tool_choice="auto")
        calls = [{"id": x["call_id"], "type": "function", "function": {"name": "clock", "arguments": x["arguments"]}} for x in (call, other)]
        talk = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What time is it?"},
                {"role": "assistant", "content": "I look.", "reasoning_content": "Look at the clock.", "tool_calls": calls},
                {"role": "tool", "tool_call_id": "call_1", "content": "12:00"}, {"role": "tool", "tool_call_id": "call_2", "content": "13:00"}]
        self.same(got, self.chat(talk, tools=[CHAT_TOOL], max_tokens=8))
        self.assertEqual(got["tools"], [TOOL])
        # A call without words in front of it, and its thoughts, are a message of their own.
        got = self.answer([{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi."}, thought, call, result],
                          max_output_tokens=8)
        talk = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi."},
                {"role": "assistant", "content": None, "reasoning_content": "Look at the clock.", "tool_calls": calls[:1]}, talk[3]]
        self.same(got, self.chat(talk, max_tokens=8))
        self.assertLess(self.answer("Hi", tools=[TOOL], tool_choice="none")["usage"]["input_tokens"], 40)

    def test_streams(self):
        whole = self.answer(max_output_tokens=16)
        sent = self.stream(max_output_tokens=16)
        kinds = [e["type"] for e in sent]
        deltas = kinds.count("response.output_text.delta")
        self.assertGreater(deltas, 3)
        self.assertEqual(kinds, ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"] +
                         ["response.output_text.delta"] * deltas +
                         ["response.output_text.done", "response.content_part.done", "response.output_item.done", "response.incomplete"])
        first, last = sent[0]["response"], sent[-1]["response"]
        self.assertEqual((first["status"], first["output"], first["usage"], first["id"]), ("in_progress", [], None, last["id"]))
        self.assertEqual(put_together(sent), last["output"])
        self.assertEqual((text_of(last), last["usage"]["output_tokens"]), (text_of(whole), 16))
        self.assertEqual(sorted(last), sorted(whole))

    def test_thoughts_and_calls(self):
        more = {"model": "script", "tools": [TOOL], "reasoning": {"effort": "medium", "summary": "auto"}}
        got = self.answer(**more)
        self.assertEqual([x["type"] for x in got["output"]], ["reasoning", "message", "function_call"])
        thought, message, call = got["output"]
        self.assertEqual((thought["summary"], thought["content"]), ([], [{"type": "reasoning_text", "text": scripted.THOUGHT}]))
        self.assertEqual(message["content"][0]["text"], scripted.SAID)
        self.assertEqual((call["name"], call["arguments"], call["status"]), ("clock", ARGUMENTS, "completed"))
        self.assertEqual((got["status"], got["reasoning"]), ("completed", more["reasoning"]))
        self.assertEqual((got["usage"]["output_tokens"], got["usage"]["output_tokens_details"]["reasoning_tokens"]), (7, 3))
        self.assertEqual(len({x["id"] for x in got["output"]} | {call["call_id"]}), 4)
        sent = self.stream(**more)
        self.assertEqual(sent[-1]["type"], "response.completed")
        self.assertEqual(put_together(sent), sent[-1]["response"]["output"])
        kinds = [e["type"].removeprefix("response.") for e in sent if "delta" not in e["type"]]
        block = ["output_item.added", "content_part.added", "{}.done", "content_part.done", "output_item.done"]
        self.assertEqual(kinds, ["created", "in_progress", *(x.format("reasoning_text") for x in block), *(x.format("output_text") for x in block),
                                 "output_item.added", "function_call_arguments.done", "output_item.done", "completed"])
        bare = lambda output: [{k: v for k, v in x.items() if not k.endswith("id")} for x in output]
        self.assertEqual(bare(sent[-1]["response"]["output"]), bare(got["output"]))
        for effort in "none", "minimal":
            got = self.answer(model="script", tools=[TOOL], reasoning={"effort": effort})
            self.assertEqual([x["type"] for x in got["output"]], ["message", "function_call"])
        # Cut among its thoughts it has no message, and the same in both ways to answer.
        got = self.answer(model="script", thinking=True, max_output_tokens=2)
        self.assertEqual([(x["type"], x["status"]) for x in got["output"]], [("reasoning", "incomplete")])
        self.assertEqual(self.stream(model="script", thinking=True, max_output_tokens=2)[-1]["type"], "response.incomplete")
        # What came of it is input as it is.
        got = self.answer(**more)
        back = [{"role": "user", "content": "Hello"}, *got["output"],
                {"type": "function_call_output", "call_id": got["output"][2]["call_id"], "output": "12:00"}]
        self.assertEqual([x["type"] for x in self.answer(back, **more)["output"]], ["reasoning", "message", "function_call"])
        self.assertEqual(json.loads(self.server.json("/v1/chat/completions", {
            "model": "script", "temperature": 0, "messages": back[:1], "tools": [CHAT_TOOL], "reasoning_effort": "low"})[2])["usage"]
            ["completion_tokens_details"], {"reasoning_tokens": 3})

    def test_formats(self):
        schema = {"type": "object", "properties": {"colour": {"enum": ["red", "green"]}, "n": {"type": "integer"}}, "required": ["colour", "n"]}
        for seed in range(4):
            text = {"format": {"type": "json_schema", "name": "x", "schema": schema, "strict": True}}
            got = self.answer(seed=seed, temperature=2, text=text)
            value = json.loads(text_of(got))
            self.assertIn(value["colour"], ("red", "green"))
            self.assertIsInstance(value["n"], int)
            self.assertEqual(got["text"], text)
        self.assertTrue(text_of(self.answer(max_output_tokens=8, text={"format": {"type": "json_object"}})).startswith("{"))
        self.assertEqual(text_of(self.answer(max_output_tokens=8, text={"format": {"type": "text"}, "verbosity": "medium"})),
                         text_of(self.answer(max_output_tokens=8)))

    def test_azures_addresses(self):
        want = text_of(self.answer(max_output_tokens=8))
        for path in "/openai/v1/responses", "/openai/responses?api-version=2025-04-01-preview":
            self.assertEqual(text_of(self.answer(path=path, max_output_tokens=8)), want)
            status, _, body = self.ask(path=path, max_output_tokens="many")
            error = json.loads(body)["error"]
            self.assertEqual((status, error["code"], error["target"]), (400, "InvalidRequest", "max_output_tokens"))

    def test_nothing_is_kept(self):
        self.assertIs(self.answer(max_output_tokens=2, store=False)["store"], False)
        self.fails(self.ask(store=True), 400, "unsupported_parameter", "store")
        message = self.fails(self.ask(previous_response_id="resp_1"), 400, "unsupported_parameter", "previous_response_id")
        self.assertIn("data folder", message)
        self.fails(self.server.ask("GET", PATH + "/resp_1"), 404, "no_data_folder")
        self.fails(self.server.ask("DELETE", PATH + "/resp_1"), 404, "no_data_folder")
        self.fails(self.server.ask("GET", PATH + "/resp_1/input_items"), 404, "no_data_folder")

    def test_mistakes(self):
        wrong = lambda value, code, param: self.fails(self.server.json(PATH, {"model": "tiny", **value}), 400, code, param)
        wrong({}, "missing_parameter", "input")
        wrong({"input": []}, "missing_parameter", "input")
        for value in {"role": "user", "content": "x"}, 5, ["a", "b"], True:
            wrong({"input": value}, "invalid_type", "input")
        hello = {"role": "user", "content": "Hello"}
        for item in ({"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}, {"role": "robot", "content": "x"}, {"role": "user"},
                     {"content": "x"}, {"type": "item_reference", "id": "msg_1"}, {"type": "function_call", "name": "x"}, 7, None,
                     {"type": "function_call_output", "call_id": "call_9", "output": "x"}, {"type": "function_call_output", "output": "x"},
                     {"type": "reasoning", "content": ["x"]}):
            self.assertIn("item 2", wrong({"input": [hello, item]}, "invalid_value", "input"))
        wrong({"input": "x", "temperature": "hot"}, "invalid_type", "temperature")
        wrong({"input": "x", "max_tokens": 5}, "unknown_parameter", "max_tokens")
        wrong({"input": "x", "max_output_tokens": -1}, "invalid_value", "max_output_tokens")
        wrong({"input": "x", "instructions": {}}, "invalid_type", "instructions")
        wrong({"input": "x", "truncation": "auto"}, "invalid_value", "truncation")
        wrong({"input": "x", "background": True}, "unsupported_parameter", "background")
        wrong({"input": "x", "conversation": "conv_1"}, "unsupported_parameter", "conversation")
        wrong({"input": "x", "metadata": {"a": 1}}, "invalid_value", "metadata")
        wrong({"input": "x", "include": ["message.output_text.logprobs", "reasoning.encrypted_content"]}, "invalid_value", "include")
        wrong({"input": "x", "text": "json"}, "invalid_type", "text")
        wrong({"input": "x", "text": {"form": {}}}, "unknown_parameter", "text")
        wrong({"input": "x", "text": {"verbosity": "low"}}, "invalid_value", "text")
        for format in {"type": "xml"}, {"type": "json_schema", "name": "x"}, {}:
            wrong({"input": "x", "text": {"format": format}}, "invalid_value", "text.format")
        wrong({"input": "x", "text": {"format": {"type": "json_object"}}, "tools": [TOOL]}, "unsupported_parameter", "text.format")
        wrong({"input": "x", "reasoning": {"effort": "huge"}}, "invalid_value", "reasoning")
        wrong({"input": "x", "reasoning": {"effect": "low"}}, "unknown_parameter", "reasoning")
        wrong({"input": "x", "tools": [{"type": "web_search"}]}, "unsupported_parameter", "tools")
        wrong({"input": "x", "tools": [{"type": "function"}]}, "invalid_value", "tools")
        wrong({"input": "x", "tools": "clock"}, "invalid_type", "tools")
        wrong({"input": "x", "tool_choice": "required", "tools": [TOOL]}, "unsupported_parameter", "tool_choice")
        self.fails(self.server.json(PATH, {"input": "x", "model": "nobody"}), 404, "model_not_found", "model")
        # What shows only when the model is asked is an answer of its own too, also where events were wanted.
        self.assertIn("room for", self.fails(self.ask("long " * 20000, stream=True), 400, "invalid_value"))


class WithKeys(Kept, Asking):
    """A server with a data folder; `key` is the one that asks."""

    @classmethod
    def start(cls):
        scripted.set_up(SOURCE, MODELS)
        cls.server = Server("--data", cls.data, "--chat-model", "tiny", *cls.flags, program=PROGRAM)

    def respond(self, input="Hello", key=None, path=PATH, headers={}, **more):
        return Kept.ask(self, "POST", path, key, {"input": input, "model": "tiny", "temperature": 0, "max_output_tokens": 8, **more}, **headers)

    def responded(self, *args, **more):
        status, _, body = self.respond(*args, **more)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def see(self, path, key=None, method="GET"):
        return Kept.ask(self, method, f"{PATH}/{path}", key)

    def seen(self, *args, **more):
        status, _, body = self.see(*args, **more)
        self.assertEqual(status, 200, body)
        return json.loads(body)


class Remembered(WithKeys):
    def test_kept_and_deleted(self):
        key, other = new_key(self.data, "k1"), new_key(self.data, "k2")
        got = self.responded(key=key, metadata={"a": "b"})
        self.assertIs(got["store"], True)
        self.assertEqual(self.seen(got["id"], key), got)
        self.assertEqual(self.seen(got["id"], self.boss), got)
        for method, path in ("GET", ""), ("GET", "/input_items"), ("DELETE", ""):
            self.fails(self.see(got["id"] + path, other, method), 404, "not_found")
        self.fails(self.respond(key=other, previous_response_id=got["id"]), 400, "previous_response_not_found", "previous_response_id")
        blob = pathlib.Path(self.data) / "blobs" / got["id"]
        self.assertTrue(blob.exists())
        self.assertEqual(self.seen(got["id"], key, "DELETE"), {"id": got["id"], "object": "response", "deleted": True})
        self.assertFalse(blob.exists())
        self.fails(self.see(got["id"], key), 404, "not_found")
        self.fails(self.see(got["id"], key, "DELETE"), 404, "not_found")
        self.fails(self.respond(key=key, previous_response_id=got["id"]), 400, "previous_response_not_found", "previous_response_id")
        got = self.responded(key=key, store=False)
        self.assertIs(got["store"], False)
        self.fails(self.see(got["id"], key), 404, "not_found")
        self.fails(self.see(got["id"] + "?sort=up", key), 400, "unknown_parameter", "sort")
        status, _, body = Kept.ask(self, "GET", f"/openai/v1/responses/{got['id']}", key)
        self.assertEqual((status, json.loads(body)["error"]["code"]), (404, "ResourceNotFound"))

    def test_going_on(self):
        first = self.responded("Hello", instructions="Be brief.")
        second = self.responded([{"role": "user", "content": "And now?"}], previous_response_id=first["id"])
        self.assertEqual((second["previous_response_id"], second["instructions"]), (first["id"], None))
        # As if all had been said at once; the instructions were those of the first alone.
        talk = [{"role": "user", "content": "Hello"}, *first["output"], {"role": "user", "content": "And now?"}]
        whole = self.responded(talk, store=False)
        self.assertEqual((text_of(second), second["usage"]["input_tokens"]), (text_of(whole), whole["usage"]["input_tokens"]))
        # The first may go; the second holds what was said.
        self.seen(first["id"], method="DELETE")
        status, _, body = self.respond("Why?", previous_response_id=second["id"], stream=True)
        third = events(body)[-1]["response"]
        self.assertEqual(self.seen(third["id"]), third)
        whole = self.responded([*talk, *second["output"], {"role": "user", "content": "Why?"}], store=False)
        self.assertEqual((text_of(third), third["usage"]["input_tokens"]), (text_of(whole), whole["usage"]["input_tokens"]))
        items = self.seen(third["id"] + "/input_items?order=asc")
        self.assertEqual([(x["type"], x["role"], "".join(p["text"] for p in x["content"])) for x in items["data"]],
                         [("message", "user", "Hello"), ("message", "assistant", text_of(first)), ("message", "user", "And now?"),
                          ("message", "assistant", text_of(second)), ("message", "user", "Why?")])
        ids = [x["id"] for x in items["data"]]
        self.assertEqual((len(set(ids)), items["first_id"], items["last_id"], items["has_more"]), (5, ids[0], ids[4], False))
        page = self.seen(third["id"] + f"/input_items?limit=2&after={ids[3]}")
        self.assertEqual(([x["id"] for x in page["data"]], page["has_more"]), ([ids[2], ids[1]], True))
        self.fails(self.see(third["id"] + "/input_items?order=up"), 400, "invalid_value", "order")
        self.fails(self.see(third["id"] + "/input_items?limit=0"), 400, "invalid_value", "limit")

    def test_calls_that_go_on(self):
        first = self.responded("What time is it?", model="script", tools=[TOOL], max_output_tokens=50)
        call = first["output"][-1]
        result = {"type": "function_call_output", "call_id": call["call_id"], "output": "12:00"}
        got = self.responded([result], model="script", tools=[TOOL], previous_response_id=first["id"])
        self.assertEqual([x["type"] for x in self.seen(got["id"] + "/input_items?order=asc")["data"]],
                         ["message", "message", "function_call", "function_call_output"])
        self.assertIn("item 1", self.fails(self.respond([{**result, "call_id": "call_x"}], previous_response_id=first["id"]),
                                           400, "invalid_value", "input"))

    def test_after_the_next_start(self):
        got = self.responded("Remember this.")
        Remembered.server.stop()
        (pathlib.Path(self.data) / "blobs" / "resp_nobodys").write_text("{}")
        Remembered.start()
        self.assertEqual(self.seen(got["id"]), got)
        self.responded("Do you?", previous_response_id=got["id"])
        self.assertFalse((pathlib.Path(self.data) / "blobs" / "resp_nobodys").exists())

    def test_keys_for_some(self):
        self.responded('Say <voice name="b">', key=new_key(self.data, "voice-a", "--voices", "a"))
        key = new_key(self.data, "script-only", "--models", "script")
        self.fails(self.respond(key=key), 403, "model_not_allowed", "model")
        self.responded(key=key, model="script")

    def test_quotas(self):
        key = new_key(self.data, "few", "--quota", "tokens=300/day")
        self.fails(self.respond(key=key, max_output_tokens=400), 429, "rate_limit_exceeded")
        got = self.responded(key=key)
        usage = got["usage"]
        used = usage["total_tokens"] - usage["input_tokens_details"]["cached_tokens"]
        # What a worker did is counted when it has let go of it, which may be behind the answer.
        for _ in range(PATIENCE * 20):
            rows = self.good("GET", "/v1/usage?by=model", key)["data"]
            if rows:
                break
            time.sleep(0.05)
        self.assertEqual({r["unit"]: r["amount"] for r in rows if r["model"] == "tiny"}, {"requests": 1, "tokens": used})
        # What was said before is read again, so it is set aside too.
        self.fails(self.respond(key=key, previous_response_id=got["id"], max_output_tokens=150), 429, "rate_limit_exceeded")

    def test_jobs_and_batches(self):
        status, headers, body = self.respond(headers={"Prefer": "respond-async"})
        self.assertEqual(status, 202, body)
        job = json.loads(body)["id"]
        self.succeeds(job)
        got = self.good("GET", f"/v1/jobs/{job}/result")
        self.assertEqual(self.seen(got["id"]), got)
        self.assertEqual(text_of(got), text_of(self.responded()))
        self.fails(self.respond(headers={"Prefer": "respond-async"}, stream=True), 400, "unsupported_parameter", "stream")
        body = {"model": "tiny", "temperature": 0, "max_output_tokens": 8}
        lines = [{"custom_id": name, "method": "POST", "url": PATH, "body": {**body, **more}}
                 for name, more in (("good", {"input": "Hello"}), ("bad", {"inputs": "Hello"}))]
        kind, data = form("\n".join(json.dumps(x) for x in lines).encode(), purpose="batch")
        file = self.good("POST", "/v1/files", None, data, Content_Type=kind)["id"]
        batch = self.good("POST", "/v1/batches", None, {"input_file_id": file, "endpoint": PATH, "completion_window": "24h"})["id"]
        row = self.ended(batch)
        good, = self.rows(row["output_file_id"])
        bad, = self.rows(row["error_file_id"])
        self.assertEqual((good["custom_id"], text_of(good["response"]["body"])), ("good", text_of(got)))
        self.assertEqual((bad["response"]["status_code"], bad["response"]["body"]["error"]["param"]), (400, "inputs"))

    def ended(self, batch):
        for _ in range(PATIENCE * 20):
            row = self.good("GET", f"/v1/batches/{batch}")
            if row["status"] in ("completed", "failed"):
                return row
            time.sleep(0.05)
        raise AssertionError(row)

    def rows(self, file):
        return [json.loads(x) for x in Kept.ask(self, "GET", f"/v1/files/{file}/content")[2].splitlines()]


class FullDisk(WithKeys):
    flags = ("--free-megabytes", "1000000000")

    def test_no_room(self):
        got = self.responded()
        self.assertIs(got["store"], False)
        self.fails(self.see(got["id"]), 404, "not_found")
        self.fails(self.respond(store=True), 503, "disk_full")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
