// SPDX-License-Identifier: Apache-2.0
// Voices of a company's own: made of a recording and a consent, heard, deleted.

import { body, explain, request, warning } from "./api.js";
import { Work, agree, at, day, dropZone, languageName, make, quiet, show, size } from "./dom.js";
import { Recorder } from "./record.js";

const PATH = "/v1/audio/voices";
const LANGUAGES = "ar cs da de en es fi fr hi hu id it ja ko nl no pl pt ro ru sv th tr vi zh".split(" ");
const CONSENT = { checked: ["consent checked", "good"], unchecked: ["consent not checked", ""], denied: ["consent denied", "bad"], "not needed": ["a blend", ""] };
const TYPING = 300; // milliseconds without a key until the sentence is asked for

/** One of the two recordings, `sample` or `consent`: chosen, dropped or recorded; it can be heard before it is sent. */
class Take {
  constructor(name, idle, failed) {
    Object.assign(this, { name, file: null });
    const chosen = (file) => this.set(file);
    at(`own-${name}-file`).addEventListener("change", (event) => event.target.files[0] && chosen(event.target.files[0]));
    dropZone(at(`own-${name}`), chosen);
    this.recorder = new Recorder(at(`own-${name}-record`), at(`own-${name}-text`), chosen, failed, idle);
  }

  set(file) {
    const audio = at(`own-${this.name}-audio`);
    this.file = file;
    if (audio.src) URL.revokeObjectURL(audio.src);
    if (file) audio.src = URL.createObjectURL(file);
    else audio.removeAttribute("src");
    show(audio, Boolean(file));
    at(`own-${this.name}-name`).textContent = file ? `${file.name}, ${size(file.size)}` : "";
    if (!file) at(`own-${this.name}-file`).value = "";
  }
}

export function profiles(speak) {
  const work = new Work("own"), form = at("own-form");
  const failed = (problem) => work.fail(problem);
  const sample = new Take("sample", "Record the voice", failed), consent = new Take("consent", "Record the consent", failed);
  const value = (name) => at(`own-${name}`).value.trim();
  let allowed = false, timer = 0;

  const here = LANGUAGES.includes(navigator.language.slice(0, 2)) ? navigator.language.slice(0, 2) : "en";
  at("own-language").append(...LANGUAGES.map((code) =>
    make("option", { value: code, textContent: languageName(code), defaultSelected: code === here })));

  async function askSentence() {
    const names = new URLSearchParams({ who: value("who"), company: value("company"), language: value("language") });
    try {
      at("own-sentence").textContent = (await (await request(`/v1/audio/voice_consents?${names}`)).json()).sentence;
      at("own-sentence").lang = value("language");
    } catch (error) {
      work.fail(explain(error));
    }
  }

  function hear(voice) {
    speak.choose(voice.id);
    speak.speak();
  }

  async function end(voice) {
    if (!(await agree(`Delete the voice “${voice.name}” for good? With it goes the record of the consent.`, "Delete it"))) return;
    try {
      await request(`${PATH}/${encodeURIComponent(voice.id)}`, { method: "DELETE" });
      await speak.load();
      work.say(`The voice ${voice.name} is deleted.`);
      at("own-new").querySelector("summary").focus();
    } catch (error) {
      work.fail(explain(error));
    }
  }

  function row(voice) {
    const [word, kind] = CONSENT[voice.consent] || [voice.consent, ""];
    const about = [voice.language && languageName(voice.language), voice.about, `made ${day(voice.created)}`,
      voice.expires && `good until ${day(voice.expires)}`].filter(Boolean).join(" · ");
    return make("li", {}, make("div", {}, make("strong", { textContent: voice.name }), " ",
      make("span", { className: `badge ${kind}`, textContent: word }), make("br"), make("span", { textContent: about })),
    quiet("Hear", () => hear(voice), `Hear ${voice.name}`), quiet("Delete", () => end(voice), `Delete ${voice.name}`));
  }

  function fill() {
    const list = speak.profiles();
    show(at("own"), allowed);
    show(at("own-empty"), list.length === 0);
    at("own-list").replaceChildren(...list.map(row));
  }

  const describe = () => ({ form: [["name", value("name")], ["who", value("who")], ["language", value("language")],
    ...["company", "about", "expires"].filter(value).map((name) => [name, value(name)]),
    ...(speak.model() ? [["model", speak.model()]] : []),
    ["audio_sample", sample.file, sample.file.name], ["consent", consent.file, consent.file.name]] });

  async function create() {
    const name = value("name");
    const signal = work.begin("Listening to the recordings …");
    try {
      const response = await request(PATH, { ...body(describe()), signal });
      const warned = warning(response);
      await speak.load();
      speak.choose(name);
      form.reset();
      sample.set(null);
      consent.set(null);
      at("own-new").open = false;
      askSentence();
      work.say(`Done: ${name} can speak.${warned ? ` Note that ${warned}.` : ""}`);
    } catch (error) {
      work.fail(explain(error));
    } finally {
      work.end();
    }
  }

  for (const name of ["who", "company", "language"])
    at(`own-${name}`).addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(askSentence, TYPING);
    });
  at("own-new").addEventListener("toggle", () => at("own-new").open && askSentence());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const take of [sample, consent]) take.recorder.stop();
    if (!sample.file) work.fail(explain(new Error("A recording of the voice is missing.")));
    else if (!consent.file) work.fail(explain(new Error("A recording of the consent is missing.")));
    else create();
  });
  speak.changed(fill);

  /** Whether the key may make voices. */
  function load(may) {
    allowed = Boolean(may);
    fill();
  }
  return { load };
}
