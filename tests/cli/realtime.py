# SPDX-License-Identifier: Apache-2.0
"""Live transcription over WebSocket, with a client of its own (RFC 6455). Arguments as those of serve.py, whose helpers
it takes. Nothing is timed: what must not hang is given a minute."""

import base64
import io
import json
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import wave

from serve import PATIENCE, PROGRAM, SAID, SOUND, Case, Server, read_all, words

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
TRANSCRIPTION = "conversation.item.input_audio_transcription."


def samples(rate):
    """The sample recording at a rate that is a simple fraction of its own: linear, which speech stands."""
    with wave.open(io.BytesIO(SOUND)) as w:
        assert (w.getnchannels(), w.getsampwidth()) == (1, 2)
        own, raw = w.getframerate(), w.readframes(w.getnframes())
    x = struct.unpack(f"<{len(raw) // 2}h", raw)
    out = []
    for i in range((len(x) - 1) * rate // own):
        at, rest = divmod(i * own, rate)
        out.append(x[at] + (x[at + 1] - x[at]) * rest // rate)
    return struct.pack(f"<{len(out)}h", *out)


SILENCE = bytes(24000 * 2)


class Socket:
    def __init__(self, server, path="/v1/realtime?intent=transcription", headers=()):
        self.socket = server.socket()
        self.socket.settimeout(PATIENCE)
        head = [f"GET {path} HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *headers, "", ""]
        self.socket.sendall("\r\n".join(head).encode())
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            piece = self.socket.recv(65536)
            if not piece:
                break
            self.data += piece
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.head = head.decode().lower()

    def body(self):
        return json.loads(self.data + read_all(self.socket))

    def frame(self, data, kind=TEXT, final=True):
        n = len(data)
        head = bytes([kind | (128 if final else 0)])
        head += bytes([128 | n]) if n < 126 else struct.pack(">BH", 254, n) if n < 65536 else struct.pack(">BQ", 255, n)
        self.socket.sendall(head + b"\0\0\0\0" + data)

    def say(self, type, **fields):
        self.frame(json.dumps({"type": type, **fields}).encode())

    def append(self, sound, piece=9600):
        for at in range(0, len(sound), piece):
            self.say("input_audio_buffer.append", audio=base64.b64encode(sound[at:at + piece]).decode())

    def take(self, n):
        while len(self.data) < n:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError(self.data)
            self.data += piece
        taken, self.data = self.data[:n], self.data[n:]
        return taken

    def receive(self):
        """(kind, data) of the next frame."""
        kind, n = self.take(2)
        assert kind & 128 and not n & 128
        if n == 126:
            n, = struct.unpack(">H", self.take(2))
        elif n == 127:
            n, = struct.unpack(">Q", self.take(8))
        return kind & 15, self.take(n)

    def event(self):
        kind, data = self.receive()
        assert kind == TEXT, (kind, data)
        event = json.loads(data)
        assert event["event_id"].startswith("event_")
        return event

    def until(self, type):
        """All events up to one of a type."""
        events = [self.event()]
        while events[-1]["type"] != type:
            assert events[-1]["type"] != "error" or type == "error", events[-1]
            events.append(self.event())
        return events

    def closed(self):
        """The status that it is closed with; events before it are dropped."""
        kind, data = self.receive()
        while kind != CLOSE:
            kind, data = self.receive()
        return struct.unpack(">H", data[:2])[0]

    def close(self):
        self.socket.close()


class Realtime(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--sessions", "16")
        cls.sound = samples(24000)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def open(self, **more):
        s = Socket(self.server, **more)
        self.assertEqual(s.status, 101, s.head)
        created = s.event()
        self.assertEqual((created["type"], created["session"]["type"]), ("session.created", "transcription"))
        self.addCleanup(s.close)
        return s

    def check_turn(self, events):
        """speech_started, speech_stopped, committed, text: one turn's events in their order."""
        item = events[-1]["item_id"]
        own = [e for e in events if e.get("item_id") == item]
        kinds = [e["type"].rpartition(".")[2] for e in own]
        self.assertEqual(kinds[0], "speech_started")
        told = [k for k in kinds if k != "intermediate"]
        self.assertEqual(told, ["speech_started", "speech_stopped", "committed"] + ["delta"] * told.count("delta") +
                         ["completed"])
        self.assertEqual("".join(e["delta"] for e in own if "delta" in e), events[-1]["transcript"])
        self.assertLess(own[0]["audio_start_ms"], next(e for e in own if "audio_end_ms" in e)["audio_end_ms"])

    def test_turns_are_found(self):
        s = self.open()
        s.append(self.sound + SILENCE)
        s.say("input_audio_buffer.commit")
        heard, events, starts = [], [], []
        while "doctor" not in heard:
            events += s.until(TRANSCRIPTION + "completed")
            self.check_turn(events)
            heard += words(events[-1]["transcript"])
            starts += [e["audio_start_ms"] for e in events if "audio_start_ms" in e and e["audio_start_ms"] not in starts]
        # A copy of the sound at another rate: its last word may be heard otherwise.
        self.assertEqual(heard[:len(SAID) - 1], SAID[:-1])
        self.assertEqual(starts, sorted(starts))
        self.assertLess(starts[-1], 9000)
        committed = [e for e in events if e["type"] == "input_audio_buffer.committed"]
        self.assertEqual([e["previous_item_id"] for e in committed], [None] + [e["item_id"] for e in committed[:-1]])

    def test_turns_are_told(self):
        for rate in (24000, 16000):
            s = self.open()
            s.say("session.update", event_id="mine", session={"type": "transcription", "audio": {"input": {
                "format": {"type": "audio/pcm", "rate": rate}, "turn_detection": None,
                "transcription": {"model": "whisper-1", "language": "en-US"}}}})
            updated = s.event()
            self.assertEqual(updated["type"], "session.updated")
            self.assertEqual(updated["session"]["audio"]["input"]["format"], {"type": "audio/pcm", "rate": rate})
            self.assertIsNone(updated["session"]["audio"]["input"]["turn_detection"])
            for _ in range(2):
                s.append(samples(rate))
                s.say("input_audio_buffer.commit")
                events = s.until(TRANSCRIPTION + "completed")
                self.assertEqual(events[0]["type"], "input_audio_buffer.committed")
                self.assertEqual(words(events[-1]["transcript"]), SAID)
                self.assertEqual(events[-1]["usage"], {"type": "duration", "seconds": 9})
            s.append(self.sound)
            s.say("input_audio_buffer.clear")
            self.assertEqual(s.event()["type"], "input_audio_buffer.cleared")
            s.append(SILENCE)
            s.say("input_audio_buffer.commit")
            self.assertEqual(s.until(TRANSCRIPTION + "completed")[-1]["transcript"], "")

    def test_older_shape(self):
        s = self.open(path="/v1/realtime?intent=transcription&model=transcribe-1")
        s.say("transcription_session.update", session={
            "input_audio_format": "pcm16", "input_audio_transcription": {"model": "gpt-4o-transcribe"},
            "turn_detection": {"type": "server_vad", "threshold": 0.5}})
        updated = s.event()
        self.assertEqual((updated["type"], updated["session"]["input_audio_format"]),
                         ("transcription_session.updated", "pcm16"))

    def test_cleared(self):
        s = self.open()
        s.append(self.sound[:3 * 48000])
        s.say("input_audio_buffer.clear")
        s.until("input_audio_buffer.cleared")
        s.append(SILENCE)
        s.say("input_audio_buffer.commit")
        while True:
            events = s.until(TRANSCRIPTION + "completed")
            if events[-1]["transcript"] == "":
                break
        s.say("input_audio_buffer.commit")
        self.assertEqual(s.until("error")[-1]["error"]["code"], "input_audio_buffer_commit_empty")

    def test_mistakes(self):
        s = self.open()
        for event, code, param in (
                ({"type": "response.create"}, "invalid_event", "type"),
                ({"nothing": 1}, "invalid_event", "type"),
                ({"type": "input_audio_buffer.append"}, "invalid_type", "audio"),
                ({"type": "input_audio_buffer.append", "audio": "!!!!"}, "invalid_value", "audio"),
                ({"type": "input_audio_buffer.append", "audio": "AAA"}, "invalid_value", "audio"),
                ({"type": "input_audio_buffer.append", "audio": "AA=="}, "invalid_value", "audio"),
                ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
                ({"type": "session.update"}, "invalid_type", "session"),
                ({"type": "session.update", "session": {"voice": "x"}}, "unknown_parameter", "voice"),
                ({"type": "session.update", "session": {"type": "realtime"}}, "unsupported_parameter", "session.type"),
                ({"type": "session.update", "session": {"audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}},
                 "unsupported_parameter", "turn_detection"),
                ({"type": "session.update", "session": {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}},
                 "unsupported_parameter", "format")):
            s.frame(json.dumps({**event, "event_id": "mine"}).encode())
            error = s.event()
            self.assertEqual((error["type"], error["error"]["code"], error["error"]["param"], error["error"]["event_id"]),
                             ("error", code, param, "mine"))
        s.frame(b"{")
        self.assertEqual(s.event()["error"]["code"], "invalid_event")
        s.append(SILENCE[:4800])
        s.say("session.update", session={"type": "transcription"})
        self.assertEqual(s.event()["error"]["code"], "session_begun")
        for _ in range(2):
            s.frame(b"[]")
        for code in ("invalid_event", "invalid_event", "too_many_mistakes"):
            self.assertEqual(s.until("error")[-1]["error"]["code"], code)
        self.assertEqual(s.closed(), 1000)
        # A model that is none ends the session as soon as it is needed.
        s = self.open(path="/v1/realtime?model=none")
        s.append(SILENCE[:4800])
        self.assertEqual(s.until("error")[-1]["error"]["code"], "model_not_found")
        self.assertEqual(s.closed(), 1000)

    def test_frames(self):
        s = self.open()
        s.frame(b"hello", PING)
        self.assertEqual(s.receive(), (PONG, b"hello"))
        s.frame(b'{"type": "input_audio_', TEXT, False)
        s.frame(b'buffer.clear"}', 0)
        self.assertEqual(s.event()["type"], "input_audio_buffer.cleared")
        s.frame(b"\0\0", BINARY)
        self.assertEqual(s.closed(), 1003)
        s = self.open()
        s.frame(b"\xff\xfe")
        self.assertEqual(s.closed(), 1007)
        # Too large, as one frame that says so, and as pieces that do not.
        s = self.open()
        s.socket.sendall(struct.pack(">BBQ", 129, 255, 1 << 40) + b"\0\0\0\0xxxx")
        self.assertIn(s.closed(), (1009, 1002))
        s = self.open()
        try:
            s.frame(b"[", TEXT, False)
            for _ in range(100):
                s.frame(b" " * 30000, 0, False)
            self.assertEqual(s.closed(), 1009)
        except (ConnectionResetError, BrokenPipeError, EOFError):
            pass  # what was not read any more swallows the reason
        # Not masked: the HTTP library lets it through, and it is no event.
        s = self.open()
        s.socket.sendall(b"\x81\x05hello")
        self.assertEqual(s.event()["error"]["code"], "invalid_event")
        # Not of this protocol: closed, and the server goes on.
        for rubbish in (b"\xf1\x80\0\0\0\0", b"\x83\x80\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n" * 99):
            s = self.open()
            s.socket.sendall(rubbish)
            try:
                read_all(s.socket)
            except TimeoutError:
                self.fail(f"{rubbish[:10]} was not refused")
        self.assertEqual(self.server.ask("GET", "/healthz")[0], 200)

    def test_upgrades(self):
        status, headers, body = self.server.ask("GET", "/v1/realtime")
        self.assertEqual((status, headers["Upgrade"]), (426, "websocket"))
        for path, status, code in (("/v1/models", 501, "no_upgrade"), ("/nowhere", 404, "unknown_url"),
                                   ("/v1/realtime?intent=conversation", 400, "invalid_value"),
                                   ("/v1/realtime?x=1", 400, "unknown_parameter")):
            s = Socket(self.server, path)
            self.assertEqual((s.status, s.body()["error"]["code"]), (status, code))
            s.close()
        s = Socket(self.server, "/mai/v1/realtime?intent=conversation")
        self.assertEqual((s.status, s.body()["error"]["code"]), (400, "InvalidRequest"))
        s.close()
        s = self.open(path="/mai/v1/realtime?intent=transcription", headers=["Sec-WebSocket-Protocol: realtime"])
        self.assertIn("sec-websocket-protocol: realtime", s.head)


class Keys(Case):
    """A session is held to what the store says of its key, and counted as used."""

    def program(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments, "--data", self.data], capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_limits_and_usage(self):
        self.data = tempfile.mkdtemp() + "/data"
        key = self.program("keys", "create", "narrow", "--models", "transcribe-1", "--quota", "audio_seconds=4/day",
                           "--quota", "requests=2/day").strip()
        server = Server("--data", self.data)
        s = Socket(server, headers=["Authorization: Bearer " + key[:-4]])
        self.assertEqual((s.status, s.body()["error"]["code"]), (401, "invalid_api_key"))
        s.close()
        s = Socket(server, headers=["Authorization: Bearer " + key])
        s.until("session.created")
        s.append(SILENCE, len(SILENCE))
        self.assertEqual(s.event()["error"]["code"], "model_not_allowed")
        for model, code in ("whisper-1", "model_not_allowed"), ("transcribe-1", None):
            s.say("session.update", session={"audio": {"input": {"transcription": {"model": model}, "turn_detection": None}}})
            self.assertEqual(s.event()["type"], "session.updated")
            s.append(3 * SILENCE, 3 * len(SILENCE))
            if code:
                self.assertEqual(s.event()["error"]["code"], code)
        s.append(2 * SILENCE, 2 * len(SILENCE))
        error = s.event()["error"]
        self.assertEqual((error["type"], error["code"]), ("requests", "rate_limit_exceeded"))
        s.append(SILENCE, len(SILENCE))
        s.say("input_audio_buffer.commit")
        s.until(TRANSCRIPTION + "completed")
        s.close()
        s = Socket(server, headers=["Authorization: Bearer " + key])
        self.assertEqual(s.status, 101)
        s.close()
        s = Socket(server, headers=["Authorization: Bearer " + key])
        self.assertEqual((s.status, s.body()["error"]["code"]), (429, "rate_limit_exceeded"))
        self.assertIn("x-ratelimit-remaining-requests: 0", s.head)
        s.close()
        server.stop()
        rows = json.loads(self.program("usage", "--key", "narrow", "--by", "model", "-f", "json"))
        self.assertEqual({(row["model"], row["unit"]): row["amount"] for row in rows},
                         {("transcribe-1", "requests"): 1, ("transcribe-1", "audio_seconds"): 4})


    def test_a_key_that_is_revoked(self):
        self.data = tempfile.mkdtemp() + "/data"
        key = self.program("keys", "create", "guest").strip()
        server = Server("--data", self.data)
        s = Socket(server, headers=["Authorization: Bearer " + key])
        s.until("session.created")
        s.append(SILENCE)
        self.program("keys", "revoke", "guest")
        error = s.until("error")[-1]["error"]
        self.assertEqual((error["code"], error["message"]), ("invalid_api_key", "the key has been revoked"))
        self.assertEqual(s.closed(), 1000)
        s.close()
        server.stop()


class Ends(Case):
    def test_length_and_key(self):
        server = Server("--session-seconds", "1", env={"INHOUSE_KEY": "correct-horse"})
        s = Socket(server)
        self.assertEqual((s.status, s.body()["error"]["code"]), (401, "invalid_api_key"))
        for more in ({"headers": ["Authorization: Bearer correct-horse"]}, {"headers": ["api-key: correct-horse"]},
                     {"path": "/v1/realtime?api-key=correct-horse"},
                     {"headers": ["Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.correct-horse"]}):
            s.close()
            s = Socket(server, **more)
            self.assertEqual(s.status, 101)
            self.assertEqual(s.until("error")[-1]["error"]["code"], "session_expired")
            self.assertEqual(s.closed(), 1000)
            s.close()
        server.stop()
        self.assertFalse(any("correct-horse" in line for line in server.lines))
        self.assertTrue(any("path=/v1/realtime status=101" in line for line in server.lines))

    def test_limits(self):
        server = Server("--sessions", "3")
        most = [Socket(server) for _ in range(3)]
        s = Socket(server)
        self.assertEqual((s.status, s.body()["error"]["code"]), (503, "too_many_sessions"))
        self.assertIn("retry-after", s.head)
        s.close()
        # One that is cut off in the middle of its work makes room.
        most[0].append(samples(24000))
        for m in most:
            m.close()
        for _ in range(PATIENCE * 10):
            s = Socket(server)
            s.close()
            if s.status == 101:
                break
            time.sleep(0.1)
        self.assertEqual(s.status, 101)
        server.stop()

    def test_no_sessions(self):
        server = Server("--sessions", "0")
        s = Socket(server)
        self.assertEqual(s.status, 503)
        s.close()
        server.stop()

    def test_stop(self):
        server = Server()
        s = Socket(server)
        s.append(samples(24000))
        s.until("input_audio_buffer.speech_started")
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(s.until("error")[-1]["error"]["code"], "shutting_down")
        self.assertEqual(s.closed(), 1000)
        s.close()
        server.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
