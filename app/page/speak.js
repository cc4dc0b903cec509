// SPDX-License-Identifier: Apache-2.0
// The room where text becomes sound.

import { body, explain, request, warning } from "./api.js";
import { codeView } from "./code.js";
import { Work, at, languageName, make, show, size } from "./dom.js";
import { playStream, wavFile } from "./sound.js";
import { Wave } from "./wave.js";

const PATH = "/v1/audio/speech";
const TYPES = { wav: "audio/wav", mp3: "audio/mpeg", opus: "audio/ogg", flac: "audio/flac", aac: "audio/aac", m4a: "audio/mp4" };
const KNOWN = ["model", "input", "voice", "speed", "response_format", "stream_format"];

/** What is between two voices of a list in other respects than their name. */
const aboutVoice = (voice) => [voice.language && languageName(voice.language), voice.gender, voice.about].filter(Boolean).join(", ");

function inList(voice) {
  const about = [voice.language && languageName(voice.language), voice.gender].filter(Boolean).join(", ");
  return about ? `${voice.name} (${about})` : voice.name;
}

export function speakRoom() {
  const form = at("speak-form"), audio = at("speak-audio");
  const text = at("speak-text"), model = at("speak-model"), filter = at("speak-filter"), voice = at("speak-voice");
  const speed = at("speak-speed"), format = at("speak-format"), download = at("speak-download");
  const work = new Work("speak");
  const wave = new Wave({ canvas: at("speak-wave"), audio, button: at("speak-play"), time: at("speak-time") });
  let voices = [], tell = () => {};

  const describe = () => {
    const json = { model: model.value, input: text.value, response_format: format.value, stream_format: "audio" };
    if (voice.value) json.voice = voice.value;
    if (filter.value) json.language = filter.value;
    if (Number(speed.value) !== 1) json.speed = Number(speed.value);
    return { path: PATH, json, out: `speech.${format.value}`,
      sdk: { call: "audio.speech.with_streaming_response.create", known: KNOWN, result: "file" } };
  };
  const refresh = codeView(at("speak-code"), describe);

  function fillVoices() {
    const before = voice.value;
    const fit = voices.filter((v) => !filter.value || v.language === filter.value);
    voice.replaceChildren(make("option", { value: "", textContent: "the best" }),
      ...fit.map((v) => make("option", { value: v.id, textContent: inList(v) })));
    if (fit.some((v) => v.id === before)) voice.value = before;
    at("voice-list").replaceChildren(...fit.map((v) => {
      const button = make("button", { type: "button", className: "quiet" }, make("strong", { textContent: v.name }), make("span", { textContent: aboutVoice(v) }));
      button.setAttribute("aria-pressed", String(v.id === voice.value));
      button.addEventListener("click", () => {
        voice.value = v.id;
        markVoice();
        refresh();
      });
      button.dataset.voice = v.id;
      return make("li", {}, button);
    }));
  }

  function markVoice() {
    for (const button of at("voice-list").querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.voice === voice.value));
  }

  /** Voices of the chosen model, and the languages that they speak. */
  async function loadVoices() {
    const name = model.value === model.dataset.default ? "" : `?model=${encodeURIComponent(model.value)}`;
    try {
      voices = (await (await request(`/v1/audio/voices${name}`)).json()).data;
    } catch (error) {
      voices = [];
      work.fail(explain(error));
    }
    const codes = [...new Set(voices.map((v) => v.language).filter(Boolean))];
    codes.sort((a, b) => languageName(a).localeCompare(languageName(b)));
    const before = filter.value;
    filter.replaceChildren(make("option", { value: "", textContent: "any" }),
      ...codes.map((code) => make("option", { value: code, textContent: languageName(code) })));
    if (codes.includes(before)) filter.value = before;
    fillVoices();
    refresh();
    tell();
  }

  /** The finished sound, to be played again and kept. */
  async function keep({ bytes, rate }, asked) {
    const heard = asked === "pcm" ? wavFile(bytes, rate) : new Blob([bytes], { type: TYPES[asked] });
    const kept = asked === "pcm" ? new Blob([bytes]) : heard;
    for (const url of [audio.src, download.href]) if (url.startsWith("blob:")) URL.revokeObjectURL(url);
    audio.src = URL.createObjectURL(heard);
    download.href = URL.createObjectURL(kept);
    download.download = `speech.${asked}`;
    download.textContent = `Download ${asked}, ${size(kept.size)}`;
    show(at("speak-saves"), true);
    await wave.load(await heard.arrayBuffer());
  }

  async function speak() {
    const asked = format.value, began = performance.now();
    const since = () => ((performance.now() - began) / 1000).toFixed(2);
    const signal = work.begin("Waiting for the first sound …");
    let first = "";
    audio.pause();
    show(at("speak-empty"), false);
    show(at("speak-saves"), false);
    at("speak-facts").textContent = "";
    try {
      const response = await request(PATH, { ...body(describe()), signal });
      const sound = await playStream(response, asked, { audio, signal,
        first: () => {
          first = since();
          work.say("Speaking …");
        },
        progress: () => {} });
      const whole = since();
      if (sound.played) await sound.played;
      await keep(sound, asked);
      if (!sound.played) audio.play().catch(() => {});
      at("speak-facts").textContent = [`first sound after ${first} s`, `all of it after ${whole} s`,
        `${wave.length.toFixed(1)} seconds long`, warning(response)].filter(Boolean).join(" · ");
      work.say("Done.");
    } catch (error) {
      work.fail(explain(error));
    } finally {
      work.end();
    }
  }

  const count = () => (at("speak-count").textContent = `${[...text.value].length} characters`);
  text.addEventListener("input", count);
  speed.addEventListener("input", () => (at("speak-speed-now").textContent = Number(speed.value).toFixed(2)));
  model.addEventListener("change", loadVoices);
  filter.addEventListener("change", fillVoices);
  voice.addEventListener("change", markVoice);
  form.addEventListener("input", refresh);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value.trim()) speak();
    else work.fail(explain(new Error("There is no text to speak.")));
  });
  count();

  /** Chooses a voice, whatever languages are shown. */
  function choose(id) {
    filter.value = "";
    fillVoices();
    voice.value = id;
    markVoice();
    refresh();
  }
  return { load: loadVoices, choose, speak, model: () => (model.value === model.dataset.default ? "" : model.value),
    voices: () => voices, profiles: () => voices.filter((v) => v.profile), changed: (told) => (tell = told) };
}
