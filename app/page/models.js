// SPDX-License-Identifier: Apache-2.0
// The models of this server, as cards and in the rooms' lists.

import { at, make, show } from "./dom.js";
import { catalog, describe } from "./catalog.js";
import { codeView } from "./code.js";
import { explain, request } from "./api.js";
import { enter, taskRooms } from "./rooms.js";

const WORDS = { transcribe: "Speech to text", speak: "Text to speech", draw: "Text to pictures", chat: "Conversation" };

/** What a model is for, as far as the server or the catalog knows: tasks, or null. */
const tasksOf = (model, known) => model.tasks || (known ? [known.task] : null);

/** The models themselves; other names under which requests may ask for them are their `others`. */
function gather(list) {
  const own = list.filter((model) => !model.root || model.root === model.id);
  return own.map((model) => ({ ...model, others: list.filter((other) => other.root === model.id && other !== model).map(({ id }) => id) }));
}

function card(model, known) {
  const made = model.created ? new Date(model.created * 1000) : null;
  const facts = make("dl", {});
  if (model.others.length) {
    const names = make("dd", {});
    for (const name of model.others) names.append(make("code", { textContent: name }), " ");
    facts.append(make("dt", { textContent: "Also answers to" }), names);
  }
  if (made) facts.append(make("dt", { textContent: "On this machine since" }), make("dd", { textContent: made.toLocaleDateString("en", { dateStyle: "long" }) }));
  const rooms = taskRooms().filter(({ task }) => (model.tasks || []).includes(task));
  const row = make("div", { className: "row" });
  for (const { task, room, title } of rooms) {
    const button = make("button", { type: "button", className: "quiet", textContent: `${title} with it` });
    button.addEventListener("click", () => {
      const list = document.querySelector(`select[data-task=${task}]`);
      list.value = model.id;
      list.dispatchEvent(new Event("change", { bubbles: true }));
      list.dispatchEvent(new Event("input", { bubbles: true }));
      enter(room, true);
    });
    row.append(button);
  }
  const task = known ? WORDS[known.task] : "";
  const does = rooms.map(({ task }) => WORDS[task]).join(", ") || task || "What it does shows when a request first asks for it";
  return make("li", { className: "card" }, make("h2", { textContent: model.id }), make("p", { className: "note", textContent: does }), ...(known ? describe(known) : []), facts, row);
}

/** arrived() is called when a model has come. */
export function modelsRoom(arrived) {
  const refresh = codeView(at("models-code"), () => ({ path: "/v1/models", sdk: { call: "models.list", known: [] } }));

  const more = catalog(arrived);
  let known = [];

  /** False when there was no list to be had. */
  async function load() {
    let list = [], there = true, roots = [];
    show(at("models-error"), false);
    try {
      const all = (await (await request("/v1/models")).json()).data;
      list = gather(all);
      roots = all.map((model) => model.root || model.id);
    } catch (error) {
      there = false;
      show(at("models-error"), true);
      at("models-error").textContent = explain(error).message;
    }
    known = [...new Set(roots)];
    const facts = there ? await more.load() : new Map();
    at("cards").replaceChildren(...list.map((model) => card(model, facts.get(model.id))));
    for (const select of document.querySelectorAll("select.models")) {
      const before = select.value;
      const fit = list.filter((model) => (tasksOf(model, facts.get(model.id)) || [select.dataset.task]).includes(select.dataset.task));
      const choice = select.dataset.default ? [make("option", { value: select.dataset.default, textContent: "this server's choice" })] : [];
      select.replaceChildren(...choice, ...fit.map((model) => make("option", { value: model.id, textContent: model.id })));
      if (fit.some((model) => model.id === before)) select.value = before;
    }
    refresh();
    document.dispatchEvent(new CustomEvent("models", { detail: list }));
    return there;
  }
  // Names of the machine's own models, also of one in whose place a deployment stands.
  return { load, names: () => known };
}
