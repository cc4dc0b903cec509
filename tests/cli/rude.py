# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm: requests with two beginnings, bodies in pieces that do not fit, clients that are slow on
purpose, ways out of the tree. Arguments as those of serve.py, whose helpers it takes. Nothing is timed: what must not
hang is given a minute."""

import json
import re
import socket
import sys
import threading
import time
import unittest

from serve import LONG, PATIENCE, SAID, SOUND, Case, Server, form, read_all, speech_request, words

POST = b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = b'{"input":"Yes.","response_format":"wav"}'
HIDDEN = b"GET /v1/models/hidden HTTP/1.1\r\nHost: x\r\n\r\n"


def pieces(data, size):
    """A body in pieces of some size."""
    return b"".join(b"%x\r\n%s\r\n" % (len(data[i:i + size]), data[i:i + size]) for i in range(0, len(data), size)) + b"0\r\n\r\n"


class Rude(Case):
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--upload-megabytes", "1", *(cls.flags or ("--idle-seconds", "5")))

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def send(self, data, half_open=False):
        """What is answered until the server closes the connection."""
        with self.server.socket() as s:
            try:
                s.sendall(data)
                if half_open:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # closed already
            try:
                return read_all(s)
            except TimeoutError:
                self.fail(f"{data[:200]} is not answered, and its connection stays open")

    def status(self, answer):
        return int(answer.split()[1]) if answer else 0


class Framing(Rude):
    def test_two_lengths(self):
        """At most one answer, never a good one, and what is hidden in the body is not a request."""
        n = b"Content-Length: %d\r\n" % len(BODY)
        chunked = b"Transfer-Encoding: chunked\r\n"
        for head, body in (
                (n + chunked, pieces(BODY, 99) + HIDDEN), (chunked + n, BODY + HIDDEN), (n + chunked, BODY + HIDDEN),
                (n + b"Content-Length: 0\r\n", BODY + HIDDEN), (b"Content-Length: 0\r\n" + n, HIDDEN),
                (n + n, BODY), (b"Content-Length: %d, %d\r\n" % (len(BODY), len(BODY)), BODY),
                (b"Content-Length: +%d\r\n" % len(BODY), BODY), (b"Content-Length: 0x28\r\n", BODY),
                (b"Content-Length: 40 0\r\n", BODY), (b"Content-Length: -1\r\n", BODY),
                (b"Content-Length: 99999999999999999999999\r\n", BODY),
                (b"Transfer-Encoding: xchunked\r\n" + n, BODY), (b"Transfer-Encoding: chunked, identity\r\n", pieces(BODY, 99)),
                (b"Transfer-Encoding: identity\r\n" + n, BODY), (b"Transfer-Encoding:\x0bchunked\r\n", pieces(BODY, 99)),
                (chunked + chunked, pieces(BODY, 99) + HIDDEN), (b"Transfer-Encoding: gzip, chunked\r\n", pieces(BODY, 99))):
            answer = self.send(POST + head + b"\r\n" + body)
            self.assertLessEqual(answer.count(b"HTTP/1.1 "), 1, (head, answer))
            self.assertNotIn(b"HTTP/1.1 200", answer, head)
            self.assertNotIn(b"hidden", answer, head)
        for method in b"GET", b"DELETE", b"HEAD":
            for head in (b"Content-Length: %d\r\n" % len(HIDDEN), chunked):
                answer = self.send(method + b" /healthz HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n" + HIDDEN, half_open=True)
                self.assertLessEqual(answer.count(b"HTTP/1.1 "), 1, (method, head, answer))
                self.assertNotIn(b" 200 ", answer, (method, head))
        self.assertEqual(self.server.ask("GET", "/healthz")[0], 200)
        self.assertFalse([x for x in self.server.lines if "hidden" in x])

    def test_what_one_reader_may_overlook(self):
        """A header that is none, to some; whichever way it is read, the connection ends behind the one answer."""
        n = b"Content-Length: %d\r\n" % len(BODY)
        for head in (b"Transfer-Encoding : chunked\r\n" + n, b"X: y\r\n Transfer-Encoding: chunked\r\n" + n,
                     b"Transfer-Encoding\r\n: chunked\r\n" + n, b"Content-Length : 5\r\n" + n, b"Content_Length: 5\r\n" + n):
            answer = self.send(POST + head + b"\r\n" + BODY + HIDDEN)
            self.assertLessEqual(answer.count(b"HTTP/1.1 "), 1, (head, answer[:100]))
            self.assertNotIn(b"hidden", answer, head)
        self.assertFalse([x for x in self.server.lines if "hidden" in x])

    def test_bodies_in_pieces(self):
        whole = self.server.json("/v1/audio/speech", BODY)[2]
        for size in 1, 7, len(BODY):
            answer = self.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + pieces(BODY, size))
            head, _, body = answer.partition(b"\r\n\r\n")
            self.assertEqual((self.status(head), len(body)), (200, len(whole)), head)
        kind, body = form(SOUND)
        c = self.server.connect()
        c.request("POST", "/v1/audio/transcriptions", iter([body[:1000], body[1000:50000], body[50000:]]),
                  {"Content-Type": kind}, encode_chunked=True)
        self.assertEqual(words(json.loads(c.getresponse().read())["text"]), SAID)
        c.close()
        # Told first, and extensions and trailers that mean nothing.
        with self.server.socket() as s:
            s.sendall(POST + b"Transfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(s.recv(25), b"HTTP/1.1 100 Continue\r\n\r\n")
            s.sendall(b"%x;x=y\r\n%s\r\n0\r\nX: y\r\n\r\n" % (len(BODY), BODY))
            self.assertEqual(self.status(read_all(s)), 200)
        # The next request behind it is none, and does no harm to the first.
        answer = self.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + pieces(BODY, 9) + HIDDEN)
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
        self.assertNotIn(b"hidden", answer)

    def test_bad_pieces(self):
        for body in (b"x\r\n", b"-1\r\n" + BODY, b"0x28\r\n" + BODY, b"28\n" + BODY + b"\n0\n\n", b"28\r\n" + BODY + b"XX0\r\n\r\n",
                     b"123456789\r\n" + BODY, b"ffffffffffffffff\r\n" + BODY, b"28;" + b"x" * 9000 + b"\r\n", b" 28\r\n" + BODY,
                     b"28\r\n" + BODY + b"\r\n0\r\n" + b"X: y\r\n" * 2000 + b"\r\n"):
            answer = self.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + body)
            self.assertIn(self.status(answer), (0, 400), (body[:50], answer[:300]))
        self.assertEqual(self.status(self.send(b"POST /v1/audio/speech HTTP/1.0\r\nContent-Type: application/json\r\n"
                                               b"Transfer-Encoding: chunked\r\n\r\n" + pieces(BODY, 9))), 400)
        # One that never ends is not waited for longer than its client.
        self.assertNotIn(b" 200 ", self.send(POST + b"Transfer-Encoding: chunked\r\n\r\n28\r\n" + BODY, half_open=True))

    def test_too_large_in_pieces(self):
        kind, body = form(b"x" * (3 << 20))
        head = b"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
        for data in (head % kind.encode() + pieces(body, 60000),
                     POST + b"Transfer-Encoding: chunked\r\n\r\n" + pieces(b" " * (2 << 20), 60000)):
            answer = self.send(data)
            self.assertEqual(self.status(answer), 413, answer[:300])
            self.assertIn(b'"code":"request_too_large"', answer)
        # So is one that is refused at its head.
        answer = self.send(b"POST /v1/nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + pieces(body, 60000))
        self.assertEqual(self.status(answer), 404, answer[:300])


class Heads(Rude):
    def test_oversized(self):
        def ask(*lines, path="/v1/models"):
            return self.send(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + "".join(x + "\r\n" for x in lines) + "\r\n").encode())
        for name in "Authorization", "Prefer", "api-key", "Content-Type":
            answer = ask(f"{name}: " + "x" * 2000)
            self.assertEqual(self.status(answer), 431, (name, answer[:200]))
            self.assertIn(b'"code":"request_header_too_large"', answer)
        self.assertEqual(self.status(ask(path="/v1/models?x=" + "y" * 2000)), 431)
        self.assertEqual(self.status(ask(path="/v1/models?" + "&".join(f"a{i}=b" for i in range(40)))), 431)
        self.assertEqual(self.status(ask("Cookie: " + "x" * 2000)), 200)  # nobody looks at it
        for answer in (ask("Cookie: " + "x" * 40000), ask(*["X: y"] * 9000), ask(path="/" + "x" * 40000)):
            self.assertNotIn(b" 200 ", answer)
        self.assertEqual(self.server.ask("GET", "/healthz")[0], 200)

    def test_ways_out(self):
        """Nothing is read from paths that clients give; the page's files are part of the program."""
        for path in ("/../../../../etc/passwd", "/page/../../etc/passwd", "/page/%2e%2e/%2e%2e/etc/passwd",
                     "/page/..%2f..%2fetc%2fpasswd", "/page/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/page/..%5c..%5cetc%5cpasswd",
                     "/page/%252e%252e%252fetc%252fpasswd", "/page/.%00/etc/passwd", "/page//etc/passwd", "/page/....//etc/passwd",
                     "/page/%c0%ae%c0%ae%c0%afetc%c0%afpasswd", "/v1/models/..%2f..%2fetc%2fpasswd", "/v1/files/..%2f..%2fstate.db",
                     "/page/..;/etc/passwd", "/page/index.html%00.css", "/page/index.html/../../x"):
            for prefix in "", "http://127.0.0.1":
                answer = self.send(f"GET {prefix}{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                self.assertIn(self.status(answer), (0, 400, 403, 404), (path, answer[:200]))
                self.assertNotIn(b"root:", answer, path)
        for name in "../../../../etc/passwd", "..\\x", "/etc/passwd", "a/../../b":
            self.assertIn(self.server.json("/v1/audio/speech", {"input": "x", "voice": name})[0], (400, 404), name)
            self.assertEqual(self.server.json("/v1/audio/speech", {"input": "x", "model": name})[0], 404, name)
            kind, body = form(SOUND)
            named = body.replace(b'"a.wav"', b'"' + name.encode() + b'"')
            self.assertIn(self.server.ask("POST", "/v1/audio/transcriptions", named, {"Content-Type": kind})[0], (200, 400), name)


    def test_nul_in_an_address(self):
        """Behind a slash it is an error as soon as something follows; elsewhere libwebsockets closes the connection."""
        for path, status in (("/%00x", 400), ("/v1/models/%00x", 400), ("/page/%00/index.html", 400), ("/openai/%00x", 400),
                             ("/v1/models/%00", 404), ("/v1/models%00", 0), ("/v1/models/a%00b", 0), ("/v1/models?x=%00", 0),
                             ("/v1/models?x=a%00b", 0), ("/v1/models/\0", 404), ("/v1/mod\0els", 0)):
            answer = self.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            self.assertEqual(self.status(answer), status, (path, answer[:200]))
            if status == 400:
                self.assertIn(b"invalid_url", answer)
        self.assertEqual(self.server.ask("GET", "/healthz")[0], 200)


class Slow(Rude):
    flags = ("--idle-seconds", "1", "--upload-seconds", "3", "--workers", "1", "--characters", "100000")

    def test_heads_that_come_drop_by_drop(self):
        """Each of many is closed, however often it sends a byte, and others are served meanwhile."""
        sockets = [self.server.socket() for _ in range(20)]
        for s in sockets:
            s.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        left, rounds = set(sockets), 0
        while left:
            rounds += 1
            self.assertLess(rounds, 4 * PATIENCE, f"{len(left)} are still open")
            time.sleep(0.25)
            for s in list(left):
                try:
                    s.sendall(b"x")
                    s.setblocking(False)
                    closed = s.recv(1000) == b""
                except BlockingIOError:
                    closed = False
                except OSError:
                    closed = True
                s.settimeout(PATIENCE)
                if closed:
                    left.discard(s)
                    s.close()
            self.assertEqual(self.server.ask("GET", "/healthz")[0], 200)

    def test_who_never_reads(self):
        """Its answer is given up, and the only worker is not held."""
        with self.server.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(speech_request("The train leaves at nine thirty. " * 150, stream_format="audio"))
            self.server.wait_for("gone=true")
            self.assertEqual(self.server.json("/v1/audio/speech", {"input": "Yes."})[0], 200)

    def test_pieces_that_come_drop_by_drop(self):
        with self.server.socket() as s:
            s.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
            s.settimeout(0.25)
            answer = b""
            for _ in range(4 * PATIENCE):
                try:
                    s.sendall(b"1\r\n \r\n")
                    answer = s.recv(65536)
                    break
                except socket.timeout:
                    pass
            self.assertEqual(self.status(answer), 408, answer)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
