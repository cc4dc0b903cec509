#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A text model far away that is none: answers by a script and misbehaves in every way that one asks of it. Loopback only.

    fake_provider.py SCRIPT.json [--port-file FILE] [--log FILE]

It listens on a free port of 127.0.0.1, writes the number into FILE (and on standard output) and runs until it is ended. From Python: Provider(rules).
It speaks three dialects, streamed and whole:

    POST */chat/completions                                             OpenAI's
    POST */openai/deployments/NAME/chat/completions?api-version=...     Azure's (the model is NAME)
    POST */v1/messages                                                  Anthropic's

SCRIPT is {"key": KEY, "rules": [RULE, ...]}; it is read again when it changes. With "key", requests without it get 401. The first rule that fits and is not used
up answers; without one the answer is 404. A RULE is an object; all its keys are optional.

Which requests it fits:
    "api"       "openai", "azure" or "anthropic"
    "model"     the model's name, whole
    "last"      is found in the text of the last message
    "any"       is found in the texts of all messages, the system's included; "last" and "any" may also be lists: all of them are found
    "skip"      how many fitting requests it lets pass first (to the rules behind it), 0
    "times"     how many it answers then; without it all

What it answers:
    "answer"    text; an object or a list is sent as JSON; "{last}" is replaced by the last message. A request that forces one tool (a way to ask for JSON) gets
                a JSON answer as a call of that tool.
    "reasoning" thoughts in front of the answer
    "calls"     [{"name": NAME, "arguments": OBJECT or text}]: functions that the model wants to be called
    "usage"     {"prompt": N, "written": N, "kept": N, "reasoning": N}; without it 10 and 5; null: left out
    "end"       why it ended, in the dialect's own word; without it what fits
    "piece"     letters of an event of a stream, 4

How it misbehaves:
    "status"    another status than 200, with the dialect's error in the body; "message" its text
    "retry"     the header Retry-After, as it stands
    "wait"      seconds before the first byte
    "stall"     seconds of silence in mid-stream (or in mid-answer), behind "after" events (1), or before the last ones if there are not so many
    "bad"       one of the names below; where it says "in the middle", that is the same place
        reset         the connection is reset without an answer
        cut           closed in the middle, without an end
        cut_utf8      the same, in the middle of a character
        quiet_end     the stream ends as HTTP wants it, but says neither why the answer ended nor [DONE]
        json          broken JSON
        not_object    JSON, but a list
        html          a page of HTML, with status 200
        huge_line     an event (or answer) of 64 MiB in one line
        endless       the stream goes on for ever
        deep          JSON nested 100 000 deep
        bytes         bytes that are no UTF-8 where the answer says @@
        content_type  the right body as text/plain
        unasked       a stream where a whole answer was asked for, and the other way round
        redirect      307 to "to" (an address)
        empty         no byte of a body
        no_choice     an answer without its content
        twice         the end of the stream comes twice
        error         an event with an error in the middle of the stream, as the dialect writes it; "message" its text
        crlf          lines end with CR LF, comments and empty events stand between them, and it comes a byte at a time
        bytewise      the right stream in pieces of one byte
        strange       events and fields that nobody knows stand between the right ones

FILE of --log gets a line of JSON for each request when it has been read ({"n", "path", "api", "model", "rule", "headers", "body"}) and, when the other side went
before it had its answer, {"gone": n}. "headers" have names in lower case.
"""

import argparse
import json
import os
import re
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ENDS = {"stop": {"openai": "stop", "anthropic": "end_turn"}, "calls": {"openai": "tool_calls", "anthropic": "tool_use"}}


def text_of(content):
    """The text of a message's content in any dialect."""
    if isinstance(content, str):
        return content
    texts = []
    for part in content or []:
        inner = part.get("text") or part.get("content") or ""
        texts.append(inner if isinstance(inner, str) else text_of(inner))
    return "\n".join(texts)


def call_list(rule):
    calls = []
    for i, call in enumerate(rule.get("calls") or []):
        given = call.get("arguments", {})
        calls.append((f"call_{i}", call["name"], given if isinstance(given, str) else json.dumps(given)))
    return calls


class Reply:
    """What a rule answers, as the bodies of a dialect."""

    def __init__(self, rule, api, body, model, last):
        self.rule, self.api, self.body, self.model = rule, api, body, model
        answer = rule.get("answer", "")
        self.text = answer.replace("{last}", last) if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        self.calls = call_list(rule)
        choice = body.get("tool_choice")
        if api == "anthropic" and isinstance(choice, dict) and choice.get("type") == "tool" and not self.calls:
            try:
                json.loads(self.text)
                self.calls, self.text = [("call_0", choice["name"], self.text)], ""
            except ValueError:
                pass
        self.reasoning = rule.get("reasoning")
        self.usage = rule.get("usage", {"prompt": 10, "written": 5})
        kind = "anthropic" if api == "anthropic" else "openai"
        self.end = rule.get("end") or ENDS["calls" if self.calls else "stop"][kind]

    def pieces(self, text):
        n = self.rule.get("piece", 4)
        return [text[i : i + n] for i in range(0, len(text), n)]

    # OpenAI's and Azure's.

    def openai_usage(self):
        u = self.usage
        prompt, written = u.get("prompt", 0), u.get("written", 0)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": written,
            "total_tokens": prompt + written,
            "prompt_tokens_details": {"cached_tokens": u.get("kept", 0)},
            "completion_tokens_details": {"reasoning_tokens": u.get("reasoning", 0)},
        }

    def openai_whole(self):
        message = {"role": "assistant", "content": self.text if self.text or not self.calls else None}
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        if self.calls:
            message["tool_calls"] = [{"id": i, "type": "function", "function": {"name": n, "arguments": a}} for i, n, a in self.calls]
        whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": self.model}
        whole["choices"] = [{"index": 0, "message": message, "finish_reason": self.end}]
        if self.usage is not None:
            whole["usage"] = self.openai_usage()
        return whole

    def openai_chunk(self, delta, end=None):
        choices = [{"index": 0, "delta": delta, "finish_reason": end}]
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": self.model, "choices": choices}

    def openai_events(self):
        yield None, self.openai_chunk({"role": "assistant", "content": ""})
        for piece in self.pieces(self.reasoning or ""):
            yield None, self.openai_chunk({"reasoning_content": piece})
        for piece in self.pieces(self.text):
            yield None, self.openai_chunk({"content": piece})
        for i, (name_id, name, arguments) in enumerate(self.calls):
            first = {"index": i, "id": name_id, "type": "function", "function": {"name": name, "arguments": ""}}
            yield None, self.openai_chunk({"tool_calls": [first]})
            for piece in self.pieces(arguments):
                yield None, self.openai_chunk({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
        yield "end", self.openai_chunk({}, self.end)
        if self.usage is not None and (self.body.get("stream_options") or {}).get("include_usage"):
            yield "end", {**self.openai_chunk({}), "choices": [], "usage": self.openai_usage()}
        yield "end", "[DONE]"

    def openai_error(self, message, status):
        return {"error": {"message": message, "type": "server_error", "param": None, "code": status}}

    # Anthropic's.

    def anthropic_usage(self):
        u = self.usage
        kept = u.get("kept", 0)
        return {"input_tokens": u.get("prompt", 0) - kept, "cache_read_input_tokens": kept, "cache_creation_input_tokens": 0, "output_tokens": u.get("written", 0)}

    def anthropic_whole(self):
        content = []
        if self.reasoning:
            content.append({"type": "thinking", "thinking": self.reasoning, "signature": "sig"})
        if self.text:
            content.append({"type": "text", "text": self.text})
        for name_id, name, arguments in self.calls:
            content.append({"type": "tool_use", "id": name_id, "name": name, "input": json.loads(arguments)})
        whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": self.model, "content": content, "stop_reason": self.end, "stop_sequence": None}
        if self.usage is not None:
            whole["usage"] = self.anthropic_usage()
        return whole

    def anthropic_events(self):
        message = {**self.anthropic_whole(), "content": [], "stop_reason": None}
        if self.usage is not None:
            message["usage"]["output_tokens"] = 1
        yield None, {"type": "message_start", "message": message}
        yield None, {"type": "ping"}
        blocks = []
        if self.reasoning:
            blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, [{"type": "thinking_delta", "thinking": p} for p in self.pieces(self.reasoning)] + [{"type": "signature_delta", "signature": "sig"}]))
        if self.text:
            blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": p} for p in self.pieces(self.text)]))
        for name_id, name, arguments in self.calls:
            deltas = [{"type": "input_json_delta", "partial_json": p} for p in ["", *self.pieces(arguments)]]
            blocks.append(({"type": "tool_use", "id": name_id, "name": name, "input": {}}, deltas))
        for i, (block, deltas) in enumerate(blocks):
            yield None, {"type": "content_block_start", "index": i, "content_block": block}
            for delta in deltas:
                yield None, {"type": "content_block_delta", "index": i, "delta": delta}
            yield None, {"type": "content_block_stop", "index": i}
        last = {"type": "message_delta", "delta": {"stop_reason": self.end, "stop_sequence": None}}
        if self.usage is not None:
            last["usage"] = {"output_tokens": self.usage.get("written", 0)}
        yield "end", last
        yield "end", {"type": "message_stop"}

    def anthropic_error(self, message, status):
        kinds = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 529: "overloaded_error"}
        return {"type": "error", "error": {"type": kinds.get(status, "api_error"), "message": message}}

    # Whichever it is.

    def whole(self):
        return self.anthropic_whole() if self.api == "anthropic" else self.openai_whole()

    def events(self):
        return self.anthropic_events() if self.api == "anthropic" else self.openai_events()

    def error(self, message, status):
        return self.anthropic_error(message, status) if self.api == "anthropic" else self.openai_error(message, status)


class Gone(Exception):
    """The other side went, or the rule says that we go."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        provider = self.server.provider
        body_bytes = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(body_bytes)
        except ValueError:
            body = {}
        url = urlsplit(self.path)
        azure = re.search(r"/openai/deployments/([^/]+)/chat/completions$", url.path)
        api = "azure" if azure else "anthropic" if url.path.endswith("/v1/messages") else "openai"
        model = azure.group(1) if azure else body.get("model", "")
        messages = body.get("messages") or []
        last = text_of(messages[-1].get("content")) if messages else ""
        everything = "\n".join([text_of(body.get("system"))] + [text_of(m.get("content")) for m in messages])
        index, rule = provider.choose(api, model, last, everything)
        headers = {k.lower(): v for k, v in self.headers.items()}
        self.n = provider.note(path=self.path, api=api, model=model, rule=index, headers=headers, body=body)
        self.close_connection = True
        self.reply = Reply(rule or {}, api, body, model, last)
        try:
            if not (azure or url.path.endswith("/chat/completions") or api == "anthropic"):
                self.fail(404, f"there is no {url.path}")
            elif provider.key and headers.get("authorization") != f"Bearer {provider.key}" and provider.key not in (headers.get("api-key"), headers.get("x-api-key")):
                self.fail(401, f"the key {(headers.get('authorization') or headers.get('api-key') or headers.get('x-api-key') or '-')[-200:]} is wrong")
            elif rule is None:
                self.fail(404, "no rule of the script fits")
            else:
                self.act(rule, bool(body.get("stream")))
        except (Gone, OSError):
            provider.write({"gone": self.n})

    def act(self, rule, stream):
        bad = rule.get("bad")
        if rule.get("wait"):
            self.sleep(rule["wait"])
        if bad == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif bad == "redirect":
            self.head(307, "text/plain", 0, Location=rule.get("to", "/elsewhere"))
        elif rule.get("status", 200) != 200:
            self.fail(rule["status"], rule.get("message", "the script says so"), rule.get("retry"))
        elif bad == "empty":
            self.head(200, "text/event-stream" if stream else "application/json", 0)
        elif bad == "html":
            self.send_all(200, "text/html", b"<!DOCTYPE html><title>Sign in</title><p>Please sign in.")
        elif stream != (bad == "unasked"):
            self.stream(rule, bad)
        else:
            self.whole(rule, bad)

    # Sending.

    def head(self, status, kind, length=None, **more):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def send_all(self, status, kind, data, **more):
        self.head(status, kind, len(data), **more)
        self.wfile.write(data)

    def fail(self, status, message, retry=None):
        more = {} if retry is None else {"Retry_After": str(retry)}
        self.send_all(status, "application/json", json.dumps(self.reply.error(message, status)).encode(), **more)

    def chunk(self, data):
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

    def sleep(self, seconds):
        """Waits, unless the other side goes or the provider ends."""
        end = time.monotonic() + seconds
        self.connection.settimeout(0.02)
        while time.monotonic() < end:
            try:
                if not self.connection.recv(1):
                    raise Gone
            except TimeoutError:
                pass
            if self.server.provider.ended:
                raise Gone
        self.connection.settimeout(None)

    def whole(self, rule, bad):
        reply = self.reply.whole()
        if bad == "no_choice":
            reply.pop("choices", None)
            reply.pop("content", None)
        if bad == "error":
            reply = self.reply.error(rule.get("message", "something broke"), 500)
        if bad == "strange":
            reply = {"x": [None, {"y": 1e300}], **reply, "z": {}}
        data = json.dumps(reply, ensure_ascii=False).encode()
        if bad == "json":
            data = data[:-7]
        elif bad == "not_object":
            data = b"[" + data + b"]"
        elif bad == "deep":
            data = b"[" * 100000 + b"]" * 100000
        elif bad == "bytes":
            data = data.replace(b"@@", b"\xff\xfe")
        elif bad in ("huge_line", "endless"):
            data = b'{"x": "' + b"y" * (64 << 20) + b'"}'
        kind = "text/plain" if bad == "content_type" else "application/json"
        if bad in ("cut", "cut_utf8", "quiet_end"):
            self.head(200, kind, len(data))
            self.wfile.write(data[: len(data) // 2])
            return
        if rule.get("stall"):
            self.head(200, kind, len(data))
            self.wfile.write(data[:10])
            self.sleep(rule["stall"])
            self.wfile.write(data[10:])
            return
        self.send_all(200, kind, data)

    def event(self, name, data, bad):
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        lines = ([f"event: {data['type']}"] if isinstance(data, dict) and "type" in data else []) + ["data: " + text, "", ""]
        if bad == "crlf":
            lines = [": comment", "id: 7", "retry: 10", "", *lines, "data", "", ": x", ""]
            lines = lines if isinstance(data, str) else [line for line in lines if line != "data"]
        out = ("\r\n" if bad == "crlf" else "\n").join(lines).encode()
        return out.replace(b"@@", b"\xff\xfe") if bad == "bytes" else out

    def stream(self, rule, bad):
        self.head(200, "text/plain" if bad == "content_type" else "text/event-stream")
        after, sent, passed = rule.get("after", 1), 0, False
        for name, data in self.reply.events():
            if not passed and (name == "end" or sent >= after):
                passed = True
                self.middle(rule, bad)
            if bad == "quiet_end" and name == "end":
                break
            if bad == "no_choice" and isinstance(data, dict):
                data = {"id": "x"}
            if bad == "strange" and isinstance(data, dict):
                self.chunk(b'event: odd\ndata: {"type": "odd", "choices": [], "n": 1}\n\n')
                data = {"x_" + bad: [1, {"y": None}], **data}
            out = self.event(name, data, bad)
            if bad in ("crlf", "bytewise"):
                for i in range(len(out)):
                    self.chunk(out[i : i + 1])
            else:
                self.chunk(out)
            if bad == "twice" and (data == "[DONE]" or (isinstance(data, dict) and data.get("type") == "message_stop")):
                self.chunk(out)
            sent += 1
        self.wfile.write(b"0\r\n\r\n")

    def middle(self, rule, bad):
        """What comes in the middle of a stream."""
        if rule.get("stall"):
            self.sleep(rule["stall"])
        if bad == "cut":
            raise Gone
        if bad == "cut_utf8":
            self.chunk('data: {"choices": [{"delta": {"content": "ü'.encode()[:-1])
            raise Gone
        if bad == "json":
            self.chunk(b'data: {"choices": [{"delta": {"cont\n\n')
        elif bad == "not_object":
            self.chunk(b"data: [1, 2]\n\n")
        elif bad == "deep":
            self.chunk(b"data: " + b"[" * 100000 + b"]" * 100000 + b"\n\n")
        elif bad == "error":
            data = self.reply.error(rule.get("message", "something broke"), 529)
            self.chunk(b"event: error\ndata: " + json.dumps(data).encode() + b"\n\n")
            raise Gone
        elif bad == "huge_line":
            self.chunk(b"data: ")
            for _ in range(64):
                self.chunk(b"y" * (1 << 20))
            self.chunk(b"\n\n")
        elif bad == "endless":
            events = [e for e in Reply({"answer": "on and on ", "piece": 10}, self.reply.api, {}, "x", "").events() if e[0] != "end"]
            piece = b"".join(self.event(n, d, None) for n, d in events if not isinstance(d, dict) or d.get("type") in (None, "content_block_delta"))
            while not self.server.provider.ended:
                self.chunk(piece * 100)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (OSError, Gone)):
            super().handle_error(request, client_address)


class Provider:
    """The same for tests in Python: `with Provider([{"answer": "hello"}]) as p: p.port, p.requests()`."""

    def __init__(self, rules=(), key=None, script=None, log=None):
        self.script, self.log, self.ended = script, log, False
        self.key, self.lines, self.lock, self.text = key, [], threading.Lock(), None
        self.set(rules)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.provider = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.ended = True
        self.server.shutdown()
        self.server.server_close()

    def set(self, rules):
        """Other rules, from the beginning."""
        self.rules, self.seen = list(rules), [0] * len(rules)

    def requests(self):
        """What was asked so far, as in the log."""
        with self.lock:
            return [line for line in self.lines if "body" in line]

    def gone(self):
        with self.lock:
            return [line["gone"] for line in self.lines if "gone" in line]

    def reload(self):
        if not self.script:
            return
        with open(self.script, encoding="utf-8") as f:
            text = f.read()
        if text != self.text:
            script = json.loads(text)
            self.text, self.key = text, script.get("key")
            self.set(script["rules"])

    def choose(self, api, model, last, everything):
        with self.lock:
            self.reload()
            for i, rule in enumerate(self.rules):
                fits = rule.get("api", api) == api and rule.get("model", model) == model
                for words, text in ((rule.get("last"), last), (rule.get("any"), everything)):
                    fits = fits and all(w in text for w in ([words] if isinstance(words, str) else words or []))
                if not fits:
                    continue
                self.seen[i] += 1
                turn = self.seen[i] - rule.get("skip", 0)
                if turn > 0 and turn <= rule.get("times", turn):
                    return i, rule
            return None, None

    def note(self, **line):
        with self.lock:
            n = sum("body" in x for x in self.lines) + 1
        self.write({"n": n, **line})
        return n

    def write(self, line):
        with self.lock:
            self.lines.append(line)
            if self.log:
                with open(self.log, "a", encoding="utf-8") as f:
                    f.write(json.dumps(line) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("script")
    parser.add_argument("--port-file")
    parser.add_argument("--log")
    given = parser.parse_args()
    provider = Provider(script=given.script, log=given.log)
    provider.reload()
    if given.port_file:
        with open(given.port_file + ".new", "w", encoding="utf-8") as f:
            f.write(str(provider.port))
        os.rename(given.port_file + ".new", given.port_file)
    print(provider.port, flush=True)
    provider.thread.join()


if __name__ == "__main__":
    main()
