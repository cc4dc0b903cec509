// SPDX-License-Identifier: Apache-2.0
// The room where words become pictures.

import { body, events, explain, request, warning } from "./api.js";
import { codeView } from "./code.js";
import { Work, at, make, show } from "./dom.js";

const KNOWN = ["model", "prompt", "image", "size", "stream", "partial_images"];
const NUMBERS = ["seed", "steps", "guidance", "partial_images"];
const SEEDS = 1e6; // short enough to be told to others

const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

export function drawRoom() {
  const form = at("draw-form"), picture = at("picture"), caption = at("draw-caption");
  const seed = at("draw-seed"), file = at("draw-image");
  const work = new Work("draw");
  let reference = null, shown = null;

  const describe = () => {
    const all = { model: at("draw-model").value, prompt: at("draw-prompt").value, size: at("draw-size").value.trim() || "auto", stream: true, partial_images: 3 };
    for (const name of ["negative", "seed", "steps", "guidance"]) {
      const value = at(`draw-${name}`).value.trim();
      if (value) all[name] = name === "negative" ? value : Number(value);
    }
    const sdk = { call: reference ? "images.edit" : "images.generate", known: KNOWN, result: "picture" };
    if (!reference) return { path: "/v1/images/generations", json: all, stream: true, out: "picture.png", sdk };
    return { path: "/v1/images/edits", stream: true, out: "picture.png", numbers: NUMBERS, sdk,
      form: [...Object.entries(all).map(([name, value]) => [name, String(value)]), ["image", reference, reference.name]] };
  };
  const refresh = codeView(at("draw-code"), describe);

  function goBy(chosen) {
    reference = chosen;
    at("draw-reference").textContent = chosen ? chosen.name : "none";
    show(at("draw-unreference"), Boolean(chosen));
    if (!chosen) file.value = "";
    refresh();
  }

  /** A finished picture on the stage, with what can be done with it. */
  function stage(drawn) {
    shown = drawn;
    picture.src = drawn.url;
    picture.alt = drawn.prompt;
    show(picture, true);
    picture.classList.remove("forming");
    caption.className = "";
    caption.textContent = `${drawn.prompt} · ${drawn.size} · seed ${drawn.seed}`;
    at("draw-download").href = drawn.url;
    at("draw-download").download = `picture-${drawn.seed}.png`;
    show(at("draw-saves"), true);
  }

  function hang(drawn) {
    const button = make("button", { type: "button" }, make("img", { src: drawn.url, alt: `${drawn.prompt}, seed ${drawn.seed}`, loading: "lazy" }));
    button.addEventListener("click", () => stage(drawn));
    at("gallery").prepend(make("li", {}, button));
    show(at("gallery-heading"), true);
  }

  function partial(event) {
    const before = picture.src;
    picture.src = URL.createObjectURL(new Blob([bytesOf(event.b64_json)]));
    if (picture.classList.contains("forming")) URL.revokeObjectURL(before);
    picture.classList.add("forming");
    picture.alt = "The picture as it looks so far";
    show(picture, true);
    work.say(`Drawing … look ${event.partial_image_index + 1} of 3`);
  }

  function completed(event, prompt) {
    const blob = new Blob([bytesOf(event.b64_json)], { type: `image/${event.output_format}` });
    const drawn = { url: URL.createObjectURL(blob), blob, prompt, seed: event.seed, size: event.size };
    stage(drawn);
    hang(drawn);
  }

  async function draw() {
    const what = describe(), prompt = at("draw-prompt").value, began = performance.now();
    const signal = work.begin("Drawing …");
    show(at("draw-saves"), false);
    caption.className = "empty";
    caption.textContent = "";
    try {
      const response = await request(what.path, { ...body(what), signal });
      for await (const event of events(response))
        if (event.type.endsWith(".partial_image")) partial(event);
        else if (event.type.endsWith(".completed")) completed(event, prompt);
      work.say(`Done in ${((performance.now() - began) / 1000).toFixed(1)} seconds. ${warning(response)}`);
    } catch (error) {
      show(picture, Boolean(shown));
      if (shown) stage(shown);
      work.fail(explain(error));
    } finally {
      work.end();
    }
  }

  const dice = () => {
    seed.value = Math.floor(Math.random() * SEEDS);
    refresh();
  };
  at("draw-dice").addEventListener("click", dice);
  at("draw-vary").addEventListener("click", () => {
    dice();
    draw();
  });
  at("draw-edit").addEventListener("click", () => {
    goBy(new File([shown.blob], `picture-${shown.seed}.png`, { type: shown.blob.type }));
    at("draw-prompt").focus();
  });
  file.addEventListener("change", () => file.files[0] && goBy(file.files[0]));
  at("draw-unreference").addEventListener("click", () => goBy(null));
  form.addEventListener("input", refresh);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (at("draw-prompt").value.trim()) draw();
    else work.fail(explain(new Error("Say what to draw.")));
  });
}
