# SPDX-License-Identifier: Apache-2.0
"""Conversations in the playground, with a tiny text model of random weights: what it says means nothing, but it is always the same.

Arguments as page_kit.py has them.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

from browser import PATIENCE, Browser, Page
from page_kit import HUB, PROGRAM, SOURCE, WORK, Server, check_looks, check_names

ENDED = "document.getElementById('chat-stop').hidden"
TURNS = "document.querySelectorAll('#chat-log .turn').length"
# A text model's text in which every kind of mark is, and some that only look like one.
TEXT = """# A *heading*

First line with **bold**, _slanted_ and ***both***,
second line with `code with <b>` and snake_case_name and 2 * 3 * 4.

- one
- two
  1. deep
  2. deeper
- three

> quoted **words**

| Name | Why |
|---|---|
| a | `b` |

```python
print("<script>alert(1)</script>")
```

<img src=x onerror="window.hacked = 1"> and **never closed
"""


class Room(unittest.TestCase):
    """Methods run in the order of their names on one page, as one conversation."""

    @classmethod
    def setUpClass(cls):
        cls.page = Page(browser, server.address + "/#chat")
        cls.page.ask("Page.bringToFront")
        cls.page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(WORK))

    @classmethod
    def tearDownClass(cls):
        cls.page.close()

    def say(self, text, turns):
        self.page.fill("#chat-text", text)
        self.page.click("#chat-go")
        self.page.until(f"{ENDED} && {TURNS} === {turns}")
        self.assertEqual(self.page.text("#chat-error"), "")

    def last(self):
        return self.page.evaluate("JSON.parse(localStorage.getItem('inhouse-chat')).messages.at(-1)")

    def facts(self):
        return self.page.text("#chat-log .turn:last-child .foot")

    def test_1_answers(self):
        page = self.page
        self.assertFalse(page.evaluate("document.getElementById('chat').hidden"), "the address leads into the room")
        self.assertIn("chat", page.text("#state"))
        self.assertEqual(page.evaluate("[...document.getElementById('chat-model').options].map((o) => o.value)"), ["gpt-4o-mini", "tiny"])
        page.fill("#chat-system", "Be brief.")
        page.fill("#chat-max_tokens", "12")
        page.fill("#chat-seed", "4")
        page.fill("#chat-thinking", "false")
        self.say("Hello", 2)
        want = self.complete(messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}], max_tokens=12, seed=4, thinking=False)
        self.assertEqual(self.last()["content"], want["choices"][0]["message"]["content"])
        for part in ("12 tokens", "tokens/s", f"prompt of {want['usage']['prompt_tokens']} tokens", "cut off"):
            self.assertIn(part, self.facts())
        self.assertEqual(page.text("#chat-log .said"), "Hello")
        self.assertEqual(page.evaluate("document.getElementById('chat-text').value"), "")

    def complete(self, **body):
        _, data = server.send("/v1/chat/completions", body)
        return json.loads(data)

    def test_2_goes_on(self):
        self.say("And again", 4)
        talk = json.loads(json.dumps(self.page.evaluate("JSON.parse(localStorage.getItem('inhouse-chat')).messages")))
        self.assertEqual([m["role"] for m in talk], ["system", "user", "assistant", "user", "assistant"])
        self.assertIn("known from before", self.facts())
        before = self.last()["content"]
        self.page.fill("#chat-seed", "5")
        self.page.evaluate("[...document.querySelectorAll('#chat-log button')].find((b) => b.textContent === 'Again').click()")
        self.page.until(f"{ENDED} && {TURNS} === 4")
        self.assertNotEqual(self.last()["content"], before)

    def test_3_keyboard(self):
        self.page.evaluate("document.getElementById('chat-text').focus()")
        self.page.ask("Input.insertText", text="By hand")
        self.page.press("Enter")
        self.page.until(f"{ENDED} && {TURNS} === 6")
        self.assertIn("By hand", self.page.text("#chat-log .turn:nth-child(5)"))

    def stream(self, *deltas, ends):
        """Answers of the next questions: what the tiny model does not do, or not for long enough to be stopped."""
        end = "c.enqueue(event({}, 'stop')); c.close();" if ends else "options.signal.addEventListener('abort', () => c.error(new DOMException('', 'AbortError')));"
        self.page.evaluate("""(() => { window.truly = window.truly || fetch; window.fetch = (path, options) => {
            if (path !== '/v1/chat/completions') return truly(path, options);
            window.asked = JSON.parse(options.body);
            const event = (delta, end) => new TextEncoder().encode('data: ' + JSON.stringify({ choices: [{ delta, finish_reason: end || null }] }) + '\\n\\n');
            return Promise.resolve(new Response(new ReadableStream({ start(c) { for (const delta of %s) c.enqueue(event(delta)); %s } }))); }; })()""" % (json.dumps(deltas), end))

    def real(self):
        self.page.evaluate("(() => { window.fetch = truly; })()")

    def test_3_thoughts(self):
        self.stream({"role": "assistant", "reasoning_content": "Let me <b>see</b>."}, {"content": "It is *noon*."}, ends=True)
        self.page.fill("#chat-thinking", "true")
        self.say("Think", 8)
        self.real()
        self.assertTrue(self.page.evaluate("asked.thinking"))
        self.assertEqual((self.last()["content"], self.last()["reasoning"]), ("It is *noon*.", "Let me <b>see</b>."))
        turn = "document.querySelector('#chat-log .turn:last-child')"
        self.assertEqual(self.page.evaluate(f"[{turn}.querySelector('details').hidden, {turn}.querySelector('details').open, {turn}.querySelector('.thoughts').textContent, {turn}.querySelector('.prose').innerHTML]"),
                         [False, False, "Let me <b>see</b>.", "<p>It is <em>noon</em>.</p>"])
        self.page.fill("#chat-thinking", "false")

    def test_4_schema(self):
        page = self.page
        page.click("#chat-new")  # the tiny model has room for 256 tokens
        page.click("#ask-yes")
        page.until(f"{TURNS} === 0")
        page.fill("#chat-system", "")
        page.fill("#chat-schema", "{nothing")
        page.fill("#chat-text", "As JSON")
        page.click("#chat-go")
        self.assertIn("no JSON object", page.text("#chat-error"))
        self.assertEqual(page.evaluate(f"[{TURNS}, document.getElementById('chat-text').value]"), [0, "As JSON"])
        page.fill("#chat-schema", json.dumps({"type": "object", "properties": {"colour": {"enum": ["red", "green"]}}, "required": ["colour"], "additionalProperties": False}))
        page.fill("#chat-max_tokens", "")
        self.say("As JSON", 2)
        self.assertIn(json.loads(self.last()["content"])["colour"], ("red", "green"))

    def code(self, way):
        self.page.evaluate("document.getElementById('chat-code').open = true")
        radio = ["curl", "Python", "JavaScript"].index(way) + 1
        self.page.click(f"#chat-code .ways label:nth-child({radio}) input")
        return self.page.evaluate("document.querySelector('#chat-code pre').textContent")

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_5_code(self):
        self.page.fill("#chat-text", "It's a \"quoted\" text: $HOME.")
        out = subprocess.run(["bash", "-c", self.code("curl")], capture_output=True, check=True, text=True).stdout
        pieces = [json.loads(line[6:]) for line in out.split("\n") if line.startswith("data: {")]
        self.assertIn("colour", json.loads("".join(p["choices"][0]["delta"].get("content", "") for p in pieces if p["choices"])))
        texts = [node.value for node in ast.walk(ast.parse(self.code("Python"))) if isinstance(node, ast.Constant)]
        self.assertIn("It's a \"quoted\" text: $HOME.", texts)
        self.assertIn("chat.completions.create", self.code("Python"))
        self.page.fill("#chat-text", "")
        self.page.fill("#chat-schema", "")
        self.page.evaluate("document.getElementById('chat-code').open = false")

    def test_5_kept(self):
        self.page.fill("#chat-system", "Be kind.")
        kept = self.page.evaluate("localStorage.getItem('inhouse-chat')")
        other = Page(browser, server.address + "/#chat")
        self.assertEqual(other.evaluate(TURNS), 2)
        self.assertEqual(other.evaluate("document.getElementById('chat-system').value"), "Be kind.")
        self.assertEqual(other.evaluate("localStorage.getItem('inhouse-chat')"), kept)
        other.close()
        self.page.ask("Page.bringToFront")

    def test_6_file(self):
        page = self.page
        page.click("#chat-export")
        for _ in range(PATIENCE * 10):
            if (WORK / "conversation.json").exists() and (WORK / "conversation.json").stat().st_size:
                break
            time.sleep(0.1)
        made = json.loads((WORK / "conversation.json").read_text())
        self.assertEqual(len(made["messages"]), 3)
        # The program goes on with it, and the page with what the program wrote.
        went_on = WORK / "went-on.json"
        subprocess.run([PROGRAM, "chat", "Go on", "--model", "tiny", "--load", str(WORK / "conversation.json"), "--save", str(went_on), "--tokens", "3"],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True)
        page.give_file("#chat-import", went_on)
        page.until(f"{TURNS} === 4")
        self.assertEqual(page.evaluate("[document.getElementById('chat-model').value, document.getElementById('chat-system').value]"), ["tiny", "Be kind."])
        for text, words in (("no JSON", "is no JSON file"), ('{"a": 1}', "no list"), ('[{"role": "robot", "content": ""}]', "Message 1 has a role"), ('[{"role": "user"}]', "no “content”")):
            (WORK / "bad.json").write_text(text)
            page.give_file("#chat-import", WORK / "bad.json")
            page.until(f"document.getElementById('chat-error').textContent.includes('{words}')")
            self.assertEqual(page.evaluate(TURNS), 4)

    def test_7_stop(self):
        page = self.page
        self.stream({"role": "assistant", "content": "It has **begun"}, ends=False)
        page.fill("#chat-text", "Never end")
        page.click("#chat-go")
        page.until("document.querySelector('#chat-log .turn:last-child .prose').textContent.includes('begun')")
        self.assertTrue(page.evaluate("document.getElementById('chat-go').disabled"))
        page.click("#chat-stop")
        page.until(ENDED)
        self.assertEqual(page.evaluate("[document.getElementById('chat-note').textContent, document.getElementById('chat-error').hidden]"), ["Stopped.", True])
        self.assertEqual(self.last()["content"], "It has **begun")
        self.assertIn("stopped", self.facts())
        self.real()

    def test_7_failure(self):
        page = self.page
        page.fill("#chat-temperature", "-1")
        page.fill("#chat-text", "Too cold")
        page.click("#chat-go")
        page.until("!document.getElementById('chat-error').hidden")
        self.assertRegex(page.text("#chat-error"), r"emperature.*\(req_[0-9a-f]{32}\)$")
        self.assertEqual(page.evaluate(f"[{TURNS}, document.getElementById('chat-text').value]"), [4, "Too cold"])
        page.fill("#chat-temperature", "")
        page.fill("#chat-text", "")

    def test_8_new_and_forget(self):
        page = self.page
        page.click("#chat-new")
        page.click("#ask-no")
        self.assertEqual(page.evaluate(TURNS), 6)
        page.click("#chat-new")
        page.click("#ask-yes")
        page.until(f"{TURNS} === 0")
        self.assertEqual(page.evaluate("document.getElementById('chat-system').value"), "Be kind.")
        page.click(".hello button")
        self.assertTrue(page.evaluate("document.getElementById('chat-text').value"))
        page.click("#chat-forget")
        page.click("#ask-yes")
        page.until("localStorage.getItem('inhouse-chat') === null")
        self.assertEqual(page.evaluate("[document.getElementById('chat-system').value, document.getElementById('chat-seed').value]"), ["", ""])

    def test_9_looks(self):
        page = self.page
        page.fill("#chat-text", "")
        check_looks(self, page, "chat", "chat-empty")
        talk = {"messages": [{"role": "system", "content": "You answer in a few plain sentences."}, {"role": "user", "content": "Why is the sky blue? Answer with all kinds of marks."},
                             {"role": "assistant", "content": TEXT, "reasoning": "Which marks are there?\nHeadings, lists, tables.", "facts": "212 tokens · 31.0 tokens/s"},
                             {"role": "user", "content": "Thank you."}, {"role": "assistant", "content": "You are welcome. Is there anything else?", "facts": "9 tokens · 33.1 tokens/s"}]}
        (WORK / "marks.json").write_text(json.dumps(talk))
        page.give_file("#chat-import", WORK / "marks.json")
        page.until(f"{TURNS} === 4")
        check_names(self, page, "chat")
        check_looks(self, page, "chat")
        page.evaluate("for (const d of document.querySelectorAll('#chat details')) d.open = true")
        check_looks(self, page, "chat", "chat-open")

    def test_quiet(self):
        allowed = {"message": "Failed to load resource: the server responded with a status of 400 (Bad Request)"}
        self.assertEqual([c for c in self.page.complaints() if c.get("text") != allowed["message"]], [])
        for address in self.page.addresses():
            self.assertTrue(address.startswith((server.address + "/", "blob:", "data:")), address)


class Markdown(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = Page(browser, server.address + "/#listen")

    @classmethod
    def tearDownClass(cls):
        cls.page.close()

    def html(self, text):
        return self.page.evaluate(f"import('/page/markdown.js').then((m) => {{ const d = document.createElement('div'); d.append(...m.markdown({json.dumps(text)})); return d.innerHTML; }})")

    def test_kinds(self):
        for text, want in (
                ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
                ("**a** *b* __c__ _d_ ***e***", "<p><strong>a</strong> <em>b</em> <strong>c</strong> <em>d</em> <strong><em>e</em></strong></p>"),
                ("**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"),
                ("a_b_c 2 * 3 * 4 ** 5", "<p>a_b_c 2 * 3 * 4 ** 5</p>"),
                ("**open and *more", "<p>**open and *more</p>"),
                ("**a *b** c*", "<p><strong>a *b</strong> c*</p>"),
                (r"\*a\* \q", r"<p>*a* \q</p>"),
                ("`a*b*` ``c`d`` `e", "<p><code>a*b*</code> <code>c`d</code> `e</p>"),
                ("# A\n### B ##", "<h3>A</h3><h5>B</h5>"),
                ("- a\n- b\n  - c\n\n  d\n- e", "<ul><li>a</li><li>b<ul><li>c</li></ul><p>d</p></li><li>e</li></ul>"),
                ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
                ("- a\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
                ("> a\n> > b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"),
                ("```c\nint *a; // <b>\n```\nx", '<pre tabindex="0"><code data-language="c">int *a; // &lt;b&gt;</code></pre><p>x</p>'),
                ("~~~\nopen", '<pre tabindex="0"><code>open</code></pre>'),
                ("a\n---\nb", "<p>a</p><hr><p>b</p>"),
                ("|a|b|\n|-|:-:|\n|c|*d*|", '<div class="scroll" tabindex="0"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td><em>d</em></td></tr></tbody></table></div>'),
                ("<b>x</b> [y](javascript:z) &amp;", "<p>&lt;b&gt;x&lt;/b&gt; [y](javascript:z) &amp;amp;</p>"),
                ("", "")):
            self.assertEqual(self.html(text), want, text)

    def test_nothing_is_lost_and_nothing_runs(self):
        text = self.page.evaluate(f"import('/page/markdown.js').then((m) => {{ const d = document.createElement('div'); document.body.append(d); d.append(...m.markdown({json.dumps(TEXT)})); return d.textContent; }})")
        for part in ("<img src=x onerror=", "**never closed", "alert(1)", "snake_case_name and 2 * 3 * 4"):
            self.assertIn(part, text)
        self.assertEqual(self.page.evaluate("[window.hacked || 0, document.querySelectorAll('img[src=x]').length]"), [0, 0])

    def test_rubbish_ends(self):
        """Marks without end, all in one another: nothing hangs."""
        for piece in ("> ", "- ", "* ", "1. ", "**a _b ", "`", "```", "|", "|-|\n", "\\", "***", "_ *", " `a", "\t- x\n"):
            text = piece * 4000
            self.assertTrue(self.page.evaluate(f"import('/page/markdown.js').then((m) => m.markdown({json.dumps(text)}).length >= 0)"), piece)


class NoModel(unittest.TestCase):
    def test_says_how(self):
        empty = Server(env={"INHOUSE_KEY": "", "INHOUSE_MODELS": str(WORK / "none")})
        try:
            page = Page(browser, empty.address + "/#chat")
            self.assertIn("No text model here yet", page.text("#chat-none"))
            self.assertIn("inhouse models pull hf:", page.text("#chat-pull"))
            self.assertTrue(page.evaluate("document.getElementById('chat-talk').hidden && document.getElementById('chat-settings').hidden && document.getElementById('chat-code').hidden"))
            self.assertNotIn("chat", page.text("#state"))
            check_names(self, page, "chat")
            check_looks(self, page, "chat", "chat-none")
            # A server that fetches nothing leads to its catalog and suggests nothing.
            page.click("#chat-catalog")
            self.assertEqual(page.evaluate("[document.getElementById('models').hidden, document.activeElement.id]"), [False, "tab-models"])
            self.assertEqual(page.complaints(), [])
            page.close()
        finally:
            empty.stop()

    @unittest.skipUnless(os.path.exists(HUB), "the tests' hub is not built")
    def test_one_is_fetched(self):
        """Without a restart: fetched in the catalog, it can be talked with."""
        hub = subprocess.Popen([HUB, str(SOURCE / "tests" / "data"), str(WORK / "hub.log")], stdout=subprocess.PIPE, text=True)
        address = f"http://127.0.0.1:{hub.stdout.readline().strip()}"
        server = Server(env={"INHOUSE_KEY": "", "INHOUSE_MODELS": str(WORK / "fetched"), "HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0"})
        try:
            page = Page(browser, server.address + "/#chat")
            page.ask("Page.bringToFront")
            page.click("#chat-catalog")
            self.assertEqual(page.evaluate("[document.activeElement.id, document.activeElement.value]"), ["repo-name", "Qwen/Qwen3-1.7B"])
            page.fill("#repo-name", "test/qwen")
            page.click("#repo-form button")
            page.until("document.getElementById('state').textContent.includes('chat')")
            page.until("[...document.querySelectorAll('#cards button')].some((b) => b.textContent === 'Chat with it')")
            page.click("#tab-chat")
            self.assertTrue(page.evaluate("document.getElementById('chat-none').hidden && !document.getElementById('chat-talk').hidden"))
            page.fill("#chat-max_tokens", "5")
            page.fill("#chat-text", "Hello")
            page.click("#chat-go")
            page.until(f"{ENDED} && {TURNS} === 2")
            self.assertIn("5 tokens", page.text("#chat-log .foot"))
            self.assertEqual(page.complaints(), [])
            page.close()
        finally:
            server.stop()
            hub.kill()
            hub.wait()
            hub.stdout.close()


server = Server(env={"INHOUSE_KEY": ""})
browser = Browser(WORK)
try:
    result = unittest.main(argv=["page_chat", *sys.argv[5:]], exit=False, verbosity=2).result
finally:
    browser.close()
    server.stop()
sys.exit(not result.wasSuccessful())
