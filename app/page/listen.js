// SPDX-License-Identifier: Apache-2.0
// The room where recordings become text: first as it is recognised, then with the time of each word.

import { body, events, explain, request } from "./api.js";
import { codeView } from "./code.js";
import { Work, at, dropZone, languageName, save, show, size } from "./dom.js";
import { Recorder } from "./record.js";
import { Transcript, asText, asSubtitles } from "./transcript.js";
import { Wave } from "./wave.js";

const PATH = "/v1/audio/transcriptions";
const KNOWN = ["model", "file", "language", "response_format", "stream", "timestamp_granularities"];

export function listenRoom() {
  const form = at("listen-form"), audio = at("listen-audio");
  const work = new Work("listen");
  const transcript = new Transcript(at("transcript"), (seconds) => {
    wave.seek(seconds);
    audio.play().catch(() => {});
  });
  const wave = new Wave({ canvas: at("wave"), audio, button: at("listen-play"), time: at("listen-time"),
    moved: (seconds) => transcript.mark(seconds) });
  let file = null, result = null;

  const describe = (stream) => {
    const list = [["model", at("listen-model").value]];
    const language = at("listen-language").value.trim(), phrases = at("listen-phrases").value.trim();
    if (language) list.push(["language", language]);
    if (phrases) list.push(["phrases", phrases]);
    if (stream) list.push(["stream", "true"]);
    else list.push(["response_format", "verbose_json"], ["timestamp_granularities[]", "word"]);
    list.push(["file", file || "", file ? file.name : "recording.wav"]);
    return { path: PATH, form: list, stream, sdk: { call: "audio.transcriptions.create", known: KNOWN, result: "words" } };
  };
  const refresh = codeView(at("listen-code"), () => describe(false));
  form.addEventListener("input", refresh);

  async function choose(chosen) {
    file = chosen;
    result = null;
    transcript.empty();
    at("listen-facts").textContent = "";
    show(at("listen-saves"), false);
    at("listen-name").textContent = `${file.name}, ${size(file.size)}`;
    if (audio.src) URL.revokeObjectURL(audio.src);
    audio.src = URL.createObjectURL(file);
    refresh();
    const seen = await wave.load(await file.arrayBuffer());
    work.say(seen ? "" : "The browser cannot show this file's sound; the server may read it all the same.");
  }

  async function transcribe() {
    const chosen = file, began = performance.now();
    const signal = work.begin("Listening …");
    transcript.empty();
    show(at("listen-saves"), false);
    try {
      const live = await request(PATH, { ...body(describe(true)), signal });
      for await (const event of events(live))
        if (event.type === "transcript.text.delta") transcript.add(event.delta);
        else if (event.type === "transcript.text.done") transcript.replace(event.text);
      const seconds = (performance.now() - began) / 1000;
      work.say("Looking for the time of each word …");
      const timed = await request(PATH, { ...body(describe(false)), signal });
      const found = await timed.json();
      if (chosen !== file) return;
      result = found;
      transcript.show(result);
      tell(seconds);
      show(at("listen-saves"), result.segments.length > 0);
      work.say("Done.");
    } catch (error) {
      work.fail(explain(error));
    } finally {
      work.end();
    }
  }

  function tell(seconds) {
    const sure = result.language_probability;
    const language = languageName(result.language_code || result.language);
    const facts = [
      `${language}${sure ? ` (${Math.round(sure * 100)}% sure)` : ""}`,
      `${result.duration.toFixed(1)} seconds of sound`, `${(result.words || []).length} words`,
      `read in ${seconds.toFixed(1)} seconds`];
    if (result.damaged) facts.push("the file is damaged: part of it may be missing");
    at("listen-facts").textContent = facts.join(" · ");
  }

  const recorder = new Recorder(at("record"), at("record-text"), (made) => choose(made), (problem) => work.fail(problem));
  at("listen-file").addEventListener("change", (event) => event.target.files[0] && choose(event.target.files[0]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    recorder.stop();
    if (file) transcribe();
    else work.fail(explain(new Error("Choose a file or record something first.")));
  });
  dropZone(at("drop"), choose);
  at("listen-saves").addEventListener("click", (event) => {
    const way = event.target.dataset.save;
    if (!way || !result) return;
    const text = way === "json" ? JSON.stringify(result, null, 2) : way === "txt" ? asText(result) : asSubtitles(result, way);
    save(new Blob([text], { type: "text/plain" }), `${file.name.replace(/\.[^.]*$/, "")}.${way}`);
  });
}
