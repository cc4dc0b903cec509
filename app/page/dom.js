// SPDX-License-Identifier: Apache-2.0
// Small things that all rooms do with the page.

export const at = (id) => document.getElementById(id);

/** An element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function show(element, shown) {
  element.hidden = !shown;
}

/** Seconds as 1:05 or 1:02:05. */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds || 0));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60) % 60;
  return s < 3600 ? `${minutes}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(minutes)}:${two(s % 60)}`;
}

/** A file's size in words. */
export function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Calls chosen(file) for a file that is dropped on an element; with `many`, for each of several. */
export function dropZone(element, chosen, many = false) {
  for (const name of ["dragenter", "dragover"])
    element.addEventListener(name, (event) => {
      event.preventDefault();
      element.classList.add("over");
    });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    element.classList.remove("over");
    for (const file of [...event.dataTransfer.files].slice(0, many ? undefined : 1)) chosen(file);
  });
}

/** Asks before something that cannot be taken back; true when it was agreed to. One question at a time. */
export function agree(question, action) {
  const dialog = at("ask");
  if (dialog.open) return Promise.resolve(false);
  at("ask-text").textContent = question;
  at("ask-yes").textContent = action;
  dialog.showModal();
  return new Promise((resolve) => {
    const answer = (agreed) => {
      dialog.close();
      resolve(agreed);
    };
    at("ask-yes").onclick = () => answer(true);
    at("ask-no").onclick = () => answer(false);
    dialog.oncancel = () => answer(false);
  });
}

/** A button that is not the main one. */
export function quiet(text, clicked, label = "") {
  const button = make("button", { type: "button", className: "quiet", textContent: text });
  if (label) button.setAttribute("aria-label", label);
  button.addEventListener("click", clicked);
  return button;
}

export const button = (id, textContent, className = "quiet") => make("button", { type: "button", id, textContent, className });

export const note = (textContent, more = {}) => make("p", { className: "note", textContent, ...more });

/** A control with the label above it, and what stands below. */
export const field = (id, text, control, ...more) => make("div", {}, make("label", { htmlFor: id, textContent: text }), Object.assign(control, { id }), ...more);

/** Copies a text, or selects the element that shows it where the browser does not allow that; `status` says which. */
export async function copyText(text, element, status) {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(element);
    status.textContent = "The browser does not let this page copy; it is selected.";
  }
  setTimeout(() => (status.textContent = ""), 4000);
}

/** An element that shows what went wrong, or nothing. */
export function complain(element, problem) {
  show(element, Boolean(problem) && problem.code !== "stopped");
  element.textContent = !problem ? "" : problem.id ? `${problem.message} (${problem.id})` : problem.message;
}

/** Seconds of work as people say them. */
export function lasting(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** A day as people write it, of seconds since 1970 or of a text with a time. */
export function day(when) {
  return new Date(typeof when === "number" ? when * 1000 : when).toLocaleDateString("en", { dateStyle: "medium" });
}

const names = new Intl.DisplayNames(["en"], { type: "language" });

/** "German" for de; the code itself where it is none. */
export function languageName(code) {
  try {
    return names.of(code) || code;
  } catch {
    return code;
  }
}

/** The line that says how a room's work goes, its error, and its two buttons. */
export class Work {
  constructor(room) {
    this.note = at(`${room}-note`);
    this.error = at(`${room}-error`);
    this.go = at(`${room}-go`);
    this.stop = at(`${room}-stop`);
    this.stop.addEventListener("click", () => this.controller && this.controller.abort());
  }

  begin(sentence) {
    this.controller = new AbortController();
    complain(this.error, null);
    this.say(sentence);
    this.go.disabled = true;
    show(this.stop, true);
    return this.controller.signal;
  }

  say(sentence) {
    this.note.textContent = sentence;
  }

  fail(problem) {
    this.say(problem.code === "stopped" ? "Stopped." : "");
    complain(this.error, problem);
  }

  end() {
    this.controller = null;
    this.go.disabled = false;
    show(this.stop, false);
  }
}
