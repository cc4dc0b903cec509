// SPDX-License-Identifier: Apache-2.0
// The playground: tabs, theme, key, and what this server can do.

import { adminRoom } from "./admin.js";
import { key, request } from "./api.js";
import { chatRoom } from "./chat.js";
import { councilRoom } from "./council.js";
import { at, languageName, make, show } from "./dom.js";
import { drawRoom } from "./draw.js";
import { listenRoom } from "./listen.js";
import { modelsRoom } from "./models.js";
import { profiles } from "./profiles.js";
import { enter, mayEnter, tabs, taskRooms, wanted } from "./rooms.js";
import { speakRoom } from "./speak.js";

const THEMES = ["system", "light", "dark"];
const NONE = "This server has no model for it.";
const LANGUAGES = "ar cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv th tr uk vi zh".split(" ");

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

/** What the server can do, without a key. Rooms are told. */
async function look() {
  const state = at("state");
  let ready = {};
  try {
    ready = await (await request("/readyz")).json();
    const able = taskRooms().filter(({ task }) => ready[task]).map(({ room }) => room);
    state.textContent = `Ready to ${able.join(", ").replace(/, ([^,]*)$/, " and $1")}`;
    state.dataset.ready = "yes";
    for (const { task, room } of taskRooms()) {
      const note = at(`${room}-note`);
      if (!ready[task]) note.textContent = NONE;
      else if (note.textContent === NONE) note.textContent = "";
    }
  } catch (problem) {
    state.textContent = problem.message;
    state.dataset.ready = "no";
  }
  document.dispatchEvent(new CustomEvent("able", { detail: ready }));
  return ready;
}

function openKey(open) {
  show(at("key-form"), open);
  at("key-button").setAttribute("aria-expanded", String(open));
  if (open) at("key").focus();
}

async function start() {
  const first = location.hash.slice(1);
  const anew = async () => {
    can = await look();
    await load();
  };
  const models = modelsRoom(anew), speak = speakRoom(), own = profiles(speak);
  const admin = adminRoom({ enter, reload: () => load(), models: models.names });
  listenRoom();
  drawRoom();
  chatRoom(anew);
  councilRoom();
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
  await anew();
  if (first !== wanted() && mayEnter(first) && wanted() === "listen") enter(first);
  // An address with a room's name makes browsers focus the whole room.
  if (document.activeElement.matches("[role=tabpanel]")) document.activeElement.blur();
  document.documentElement.dataset.loaded = "yes";
}

start();
