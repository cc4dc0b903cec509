# SPDX-License-Identifier: Apache-2.0
"""The playground from end to end in Chromium: what it loads, says, plays, draws, and how it looks.

Arguments: the program, the source folder, a folder for screenshots or "". Nothing is timed; what must not hang is given two minutes.
"""

import ast
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from browser import PATIENCE, Browser, Page

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
MODEL = SOURCE / "models" / "transcribe-1"
PAINTER = SOURCE / "tests" / "data" / "image1"
WORK = pathlib.Path(tempfile.mkdtemp())
SHOTS = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 and sys.argv[3] else None
LOOKS = [("desktop", 1280, 900, False), ("desktop", 1280, 900, True), ("phone", 390, 844, False), ("phone", 390, 844, True)]
ROOMS = ["listen", "speak", "draw", "models"]
DONE = "document.getElementById('{0}-note').textContent.startsWith('Done') || !document.getElementById('{0}-error').hidden"


def words(text):
    return re.sub(r"[^a-z0-9']+", " ", text.lower()).split()


class Server:
    def __init__(self, *flags, env=None):
        self.process = subprocess.Popen([PROGRAM, "serve", "--port", "0", *flags], stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})})
        said = ""
        for line in self.process.stderr:
            said += line
            if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found.group(1))
                break
        else:
            raise AssertionError(said)
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, path, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response, data

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(PATIENCE) != 0:
            raise AssertionError(self.process.returncode)


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
        """All that can be used has a name in the tree that screen readers see."""
        kinds = {"button", "textbox", "combobox", "slider", "tab", "radio", "link", "image", "spinbutton", "searchbox"}
        for room in ROOMS:
            self.page.click(f"#tab-{room}")
            for node in self.page.ask("Accessibility.getFullAXTree")["nodes"]:
                if not node["ignored"] and node["role"]["value"] in kinds:
                    self.assertTrue(node["name"]["value"].strip(), (room, node))

    def test_9_looks(self):
        for name, width, height, dark in LOOKS:
            for room in ROOMS:
                self.page.look(width, height, dark)
                self.page.click(f"#tab-{room}")
                wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                self.assertLessEqual(wide, 0, (room, name))
                if SHOTS:
                    self.page.screenshot(SHOTS / f"{room}-{name}-{'dark' if dark else 'light'}.png")

    def test_quiet(self):
        """Nothing was complained about, and no other host was asked for anything."""
        self.assertEqual(self.page.complaints(), [])
        for address in self.page.addresses():
            self.assertTrue(address.startswith((server.address + "/", f"blob:{server.address}/", "data:")), address)


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


if SHOTS:
    SHOTS.mkdir(parents=True, exist_ok=True)
server = Server("--draw-model", str(PAINTER), env={"INHOUSE_KEY": ""})
browser = Browser(WORK)
try:
    result = unittest.main(argv=["page"], exit=False, verbosity=2).result
finally:
    browser.close()
    server.stop()
sys.exit(not result.wasSuccessful())
