// SPDX-License-Identifier: Apache-2.0
// Sources that a request brings along: texts that are pasted, files of text, and recordings, which are transcribed first.

import { body, explain, request } from "./api.js";
import { at, button, complain, dropZone, field, make, note, quiet, show, size } from "./dom.js";

export const SOURCES_MOST = 64;
const LARGEST = 8e6; // bytes of a file of text
const PATH = "/v1/audio/transcriptions";

/** The text of a file; a sentence is thrown where it has none. */
async function textOf(file) {
  if (file.size > LARGEST) throw new Error(`${file.name} is larger than ${size(LARGEST)}.`);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is neither text in UTF-8 nor a recording.`);
  }
  if (text.includes("\0")) throw new Error(`${file.name} is neither text in UTF-8 nor a recording.`);
  if (!text.trim()) throw new Error(`${file.name} is empty.`);
  return text;
}

async function heard(file, signal) {
  const form = [["model", "whisper-1"], ["response_format", "json"], ["file", file, file.name]];
  const { text } = await (await request(PATH, { ...body({ form }), signal })).json();
  if (!text.trim()) throw new Error(`Nothing is said in ${file.name}.`);
  return text;
}

/** The part of a form in which sources are given. `id` begins the ids in it; changed() is called when the list has changed. */
export class Sources {
  constructor(id, changed) {
    this.id = id;
    this.changed = changed;
    this.list = []; // {name, text}; text is null while a recording is transcribed
    const name = make("input", { autocomplete: "off", placeholder: "notes", spellcheck: false });
    const file = make("input", { id: `${id}-file`, className: "hidden-file", type: "file", multiple: true, accept: "text/*,.md,.txt,.csv,.json,audio/*,video/*" });
    const add = button(`${id}-add`, "Add this text");
    this.rows = make("ol", { id: `${id}-list`, className: "rows", ariaLabel: "Sources", tabIndex: -1, hidden: true });
    this.error = make("p", { id: `${id}-error`, className: "error", role: "alert", hidden: true });
    this.said = note("", { id: `${id}-note`, role: "status" });
    const drop = make("div", { className: "drop flat" }, make("label", { htmlFor: file.id, className: "button quiet", textContent: "Choose files" }), file,
      note("or drop text or recordings here; recordings are transcribed first"));
    this.element = make("fieldset", { id, className: "sources" }, make("legend", { textContent: "Sources" }), this.rows, drop,
      make("details", {}, make("summary", { textContent: "Paste a text" }), field(`${id}-text`, "Text", make("textarea", { rows: 4 })), field(`${id}-name`, "Name", name), make("div", { className: "row" }, add)),
      this.said, this.error);
    file.addEventListener("change", () => {
      for (const one of file.files) this.addFile(one);
      file.value = "";
    });
    dropZone(drop, (one) => this.addFile(one), true);
    add.addEventListener("click", () => this.addPasted());
    name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.addPasted();
    });
  }

  addPasted() {
    const text = at(`${this.id}-text`), name = at(`${this.id}-name`);
    if (!text.value.trim()) return complain(this.error, new Error("Paste a text first."));
    if (!this.push({ name: name.value.trim() || `text ${this.list.length + 1}`, text: text.value })) return;
    text.value = name.value = "";
    text.focus();
  }

  async addFile(file) {
    const source = { name: file.name, text: null, stop: new AbortController() };
    if (!this.push(source)) return;
    try {
      const sound = /^(audio|video)\//.test(file.type);
      source.text = sound ? await heard(file, source.stop.signal) : await textOf(file);
      if (sound) this.said.textContent = `${file.name} is transcribed.`;
      this.fill();
    } catch (error) {
      this.remove(source);
      complain(this.error, explain(error));
    }
  }

  push(source) {
    const room = this.list.length < SOURCES_MOST;
    complain(this.error, room ? null : new Error(`${SOURCES_MOST} sources are the most.`));
    if (!room) return false;
    this.list.push(source);
    this.fill();
    return true;
  }

  remove(source) {
    if (source.stop) source.stop.abort();
    this.list = this.list.filter((one) => one !== source);
    this.fill();
  }

  fill() {
    this.rows.replaceChildren(...this.list.map((source, i) => {
      const remove = quiet("Remove", () => {
        this.remove(source);
        this.said.textContent = `${source.name} is removed.`;
        (this.rows.querySelector("button") || this.element.querySelector("summary")).focus();
      }, `Remove ${source.name}`);
      const facts = source.text === null ? "being read …" : size(new Blob([source.text]).size);
      return make("li", {}, make("div", {}, make("strong", { textContent: `[${i + 1}] ${source.name}` }), " ", make("span", { textContent: facts })), remove);
    }));
    show(this.rows, this.list.length > 0);
    this.changed();
  }

  /** Whether all of them are read. */
  ready() {
    return this.list.every(({ text }) => text !== null);
  }

  /** As requests have them. */
  given() {
    return this.list.filter(({ text }) => text !== null).map(({ name, text }) => ({ name, text }));
  }
}
