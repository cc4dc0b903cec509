// SPDX-License-Identifier: Apache-2.0
// The playground: tabs, theme, key, and what this server can do.

import { adminRoom } from "./admin.js";
import { key, request } from "./api.js";
import { at, languageName, make, show } from "./dom.js";
import { drawRoom } from "./draw.js";
import { listenRoom } from "./listen.js";
import { modelsRoom } from "./models.js";
import { profiles } from "./profiles.js";
import { speakRoom } from "./speak.js";

const ROOMS = ["listen", "speak", "draw", "models", "admin"];
const THEMES = ["system", "light", "dark"];
const LANGUAGES = "ar cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh".split(" ");

/** Those that this key may enter. */
const rooms = () => ROOMS.filter((room) => !at(`tab-${room}`).hidden);

function enter(room, focus) {
  for (const name of ROOMS) {
    const tab = at(`tab-${name}`), chosen = name === room;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    show(at(name), chosen);
    if (chosen && focus) tab.focus();
  }
  if (location.hash.slice(1) !== room) history.replaceState(null, "", `#${room}`);
  document.dispatchEvent(new CustomEvent("room", { detail: room }));
}

const wanted = () => (rooms().includes(location.hash.slice(1)) ? location.hash.slice(1) : "listen");

function tabs() {
  for (const room of ROOMS) {
    at(`tab-${room}`).addEventListener("click", () => enter(room));
    at(`tab-${room}`).addEventListener("keydown", (event) => {
      const open = rooms(), i = open.indexOf(room);
      const to = { ArrowRight: i + 1, ArrowLeft: i + open.length - 1, Home: 0, End: open.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      enter(open[to % open.length], true);
    });
  }
  addEventListener("hashchange", () => enter(wanted()));
  enter(wanted());
}

/** The switch goes round: as the system is, light, dark. */
function themes() {
  const button = at("theme");
  const set = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    localStorage.setItem("inhouse-theme", theme);
    button.textContent = `Theme: ${theme}`;
    document.dispatchEvent(new Event("theme"));
  };
  const now = () => document.documentElement.dataset.theme || "system";
  button.addEventListener("click", () => set(THEMES[(THEMES.indexOf(now()) + 1) % THEMES.length]));
  const kept = localStorage.getItem("inhouse-theme");
  if (THEMES.includes(kept)) set(kept);
}

/** What the server can do, without a key. */
async function look() {
  const state = at("state");
  try {
    const ready = await (await request("/readyz")).json();
    const can = [["transcribe", "listen"], ["speak", "speak"], ["draw", "draw"]];
    const able = can.filter(([task]) => ready[task]).map(([, word]) => word);
    state.textContent = `Ready to ${able.join(", ").replace(/, ([^,]*)$/, " and $1")}`;
    state.dataset.ready = "yes";
    for (const [task, room] of can)
      if (!ready[task]) at(`${room}-note`).textContent = "This server has no model for it.";
    return ready;
  } catch (problem) {
    state.textContent = problem.message;
    state.dataset.ready = "no";
    return {};
  }
}

function openKey(open) {
  show(at("key-form"), open);
  at("key-button").setAttribute("aria-expanded", String(open));
  if (open) at("key").focus();
}

async function start() {
  const first = location.hash.slice(1);
  const models = modelsRoom(), speak = speakRoom(), own = profiles(speak);
  const admin = adminRoom({ enter, reload: () => load(), models: models.names });
  listenRoom();
  drawRoom();
  tabs();
  themes();
  at("languages").append(...LANGUAGES.map((code) => make("option", { value: code, label: languageName(code) })));
  let can = {};
  const load = async () => {
    at("key-button").textContent = key.get() ? "Key: set" : "Key";
    if (!(await models.load())) {
      openKey(!key.get() || at("key-form").hidden);
      admin.load({});
      own.load(false);
      return;
    }
    const may = await (await request("/v1/key")).json();
    admin.load(may);
    own.load(can.speak && may.admin);
    if (can.speak) await speak.load();
  };
  at("key-button").addEventListener("click", () => openKey(at("key-form").hidden));
  at("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    key.set(at("key").value.trim());
    at("key").value = "";
    openKey(false);
    load();
  });
  at("key-forget").addEventListener("click", () => {
    key.set("");
    openKey(false);
    load();
  });
  can = await look();
  await load();
  if (first !== wanted() && rooms().includes(first) && wanted() === "listen") enter(first);
  document.documentElement.dataset.loaded = "yes";
}

start();
