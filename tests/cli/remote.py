# SPDX-License-Identifier: Apache-2.0
"""Remote models, at a terminal and in a server, with a provider that misbehaves (fake_provider.py).

Arguments as those of serve.py. Nothing is timed: what must not hang is given a minute.
"""

import http.client
import json
import os
import pathlib
import pty
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from fake_provider import Provider
from serve import PROGRAM, Server

CATALOG = pathlib.Path(os.environ["INHOUSE_CATALOG"])
HOME = pathlib.Path(os.environ["HOME"])
KEY = "sk-a-secret-of-nobody-1234567890"
PATIENCE = 60
APIS = ("openai", "azure", "anthropic")
NETWORK, MODEL, USAGE = 5, 3, 2


def entry(port, api="openai", **more):
    url = f"http://127.0.0.1:{port}" + ("/v1" if api == "openai" else "")
    return {"api": api, "url": url, "model": "m", "key_env": "FAR_KEY", "backoff": 0, **more}


def catalog(**entries):
    models = [{"name": name, **(value if "remote" in value else {"remote": value})} for name, value in entries.items()]
    CATALOG.write_text(json.dumps({"format": 1, "models": models}))


class Case(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(os.environ["INHOUSE_SPENT"], ignore_errors=True)
        self.far = Provider()
        self.addCleanup(self.far.stop)
        self.env = {**os.environ, "FAR_KEY": KEY}

    def rules(self, *rules, **entries):
        """A script, and three models that stand for it: far-openai and so on."""
        self.far.set(rules)
        catalog(**{f"far-{api}": entry(self.far.port, api, **entries) for api in APIS})
        self.before = len(self.far.requests())

    def asked(self):
        return len(self.far.requests()) - self.before

    def run_program(self, *args, **env):
        done = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=PATIENCE, env={**self.env, **env}, stdin=subprocess.DEVNULL)
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.assertIn(done.returncode, range(7), done.stderr)
        return done

    def chat(self, *args, model="far-openai", code=0, **env):
        done = self.run_program("chat", "--model", model, *args, **env)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def json(self, *args, **more):
        return json.loads(self.chat(*args, "--json", **more).stdout)


class Talk(Case):
    def test_three_dialects(self):
        self.far.key = KEY
        self.rules({"last": "hi", "answer": "Grüße, {last}!", "reasoning": "hm", "usage": {"prompt": 11, "kept": 4, "written": 6}}, read_price=1000, write_price=2000)
        for api in APIS:
            got = self.json("hi", model=f"far-{api}")
            self.assertEqual((got["content"], got["reasoning"], got["finish_reason"]), ("Grüße, hi!", "hm", "stop"))
            self.assertEqual((got["prompt_tokens"], got["cached_tokens"], got["tokens"], got["estimated"]), (11, 4, 6, False))
            self.assertAlmostEqual(got["dollars"], 0.023)
            done = self.chat("hi", model=f"far-{api}")
            self.assertEqual(done.stdout, "Grüße, hi!\n")
            self.assertIn("$0.02300", done.stderr)
        openai, _, azure, _, anthropic, _ = self.far.requests()
        self.assertEqual(openai["path"], "/v1/chat/completions")
        self.assertEqual(openai["headers"]["authorization"], f"Bearer {KEY}")
        self.assertEqual(azure["path"], "/openai/deployments/m/chat/completions?api-version=2024-10-21")
        self.assertEqual(azure["headers"]["api-key"], KEY)
        self.assertEqual(anthropic["path"], "/v1/messages")
        self.assertEqual((anthropic["headers"]["x-api-key"], anthropic["headers"]["anthropic-version"]), (KEY, "2023-06-01"))
        self.assertEqual([bool(r["body"].get("stream")) for r in self.far.requests()], [False, True] * 3)
        for r in (openai, azure, anthropic):
            self.assertTrue(r["headers"]["user-agent"].startswith("inhouse/"))
            self.assertEqual(sum(v.count(KEY) for v in r["headers"].values()) + r["path"].count(KEY), 1)

    def test_options(self):
        self.rules({"answer": "x"})
        for api in APIS:
            self.chat("--system", "Be brief.", "--temperature", "0", "--seed", "7", "--tokens", "9", "--stop", "END", "why", model=f"far-{api}")
        openai, azure, anthropic = [r["body"] for r in self.far.requests()]
        self.assertEqual((openai["temperature"], openai["seed"], openai["max_tokens"], openai["stop"]), (0, 7, 9, ["END"]))
        self.assertEqual(openai["messages"], [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "why"}])
        self.assertNotIn("top_p", openai)
        self.assertEqual(azure["max_completion_tokens"], 9)
        self.assertNotIn("model", azure)
        self.assertEqual((anthropic["temperature"], anthropic["max_tokens"], anthropic["stop_sequences"], anthropic["system"]), (0, 9, ["END"], "Be brief."))
        self.assertIn("top_k", self.chat("--top-k", "3", "x", code=MODEL).stderr)

    def test_schema(self):
        schema = HOME / "schema.json"
        schema.write_text('{"type": "object", "properties": {"n": {"type": "integer"}}}')
        self.rules({"last": "good", "answer": {"n": 3}}, {"last": "fence", "answer": '```json\n{"n": 4}\n```'}, {"last": "bad", "answer": "Sure!"})
        for api in APIS:
            self.assertEqual(json.loads(self.json("good", "--schema", str(schema), model=f"far-{api}")["content"]), {"n": 3})
            self.assertEqual(self.chat("good", "--schema", str(schema), model=f"far-{api}").stdout, '{"n": 3}\n')
            self.assertIn("should be JSON", self.chat("bad", "--schema", str(schema), model=f"far-{api}", code=NETWORK).stderr)
        bodies = [r["body"] for r in self.far.requests()]
        self.assertEqual(bodies[0]["response_format"]["json_schema"]["schema"], json.loads(schema.read_text()))
        self.assertEqual(bodies[-1]["tools"][0]["input_schema"], json.loads(schema.read_text()))
        self.rules({"answer": '```json\n{"n": 4}\n```'}, schema="text")
        for api in APIS:
            self.assertEqual(self.chat("x", "--schema", str(schema), model=f"far-{api}").stdout, '{"n": 4}\n\n')
        self.assertNotIn("response_format", self.far.requests()[-2]["body"])

    def test_no_usage(self):
        self.rules({"answer": "12345678", "usage": None})
        for api in APIS:
            got = self.json("x", model=f"far-{api}")
            self.assertEqual((got["tokens"], got["estimated"]), (2, True))
            self.assertIn("about ", self.chat("x", model=f"far-{api}").stderr)

    def test_nothing_leaves_when_it_must_not(self):
        self.rules({"answer": "x"})
        for flag in ("--no-remote", "--offline"):
            self.assertIn("nothing may leave this machine", self.chat(flag, "x", code=NETWORK).stderr)
        self.chat("x", model="tiny", code=0)
        self.run_program("chat", "x")  # which is the local one
        self.assertEqual(self.asked(), 0)
        self.run_program("models", "list")
        self.run_program("models", "show", "far-openai")
        self.run_program("doctor")
        self.assertEqual(self.asked(), 0)

    def test_lists(self):
        catalog(far={"short": ["f"], "about": "far away", "remote": entry(1, read_price=1, write_price=2.5, context=1000)},
                keyless={"remote": {"api": "anthropic", "url": "https://api.example.com", "model": "m"}})
        listed = self.run_program("models", "list").stdout
        self.assertRegex(listed, r"f +openai +127\.0\.0\.1:1 +set +\$1 / \$2\.5 +far away")
        self.assertRegex(listed, r"keyless +anthropic +api\.example\.com +not needed")
        self.assertIn("missing", self.run_program("models", "list", FAR_KEY="").stdout)
        known = {m["name"]: m["remote"] for m in json.loads(self.run_program("models", "list", "--json").stdout)["remote"]}
        self.assertEqual((known["far"]["key"], known["far"]["context"], known["keyless"]["key"]), ("set", 1000, "not needed"))
        shown = self.run_program("models", "show", "f").stdout
        self.assertRegex(shown, r"name +far\n")
        self.assertRegex(shown, r"key +set \(FAR_KEY\)")
        self.assertEqual(json.loads(self.run_program("models", "show", "f", "--json").stdout)["remote"]["key"], "set")
        self.assertRegex(self.run_program("models", "search", "far", "away").stdout, r"f +chat .* remote +far away")
        self.assertIn("far", self.run_program("doctor").stdout)
        self.assertIn("is remote", self.run_program("models", "pull", "far").stderr)
        self.assertIn("is remote", self.run_program("speak", "--model", "far", "x", "-o", "x.wav").stderr)

    def test_wrong_catalogs(self):
        for words, value in (("https", {**entry(1), "url": "http://example.com"}), ("did you mean 'model'", {**entry(1), "modell": "x"}), ("api", {**entry(1), "api": "x"})):
            catalog(far=value)
            done = self.chat("x", model="far", code=MODEL)
            self.assertIn(words, done.stderr)
            self.assertIn("catalog.json", done.stderr)
        catalog(far={"repo": "a/b", "remote": entry(1)})
        self.assertIn("excludes repo", self.chat("x", model="far", code=MODEL).stderr)

    def test_conversation_stays(self):
        """A terminal's conversation goes on behind a failure, without the message that failed."""
        self.rules({"last": "down", "status": 500}, {"last": "hi", "answer": "hello"}, tries=1)
        terminal, end = pty.openpty()
        process = subprocess.Popen([PROGRAM, "chat", "-m", "far-openai"], stdin=end, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.env)
        os.write(terminal, b"down\nhi\n/quit\n")
        out, err = process.communicate(timeout=PATIENCE)
        os.close(terminal)
        os.close(end)
        self.assertEqual((process.returncode, out), (0, "hello\n"), err)
        self.assertIn(f"far-openai at 127.0.0.1:{self.far.port}", err)
        self.assertIn("it answered 500", err)
        self.assertEqual(self.far.requests()[-1]["body"]["messages"], [{"role": "user", "content": "hi"}])

    def test_load_and_save(self):
        self.rules({"answer": "hello"})
        done = subprocess.run([PROGRAM, "chat", "-m", "far-openai", "hi", "--save", str(HOME / "talk.json")], capture_output=True, text=True, env=self.env, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        saved = json.loads((HOME / "talk.json").read_text())
        self.assertEqual([m["content"] for m in saved["messages"]], ["hi", "hello"])
        self.chat("hi", "--load", str(HOME / "talk.json"))
        self.assertEqual([m["role"] for m in self.far.requests()[-1]["body"]["messages"]], ["user", "assistant", "user"])

    def test_interrupt(self):
        self.rules({"answer": "one two three", "stall": 50, "after": 4})
        process = subprocess.Popen([PROGRAM, "chat", "-m", "far-openai", "x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)
        self.assertEqual(process.stdout.read(4), b"one ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, err)
        self.assertTrue(out.endswith(b"\n"))
        self.wait_gone()
        self.assertEqual(self.asked(), 1)

    def test_interrupt_before_the_first_byte(self):
        self.rules({"answer": "x", "wait": 50})
        process = subprocess.Popen([PROGRAM, "chat", "-m", "far-openai", "x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)
        for _ in range(PATIENCE * 50):
            if self.asked():
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, out), (130, b""), err)
        self.wait_gone()
        self.assertEqual(self.asked(), 1)

    def wait_gone(self):
        for _ in range(PATIENCE * 50):
            if self.far.gone():
                return
            time.sleep(0.02)
        self.fail("the connection stayed open")


class Keys(Case):
    def test_files(self):
        self.far.key = KEY
        self.far.set([{"answer": "fine"}])
        file = HOME / "key"
        file.write_text(KEY + "\n")
        value = {k: v for k, v in entry(self.far.port).items() if k != "key_env"}
        catalog(far={**value, "key_file": str(file)}, near={**value, "key_file": "~/key"})
        os.chmod(file, 0o600)
        self.assertEqual(self.chat("x", model="far").stdout, "fine\n")
        self.assertEqual(self.chat("x", model="near").stdout, "fine\n")
        os.chmod(file, 0o644)
        self.assertIn("chmod 600", self.chat("x", model="far", code=MODEL).stderr)
        self.assertEqual(len(self.far.requests()), 2)

    def test_missing_and_wrong(self):
        self.far.key = "another"
        self.rules({"answer": "x"})
        for api in APIS:
            done = self.chat("x", model=f"far-{api}", code=NETWORK)
            self.assertIn("refuses the key (401)", done.stderr)
            self.assertNotIn(KEY[-8:], done.stderr)
        self.assertEqual(self.asked(), 3)
        self.assertIn("its key is not set (FAR_KEY)", self.chat("x", code=MODEL, FAR_KEY="").stderr)
        self.assertEqual(self.asked(), 3)

    def test_an_endpoint_that_tells_it(self):
        self.rules({"last": "stream", "bad": "error", "message": f"your key {KEY} is odd"}, {"status": 400, "message": f"your key {KEY} is odd"})
        for api in APIS:
            for text in ("stream", "whole"):
                done = self.chat(text, model=f"far-{api}", code=MODEL if text == "whole" else NETWORK)
                self.assertIn("is odd", done.stderr)

    def test_none_is_needed(self):
        self.far.set([{"answer": "fine"}])
        catalog(far={k: v for k, v in entry(self.far.port).items() if k != "key_env"})
        self.assertEqual(self.chat("x", model="far").stdout, "fine\n")
        self.assertNotIn("authorization", self.far.requests()[0]["headers"])


class Misbehaviour(Case):
    """Each with streams (the terminal always asks for one) in the three dialects: what comes out, and how often it was asked."""

    def fails(self, rule, words, times=1, whole=None, code=NETWORK, **more):
        """`whole`: how often a whole answer is asked for, where that is another number; 0: not to be tried."""
        for flag, often in ((), times), (("--json",), times if whole is None else whole):
            self.rules({"answer": "abcdefgh", **rule}, **{"tries": 3, **more})
            for n, api in enumerate(APIS, 1):
                if not often:
                    continue
                done = self.chat("x", *flag, model=f"far-{api}", code=code)
                self.assertIn(words, done.stderr, (rule, api, flag))
                self.assertEqual(self.asked(), n * often, (rule, api, flag, done.stderr))

    def works(self, rule, text="abcdefgh\n", times=1, **more):
        for flag in (), ("--json",):
            self.rules({"answer": "abcdefgh", **rule}, {"answer": "abcdefgh"}, **more)
            for n, api in enumerate(APIS, 1):
                self.far.seen = [0, 0]
                out = self.chat("x", *flag, model=f"far-{api}").stdout
                self.assertEqual(json.loads(out)["content"] if flag else out, text.rstrip("\n") if flag else text, (rule, api, flag))
                self.assertEqual(self.asked(), n * times, (rule, api, flag))

    def test_no_connection(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]  # where nobody listens
            catalog(far=entry(port, tries=2))
            self.assertIn("cannot be reached", self.chat("x", model="far", code=NETWORK).stderr)
        self.fails({"bad": "reset"}, "cannot be reached", times=3)
        self.works({"bad": "reset", "times": 2}, times=3)

    def test_statuses(self):
        for status in (408, 429, 500, 502, 503, 504, 529):
            self.works({"status": status, "times": 2}, times=3)
        self.fails({"status": 500, "message": "mind\x1b[2J"}, "it answered 500: mind [2J", times=3)
        self.fails({"status": 429}, "asked too often (429)", times=3)
        self.fails({"status": 529}, "529", times=1, tries=1)
        for status, code in ((400, MODEL), (404, NETWORK), (403, NETWORK), (501, NETWORK), (204, NETWORK)):
            self.fails({"status": status}, f"{status}", code=code)

    def test_retry_after(self):
        """What is asked for is waited for: longer than the request may take, so it is given up at once."""
        self.fails({"status": 429, "retry": 20}, "429", timeouts={"whole": 10})
        self.fails({"status": 503, "retry": "Fri, 31 Dec 2100 23:59:59 GMT"}, "503", timeouts={"whole": 10})
        self.works({"status": 429, "retry": "0", "times": 2}, times=3)
        self.works({"status": 429, "retry": "Sun, 06 Nov 1994 08:49:37 GMT", "times": 2}, times=3)
        self.works({"status": 429, "retry": "nonsense", "times": 2}, times=3)

    def test_redirects(self):
        with Provider([{"answer": "stolen"}]) as elsewhere:
            self.fails({"bad": "redirect", "to": f"http://127.0.0.1:{elsewhere.port}/v1/chat/completions"}, "redirects elsewhere (307)")
            self.assertEqual(elsewhere.requests(), [])

    def test_silence(self):
        self.fails({"wait": 50}, "does not answer", times=2, tries=2, timeouts={"first_byte": 0.2})
        self.fails({"wait": 50}, "does not answer", timeouts={"whole": 0.2})
        self.fails({"stall": 50, "after": 4}, "the answer broke off: nothing came for", whole=3, timeouts={"idle": 0.2})
        self.fails({"stall": 50, "after": 4}, "the answer broke off", timeouts={"whole": 0.3})
        self.works({"wait": 0.05, "stall": 0.05})

    def test_broken_streams(self):
        for bad in ("cut", "cut_utf8", "quiet_end"):
            # Behind the first piece nothing is asked again; before it, it is.
            self.fails({"bad": bad, "after": 4}, "broke off", whole=3)
        for bad in ("cut", "cut_utf8", "error"):
            self.fails({"bad": bad, "after": 1}, "", times=3)
        self.works({"bad": "cut", "times": 2}, times=3)
        self.works({"bad": "error", "times": 2}, times=3)
        self.fails({"bad": "error", "after": 4, "message": "too much"}, "too much", whole=3)

    def test_rubbish(self):
        for bad, words in (("json", "no object of JSON"), ("not_object", "no object of JSON"), ("deep", "no object of JSON"), ("html", "it sent a page of HTML"), ("empty", "sent no answer")):
            self.fails({"bad": bad}, words)
        self.fails({"bad": "bytes", "answer": "a@@b"}, "no object of JSON")
        self.fails({"bad": "huge_line"}, "longer than is taken", answer_bytes=1000000)
        self.rules({"bad": "no_choice", "answer": "x"})
        self.assertIn("sent no answer", self.chat("x", code=NETWORK).stderr)
        self.fails({"bad": "no_choice"}, "what came is no answer", times=0, whole=1)
        self.fails({"bad": "endless", "answer": "x"}, "longer than is taken", answer_bytes=100000)

    def test_oddities(self):
        for bad in ("twice", "crlf", "bytewise", "strange", "content_type", "unasked"):
            self.works({"bad": bad, "times": 1, "answer": "Grüße 😀"}, text="Grüße 😀\n")
        self.works({"answer": "", "times": 1}, text="")

    def test_tls(self):
        if not shutil.which("openssl"):
            self.skipTest("openssl is not installed")
        pem = HOME / "self.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", pem, "-out", HOME / "cert.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(HOME / "cert.pem", pem)
        self.rules({"answer": "x"}, tries=3)
        self.far.server.socket = context.wrap_socket(self.far.server.socket, server_side=True)
        catalog(far={**entry(1), "url": f"https://127.0.0.1:{self.far.port}/v1"})
        self.assertIn("certificate", self.chat("x", model="far", code=NETWORK).stderr)
        self.assertEqual(self.asked(), 0)

    def test_proxies(self):
        self.far.set([{"answer": "by way of it"}])
        with Provider([{"answer": "direct"}]) as direct:
            proxy = f"http://127.0.0.1:{self.far.port}"
            catalog(far={**entry(1), "url": "http://far.invalid/v1", "plain_http": True}, near=entry(direct.port))
            self.assertEqual(self.chat("x", model="far", http_proxy=proxy).stdout, "by way of it\n")
            # A key in clear must not leave this machine.
            self.assertEqual(self.chat("x", model="near", http_proxy=proxy).stdout, "direct\n")
        self.assertEqual([r["path"] for r in self.far.requests()], ["http://far.invalid/v1/chat/completions"])


class Budgets(Case):
    def test_of_a_day(self):
        """Kept from one run of the program to the next, and settled by what was used."""
        self.rules({"answer": "x", "usage": {"prompt": 300, "written": 50}}, budget={"day_tokens": 1000})
        for _ in range(2):
            self.chat("x", "--tokens", "200")
        self.chat("x", "--tokens", "200", "--system", "y" * 500, code=NETWORK)
        done = self.chat("x", "--tokens", "900", code=NETWORK)
        self.assertIn("its budget of the day, 1000 tokens, is spent: 700 are gone", done.stderr)
        self.assertEqual(self.asked(), 2)
        self.assertEqual((pathlib.Path(os.environ["INHOUSE_SPENT"]) / "far-openai").stat().st_mode & 0o077, 0)

    def test_in_dollars(self):
        self.rules({"answer": "x", "usage": {"prompt": 100, "written": 100}}, budget={"day_dollars": 1}, read_price=1, write_price=5000)
        self.chat("x", "--tokens", "150")
        self.assertIn("1 dollars, is spent", self.chat("x", "--tokens", "150", code=NETWORK).stderr)
        self.chat("x", "--tokens", "50")
        self.assertEqual(self.asked(), 2)

    def test_what_failed(self):
        """A refusal costs nothing; an answer that broke off costs what there was."""
        self.rules({"last": "no", "status": 400}, {"last": "cut", "bad": "cut", "after": 3, "answer": "12345678" * 50, "piece": 200}, budget={"day_tokens": 2000})
        self.chat("no", "--tokens", "1500", code=MODEL)
        self.chat("no", "--tokens", "1500", code=MODEL)
        self.chat("cut", "--tokens", "1500", code=NETWORK)
        spent = (pathlib.Path(os.environ["INHOUSE_SPENT"]) / "far-openai").read_text().split()
        self.assertTrue(100 <= int(spent[2]) < 200, spent)


class Serve(Case):
    def serve(self, *flags, **env):
        server = Server(*flags, env={"FAR_KEY": KEY, **env})
        self.addCleanup(server.stop)
        self.server = server
        return server

    def ask(self, model="far-openai", text="hi", **more):
        body = {"messages": [{"role": "user", "content": text}], **more}
        status, headers, answer = self.server.json("/v1/chat/completions", {**body, **({"model": model} if model else {})})
        self.assertNotIn(KEY.encode(), answer)
        return status, headers, answer

    def problem(self, *args, **more):
        status, _, answer = self.ask(*args, **more)
        error = json.loads(answer)["error"]
        return status, error["code"], error["message"]

    def tearDown(self):
        if hasattr(self, "server"):
            self.assertNotIn(KEY, "".join(self.server.lines))

    def test_not_unless_it_is_allowed(self):
        self.rules({"answer": "x"})
        self.serve()
        self.assertEqual(self.problem()[:2], (404, "model_not_found"))
        names = [m["id"] for m in json.loads(self.server.ask("GET", "/v1/models")[2])["data"]]
        self.assertIn("tiny", names)
        self.assertFalse([n for n in names if n.startswith("far")])
        self.assertNotIn(b"far-openai", self.server.ask("GET", "/v1/catalog")[2])
        self.assertEqual(self.asked(), 0)

    def test_offered(self):
        self.rules({"last": "hi", "answer": "Grüße", "reasoning": "hm", "usage": {"prompt": 11, "kept": 4, "written": 6}}, {"last": "call", "calls": [{"name": "clock", "arguments": {"zone": "CET"}}]}, {"last": "noon", "answer": "noon"})
        self.serve("--remote")
        models = {m["id"]: m for m in json.loads(self.server.ask("GET", "/v1/models")[2])["data"]}
        self.assertEqual((models["far-openai"]["owned_by"], models["far-openai"]["tasks"]), (f"127.0.0.1:{self.far.port}", ["chat"]))
        self.assertEqual(models["tiny"]["owned_by"], "inhouse")
        tool = {"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}}
        for api in APIS:
            name = f"far-{api}"
            got = json.loads(self.ask(name)[2])
            message = got["choices"][0]["message"]
            self.assertEqual((got["model"], message["content"], message["reasoning_content"]), (name, "Grüße", "hm"))
            self.assertEqual((got["usage"]["prompt_tokens"], got["usage"]["completion_tokens"], got["usage"]["prompt_tokens_details"]["cached_tokens"]), (11, 6, 4))
            lines = [line[6:] for line in self.ask(name, stream=True)[2].decode().split("\n") if line.startswith("data: ")]
            self.assertEqual(lines.pop(), "[DONE]")
            deltas = [json.loads(line)["choices"][0]["delta"] for line in lines]
            self.assertEqual("".join(d.get("content", "") for d in deltas), "Grüße")
            call = json.loads(self.ask(name, "call", tools=[tool])[2])["choices"][0]
            self.assertEqual((call["finish_reason"], call["message"]["tool_calls"][0]["function"]), ("tool_calls", {"name": "clock", "arguments": '{"zone": "CET"}' if api != "anthropic" else call["message"]["tool_calls"][0]["function"]["arguments"]}))
            self.assertEqual(json.loads(call["message"]["tool_calls"][0]["function"]["arguments"]), {"zone": "CET"})
            talk = [{"role": "user", "content": "call"}, {"role": "assistant", "content": None, "tool_calls": call["message"]["tool_calls"]}, {"role": "tool", "tool_call_id": "x", "content": "it is noon"}]
            status, _, answer = self.server.json("/v1/chat/completions", {"model": name, "messages": talk, "tools": [tool]})
            self.assertEqual(json.loads(answer)["choices"][0]["message"]["content"], "noon", answer)
        before = self.asked()
        self.assertEqual(json.loads(self.ask(None, max_tokens=3)[2])["model"], "tiny")
        self.assertEqual(json.loads(self.ask("gpt-4o-mini", max_tokens=3)[2])["model"], "tiny")
        self.assertEqual(self.asked(), before)

    def test_offer_names_them(self):
        self.rules({"answer": "x"})
        self.serve("--remote", "--offer", "tiny,far-azure")
        self.assertEqual(self.ask("far-azure")[0], 200)
        self.assertEqual(self.problem("far-openai")[0], 404)

    def test_a_local_model_goes_first(self):
        self.far.set([{"answer": "x"}])
        catalog(tiny=entry(self.far.port))
        self.serve("--remote")
        self.assertEqual(self.ask("tiny", max_tokens=3)[0], 200)
        self.assertEqual(self.far.requests(), [])

    def test_failures(self):
        self.rules({"last": "busy", "status": 429}, {"last": "json", "bad": "json"}, {"last": "wrong", "status": 400, "message": "too long"}, {"last": "cut", "bad": "cut", "after": 3, "answer": "abcdefgh"}, tries=1)
        self.serve("--remote")
        self.assertEqual(self.problem(text="busy")[:2], (502, "remote_failed"))
        self.assertEqual(self.problem(text="json")[:2], (502, "remote_failed"))
        self.assertEqual(self.problem(text="wrong")[:2], (400, "unsupported"))
        try:
            body = self.ask(text="cut", stream=True)[2]
        except http.client.IncompleteRead as e:
            body = e.partial
        self.assertNotIn(b"[DONE]", body)

    def test_without_a_key(self):
        self.rules({"answer": "x"})
        self.serve("--remote", FAR_KEY="")
        status, code, message = self.problem()
        self.assertEqual((status, code), (502, "remote_failed"))
        self.assertNotIn("FAR_KEY", message)
        self.assertTrue(any("its key is missing" in line for line in self.server.lines))

    def test_breaker(self):
        self.rules({"last": "down", "status": 500}, {"answer": "up"}, tries=1, breaker={"failures": 3, "seconds": 0.5})
        self.serve("--remote")
        for _ in range(3):
            self.assertIn("it answered 500", self.problem(text="down")[2])
        before = self.asked()
        message = self.problem(text="hi")[2]
        if self.asked() == before:  # on a machine that is not so slow that the half second is over
            self.assertIn("failed 3 times in a row", message)
        self.assertEqual(self.ask("far-azure", "hi")[0], 200)
        for _ in range(PATIENCE * 10):
            if self.ask(text="hi")[0] == 200:
                break
            time.sleep(0.1)
        self.assertEqual(self.ask(text="hi")[0], 200)

    def test_parallel_budget(self):
        """Requests at once do not spend more together than there is."""
        self.rules({"answer": "x", "wait": 0.3, "usage": {"prompt": 82, "written": 300}}, budget={"run_tokens": 1200})
        self.serve("--remote", "--workers", "8")
        got = []
        threads = [threading.Thread(target=lambda: got.append(self.ask(max_tokens=300)[0])) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(PATIENCE)
        # Each takes 382 at most, which its usage then says that it took.
        self.assertEqual(sorted(got), [200] * 3 + [429] * 5)
        self.assertEqual(self.asked(), 3)
        self.assertEqual(self.problem(max_tokens=300)[:2], (429, "budget_spent"))

    def test_cancel(self):
        """A client that goes stops what goes on far away."""
        self.rules({"answer": "abcdefgh", "stall": 50, "after": 3})
        self.serve("--remote")
        s = self.server.socket()
        body = json.dumps({"model": "far-openai", "stream": True, "messages": [{"role": "user", "content": "x"}]}).encode()
        s.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        while b"abcd" not in s.recv(4096):
            pass
        s.close()
        for _ in range(PATIENCE * 50):
            if self.far.gone():
                break
            time.sleep(0.02)
        self.assertTrue(self.far.gone())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
