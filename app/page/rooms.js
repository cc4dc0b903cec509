// SPDX-License-Identifier: Apache-2.0
// Rooms and the tabs that lead into them. A room is a tab and a panel: some stand in index.html, others are added by their own file.
// A tab's data-task says which task of the server the room is for.

import { at, make, show } from "./dom.js";

const HOME = "listen";

const nameOf = (tab) => tab.id.slice("tab-".length);
const all = () => [...document.querySelectorAll("[role=tab]")];

/** Names of the rooms that this key may enter. */
const open = () => all().filter((tab) => !tab.hidden).map(nameOf);

/** Rooms that are for a task of the server: [{task, room, title}, ...]. */
export function taskRooms() {
  return all().filter((tab) => tab.dataset.task).map((tab) => ({ task: tab.dataset.task, room: nameOf(tab), title: tab.textContent }));
}

/** Adds a room in front of another one; its panel has the children. To be called before tabs(). */
export function addRoom({ name, title, task, before, className = "room" }, ...children) {
  const tab = make("button", { type: "button", id: `tab-${name}`, textContent: title, tabIndex: -1, role: "tab", ariaSelected: "false" });
  const panel = make("section", { id: name, className, tabIndex: 0, hidden: true, role: "tabpanel" }, ...children);
  tab.setAttribute("aria-controls", name);
  panel.setAttribute("aria-labelledby", tab.id);
  if (task) tab.dataset.task = task;
  at(`tab-${before}`).before(tab);
  at(before).before(panel);
}

export function enter(room, focus) {
  for (const tab of all()) {
    const chosen = nameOf(tab) === room;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    show(at(nameOf(tab)), chosen);
    if (chosen && focus) tab.focus();
  }
  if (location.hash.slice(1) !== room) history.replaceState(null, "", `#${room}`);
  document.dispatchEvent(new CustomEvent("room", { detail: room }));
}

/** The room that the address names, where it may be entered. */
export const wanted = () => (open().includes(location.hash.slice(1)) ? location.hash.slice(1) : HOME);

export function tabs() {
  for (const tab of all()) {
    tab.addEventListener("click", () => enter(nameOf(tab)));
    tab.addEventListener("keydown", (event) => {
      const rooms = open(), i = rooms.indexOf(nameOf(tab));
      const to = { ArrowRight: i + 1, ArrowLeft: i + rooms.length - 1, Home: 0, End: rooms.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      enter(rooms[to % rooms.length], true);
    });
  }
  addEventListener("hashchange", () => enter(wanted()));
  enter(wanted());
}

export const mayEnter = (room) => open().includes(room);
