# SPDX-License-Identifier: Apache-2.0
"""Several models on one answer in the playground, with remote models that answer by a script.

Arguments as page_kit.py has them.
"""

import ast
import json
import shutil
import subprocess
import sys
import unittest

from browser import Browser, Page
from fake_provider import Provider
from page_kit import SOURCE, WORK, Server, check_looks, check_names

# The character of more than one byte stands in front of what is looked for: offsets are bytes.
BRIDGE = 'Die Brücke: the bridge over the Elbe was opened in 1893 and is 226 metres long. Its engineer said: "I have built it for two hundred years." It is painted blue <b>and</b> white.'
DRAFT = 'The bridge was opened in 1983 [1]. Its engineer said "I have built it for a thousand years" [1]. It is 226 metres long [1]. It is ugly [7].'
FINAL = 'The bridge was **opened** in 1893 [1]. Its engineer said "I have built it for two hundred years" [1]. It is 226 metres long [1]. <img src=x onerror="window.hacked = 1">'
LONE = "Dust has *no* part in it."
AIR = f"# Why\n\nAir scatters light. Blue is **scattered most** by far.\n\n- {LONE}\n- Red goes straight on.\n\n<script>window.hacked = 1</script>"
SEA = "Blue light is scattered. The sea mirrors the sky."
LETTER = {"summary": "Both explain it by *scattering*.", "agreements": [{"text": "Blue is scattered.", "references": ["A2", "B1"]}],
          "differences": [{"text": "One speaks of the sea, the other of dust.", "references": ["A3", "B2"]}], "single": [{"text": "Red goes on.", "references": ["A4"]}]}


def verdict(*each):
    claims = [{"claim": i + 1, "grounded": "no" if v == "remove" else "yes", "citation": "right", "consistent": "yes", "reason": f"<i>reason</i> {i + 1}", "verdict": v} for i, v in enumerate(each)]
    return {"claims": claims, "missing": ["what it <u>cost</u>"], "summary": "Sound, but for the last."}


def usage(prompt, written):
    return {"prompt": prompt, "written": written}


REVIEW = [
    {"model": "ann", "last": "Plan the answer", "answer": "1. opened in 1893 [1]", "usage": usage(412, 38)},
    {"model": "ann", "last": "Write the whole", "answer": FINAL, "usage": usage(640, 71)},
    {"model": "ann", "answer": DRAFT, "usage": usage(498, 66)},
    {"model": "ben", "answer": verdict("keep", "keep", "keep", "remove"), "usage": usage(702, 214)},
]
COUNCIL = [{"model": "ann", "answer": AIR}, {"model": "ben", "answer": SEA}, {"model": "joe", "answer": LETTER}]
ENDED = "document.getElementById('council-stop').hidden"


class Room(unittest.TestCase):
    """Methods run in the order of their names on one page."""

    @classmethod
    def setUpClass(cls):
        cls.page = Page(browser, server.address + "/#council")
        cls.page.ask("Page.bringToFront")

    @classmethod
    def tearDownClass(cls):
        cls.page.close()

    def use(self, rules):
        self.begun = len(provider.requests())
        provider.set(rules)

    def go(self):
        self.page.click("#council-go")
        self.page.until(ENDED)

    def all(self, selector, what="textContent"):
        return self.page.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.{what})")

    def value(self, name):
        return self.page.evaluate(f"document.getElementById('council-{name}').value")

    def run_well(self, rules):
        self.use(rules)
        self.go()
        self.assertEqual(self.page.text("#council-error"), "")

    def mode(self, name):
        self.page.click(f"#council-form .ways label:nth-child({['Review', 'Council'].index(name) + 1}) input")

    def code(self, way):
        self.page.evaluate("document.getElementById('council-code').open = true")
        self.page.click(f"#council-code .ways label:nth-child({['curl', 'Python', 'JavaScript'].index(way) + 1}) input")
        return self.page.evaluate("document.querySelector('#council-code pre').textContent")

    def test_01_begins(self):
        page = self.page
        self.assertFalse(page.evaluate("document.getElementById('council').hidden"), "the address leads into the room")
        names = page.evaluate("[...document.getElementById('council-draft').options].map((o) => o.value)")
        self.assertEqual(sorted(names), ["ann", "ben", "joe", "tiny"])
        self.assertEqual(len({self.value("draft"), self.value("reviewer")}), 2, "two different ones are chosen")
        self.go()
        self.assertIn("Write what is asked for", page.text("#council-error"))
        check_looks(self, page, "council", "council-empty")

    def test_02_sources(self):
        page = self.page
        page.fill("#council-sources-text", "first")
        page.click("#council-sources-add")
        (WORK / "bridge.txt").write_text(BRIDGE)
        page.give_file("#council-sources-file", WORK / "bridge.txt")
        page.until("document.querySelectorAll('#council-sources-list li').length === 2")
        page.click("#council-sources-list button")
        page.until("document.querySelectorAll('#council-sources-list li').length === 1")
        page.until("!document.querySelector('#council-sources-list').innerText.includes('being read')")
        self.assertIn("[1] bridge.txt", page.text("#council-sources-list"))
        (WORK / "bad.txt").write_bytes(b"\xff\xfe\x00")
        page.give_file("#council-sources-file", WORK / "bad.txt")
        page.until("!document.getElementById('council-sources-error').hidden")
        self.assertIn("bad.txt is neither text", page.text("#council-sources-error"))
        self.assertEqual(len(self.all("#council-sources-list li")), 1)

    def test_03_recording(self):
        """A recording is a source by what the server hears in it."""
        page = self.page
        sound = SOURCE / "models/transcribe-1" / RECORDING
        page.evaluate("(() => { window.truly = fetch; window.fetch = async (path, options) => { const r = await truly(path, options); if (path.includes('transcriptions')) window.heard = (await r.clone().json()).text; return r; }; })()")
        page.give_file("#council-sources-file", sound)
        page.until("window.heard !== undefined")
        page.until("!document.querySelector('#council-sources-list').innerText.includes('being read')")
        heard = page.evaluate("window.heard")
        self.assertTrue(heard.strip())
        self.assertIn(RECORDING, page.text("#council-sources-list"))
        self.assertIn(json.dumps(heard)[1:-1].split("\\")[0], self.code("curl"))
        page.click("#council-sources-list li:nth-child(2) button")
        page.until("document.querySelectorAll('#council-sources-list li').length === 1")
        page.evaluate("(() => { window.fetch = truly; document.getElementById('council-code').open = false; })()")

    def test_04_review(self):
        page = self.page
        page.fill("#council-draft", "ben")
        page.fill("#council-reviewer", "ann")
        page.click("#council-swap")
        self.assertEqual((self.value("draft"), self.value("reviewer")), ("ann", "ben"))
        self.assertIn("ann (127.0.0.1", page.text("#council-away"))
        page.fill("#council-prompt", "What is known of the bridge?")
        self.run_well(REVIEW)
        self.assertIn("Done in", page.text("#council-note"))
        sent = provider.requests()[self.begun]["body"]["messages"][-1]["content"]
        self.assertIn(BRIDGE, sent)
        self.assertIn("What is known of the bridge?", sent)
        self.assertIn("Reviewed by ben.", page.text("#council-label"))
        self.assertEqual(page.evaluate("document.querySelector('#council-final strong').textContent"), "opened")
        self.assertIn('<img src=x onerror="window.hacked = 1">', page.text("#council-final"))

    def test_05_claims(self):
        page = self.page
        self.assertEqual(self.all(".claim > .mark", "ariaLabel"), ["objected to", "objected to", "nothing objected", "objected to"])
        first, second, third, fourth = self.all(".claim", "innerText")
        self.assertIn("verdict: keep", first)
        self.assertIn("reviewer: <i>reason</i> 1", first)
        self.assertIn("by code: the number 1983 stands in no source; nearest in source [1]", first)
        self.assertIn("stands in no source", second)
        self.assertNotIn("✗", third)
        for part in ("verdict: remove", "grounded: no", "[7]: there is no such source"):
            self.assertIn(part, fourth)
        # The nearest place, cut out of the source by bytes.
        self.assertEqual(self.all(".claim .place mark"), ["1893", "I have built it for two hundred years"])
        self.assertIn("was opened in 1893 and is 226 metres", self.all(".claim .place")[0])
        self.assertIn("[1] bridge.txt", self.all(".claim .place figcaption")[0])
        self.assertIn("what it <u>cost</u>", page.text("#council-result"))
        self.assertEqual(page.evaluate("[window.hacked || 0, document.querySelectorAll('#council-result img, #council-result i, #council-result u').length]"), [0, 0])

    def test_06_changes(self):
        pieces = self.page.evaluate("[...document.getElementById('council-diff').childNodes].map((n) => [n.nodeName, n.textContent])")
        self.assertEqual("".join(text for name, text in pieces if name != "INS"), DRAFT)
        self.assertEqual("".join(text for name, text in pieces if name != "DEL"), FINAL)
        self.assertIn(["DEL", "1983"], pieces)
        # Told without colours: struck out, underlined, and read out.
        self.assertEqual(self.page.evaluate("['del', 'ins'].map((t) => getComputedStyle(document.querySelector(t)).textDecorationLine)"), ["line-through", "underline"])

    def test_07_steps(self):
        rows = [row.split("\t") for row in self.page.text("#council-steps").split("\n")]
        self.assertEqual([row[:4] for row in rows[1:]], [["plan", "ann", "412", "38"], ["draft", "ann", "498", "66"], ["check 1", "code", "", ""], ["review 1", "ben", "702", "214"],
                                                         ["revise 1", "ann", "640", "71"], ["check", "code", "", ""], ["all", "", "2252", "389"]])
        # By the prices of the catalog: 2252 read and 389 written at $1 and $2 for a million.
        self.assertEqual(rows[-1][-1], "$0.00303")

    def test_08_looks(self):
        check_names(self, self.page, "council")
        check_looks(self, self.page, "council", "council-review")

    def test_09_rounds(self):
        page = self.page
        page.fill("#council-rounds", "9")
        self.go()
        self.assertIn("1 to 5 rounds", page.text("#council-error"))
        page.fill("#council-rounds", "2")
        agreed = {**verdict("keep", "keep", "keep"), "missing": []}
        clean = {**REVIEW[1], "answer": FINAL.partition(" <img")[0]}
        self.run_well([{"model": "ben", "skip": 1, "answer": agreed}, clean, *REVIEW])
        self.assertEqual([h for h in self.all("#council-result h2") if "judged" in h], ["The draft, judged by ben", "Revision 1, judged by ben"])
        self.assertIn("Nothing is objected to this text", page.text("#council-label"))

    def test_10_not_reviewed(self):
        page = self.page
        self.run_well([{"model": "ben", "status": 500, "message": "out of <b>order</b>"}, *REVIEW])
        self.assertRegex(page.text("#council-label"), r"^NOT REVIEWED\. This is the draft of ann\. .*out of <b>order</b>")
        self.assertEqual(page.evaluate("document.getElementById('council-final').textContent"), DRAFT)
        self.assertIn("3 of", page.text("#council-counted"))
        self.assertIn("by code: the number 1983", page.text("#council-result"))
        self.assertIn("Nothing was changed", page.text("#council-result"))
        self.assertEqual(self.all(".claim > .mark", "ariaLabel")[2], "not judged")
        check_looks(self, page, "council", "council-unreviewed")

    def test_11_fails(self):
        page = self.page
        self.use([{"model": "ann", "skip": 1, "status": 500, "message": "no power"}, *REVIEW])
        self.go()
        # A browser may drop what came right before a stream broke off, and with it the reason.
        self.assertRegex(page.text("#council-error"), r"no power|broke off")
        self.use([{"wait": 60, **REVIEW[0]}, *REVIEW])
        page.click("#council-go")
        page.until("document.getElementById('council-progress').innerText.includes('ann plans')")
        self.assertTrue(page.evaluate("document.getElementById('council-go').disabled"))
        page.click("#council-stop")
        page.until(ENDED)
        self.assertEqual(page.text("#council-note"), "Stopped.")
        self.assertTrue(page.evaluate("document.getElementById('council-error').hidden"))

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_12_code(self):
        self.use(REVIEW)
        out = subprocess.run(["bash", "-c", self.code("curl")], capture_output=True, check=True, text=True).stdout
        pieces = [json.loads(line[6:]) for line in out.split("\n") if line.startswith("data: {")]
        self.assertEqual([p["review"]["final"] for p in pieces if "review" in p], [FINAL])
        tree = ast.parse(self.code("Python"))
        call = next(n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "client.chat.completions.create")
        named = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
        self.assertEqual(named["model"], "critique:ann+ben")
        self.assertEqual(named["extra_body"], {"sources": [{"name": "bridge.txt", "text": BRIDGE}], "rounds": 2})
        self.page.evaluate("document.getElementById('council-code').open = false")

    def test_13_members(self):
        page = self.page
        self.mode("Council")
        self.assertTrue(page.evaluate("document.getElementById('council-review').hidden"))
        shown = "[...document.querySelectorAll('[id^=council-seat-]')].filter((e) => !e.hidden).length"
        self.assertEqual(page.evaluate(shown), 2)
        self.assertTrue(page.evaluate("document.getElementById('council-remove-0').disabled"))
        for _ in range(6):
            page.click("#council-more")
        self.assertEqual(page.evaluate(f"[{shown}, document.getElementById('council-more').disabled, document.activeElement.id]"), [8, True, "council-member-7"])
        for i, name in enumerate(("tiny", "ann", "ben")):
            page.fill(f"#council-member-{i}", name)
        page.click("#council-remove-0")
        self.assertEqual([self.value("member-0"), self.value("member-1"), page.evaluate(shown)], ["ann", "ben", 7])
        for _ in range(5):
            page.click("#council-remove-2")
        self.assertEqual(page.evaluate(f"[{shown}, document.getElementById('council-more').disabled]"), [2, False])
        page.fill("#council-judge", "joe")
        self.assertIn('"model": "council:ann+ben@joe"', self.code("JavaScript"))
        self.assertNotIn("rounds", self.code("curl"))
        page.evaluate("document.getElementById('council-code').open = false")

    def test_14_council(self):
        page = self.page
        page.fill("#council-prompt", "Why is the sky blue?")
        self.run_well(COUNCIL)
        self.assertEqual(self.all("#council-result > * h2"), ["Letter of joe", "A: ann", "B: ben", "Steps"])
        self.assertEqual(page.evaluate("document.querySelector('#council-letter em').textContent"), "scattering")
        self.assertEqual(self.all("#council-letter h3"), ["Where they agree", "Where they differ", "What only one saw"])
        self.assertEqual(self.all(".agreements li"), ["Blue is scattered. (A2, B1)"])
        # Sentences in Markdown: each whole, in as many pieces as it has marks.
        sentences = page.evaluate("(() => { const all = {}; for (const e of document.querySelectorAll('.sentence')) all[e.dataset.sentence] = (all[e.dataset.sentence] || '') + e.textContent; return all; })()")
        self.assertEqual(sentences, {"A1": "Air scatters light.", "A2": "Blue is scattered most by far.", "A3": "Dust has no part in it.", "A4": "Red goes straight on.",
                                     "A5": "<script>window.hacked = 1</script>", "B1": "Blue light is scattered.", "B2": "The sea mirrors the sky."})
        self.assertEqual(page.evaluate("document.querySelector('.column .prose').textContent").replace("\n", ""),
                         "Why" + "Air scatters light. Blue is scattered most by far." + "Dust has no part in it." + "Red goes straight on." + "<script>window.hacked = 1</script>")
        self.assertEqual(page.evaluate("[window.hacked || 0, document.querySelectorAll('#council script').length]"), [0, 0])

    def test_15_references(self):
        page = self.page
        page.evaluate("document.querySelector('.agreements a').focus()")
        page.evaluate("document.activeElement.click()")
        self.assertEqual(self.all(".lit"), ["Blue is ", "scattered most", " by far."])
        self.assertEqual(page.evaluate("[document.activeElement.textContent, location.hash]"), ["Blue is ", "#council"])
        page.click(".back")
        self.assertEqual(page.evaluate("document.activeElement.textContent"), "A2")
        page.click(".single a")
        self.assertEqual(self.all(".lit"), ["Red goes straight on."])
        page.click(".differences a:nth-child(2)")
        self.assertEqual(self.all(".lit"), ["The sea mirrors the sky."])

    def test_16_columns(self):
        page = self.page
        tops = "[...document.querySelectorAll('.column')].map((e) => e.getBoundingClientRect().top)"
        page.look(1280, 900, False)
        a, b = page.evaluate(tops)
        self.assertEqual(a, b, "side by side")
        page.look(390, 844, False)
        a, b = page.evaluate(tops)
        self.assertLess(a, b, "one below the other")
        check_names(self, page, "council")
        check_looks(self, page, "council", "council-letter")

    def test_17_failed_member(self):
        page = self.page
        self.run_well([{"model": "ann", "status": 500, "message": "broken"}, *COUNCIL])
        self.assertRegex(page.text("#council-label"), "NO LETTER. Only one answered")
        self.assertRegex(self.all(".column", "innerText")[0], r"A: ann\s+NO ANSWER\. .*broken")
        self.assertIn("Blue light is scattered.", self.all(".column")[1])
        check_looks(self, page, "council", "council-failed")

    def test_quiet(self):
        said = [c for c in self.page.complaints() if "ERR_INCOMPLETE_CHUNKED_ENCODING" not in str(c)]
        self.assertEqual(said, [])
        for address in self.page.addresses():
            self.assertTrue(address.startswith((server.address + "/", "blob:", "data:")), address)


class NoModel(unittest.TestCase):
    def test_says_so(self):
        empty = Server(env={"INHOUSE_KEY": "", "INHOUSE_MODELS": str(WORK / "none"), "INHOUSE_CATALOG": str(WORK / "nothing.json")})
        try:
            page = Page(browser, empty.address + "/#council")
            self.assertIn("No text model here yet", page.text("#council-none"))
            self.assertTrue(page.evaluate("document.getElementById('council-form').hidden"))
            page.click("#council-chat")
            self.assertEqual(page.evaluate("document.activeElement.id"), "tab-chat")
            self.assertEqual(page.complaints(), [])
            page.close()
        finally:
            empty.stop()


RECORDING = "sample.wav"
provider = Provider()
entries = [{"name": n, "task": "chat", "remote": {"api": "openai", "url": f"http://127.0.0.1:{provider.port}/v1", "model": n, "tries": 1, "read_price": 1, "write_price": 2}} for n in ("ann", "ben", "joe")]
(WORK / "catalog.json").write_text(json.dumps({"format": 1, "models": entries}))
(WORK / "nothing.json").write_text(json.dumps({"format": 1, "models": []}))
server = Server("--remote", env={"INHOUSE_KEY": "", "INHOUSE_CATALOG": str(WORK / "catalog.json")})
browser = Browser(WORK)
try:
    result = unittest.main(argv=["page_council", *sys.argv[5:]], exit=False, verbosity=2).result
finally:
    browser.close()
    server.stop()
    provider.stop()
sys.exit(not result.wasSuccessful())
