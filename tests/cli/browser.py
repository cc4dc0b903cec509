# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, driven over its DevTools protocol through two pipes. Standard library only."""

import base64
import json
import os
import subprocess
import threading
import time

PATIENCE = 60
FLAGS = [
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio", "--hide-scrollbars",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--disable-dev-shm-usage"]


CODES = {"Escape": 27}  # keys on which the browser itself acts


class Browser:
    """The browser; the protocol's messages end with a NUL."""

    def __init__(self, folder):
        to_browser, self.writer = os.pipe()
        self.reader, from_browser = os.pipe()
        command = f'exec chromium "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, "chromium", *FLAGS, f"--user-data-dir={folder}/browser", "about:blank"],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.news = threading.Condition()
        self.answers, self.events, self.number = {}, [], 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        rest = b""
        while piece := os.read(self.reader, 1 << 16):
            *whole, rest = (rest + piece).split(b"\0")
            with self.news:
                for text in whole:
                    message = json.loads(text)
                    if "id" in message:
                        self.answers[message["id"]] = message
                    else:
                        self.events.append(message)
                self.news.notify_all()

    def ask(self, method, session=None, **params):
        with self.news:
            self.number += 1
            number = self.number
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.writer, data):]
        with self.news:
            if not self.news.wait_for(lambda: number in self.answers, PATIENCE):
                raise AssertionError(f"the browser does not answer {method}")
            answer = self.answers.pop(number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self):
        try:
            self.ask("Browser.close")
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()


class Page:
    """One tab, what it asked the network for, and what it complained about."""

    def __init__(self, browser, address):
        self.browser = browser
        self.target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
            self.ask(f"{domain}.enable")
        self.ask("Page.navigate", url=address)
        self.until(f"location.href.startsWith('{address}') && document.documentElement?.dataset.loaded === 'yes'")

    def close(self):
        self.browser.ask("Target.closeTarget", targetId=self.target)

    def ask(self, method, **params):
        return self.browser.ask(method, self.session, **params)

    def evaluate(self, script):
        result = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, script):
        end = time.monotonic() + PATIENCE
        while not (value := self.evaluate(script)):
            if time.monotonic() > end:
                raise AssertionError(f"never true: {script}; the page says: {self.evaluate('document.body.innerText')}")
            time.sleep(0.1)
        return value

    def click(self, selector):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def fill(self, selector, value):
        self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(value)};"
            "for (const n of ['input', 'change']) e.dispatchEvent(new Event(n, { bubbles: true })); })()")

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")

    def give_file(self, selector, path):
        handle = self.ask("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self.ask("DOM.setFileInputFiles", files=[str(path)], objectId=handle["result"]["objectId"])

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=CODES.get(key, 0))

    def look(self, width, height, dark):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def screenshot(self, path):
        data = self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def seen(self, *methods):
        with self.browser.news:
            return [e["params"] for e in self.browser.events if e.get("sessionId") == self.session and e["method"] in methods]

    def addresses(self):
        return [e["request"]["url"] for e in self.seen("Network.requestWillBeSent")]

    def complaints(self):
        said = [e["args"] for e in self.seen("Runtime.consoleAPICalled") if e["type"] in ("error", "assert", "warning")]
        thrown = [e["exceptionDetails"] for e in self.seen("Runtime.exceptionThrown")]
        logged = [e["entry"] for e in self.seen("Log.entryAdded") if e["entry"]["level"] in ("error", "warning")]
        return said + thrown + logged
