# SPDX-License-Identifier: Apache-2.0
"""Raw prose from installed Debian packages. A source that is not installed yields nothing."""

import gettext
import html
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

SHARE = Path("/usr/share")
# Folder names each source uses where they differ from our codes.
LIBREOFFICE = {"en": ["en-US"], "zh": ["zh-CN"], "pt": ["pt-BR", "pt"], "no": ["nb"]}
HANDBOOK = {"en": "en-US", "ar": "ar-MA", "zh": "zh-CN", "no": "nb-NO", "da": "da-DK", "nl": "nl-NL", "fr": "fr-FR",
            "de": "de-DE", "id": "id-ID", "it": "it-IT", "ja": "ja-JP", "ko": "ko-KR", "pl": "pl-PL", "pt": "pt-BR",
            "ro": "ro-RO", "ru": "ru-RU", "es": "es-ES", "sv": "sv-SE", "tr": "tr-TR", "vi": "vi-VN", "cs": "cs-CZ"}
LOCALE = {"zh": ["zh_CN"], "pt": ["pt_BR", "pt"], "no": ["nb", "no"]}
FORTUNES = {"en": [""], "cs": ["cs"], "de": ["de"], "es": ["es"], "it": ["it"], "pl": ["pl"], "ru": ["ru"],
            "zh": ["zh"], "pt": ["br"]}
PARAGRAPHS = {"p", "title", "li", "dd", "td", "h1", "h2", "h3", "dt", "th"}
CODE = {"code", "pre", "script", "style", "tt", "kbd", "cmd", "nav"}


class Paragraphs(HTMLParser):
    """Text of paragraphs; one that contains program text is dropped, for it is not read aloud as written."""

    def __init__(self):
        super().__init__()
        self.found, self.text, self.code = [], "", 0

    def flush(self):
        if self.text.strip() and "\0" not in self.text:
            self.found.append(" ".join(self.text.split()))
        self.text = ""

    def handle_starttag(self, tag, attrs):
        if tag in PARAGRAPHS:
            self.flush()
        if tag in CODE:
            self.code += 1
            self.text += "\0"

    def handle_endtag(self, tag):
        if tag in PARAGRAPHS:
            self.flush()
        if tag in CODE:
            self.code = max(0, self.code - 1)

    def handle_data(self, data):
        if not self.code:
            self.text += data


def pages(folder: Path, *patterns):
    """Paragraphs of every page in a folder."""
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            parser = Paragraphs()
            parser.feed(path.read_text("utf-8", "ignore"))
            parser.flush()
            yield from parser.found


def catalogs(language: str):
    """Messages of the translation catalogs of whatever is installed."""
    for code in LOCALE.get(language, [language]):
        for path in sorted((SHARE / "locale" / code / "LC_MESSAGES").glob("*.mo")):
            try:
                with path.open("rb") as file:
                    messages = gettext.GNUTranslations(file)._catalog.values()
            except (OSError, ValueError, IndexError):  # some catalogs are malformed
                continue
            for message in messages:
                if isinstance(message, str) and "%" not in message and "<" not in message and len(message) > 12:
                    yield re.sub(r"_(?=\w)", "", message)


def manuals(language: str):
    """Paragraphs of translated manual pages, roff marks dropped."""
    code = {"zh": "zh_CN", "pt": "pt_BR", "no": "nb"}.get(language, language)
    for path in sorted((SHARE / "man" / code).glob("man*/*.gz")):
        text = subprocess.run(["zcat", path], capture_output=True).stdout.decode("utf-8", "ignore")
        for block in re.split(r"\n\.(?:PP|P|LP|TP|SH|IP|SS|br)\b.*", text):
            if "\\f" not in block and "\n." not in block:
                yield " ".join(block.split())


def wordnet():
    """English glosses and example sentences: a wide everyday vocabulary."""
    for part in ("noun", "verb", "adj", "adv"):
        path = SHARE / "wordnet" / f"data.{part}"
        for line in path.read_text().splitlines() if path.exists() else []:
            if " | " in line:
                yield from (piece.strip(' "') for piece in line.split(" | ")[1].split(";"))


def bible():
    """The World English Bible, public domain: narrative prose and dialogue."""
    try:
        text = subprocess.run(["diatheke", "-b", "engWEB2015eb", "-k", "Genesis-Revelation"],
                              capture_output=True, text=True).stdout
    except FileNotFoundError:
        return
    for line in text.splitlines():
        yield re.sub(r"^[\w ]+ \d+:\d+:\s*|<[^>]*>", "", line)


def fortunes(language: str):
    for suffix in FORTUNES.get(language, []):
        for path in sorted((SHARE / "games" / "fortunes" / suffix).glob("*.u8")):
            for entry in path.read_text("utf-8", "ignore").split("\n%\n"):
                yield " ".join(re.sub(r"\n\s*--.*", "", entry, flags=re.S).split())


def prose(language: str):
    """Every paragraph found for a language, source after source."""
    for code in LIBREOFFICE.get(language, [language]):
        yield from pages(SHARE / "libreoffice" / "help" / code, "text/**/*.html")
    mallard = {"en": "C", "zh": "zh_CN", "pt": "pt_BR", "no": "nb"}.get(language, language)
    yield from pages(SHARE / "help" / mallard, "*/*.page")
    yield from pages(SHARE / "doc" / "debian-handbook" / "html" / HANDBOOK.get(language, f"{language}-{language.upper()}"), "*.html")
    yield from pages(SHARE / "doc" / "installation-guide-amd64" / {"pt": "pt_BR", "zh": "zh_CN"}.get(language, language), "*.html")
    yield from map(html.unescape, fortunes(language))
    if language == "en":
        yield from wordnet()
        yield from bible()
    else:
        yield from manuals(language)
        yield from catalogs(language)
