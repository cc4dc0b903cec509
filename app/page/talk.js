// SPDX-License-Identifier: Apache-2.0
// A conversation as data: kept in this browser, and as a file that `inhouse chat --load` reads too.

const KEPT = "inhouse-chat";
const ROLES = ["system", "user", "assistant"];
/** Fields of a request beside its messages, as the room's inputs hold them: texts. */
export const SETTINGS = ["temperature", "top_p", "max_tokens", "seed", "thinking", "schema"];

const textOf = (value) => (typeof value === "string" ? value : "");

/** A conversation of parsed JSON; what is none throws a sentence. */
export function read(file) {
  const list = Array.isArray(file) ? file : file && file.messages;
  if (!Array.isArray(list)) throw new Error("This is no conversation: it has no list “messages”.");
  const messages = list.map((m, i) => {
    if (!m || !ROLES.includes(m.role)) throw new Error(`Message ${i + 1} has a role that is none of ${ROLES.join(", ")}.`);
    if (typeof m.content !== "string") throw new Error(`Message ${i + 1} has no “content” that is text.`);
    const one = { role: m.role, content: m.content };
    if (textOf(m.reasoning)) one.reasoning = m.reasoning;
    if (textOf(m.facts)) one.facts = m.facts;
    return one;
  });
  const system = messages.filter((m) => m.role === "system").map((m) => m.content).join("\n\n");
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, textOf(file.settings && file.settings[name])]));
  return { model: textOf(file.model), system, settings, messages: messages.filter((m) => m.role !== "system") };
}

/** The same as a file: what the assistant is told comes first, as a message. */
export function write({ model, system, settings, messages }) {
  const first = system.trim() ? [{ role: "system", content: system }] : [];
  const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value));
  return { ...(model ? { model } : {}), settings: set, messages: [...first, ...messages] };
}

/** The conversation that this browser keeps, or null. */
export function recall() {
  try {
    return read(JSON.parse(localStorage.getItem(KEPT)));
  } catch {
    return null; // nothing is kept, or nothing that can be read
  }
}

/** False when the browser has no room for it. */
export function keep(talk) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(write(talk)));
    return true;
  } catch {
    return false;
  }
}

export const forget = () => localStorage.removeItem(KEPT);
