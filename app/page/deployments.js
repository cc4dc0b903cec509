// SPDX-License-Identifier: Apache-2.0
// Deployments: names for models, with limits of their own. Listed, made, changed, removed.

import { body, explain, request } from "./api.js";
import { codeView } from "./code.js";
import { agree, at, complain, day, make, quiet, show } from "./dom.js";

const PATH = "/v1/deployments";
const LIMITS = { concurrent: "at once", audio_seconds: "seconds of audio", characters: "characters", megapixel_steps: "megapixel steps" };
const of = (name) => `${PATH}/${encodeURIComponent(name)}`;

function facts(d) {
  const limits = Object.entries(LIMITS).filter(([key]) => d[key]).map(([key, words]) => `${d[key].toLocaleString("en")} ${words}`);
  return [limits.length ? `at most ${limits.join(", ")}` : "no limits", `changed ${day(d.changed)}`].join(" · ");
}

/** changed() is called when names have come or gone. */
export function deployments(changed) {
  const form = at("deployments-form"), list = at("deployments-list"), edit = at("deployments-edit");
  const name = at("deployments-name"), model = at("deployments-model"), field = (key) => at(`deployments-${key}`);
  let all = [], turn = 0;

  const fail = (error) => complain(at("deployments-error"), explain(error));

  function describe() {
    const json = { model: model.value };
    for (const key of Object.keys(LIMITS)) if (field(key).value) json[key] = Number(field(key).value);
    return { method: "PUT", path: of(name.value.trim() || "NAME"), json };
  }
  const one = () => (all[0] || { name: "NAME" }).name;
  const refresh = codeView(at("deployments-code"), { List: () => ({ path: PATH }), "Make or change": describe,
    Remove: () => ({ method: "DELETE", path: of(one()) }) });

  /** The form for a deployment that is there, or for a new one. */
  function open(d) {
    form.reset();
    name.readOnly = Boolean(d);
    edit.querySelector("summary").textContent = d ? `Change ${d.name}` : "Make a deployment";
    at("deployments-go").textContent = d ? "Change it" : "Make it";
    show(at("deployments-leave"), Boolean(d));
    if (d) {
      name.value = d.name;
      if (![...model.options].some((o) => o.value === d.model)) model.append(make("option", { value: d.model, textContent: `${d.model} (not here)` }));
      model.value = d.model;
      for (const key of Object.keys(LIMITS)) field(key).value = d[key] || "";
      edit.open = true;
      model.focus();
    }
    refresh();
  }

  async function remove(d) {
    if (!(await agree(`Remove the deployment “${d.name}”? Requests that name it are refused from then on; what is under way is finished.`, "Remove it"))) return;
    try {
      await request(of(d.name), { method: "DELETE" });
      if (name.value === d.name) open(null);
      await load();
      list.focus();
      changed();
    } catch (error) {
      fail(error);
    }
  }

  function row(d) {
    const about = make("div", {}, make("strong", { textContent: d.name }), " ", make("span", { textContent: `stands for ${d.model}` }), " ");
    if (d.loaded) about.append(make("span", { className: "badge good", textContent: "in memory" }));
    about.append(make("br"), make("span", { textContent: facts(d) }));
    return make("li", {}, about, quiet("Change", () => open(d), `Change ${d.name}`), quiet("Remove", () => remove(d), `Remove ${d.name}`));
  }

  /** Where two are under way, the answer to the later one counts. */
  async function load() {
    const mine = ++turn;
    try {
      const { data } = await (await request(PATH)).json();
      if (mine !== turn) return;
      all = data;
      complain(at("deployments-error"), null);
    } catch (error) {
      fail(error);
      return;
    }
    list.replaceChildren(...all.map(row));
    show(at("deployments-none"), all.length === 0);
    refresh();
  }

  async function put() {
    const what = describe();
    try {
      const made = await (await request(what.path, body(what))).json();
      open(null);
      edit.open = false;
      await load();
      at("deployments-note").textContent = `${made.name} stands for ${made.model}.`;
      edit.querySelector("summary").focus();
      changed();
    } catch (error) {
      at("deployments-note").textContent = "";
      fail(error);
    }
  }

  /** Models of the machine, for which a deployment can stand. */
  function offer(names) {
    const before = model.value;
    model.replaceChildren(...names.map((value) => make("option", { value, textContent: value })));
    if (names.includes(before)) model.value = before;
  }

  form.addEventListener("input", refresh);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    put();
  });
  at("deployments-leave").addEventListener("click", () => {
    open(null);
    edit.open = false;
    edit.querySelector("summary").focus();
  });
  return { load, offer, names: () => all.map((d) => d.name) };
}
