# SPDX-License-Identifier: Apache-2.0
"""Deployments in the playground, and "show the request" of what admins ask for: the code that is shown is run.

Arguments as page_kit.py has them. Where INHOUSE_SDK_PYTHON is a Python with OpenAI's SDK, the Python code is run too.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import unittest

from browser import Browser, Page
from page_kit import SOURCE, WORK, Server, check_looks, check_names

SDK = os.environ.get("INHOUSE_SDK_PYTHON", "")
WAYS = ["curl", "Python", "JavaScript"]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = Page(browser, server.address + cls.address)
        cls.page.ask("Page.bringToFront")

    @classmethod
    def tearDownClass(cls):
        cls.page.close()

    def code(self, part, kind, way):
        page = self.page
        page.evaluate(f"document.getElementById('{part}-code').open = true")
        page.evaluate(f"[...document.querySelectorAll('#{part}-code .row:nth-of-type(1) label')].find((l) => l.textContent === '{kind}').querySelector('input').click()")
        page.click(f"#{part}-code .row:nth-of-type(2) label:nth-child({WAYS.index(way) + 1}) input")
        return page.text(f"#{part}-code pre")

    def curl(self, part, kind):
        """What curl gives, of the command that is shown."""
        done = subprocess.run(["bash", "-c", self.code(part, kind, "curl")], cwd=WORK, capture_output=True, check=True)
        ast.parse(self.code(part, kind, "Python"))
        return done.stdout

    def sdk(self, part, kind):
        return subprocess.run([SDK, "-c", self.code(part, kind, "Python")], cwd=WORK, capture_output=True, check=True, text=True).stdout

    def get(self, path):
        return json.loads(server.get(path)[1])


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class Deployments(Case):
    """Methods run in the order of their names."""

    address = "/#admin"

    def all(self):
        return {d["name"]: d for d in self.get("/v1/deployments")["data"]}

    def press(self, name, what):
        self.page.evaluate(f"[...document.querySelectorAll('#deployments-list button')].find((b) => b.ariaLabel === '{what} {name}').click()")

    def test_1_made(self):
        page = self.page
        page.until("!document.getElementById('deployments-none').hidden")
        page.click("#deployments-edit summary")
        page.fill("#deployments-name", "calls")
        page.fill("#deployments-model", "transcribe-1")
        page.fill("#deployments-concurrent", "4")
        page.fill("#deployments-audio_seconds", "3600")
        page.click("#deployments-go")
        page.until("document.querySelectorAll('#deployments-list li').length === 1")
        made = self.all()["calls"]
        self.assertEqual((made["model"], made["concurrent"], made["audio_seconds"], made["characters"]), ("transcribe-1", 4, 3600, None))
        for words in ("calls stands for transcribe-1", "at most 4 at once, 3,600 seconds of audio"):
            self.assertIn(words, page.text("#deployments-list"))
        page.until("[...document.querySelectorAll('#keys-models input')].some((i) => i.value === 'calls')")
        self.assertTrue(page.evaluate("document.getElementById('deployments-none').hidden"))

    def test_2_changed(self):
        page = self.page
        self.press("calls", "Change")
        self.assertEqual(page.evaluate("['name', 'model', 'concurrent', 'characters'].map((n) => document.getElementById(`deployments-${n}`).value)"), ["calls", "transcribe-1", "4", ""])
        self.assertTrue(page.evaluate("document.getElementById('deployments-name').readOnly"))
        page.fill("#deployments-concurrent", "")
        page.fill("#deployments-audio_seconds", "60")
        page.click("#deployments-go")
        page.until("document.getElementById('deployments-list').textContent.includes('at most 60 seconds of audio')")
        self.assertEqual([self.all()["calls"][k] for k in ("concurrent", "audio_seconds")], [None, 60])

    def test_3_refused(self):
        page = self.page
        page.click("#deployments-edit summary")
        self.assertFalse(page.evaluate("document.getElementById('deployments-name').readOnly"))
        page.fill("#deployments-name", "pictures")
        page.evaluate("document.getElementById('deployments-model').append(new Option('nobody'))")
        page.fill("#deployments-model", "nobody")
        page.click("#deployments-go")
        page.until("!document.getElementById('deployments-error').hidden")
        self.assertRegex(page.text("#deployments-error"), r"The model 'nobody' does not exist here.*\(req_[0-9a-f]{32}\)$")
        self.assertNotIn("pictures", self.all())

    def test_4_looks(self):
        check_names(self, self.page, "admin")
        self.page.evaluate("for (const d of document.querySelectorAll('#admin details')) d.open = true")
        check_looks(self, self.page, "admin", "admin-open")

    def test_5_code(self):
        page = self.page
        self.assertIn("calls", [d["name"] for d in json.loads(self.curl("deployments", "List"))["data"]])
        page.fill("#deployments-name", "voices")
        page.fill("#deployments-model", "voice-1")
        page.fill("#deployments-characters", "500")
        self.assertEqual(json.loads(self.curl("deployments", "Make or change"))["characters"], 500)
        self.assertEqual(self.all()["voices"]["model"], "voice-1")
        self.assertIn("/v1/deployments/calls", self.code("deployments", "Remove", "JavaScript"))
        self.assertIn('method: "DELETE"', self.code("deployments", "Remove", "JavaScript"))

    def test_6_code_of_usage_and_keys(self):
        self.assertEqual(json.loads(self.curl("usage", "JSON"))["object"], "list")
        self.curl("usage", "CSV")
        self.assertTrue((WORK / "usage.csv").read_text().startswith("day,key,model,unit,amount"))
        self.assertEqual(json.loads(self.curl("jobs", "List"))["data"], [])
        self.assertEqual(json.loads(self.curl("keys", "List"))["data"], [])
        self.page.fill("#keys-called", "it's one")
        self.assertIn("it's one", ast.literal_eval(self.code("keys", "Make", "Python").split("body=")[1].split(",\n)")[0])["name"])
        self.assertIn("-X DELETE", self.code("keys", "Revoke", "curl"))
        self.page.fill("#keys-called", "")

    @unittest.skipUnless(SDK, "INHOUSE_SDK_PYTHON is not set")
    def test_7_sdk(self):
        self.page.fill("#deployments-name", "by-sdk")
        self.page.fill("#deployments-model", "voice-1")
        self.assertIn("by-sdk", self.sdk("deployments", "Make or change"))
        self.assertEqual(self.all()["by-sdk"]["model"], "voice-1")
        self.assertIn("calls", self.sdk("deployments", "List"))
        self.sdk("usage", "CSV")
        self.assertTrue((WORK / "usage.csv").read_text().startswith("day,key,model,unit,amount"))
        self.sdk("usage", "JSON")
        before = set(self.all())
        self.sdk("deployments", "Remove")
        self.assertEqual(len(before - set(self.all())), 1)

    def test_8_removed(self):
        page = self.page
        page.click("#tab-listen")
        page.click("#tab-admin")
        for name in sorted(self.all()):
            page.until(f"document.getElementById('deployments-list').textContent.includes('{name}')")
            self.press(name, "Remove")
            page.click("#ask-yes")
            page.until(f"!document.getElementById('deployments-list').textContent.includes('{name}')")
        self.assertEqual(self.all(), {})
        self.assertTrue(page.evaluate("!document.getElementById('deployments-none').hidden"))

    def test_9_complaints(self):
        refused = "Failed to load resource: the server responded with a status of 400 (Bad Request)"
        self.assertEqual([c for c in self.page.complaints() if c.get("text") != refused], [])


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class Voices(Case):
    address = "/#speak"

    def names(self):
        return [v["name"] for v in self.get("/v1/audio/voices")["data"] if v.get("profile")]

    def test_1_blended(self):
        page = self.page
        page.until("document.querySelectorAll('#own-blend-one option').length > 1")
        page.click("#own-blend summary")
        page.fill("#own-blend-name", "mix")
        page.fill("#own-blend-one", "clara")
        page.fill("#own-blend-two", "james")
        page.fill("#own-blend-share", "30")
        self.assertIn("70 % and 30 %", page.text("#own-blend"))
        self.assertIn("clara:0.70+james:0.30", self.code("own", "Blend", "Python"))
        page.click("#own-blend-form button")
        page.until("document.querySelectorAll('#own-list li').length === 1")
        self.assertEqual((page.text("#own-note"), self.names()), ("Done: mix can speak.", ["mix"]))
        self.assertEqual(page.evaluate("document.getElementById('speak-voice').value"), "mix")

    def test_2_code(self):
        page = self.page
        self.assertIn("mix", [v["name"] for v in json.loads(self.curl("own", "List"))["data"]])
        page.fill("#own-blend-name", "second")
        self.assertEqual(json.loads(self.curl("own", "Blend"))["name"], "second")
        page.fill("#own-name", "berg")
        page.fill("#own-who", "Anna O'Berg")
        page.give_file("#own-sample-file", SOURCE / "models" / "transcribe-1" / "sample.wav")
        page.until("document.getElementById('own-sample-name').textContent.startsWith('sample')")
        shown = self.code("own", "Make", "curl")
        for part in ("'who=Anna O'\\''Berg'", "'audio_sample=@sample.wav'", "'consent=@consent.wav'"):
            self.assertIn(part, shown)
        ast.parse(self.code("own", "Make", "Python"))
        if SDK:
            sound = (SOURCE / "models" / "transcribe-1" / "sample.wav").read_bytes()
            for name in ("sample.wav", "consent.wav"):
                (WORK / name).write_bytes(sound)
            # No model here can tell whether these recordings say the consent, so the voice is made, with a warning.
            self.assertIn("unchecked", self.sdk("own", "Make"))
            self.assertIn("berg", self.names())
        before = self.names()
        self.assertIn(json.loads(self.curl("own", "Delete"))["name"], before)
        self.assertEqual(len(self.names()), len(before) - 1)

    def test_3_looks(self):
        self.page.evaluate("for (const d of document.querySelectorAll('#own details')) d.open = true")
        check_names(self, self.page, "speak")
        check_looks(self, self.page, "speak", "speak-own")
        self.assertEqual(self.page.complaints(), [])


server = Server("--data", str(WORK / "data"), env={"INHOUSE_KEY": ""})
browser = Browser(WORK)
try:
    result = unittest.main(argv=["page_admin", *sys.argv[5:]], exit=False, verbosity=2).result
finally:
    browser.close()
    server.stop()
sys.exit(not result.wasSuccessful())
