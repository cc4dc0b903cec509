# SPDX-License-Identifier: Apache-2.0
"""What the playground's tests share: where things are, a server, and what is looked at in every room.

Arguments of such a test: the program, the source folder, a folder for screenshots or "", the tests' hub or "".
"""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from browser import PATIENCE

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
WORK = pathlib.Path(tempfile.mkdtemp())
HUB = next(iter(sys.argv[4:5]), "")
SHOTS = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 and sys.argv[3] else None
if SHOTS:
    SHOTS.mkdir(parents=True, exist_ok=True)
LOOKS = [("desktop", 1280, 900, False), ("desktop", 1280, 900, True), ("phone", 390, 844, False), ("phone", 390, 844, True)]


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

    def send(self, path, body, method="POST"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response, data

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(PATIENCE) != 0:
            raise AssertionError(self.process.returncode)


def check_names(case, page, room):
    """All of a room that can be used has a name in the tree that screen readers see."""
    kinds = {"button", "textbox", "combobox", "slider", "tab", "radio", "checkbox", "link", "image", "spinbutton", "searchbox", "progressbar"}
    page.click(f"#tab-{room}")
    for node in page.ask("Accessibility.getFullAXTree")["nodes"]:
        if not node["ignored"] and node["role"]["value"] in kinds:
            case.assertTrue(node["name"]["value"].strip(), (room, node))


def check_looks(case, page, room, called=None):
    """No room is wider than the window; screenshots where they are wanted."""
    for name, width, height, dark in LOOKS:
        page.look(width, height, dark)
        page.click(f"#tab-{room}")
        time.sleep(0.2 if SHOTS else 0)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        case.assertLessEqual(wide, 0, (room, name))
        if SHOTS:
            page.screenshot(SHOTS / f"{called or room}-{name}-{'dark' if dark else 'light'}.png")
