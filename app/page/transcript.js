// SPDX-License-Identifier: Apache-2.0
// A transcript on the page, and as text and subtitles.

import { clock, make } from "./dom.js";

/** Words that can be clicked. One of them is in the tab order; arrow keys go to the others. */
export class Transcript {
  constructor(box, seek) {
    this.box = box;
    this.seek = seek;
    this.first = box.firstElementChild;
    this.empty();
    box.addEventListener("click", (event) => {
      const word = event.target.closest(".word");
      if (word) this.seek(Number(word.dataset.start));
    });
    box.addEventListener("focusin", (event) => event.target.closest(".word") && this.hold(event.target));
    box.addEventListener("keydown", (event) => this.press(event));
  }

  empty() {
    this.words = [];
    this.now = null;
    this.text = null;
    this.box.replaceChildren(this.first);
  }

  /** A piece of text that was just recognised. */
  add(piece) {
    if (!this.text) {
      this.text = make("p", { className: "arriving" });
      this.box.replaceChildren(this.text);
    }
    this.text.append(piece);
  }

  /** All of the text; said again only where it differs from what arrived. */
  replace(all) {
    if (!this.text) this.add("");
    if (this.text.textContent !== all) this.text.textContent = all || "Nothing was said, as far as the model can tell.";
  }

  /** The segments and words of verbose_json. The text is known already, so it is not announced again. */
  show({ segments, words = [] }) {
    const paragraphs = [];
    let next = 0;
    this.words = [];
    for (const segment of segments) {
      const line = make("p", { className: "segment" }, make("span", { className: "stamp", textContent: clock(segment.start) }));
      const last = segment === segments[segments.length - 1];
      let any = false;
      for (; next < words.length && (last || words[next].start < segment.end); next++) {
        const { word, start, end, probability } = words[next];
        const button = make("button", { type: "button", className: "word", textContent: word, tabIndex: -1 });
        button.dataset.start = start;
        button.title = `${start.toFixed(2)} to ${end.toFixed(2)} s${probability === undefined ? "" : `, ${Math.round(probability * 100)}% sure`}`;
        if (probability < 0.5) button.classList.add("unsure");
        this.words.push({ button, start, end });
        line.append(button, " ");
        any = true;
      }
      if (!any) line.append(segment.text.trim());
      for (const warning of segment.warnings || []) line.append(make("span", { className: "warning", textContent: warning.replaceAll("_", " ") }));
      paragraphs.push(line);
    }
    this.box.setAttribute("aria-live", "off");
    if (paragraphs.length) this.box.replaceChildren(...paragraphs);
    setTimeout(() => this.box.setAttribute("aria-live", "polite"), 1000);
    if (this.words.length) this.words[0].button.tabIndex = 0;
  }

  hold(button) {
    for (const { button: other } of this.words) other.tabIndex = other === button ? 0 : -1;
  }

  press(event) {
    const i = this.words.findIndex(({ button }) => button === document.activeElement);
    const to = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: this.words.length - 1 }[event.key];
    if (i < 0 || to === undefined) return;
    event.preventDefault();
    if (this.words[to]) this.words[to].button.focus();
  }

  /** The word that is said at a time. */
  mark(seconds) {
    const word = seconds > 0 ? this.words.findLast(({ start }) => start <= seconds + 0.02) : null;
    const now = word && seconds <= word.end + 0.3 ? word.button : null;
    if (now === this.now) return;
    if (this.now) {
      this.now.classList.remove("now");
      this.now.removeAttribute("aria-current");
    }
    this.now = now;
    if (now) {
      now.classList.add("now");
      now.setAttribute("aria-current", "true");
    }
  }
}

export const asText = (result) => `${result.segments.map((segment) => segment.text.trim()).join("\n")}\n`;

function stamp(seconds, point) {
  const ms = Math.round(seconds * 1000), two = (n) => String(Math.floor(n)).padStart(2, "0");
  return `${two(ms / 3600000)}:${two((ms / 60000) % 60)}:${two((ms / 1000) % 60)}${point}${String(ms % 1000).padStart(3, "0")}`;
}

/** Subtitles as srt or vtt. */
export function asSubtitles({ segments }, way) {
  const point = way === "srt" ? "," : ".";
  const cues = segments.map(({ start, end, text }, i) =>
    `${way === "srt" ? `${i + 1}\n` : ""}${stamp(start, point)} --> ${stamp(end, point)}\n${text.trim()}\n`);
  return `${way === "vtt" ? "WEBVTT\n\n" : ""}${cues.join("\n")}`;
}
