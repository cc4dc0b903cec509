// SPDX-License-Identifier: Apache-2.0
// Voices of a company's own: made of a recording and a consent, heard, deleted.

import { body, explain, request, warning } from "./api.js";
import { codeView } from "./code.js";
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
    fillBlend();
    refresh();
  }

  const file = (take) => [take.file || "", take.file ? take.file.name : `${take.name}.wav`];
  const describe = () => ({ path: PATH, form: [["name", value("name") || "NAME"], ["who", value("who") || "PERSON"], ["language", value("language")],
    ...["company", "about", "expires"].filter(value).map((name) => [name, value(name)]),
    ...(speak.model() ? [["model", speak.model()]] : []),
    ["audio_sample", ...file(sample)], ["consent", ...file(consent)]] });
  const share = () => Number(at("own-blend-share").value) / 100;
  const describeBlend = () => ({ path: PATH, json: { name: value("blend-name") || "NAME",
    blend: `${value("blend-one")}:${(1 - share()).toFixed(2)}+${value("blend-two")}:${share().toFixed(2)}`, ...(speak.model() ? { model: speak.model() } : {}) } });
  const refresh = codeView(at("own-code"), { List: () => ({ path: speak.model() ? `${PATH}?model=${encodeURIComponent(speak.model())}` : PATH }),
    Make: describe, Blend: describeBlend, Delete: () => ({ method: "DELETE", path: `${PATH}/${encodeURIComponent(speak.profiles().map((v) => v.id)[0] || "NAME")}` }) });

  /** Voices that are nobody's: only those may be blended. */
  function fillBlend() {
    const names = speak.voices().filter((v) => !v.profile || v.consent === "not needed").map((v) => v.id);
    for (const [i, id] of ["own-blend-one", "own-blend-two"].entries()) {
      const select = at(id), before = select.value;
      select.replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
      select.value = names.includes(before) ? before : names[Math.min(i, names.length - 1)] || "";
    }
  }

  function tellShare() {
    const two = Math.round(share() * 100);
    at("own-blend-now").textContent = two === 50 ? "half and half" : `${100 - two} % and ${two} %`;
  }

  async function blend() {
    const name = value("blend-name");
    const signal = work.begin("Blending …");
    try {
      await request(PATH, { ...body(describeBlend()), signal });
      await speak.load();
      speak.choose(name);
      at("own-blend-form").reset();
      at("own-blend-two").selectedIndex = 1;
      tellShare();
      at("own-blend").open = false;
      work.say(`Done: ${name} can speak.`);
    } catch (error) {
      work.fail(explain(error));
    } finally {
      work.end();
    }
  }

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
  at("own-blend-share").addEventListener("input", tellShare);
  at("own-blend-form").addEventListener("submit", (event) => {
    event.preventDefault();
    blend();
  });
  at("own").addEventListener("input", refresh);
  speak.changed(fill);

  /** Whether the key may make voices. */
  function load(may) {
    allowed = Boolean(may);
    fill();
  }
  return { load };
}
