// SPDX-License-Identifier: Apache-2.0
// Keys of the server: listed, made, revoked.

import { codeView } from "./code.js";
import { agree, at, complain, copyText, day, make, quiet, show } from "./dom.js";
import { body, explain, key, request } from "./api.js";
import { UNITS } from "./usage.js";

const PATH = "/v1/admin/keys";
const SPANS = { minute: "a minute", day: "a day" };

const options = (words) => Object.entries(words).map(([value, textContent]) => make("option", { value, textContent }));

function facts(k) {
  const quotas = k.quotas.map((q) => `${q.amount.toLocaleString("en")} ${UNITS[q.unit] || q.unit} ${SPANS[q.span] || q.span}`);
  return [`${k.begins}…`, k.models ? `models ${k.models.join(", ")}` : "all models", k.voices && `voices ${k.voices.join(", ")}`,
    ...quotas, k.expires && `${k.state === "expired" ? "expired" : "good until"} ${day(k.expires)}`,
    k.used ? `last used ${day(k.used)}` : "never used"].filter(Boolean).join(" · ");
}

/** reload() is called when this page's own key has changed. */
export function keys(reload) {
  const form = at("keys-form"), list = at("keys-list"), quotas = at("keys-quotas");
  let all = [];
  const fail = (error) => complain(at("keys-error"), explain(error));

  async function revoke(k) {
    if (!(await agree(`Revoke the key “${k.name}”? Who uses it is refused from then on; this cannot be undone.`, "Revoke it"))) return;
    try {
      await request(`${PATH}/${encodeURIComponent(k.name)}`, { method: "DELETE" });
      await load();
      list.focus();
    } catch (error) {
      fail(error);
    }
  }

  function row(k) {
    const active = k.state === "active";
    const about = make("div", {}, make("strong", { textContent: k.name }), " ");
    if (k.admin) about.append(make("span", { className: "badge", textContent: "admin" }), " ");
    if (!active) about.append(make("span", { className: "badge bad", textContent: k.state }));
    about.append(make("br"), make("span", { textContent: facts(k) }));
    return make("li", {}, about, ...(active ? [quiet("Revoke", () => revoke(k), `Revoke ${k.name}`)] : []));
  }

  async function load() {
    try {
      all = (await (await request(PATH)).json()).data;
      complain(at("keys-error"), null);
    } catch (error) {
      fail(error);
      return;
    }
    const first = (k) => (k.state === "active" ? 0 : 1);
    list.replaceChildren(...[...all].sort((a, b) => first(a) - first(b)).map(row));
    show(at("keys-none"), all.length === 0);
    refresh();
    if (all.length === 0) at("keys-admin").checked = true;
  }

  function addQuota() {
    const item = make("li", { className: "quota" });
    const unit = make("select", { ariaLabel: "Quota counted in" }, ...options(UNITS));
    const amount = make("input", { type: "number", min: "1", step: "any", required: true, placeholder: "how many", ariaLabel: "How many" });
    const span = make("select", { ariaLabel: "In how long" }, ...options(SPANS));
    item.append(amount, unit, span, quiet("Remove", () => {
      item.remove();
      at("keys-quota").focus();
    }, "Remove this quota"));
    quotas.append(item);
    amount.focus();
  }

  function describe() {
    const json = { name: at("keys-called").value.trim(), admin: at("keys-admin").checked };
    const models = [...at("keys-models").querySelectorAll("input:checked")].map((box) => box.value);
    const voices = at("keys-voices").value.split(",").map((name) => name.trim()).filter(Boolean);
    const limits = [...quotas.children].map((item) => {
      const [amount, unit, span] = item.querySelectorAll("input, select");
      return `${unit.value}=${amount.value}/${span.value}`;
    });
    if (models.length) json.models = models;
    if (voices.length) json.voices = voices;
    if (limits.length) json.quotas = limits;
    if (at("keys-expires").value) json.expires = Math.floor(new Date(`${at("keys-expires").value}T23:59:59`).getTime() / 1000);
    return json;
  }
  const active = () => all.find((k) => k.state === "active") || { name: "NAME" };
  const refresh = codeView(at("keys-code"), { List: () => ({ path: PATH }),
    Make: () => ({ path: PATH, json: { ...describe(), name: at("keys-called").value.trim() || "NAME" } }),
    Revoke: () => ({ method: "DELETE", path: `${PATH}/${encodeURIComponent(active().name)}` }) });

  function reveal(made) {
    at("keys-name").textContent = made.name;
    at("keys-text").textContent = made.key;
    show(at("keys-new"), true);
    at("keys-copy").focus();
  }

  async function create() {
    const json = describe(), locks = all.length === 0 && !key.get();
    if (locks && !json.admin && !(await agree("From its first key on this server asks everybody for one, this page too. This one is no admin's, so nobody could make more keys here.", "Make it all the same"))) return;
    try {
      const made = await (await request(PATH, body({ json }))).json();
      if (locks) key.set(made.key); // else this page would be shut out
      form.reset();
      quotas.replaceChildren();
      at("keys-create").open = false;
      if (locks) await reload();
      await load();
      reveal(made);
    } catch (error) {
      fail(error);
    }
  }

  /** Names that a key may be limited to. */
  function offer(names) {
    const ticked = new Set([...at("keys-models").querySelectorAll("input:checked")].map((box) => box.value));
    at("keys-models").replaceChildren(...names.map((value) =>
      make("label", { className: "tick" }, make("input", { type: "checkbox", value, checked: ticked.has(value) }), value)));
  }

  form.addEventListener("input", refresh);
  at("keys-quota").addEventListener("click", addQuota);
  at("keys-copy").addEventListener("click", () => copyText(at("keys-text").textContent, at("keys-text"), at("keys-copied")));
  at("keys-done").addEventListener("click", () => {
    at("keys-text").textContent = "";
    show(at("keys-new"), false);
    list.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    create();
  });
  return { load, offer };
}
