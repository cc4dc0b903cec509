# SPDX-License-Identifier: Apache-2.0
"""The playground from end to end in Chromium: what it loads, says, plays, draws, and how it looks.

Arguments as page_kit.py has them. Nothing is timed; what must not hang is given a minute.
"""

import ast
import csv
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unittest

from browser import PATIENCE, Browser, Page
from page_kit import HUB, PROGRAM, SOURCE, WORK, Server, check_looks, check_names

MODEL = SOURCE / "models" / "transcribe-1"
PAINTER = SOURCE / "tests" / "data" / "image1"
ROOMS = ["listen", "speak", "draw", "models"]
DONE = "document.getElementById('{0}-note').textContent.startsWith('Done') || !document.getElementById('{0}-error').hidden"


def words(text):
    return re.sub(r"[^a-z0-9']+", " ", text.lower()).split()


class Files(unittest.TestCase):
    """What is sent, without a browser."""

    def test_types(self):
        types = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
        for file in (SOURCE / "app" / "page").iterdir():
            path = "/" if file.name == "index.html" else f"/page/{file.name}"
            response, data = server.get(path)
            self.assertEqual(response.status, 200, path)
            self.assertEqual(data, file.read_bytes())
            self.assertEqual(response.headers["content-type"], types[file.suffix[1:]])
            self.assertEqual(response.headers["x-content-type-options"], "nosniff")
            policy = response.headers["content-security-policy"]
            self.assertTrue(policy.startswith("default-src 'self';"), policy)
            self.assertNotIn("unsafe", policy)

    def test_unchanged(self):
        first, _ = server.get("/page/style.css")
        mark = first.headers["etag"]
        self.assertRegex(mark, r'^"[0-9a-f]{24}"$')
        for known in (mark, f"W/{mark}", f'"other", {mark}'):
            again, data = server.get("/page/style.css", If_None_Match=known)
            self.assertEqual((again.status, data, again.headers["etag"]), (304, b"", mark))
            self.assertIsNone(again.headers["content-length"])
        other, data = server.get("/page/style.css", If_None_Match='"0123456789abcdef01234567"')
        self.assertEqual((other.status, len(data)), (200, (SOURCE / "app/page/style.css").stat().st_size))
        self.assertNotEqual(mark, server.get("/")[0].headers["etag"])

    def test_head(self):
        response, data = server.get("/", method="HEAD")
        self.assertEqual((response.status, data), (200, b""))
        self.assertEqual(int(response.headers["content-length"]), (SOURCE / "app/page/index.html").stat().st_size)

    def test_nothing_else(self):
        for path in ("/page/none.js", "/page/main.js/x", "/pages/main.js"):
            self.assertEqual(server.get(path)[0].status, 404, path)
        self.assertEqual(server.get("/", method="DELETE")[0].status, 405)


class Voices(unittest.TestCase):
    """Making voices, without a browser."""

    def make(self, **fields):
        mark, parts = "mark-of-the-parts", b""
        for name, value in fields.items():
            file = '; filename="x.wav"' if isinstance(value, bytes) else ""
            data = value if isinstance(value, bytes) else value.encode()
            parts += f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data + b"\r\n"
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request("POST", "/v1/audio/voices", parts + f"--{mark}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={mark}"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer.get("error", {}).get("message", ""), answer

    def test_sentence(self):
        def sentence(query):
            return json.loads(server.get(f"/v1/audio/voice_consents?{query}")[1])["sentence"]
        self.assertTrue(sentence("who=Anna&language=en").startswith("I am Anna, and I allow the owner of this device"))
        self.assertTrue(sentence("who=Anna&company=Muster%20AG&language=de").startswith("Ich bin Anna und erlaube Muster AG"))
        self.assertEqual(server.get("/v1/audio/voice_consents?colour=red")[0].status, 400)

    def test_refused(self):
        sound, short = (MODEL / "sample.wav").read_bytes(), (MODEL / "sample.wav").read_bytes()[:64044]
        person = {"who": "Anna", "audio_sample": sound, "consent": sound}
        for fields, words_of_it in (
                ({}, "name is missing"), ({"name": "x"}, "recording of the voice is missing"),
                ({"name": "x", "audio_sample": sound}, "needs the person's name"),
                ({"name": "x", "who": "Anna", "audio_sample": sound}, "recording of the person's consent"),
                ({"name": "x", **person, "consent": "I agree"}, "consent must be a file"),
                ({"name": "x", **person, "blend": "clara+james"}, "either blended or a person's"),
                ({"name": "x", **person, "audio_sample": short}, "audio_sample lasts 2.0 seconds"),
                ({"name": "x", **person, "consent": b"no sound"}, "consent"),
                ({"name": "../x", "blend": "clara+james"}, "is no name for a voice"),
                ({"name": "clara", "blend": "clara+james"}, "has a voice of its own called clara"),
                ({"name": "x", "blend": "clara+nobody"}, "nobody"), ({"name": "x", "colour": "red"}, "no option 'colour'")):
            status, message, _ = self.make(**fields)
            self.assertIn(status, (400, 404), fields)
            self.assertIn(words_of_it, message)
            self.assertNotIn("/dev/fd", message)
        self.assertFalse((pathlib.Path(os.environ["INHOUSE_VOICES"]) / "x.voice.json").exists())

    def test_blend(self):
        status, _, voice = self.make(name="mix", blend="clara:0.7+james:0.3", about="between the two")
        self.assertEqual((status, voice["profile"], voice["consent"], voice["about"]), (200, True, "not needed", "between the two"))
        self.assertIn("there is a voice mix already", self.make(name="mix", blend="clara+james")[1])
        listed = json.loads(server.get("/v1/audio/voices")[1])["data"]
        self.assertIn("mix", [v["name"] for v in listed if v.get("profile")])
        self.assertEqual(server.get("/v1/audio/voices/mix", method="DELETE")[0].status, 200)
        self.assertEqual(server.get("/v1/audio/voices/mix", method="DELETE")[0].status, 404)


class Rooms(unittest.TestCase):
    """In the browser. Methods run in the order of their names on one page, as a person goes from room to room."""

    @classmethod
    def setUpClass(cls):
        cls.page = Page(browser, server.address)
        cls.page.ask("Page.bringToFront")
        cls.page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(WORK))

    def download(self, name):
        for _ in range(PATIENCE * 10):
            if (WORK / name).exists() and (WORK / name).stat().st_size > 0:
                return (WORK / name).read_bytes()
            time.sleep(0.1)
        raise AssertionError(f"{name} was not saved")

    def work(self, room):
        self.page.click(f"#{room}-go")
        self.page.until(DONE.format(room))
        self.assertEqual(self.page.text(f"#{room}-error"), "")

    def code(self, room, way):
        self.page.evaluate(f"document.getElementById('{room}-code').open = true")
        self.page.until(f"document.querySelector('#{room}-code pre').textContent")
        radio = ["curl", "Python", "JavaScript"].index(way) + 1
        self.page.click(f"#{room}-code .ways label:nth-child({radio}) input")
        return self.page.evaluate(f"document.querySelector('#{room}-code pre').textContent")

    def run_curl(self, room):
        (WORK / "sample.wav").write_bytes((MODEL / "sample.wav").read_bytes())
        return subprocess.run(["bash", "-c", self.code(room, "curl")], cwd=WORK, capture_output=True, check=True).stdout

    def test_1_listen(self):
        said = words((MODEL / "sample.txt").read_text())
        self.page.give_file("#listen-file", MODEL / "sample.wav")
        self.page.until("document.getElementById('listen-audio').duration > 1")
        self.work("listen")
        shown = self.page.evaluate("[...document.querySelectorAll('.word')].map((w) => w.textContent).join(' ')")
        self.assertEqual(words(shown), said)
        place = self.page.evaluate(
            "(() => { const w = document.querySelectorAll('.word')[5]; w.click();"
            "return [document.getElementById('listen-audio').currentTime, Number(w.dataset.start), w.classList.contains('now')]; })()")
        self.assertAlmostEqual(place[0], place[1], delta=0.2)
        self.assertTrue(place[2], "the word that is heard is marked")
        self.page.evaluate("document.getElementById('listen-audio').pause()")
        self.page.click("[data-save=srt]")
        self.assertRegex(self.download("sample.srt").decode(), r"^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n\w")
        self.page.click("[data-save=vtt]")
        self.assertRegex(self.download("sample.vtt").decode(), r"^WEBVTT\n\n00:00:0\d\.\d{3} --> ")
        self.page.click("[data-save=txt]")
        self.assertEqual(words(self.download("sample.txt").decode()), said)

    def test_1_listen_says_what_is_wrong(self):
        bad = WORK / "no recording.wav"
        bad.write_text("this is no sound")
        other = Page(browser, server.address)
        other.give_file("#listen-file", bad)
        other.until("document.getElementById('listen-name').textContent")
        other.click("#listen-go")
        other.until("!document.getElementById('listen-error').hidden")
        self.assertRegex(other.text("#listen-error"), r"[a-z]+.*\(req_[0-9a-f]{32}\)$")
        other.close()
        self.page.ask("Page.bringToFront")

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_2_listen_code(self):
        answer = json.loads(self.run_curl("listen"))
        self.assertEqual(words(answer["text"]), words((MODEL / "sample.txt").read_text()))
        self.assertTrue(answer["words"])
        ast.parse(self.code("listen", "Python"))

    def speak(self, form):
        self.page.fill("#speak-format", form)
        self.page.fill("#speak-text", "Good morning. The meeting is on Monday.")
        self.work("speak")
        self.page.until("document.getElementById('speak-audio').duration > 1")
        self.page.evaluate("document.getElementById('speak-audio').pause()")
        self.page.click("#speak-download")
        return self.download(f"speech.{form}")

    def test_3_speak(self):
        self.page.click("#tab-speak")
        self.page.until("document.querySelectorAll('#voice-list li').length > 1")
        sound = self.speak("wav")
        self.assertEqual(sound[:4], b"RIFF")
        self.assertEqual(int.from_bytes(sound[4:8], "little"), len(sound) - 8)
        self.assertIn("first sound after", self.page.text("#speak-facts"))
        (WORK / "said.wav").write_bytes(sound)
        self.page.give_file("#listen-file", WORK / "said.wav")
        self.page.until("document.getElementById('listen-name').textContent.startsWith('said')")
        self.work("listen")
        self.assertIn("monday", words(self.page.evaluate("document.getElementById('transcript').textContent")))

    def test_3_speak_other_formats(self):
        self.assertIn(self.speak("mp3")[:2], (b"ID", b"\xff\xfb", b"\xff\xf3"))
        self.assertEqual(len(self.speak("pcm")) % 2, 0)
        self.assertEqual(self.speak("flac")[:4], b"fLaC")

    def test_3_voices_of_a_language(self):
        self.page.fill("#speak-filter", "de")
        listed = self.page.evaluate("[...document.querySelectorAll('#voice-list button span')].map((s) => s.textContent)")
        self.assertTrue(listed and all("German" in line for line in listed), listed)
        self.page.fill("#speak-filter", "")

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_4_speak_code(self):
        self.page.fill("#speak-format", "wav")
        self.page.fill("#speak-text", "It's a \"quoted\" text: $HOME.")
        self.run_curl("speak")
        self.assertEqual((WORK / "speech.wav").read_bytes()[:4], b"RIFF")
        code = self.code("speak", "Python")
        self.assertIn("It's a \"quoted\" text: $HOME.", [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)])

    def say(self, name, text):
        subprocess.run([PROGRAM, "speak", text, "--quiet", "-o", str(WORK / name)], check=True)
        return WORK / name

    def test_4_voice_of_ones_own(self):
        page = self.page
        self.assertFalse(page.evaluate("document.getElementById('own').hidden"))
        page.click("#own-new summary")
        page.fill("#own-name", "berg")
        page.fill("#own-who", "Berg")
        page.fill("#own-company", "Example Ltd")
        page.fill("#own-language", "de")
        page.until("document.getElementById('own-sentence').textContent.startsWith('Ich bin Berg und erlaube Example Ltd')")
        page.fill("#own-language", "en")
        page.until("document.getElementById('own-sentence').textContent.includes('I am Berg')")
        sentence = page.text("#own-sentence")
        page.give_file("#own-sample-file", self.say("clip.wav", "This is how I sound when I read a longer text. The train leaves at nine thirty."))
        page.click("#own-go")
        self.assertIn("recording of the consent is missing", page.text("#own-error"))
        page.click("#own-consent-record")
        page.until("document.getElementById('own-consent-text').textContent.startsWith('Stop recording (0:01')")
        page.click("#own-consent-record")
        page.until("document.getElementById('own-consent-name').textContent.startsWith('recording.')")
        page.give_file("#own-consent-file", self.say("consent.wav", sentence))
        page.until("document.getElementById('own-consent-name').textContent.startsWith('consent.wav')")
        self.work("own")
        self.assertRegex(page.text("#own-list"), r"berg consent( not)? checked")
        self.assertEqual(page.evaluate("document.getElementById('speak-voice').value"), "berg")
        made = json.loads((pathlib.Path(os.environ["INHOUSE_VOICES"]) / "berg.voice.json").read_text())
        self.assertIn(sentence, json.dumps(made))
        page.click("#own-list li button")
        page.until(DONE.format("speak"))
        self.assertEqual(page.text("#speak-error"), "")
        page.evaluate("document.getElementById('speak-audio').pause()")
        for answer, left in (("no", 1), ("yes", 0)):
            page.click("#own-list li button:last-child")
            page.until("document.getElementById('ask').open")
            page.click(f"#ask-{answer}")
            page.until(f"!document.getElementById('ask').open && document.querySelectorAll('#own-list li').length === {left}")
        self.assertFalse((pathlib.Path(os.environ["INHOUSE_VOICES"]) / "berg.voice.json").exists())

    def test_5_draw(self):
        self.page.click("#tab-draw")
        self.page.fill("#draw-prompt", "a red house")
        self.page.fill("#draw-seed", "7")
        self.page.fill("#draw-steps", "4")
        self.page.evaluate(
            "(window.forming = 0, new MutationObserver(() => { if (document.getElementById('picture').classList.contains('forming'))"
            "window.forming++; }).observe(document.getElementById('picture'), { attributes: true }))")
        self.work("draw")
        self.assertGreater(self.page.evaluate("window.forming"), 0)
        self.page.until("document.getElementById('picture').naturalWidth > 0")
        self.assertIn("seed 7", self.page.text("#draw-caption"))
        self.page.click("#draw-vary")
        self.page.until("document.querySelectorAll('#gallery li').length === 2")
        ast.parse(self.code("draw", "Python"))

    def test_6_models(self):
        self.page.click("#tab-models")
        self.assertIn("transcribe-1", self.page.text("#cards"))

    def test_7_keyboard(self):
        self.page.click("#tab-listen")
        self.page.evaluate("document.getElementById('tab-listen').focus()")
        self.page.press("ArrowRight")
        self.assertEqual(self.page.evaluate("[document.activeElement.id, document.getElementById('speak').hidden]"), ["tab-speak", False])
        self.page.press("End")
        self.assertEqual(self.page.evaluate("document.activeElement.id"), "tab-models")

    def test_8_names(self):
        self.page.evaluate("document.getElementById('own-new').open = true")
        for room in ROOMS:
            check_names(self, self.page, room)

    def test_9_looks(self):
        for room in ROOMS:
            check_looks(self, self.page, room)

    def test_quiet(self):
        """Nothing was complained about, and no other host was asked for anything."""
        self.assertEqual(self.page.complaints(), [])
        for address in self.page.addresses():
            self.assertTrue(address.startswith((server.address + "/", f"blob:{server.address}/", "data:")), address)


class Admin(unittest.TestCase):
    """The admin's room, on a server with a data folder that has no key at first."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--data", str(WORK / "data"), env={"INHOUSE_KEY": ""})
        cls.page = Page(browser, cls.server.address + "/#admin")
        cls.page.ask("Page.bringToFront")
        cls.page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(WORK))
        cls.secret = {}

    @classmethod
    def tearDownClass(cls):
        cls.page.close()
        cls.server.stop()

    def ask(self, path, key, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        connection.request(method, path, body=json.dumps(body) if body else None, headers={
            "Authorization": f"Bearer {self.secret[key]}", **({"Content-Type": "application/json"} if body else {}), **headers})
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, data

    def make(self, name):
        self.page.fill("#keys-called", name)
        self.page.click("#keys-go")
        self.page.until(f"document.getElementById('keys-name').textContent === {json.dumps(name)}")
        self.secret[name] = self.page.text("#keys-text")
        self.assertRegex(self.secret[name], r"^ih-[A-Za-z0-9_-]{43}$")
        self.page.click("#keys-done")
        self.assertNotIn(self.secret[name], self.page.evaluate("document.documentElement.outerHTML"))

    def test_1_first_key(self):
        page = self.page
        self.assertFalse(page.evaluate("document.getElementById('admin').hidden"), "the address leads into the room")
        page.until("!document.getElementById('keys-none').hidden")
        self.make("root")
        page.until("document.querySelectorAll('#keys-list li').length === 1")
        self.assertEqual(self.server.get("/v1/models")[0].status, 401, "from now on a key is needed")
        self.assertEqual(self.ask("/v1/admin/keys", "root")[0], 200)
        self.assertEqual(page.text("#key-button"), "Key: set")
        self.assertEqual(page.text("#keys-error"), "")

    def test_2_limited_key(self):
        page = self.page
        page.click("#keys-create summary")
        page.fill("#keys-expires", "2099-12-31")
        page.click("#keys-models input[value=voice-1]")
        page.click("#keys-quota")
        page.fill("#keys-quotas input", "5000")
        page.fill("#keys-quotas select", "characters")
        page.fill("#keys-quotas select[aria-label='In how long']", "day")
        self.make("website")
        made = {k["name"]: k for k in json.loads(self.ask("/v1/admin/keys", "root")[1])["data"]}["website"]
        self.assertEqual((made["admin"], made["models"], made["voices"]), (False, ["voice-1"], None))
        self.assertEqual(made["quotas"], [{"unit": "characters", "span": "day", "amount": 5000.0}])
        self.assertEqual(time.gmtime(made["expires"] - 86400).tm_year, 2099)
        shown = page.text("#keys-list li:nth-child(2)")
        for words_of_it in ("website", "models voice-1", "5,000 characters a day", "good until", "never used"):
            self.assertIn(words_of_it, shown)

    def test_3_usage(self):
        page, said = self.page, "Good morning."
        for _ in range(3):
            status, _ = self.ask("/v1/audio/speech", "website", "POST", {"model": "voice-1", "input": said, "response_format": "wav"})
            self.assertEqual(status, 200)
        page.click("#tab-listen")
        page.click("#tab-admin")
        page.fill("#usage-unit", "characters")
        page.until("document.getElementById('usage-sum').textContent.startsWith('39 characters')")
        self.assertEqual(page.evaluate("document.querySelectorAll('#usage-day .bar').length"), 1)
        self.assertIn("website", page.evaluate("document.querySelector('#usage-key svg').getAttribute('aria-label')"))
        self.assertIn("voice-1", page.evaluate("document.querySelector('#usage-model svg').getAttribute('aria-label')"))
        row = page.evaluate("[...document.querySelectorAll('#usage-table tbody tr')].map((r) => [...r.children].map((c) => c.textContent))")
        self.assertEqual([cells[1:] for cells in row], [["website", "voice-1", "39"]])
        page.click("#usage-csv")
        days = page.evaluate("(() => { const d = new Date(); return [d.toISOString().slice(0, 10), new Date(d - 29 * 864e5).toISOString().slice(0, 10)]; })()")
        lines = list(csv.reader(self.download(f"usage-{days[1]}-{days[0]}.csv").decode().splitlines()))
        self.assertEqual(lines[0], ["day", "key", "model", "unit", "amount"])
        self.assertIn([days[0], "website", "voice-1", "characters", "39"], lines)
        page.fill("#usage-days", "7")
        page.until("document.getElementById('usage-sum').textContent.endsWith('in 7 days.')")

    download = Rooms.download

    def submit(self, text):
        status, data = self.ask("/v1/audio/speech", "root", "POST", {"input": text, "response_format": "wav"}, Prefer="respond-async")
        self.assertEqual(status, 202)
        return json.loads(data)["id"]

    def test_4_jobs(self):
        page = self.page
        page.ask("Page.bringToFront")
        done = self.submit("The train leaves at nine thirty.")
        row = f"[...document.querySelectorAll('#jobs-list li')].find((r) => r.textContent.includes('{done}'))"
        page.until(f"{row}?.querySelector('.badge').textContent === 'done'")
        page.evaluate(f"{row}.querySelector('button').click()")
        self.assertEqual(self.download(f"{done}.wav")[:4], b"RIFF")
        stopped = self.submit("The train leaves at nine thirty, and the meeting is on Monday. " * 700)
        other = f"[...document.querySelectorAll('#jobs-list li')].find((r) => r.textContent.includes('{stopped}'))"
        page.until(f"{other}?.querySelector('progress')?.value > 0")
        self.assertIn("1 running", page.text("#jobs-state"))
        page.evaluate(f"{other}.querySelector('button').click()")
        page.until(f"{other}?.querySelector('.badge').textContent === 'cancelled'")
        page.evaluate(f"{other}.querySelector('button').click()")
        page.click("#ask-yes")
        page.until(f"!{other}")
        self.assertEqual(self.ask(f"/v1/jobs/{stopped}", "root")[0], 404)
        self.assertEqual(page.text("#jobs-error"), "")

    def test_5_looks(self):
        page = self.page
        self.submit("The train leaves at nine thirty, and the meeting is on Monday. " * 700)
        page.until("document.querySelectorAll('#jobs-list progress').length")
        for part in ("#keys-create", ):
            page.evaluate(f"document.querySelector('{part}').open = true")
        page.click("#keys-quota")
        check_names(self, page, "admin")
        check_looks(self, page, "admin")
        page.evaluate("document.querySelector('#keys-create').open = false")
        page.click("#jobs-list li button")

    def test_6_revoke(self):
        page = self.page
        page.click("#keys-list li:nth-child(2) button")
        page.until("document.getElementById('ask').open")
        page.press("Escape")
        page.until("!document.getElementById('ask').open")
        self.assertEqual(self.ask("/v1/models", "website")[0], 200)
        page.click("#keys-list li:nth-child(2) button")
        page.click("#ask-yes")
        page.until("document.querySelector('#keys-list .badge.bad')?.textContent === 'revoked'")
        self.assertEqual(self.ask("/v1/models", "website")[0], 401)

    def test_7_not_for_others(self):
        status, data = self.ask("/v1/admin/keys", "root", "POST", {"name": "plain"})
        self.secret["plain"] = json.loads(data)["key"]
        for method in ("POST", "GET", "DELETE"):
            self.assertEqual(self.ask("/v1/models/hf:test/good/pull", "plain", method)[0], 403)
        self.assertEqual(json.loads(self.ask("/v1/catalog", "plain")[1])["pulls"], [])
        self.page.fill("#key", self.secret["plain"])
        self.page.click("#key-form button[type=submit]")
        self.page.until("document.getElementById('tab-admin').hidden")
        self.assertTrue(self.page.evaluate("document.getElementById('admin').hidden && document.getElementById('own').hidden"))
        self.assertEqual(self.page.complaints(), [])


@unittest.skipUnless(HUB, "the tests' hub is not built")
class Catalog(unittest.TestCase):
    """Models of a catalog are fetched from a hub of the tests' own, which serves well, slowly or wrong bytes."""

    @classmethod
    def setUpClass(cls):
        cls.hub = subprocess.Popen([HUB, str(SOURCE / "tests" / "data"), str(WORK / "hub.log")], stdout=subprocess.PIPE, text=True)
        port = cls.hub.stdout.readline().strip()
        common = {"task": "transcribe", "licence": "MIT", "languages": ["en", "de", "fr", "es", "it", "nl"], "megabytes": 1, "memory_megabytes": 12}
        models = [{"name": f"hub-{kind}", "repo": f"test/{kind}", "about": f"the hub's {kind} one", **common} for kind in ("good", "slow", "wrong")]
        (WORK / "catalog.json").write_text(json.dumps({"format": 1, "models": models}))
        environment = {"INHOUSE_KEY": "", "HF_ENDPOINT": f"http://127.0.0.1:{port}", "HF_HUB_OFFLINE": "0", "INHOUSE_CATALOG": str(WORK / "catalog.json")}
        cls.server = Server(env=environment)
        cls.offline = Server("--offline", env=environment)
        cls.page = Page(browser, cls.server.address + "/#models")
        cls.page.ask("Page.bringToFront")

    @classmethod
    def tearDownClass(cls):
        cls.page.close()
        cls.server.stop()
        cls.offline.stop()
        cls.hub.kill()
        cls.hub.wait()
        cls.hub.stdout.close()

    def card(self, name):
        return f"[...document.querySelectorAll('#catalog li')].find((c) => c.querySelector('h3').textContent === '{name}')"

    def press(self, name):
        self.page.evaluate(f"{self.card(name)}.querySelector('.row button').click()")

    def test_1_cards(self):
        shown = self.page.evaluate(f"{self.card('hub-good')}.innerText")
        for words_of_it in ("Speech to text", "The hub's good one.", "MIT", "12 MB", "English, German, French, Spanish and 2 more"):
            self.assertIn(words_of_it, shown)
        self.assertIn("CC-BY-SA-4.0", self.page.text("#cards"))

    def test_2_fetched(self):
        self.press("hub-good")
        self.page.until(f"!{self.card('hub-good')}")
        self.assertIn("hub-good is here", self.page.text("#catalog-note"))
        self.assertTrue((pathlib.Path(os.environ["INHOUSE_MODELS"]) / "hub-good" / "model.safetensors").exists())
        response, data = self.server.get("/v1/models/hub-good/pull", method="GET")
        self.assertEqual(json.loads(data)["status"], "succeeded")
        self.page.until("[...document.querySelectorAll('#cards h2')].some((h) => h.textContent === 'hub-good')")

    def test_3_stopped(self):
        self.press("hub-slow")
        self.page.until(f"{self.card('hub-slow')}.querySelector('progress')?.value > 0")
        check_names(self, self.page, "models")
        check_looks(self, self.page, "models")
        self.press("hub-slow")
        self.page.until(f"{self.card('hub-slow')}.textContent.includes('Stopped.')")
        self.assertFalse((pathlib.Path(os.environ["INHOUSE_MODELS"]) / "hub-slow").exists())

    def fetch(self, repo):
        self.page.fill("#repo-name", repo)
        self.page.click("#repo-form button")

    def repo(self, name):
        return f"[...document.querySelectorAll('#repos li')].find((c) => c.querySelector('h3').textContent === 'hf:{name}')"

    def test_3_any_repository(self):
        page = self.page
        self.fetch("not a repository")
        page.until("document.getElementById('catalog-error').textContent.includes('OWNER/NAME')")
        self.fetch("https://hub.example/test/once/")
        page.until(f"document.getElementById('catalog-note').textContent.includes('hf:test/once is here') && !{self.repo('test/once')}")
        self.assertTrue((pathlib.Path(os.environ["INHOUSE_MODELS"]) / "once" / "model.safetensors").exists())
        page.until("[...document.querySelectorAll('#cards h2')].some((h) => h.textContent === 'once')")
        self.assertEqual(page.text("#catalog-error"), "")
        self.fetch("hf:test/slow")
        page.until(f"{self.repo('test/slow')}?.querySelector('progress')?.value > 0")
        check_looks(self, page, "models", "models-repo")
        check_names(self, page, "models")
        page.evaluate(f"{self.repo('test/slow')}.querySelector('.row button').click()")
        page.until(f"{self.repo('test/slow')}?.textContent.includes('Stopped.')")
        self.fetch("test/missing@v2")
        page.until(f"{self.repo('test/missing@v2')}?.querySelector('.error')?.textContent.includes('has no test/missing')")

    def test_3_any_repository_by_request(self):
        def ask(path, method="POST", server=self.server):
            response, data = server.get(f"/v1/models/{path}/pull", method=method, Content_Length="0")
            return response.status, json.loads(data)
        for path, status, words_of_it in (
                ("hf:test/once", 409, "is here already"), ("hf:test/a..b", 400, "not OWNER/NAME"), ("hf:test/x@y%20z", 400, "not a revision"),
                ("hf:" + "a" * 90 + "/" + "b" * 90, 400, "")):
            got, data = ask(path)
            self.assertEqual(got, status, (path, data))
            self.assertIn(words_of_it, data["error"]["message"])
        self.assertEqual(ask("hf:test/nobody", "GET")[0], 404)
        self.assertEqual(ask("hf:test/once", "GET")[1]["status"], "succeeded")
        self.assertEqual([p["model"] for p in json.loads(self.server.get("/v1/catalog")[1])["pulls"]], ["hf:test/once", "hf:test/slow", "hf:test/missing@v2"])
        self.assertEqual(ask("hf:test/good", server=self.offline)[0], 403)
        # What is no model of a family that the program knows is said.
        self.assertEqual(ask("hf:test/flux")[0], 202)
        for _ in range(PATIENCE * 10):
            state = ask("hf:test/flux", "GET")[1]
            if state["status"] not in ("queued", "running"):
                break
            time.sleep(0.1)
        self.assertEqual(state["status"], "failed")
        self.assertIn("cannot open it", state["error"]["message"])

    def test_4_wrong_bytes(self):
        self.press("hub-wrong")
        self.page.until(f"{self.card('hub-wrong')}.querySelector('.error')?.textContent.includes('holds wrong bytes')")
        self.assertEqual(self.page.complaints(), [])

    def test_5_offline(self):
        asked = (WORK / "hub.log").read_text()
        self.assertFalse(json.loads(self.offline.get("/v1/catalog")[1])["can_pull"])
        response, data = self.offline.get("/v1/models/hub-slow/pull", method="POST", Content_Length="0")
        self.assertEqual((response.status, json.loads(data)["error"]["code"]), (403, "offline"))
        self.assertEqual((WORK / "hub.log").read_text(), asked)
        for name, status, code in (("voice-1", 409, "model_is_here"), ("hub-good", 409, "model_is_here"), ("none", 404, "model_not_found")):
            response, data = self.server.get(f"/v1/models/{name}/pull", method="POST", Content_Length="0")
            self.assertEqual((response.status, json.loads(data)["error"]["code"]), (status, code))


class Key(unittest.TestCase):
    def test_key(self):
        guarded = Server(env={"INHOUSE_KEY": "open-sesame"})
        try:
            self.assertEqual(guarded.get("/v1/models")[0].status, 401)
            page = Page(browser, guarded.address)
            self.assertIn("key is missing", page.text("#models-error") or page.evaluate("document.getElementById('models-error').textContent"))
            self.assertFalse(page.evaluate("document.getElementById('key-form').hidden"))
            page.fill("#key", "open-sesame")
            page.click("#key-form button[type=submit]")
            page.until("document.querySelectorAll('#cards li').length")
            self.assertEqual(page.evaluate("[localStorage.getItem('inhouse-key'), sessionStorage.getItem('inhouse-key')]"), [None, "open-sesame"])
            page.evaluate("document.getElementById('speak-code').open = true")
            page.until("document.querySelector('#speak-code pre').textContent")
            self.assertNotIn("sesame", page.evaluate("document.documentElement.outerHTML"))
            page.close()
        finally:
            guarded.stop()


server = Server("--draw-model", str(PAINTER), env={"INHOUSE_KEY": ""})
browser = Browser(WORK)
try:
    result = unittest.main(argv=["page"], exit=False, verbosity=2).result
finally:
    browser.close()
    server.stop()
sys.exit(not result.wasSuccessful())
