// SPDX-License-Identifier: Apache-2.0
// What the catalog knows of models, and those that can be fetched, with how far they are.

import { explain, request } from "./api.js";
import { at, complain, languageName, make, quiet, show, size } from "./dom.js";

const TASKS = { transcribe: "Speech to text", speak: "Text to speech", draw: "Text to pictures", chat: "Conversation" };
const SOON = 1000; // milliseconds between two looks at what is on its way
const NAMED = 4; // languages that are named at once

const megabytes = (n) => (n >= 1000 ? `${(n / 1000).toFixed(1)} GB` : `${n} MB`);
const underWay = (pull) => Boolean(pull) && ["queued", "running"].includes(pull.status);

function languages(codes) {
  const names = codes.map(languageName), first = names.slice(0, NAMED).join(", ");
  if (names.length <= NAMED + 1) return [names.join(", ")];
  return [`${first} and ${names.length - NAMED} more`,
    make("details", {}, make("summary", { textContent: "All of them" }), names.slice().sort((a, b) => a.localeCompare(b)).join(", "))];
}

const fact = (name, ...value) => make("div", {}, make("dt", { textContent: name }), make("dd", {}, ...value));

/** What the catalog says of a model: elements for its card. */
export function describe(model) {
  const parts = [];
  if (model.about) parts.push(make("p", { className: "note", textContent: `${model.about[0].toUpperCase()}${model.about.slice(1)}.` }));
  const short = make("dl", { className: "short" });
  if (model.megabytes) short.append(fact("Size", megabytes(model.megabytes)));
  if (model.memory_megabytes) short.append(fact("Memory at work", megabytes(model.memory_megabytes)));
  if (model.licence) short.append(fact("Licence", model.licence));
  parts.push(short);
  if (model.languages.length) parts.push(make("dl", {}, fact("Languages", ...languages(model.languages))));
  if (model.card) parts.push(make("details", {}, make("summary", { textContent: "About it" }), make("p", { textContent: model.card })));
  return parts;
}

function progressWords({ status, cancelling, done, total, files, files_done: finished }) {
  if (cancelling) return "Being stopped …";
  if (status === "queued") return "Waits for its turn …";
  if (!files) return "Asking what there is …";
  return `${size(done)}${total ? ` of ${size(total)}` : ""}, ${finished} of ${files} files`;
}

function endWords(pull) {
  if (!pull) return "";
  if (pull.status === "failed") return pull.error.message;
  return pull.status === "cancelled" ? "Stopped. What has come stays and is continued." : "";
}

/** arrived() is called when a model has come. */
export function catalog(arrived) {
  const rows = new Map();
  let models = [], repos = [], may = false, seen = false, timer = 0, came = "";

  // A repository's name has a slash, which stays one.
  const path = (model) => `/v1/models/${model.name.split("/").map(encodeURIComponent).join("/").replace("hf%3A", "hf:")}/pull`;
  const all = () => [...models, ...repos];

  async function act(model, method) {
    try {
      const pull = await (await request(path(model), { method })).json();
      for (const now of all()) if (now.name === model.name) now.pull = pull;
      if (model.asked) repos = [...repos.filter((now) => now.name !== model.name), { ...model, pull }];
      came = "";
      complain(at("catalog-error"), null);
    } catch (error) {
      complain(at("catalog-error"), explain(error));
    }
    fill();
    watch();
  }

  function buttons(model) {
    if (!may) return [];
    if (underWay(model.pull)) return [quiet("Stop", () => act(model, "DELETE"), `Stop fetching ${model.name}`)];
    return [quiet(model.pull ? "Fetch again" : "Fetch", () => act(model, "POST"), `Fetch ${model.name}`)];
  }

  /** A card is made anew only when its state changes, so that nobody loses the place on it. */
  function card(model) {
    const mark = model.pull ? `${model.pull.status} ${model.pull.cancelling}` : "";
    let known = rows.get(model.name);
    if (!known) rows.set(model.name, (known = { element: make("li", { className: "card" }), mark: null }));
    if (known.mark !== mark) {
      const held = known.element.contains(document.activeElement), row = make("div", { className: "row" }, ...buttons(model));
      known.mark = mark;
      known.bar = underWay(model.pull) ? make("progress", { ariaLabel: `How far ${model.name} is` }) : null;
      known.words = make("span", { className: "note" });
      if (known.bar) row.prepend(known.bar, known.words);
      const bad = model.pull && model.pull.status === "failed";
      const ending = make("p", { className: bad ? "error" : "note", textContent: endWords(model.pull) });
      known.element.replaceChildren(make("h3", { textContent: model.name }), make("p", { className: "note", textContent: TASKS[model.task] || model.task || "From the hub" }),
        ...describe(model), ...(ending.textContent ? [ending] : []), row);
      if (held) (known.element.querySelector("button") || known.element.parentElement || at("catalog")).focus();
    }
    if (known.bar) {
      const { done, total } = model.pull;
      if (total && model.pull.status === "running") known.bar.value = done / total;
      known.words.textContent = progressWords(model.pull);
    }
    return known.element;
  }

  function fill() {
    const list = models.filter((model) => model.repo && !model.here);
    const asked = repos.filter((model) => model.pull.status !== "succeeded");
    for (const [place, cards] of [[at("catalog"), list.map(card)], [at("repos"), asked.map(card)]])
      if (cards.length !== place.children.length || cards.some((element, i) => place.children[i] !== element)) place.replaceChildren(...cards);
    show(at("repos"), asked.length > 0);
    show(at("repo-form"), may);
    show(at("catalog-part"), list.length > 0 || may);
    const moving = [...list, ...asked].filter((model) => underWay(model.pull)).length;
    const words = moving ? `${moving} on ${moving === 1 ? "its" : "their"} way` : may ? came : "The server fetches them for keys of admins, unless it is kept offline.";
    if (at("catalog-note").textContent !== words) at("catalog-note").textContent = words;
  }

  /** What the catalog says of each model, by its name. */
  async function load() {
    const before = new Set(all().filter((model) => underWay(model.pull)).map((model) => model.name));
    try {
      const answer = await (await request("/v1/catalog")).json();
      models = answer.data;
      repos = answer.pulls.map((pull) => ({ name: pull.model, repo: pull.model.slice("hf:".length), languages: [], pull }));
      may = answer.can_pull;
    } catch {
      models = repos = []; // a server without a catalog
      may = false;
    }
    fill();
    const here = all().filter((model) => (model.here || (model.pull && model.pull.status === "succeeded")) && before.has(model.name));
    if (here.length) {
      came = `${here.map((model) => model.name).join(", ")} is here.`;
      fill();
      arrived();
    }
    return new Map(models.map((model) => [model.name, model]));
  }

  function watch() {
    clearTimeout(timer);
    if (seen && all().some((model) => underWay(model.pull))) timer = setTimeout(() => load().then(watch), SOON);
  }

  at("repo-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = at("repo-name").value.trim().replace(/^(hf:|https?:\/\/[^/]+\/)/, "").replace(/\/$/, "");
    if (!/^[\w.-]+\/[\w.-]+(@[\w.-]+)?$/.test(name)) return void complain(at("catalog-error"), explain(new Error("A repository is written as OWNER/NAME.")));
    act({ name: `hf:${name}`, repo: name, languages: [], asked: true }, "POST");
    at("repo-name").value = "";
  });
  document.addEventListener("suggest", ({ detail: repo }) => {
    if (!may) return;
    at("repo-name").value = repo;
    at("repo-name").focus();
  });
  document.addEventListener("room", ({ detail: room }) => {
    seen = room === "models";
    if (seen && models.length) load().then(watch);
  });
  return { load };
}
