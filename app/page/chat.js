// SPDX-License-Identifier: Apache-2.0
// The room where a text model is talked with.

import { body, events, explain, request, warning } from "./api.js";
import { codeView } from "./code.js";
import { Work, agree, at, button, copyText, field, make, note, quiet, save, show } from "./dom.js";
import { markdown } from "./markdown.js";
import { addRoom, enter } from "./rooms.js";
import { SETTINGS, forget, keep, read, recall, write } from "./talk.js";

const PATH = "/v1/chat/completions";
const KNOWN = ["model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens", "seed", "response_format"];
const SHOWN = 60; // milliseconds between two looks of an answer that is being written
const SUGGESTED = "Qwen/Qwen3-1.7B"; // a repository of the hub, where there is no text model
const NEAR = 60; // pixels from the end of the conversation at which it is followed
const ENDS = { length: "cut off: the most tokens are reached", stopped: "stopped", broken: "broken off" };
const EXAMPLES = ["Explain in three sentences why the sky is blue.", "Write a friendly reminder that the office is closed on Monday.", "List five names for a bakery, as a table with a reason each."];

const number = (step, more = {}) => make("input", { type: "number", min: "0", step, placeholder: "the model's", autocomplete: "off", ...more });
const option = ([value, textContent]) => make("option", { value, textContent });

function talkCard() {
  const model = make("select", { id: "chat-model", className: "models" });
  model.dataset.task = "chat";
  model.dataset.default = "gpt-4o-mini";
  const input = make("textarea", { id: "chat-text", rows: 2, placeholder: "Say something …" });
  input.setAttribute("aria-describedby", "chat-hint");
  const log = make("div", { id: "chat-log", className: "log", tabIndex: 0, role: "log", ariaLabel: "Conversation" });
  const form = make("form", { id: "chat-form" },
    make("label", { htmlFor: "chat-text", className: "unseen", textContent: "Message" }), input,
    make("div", { className: "row" }, make("button", { type: "submit", id: "chat-go", textContent: "Send" }), Object.assign(button("chat-stop", "Stop"), { hidden: true }),
      make("span", { id: "chat-hint", className: "note hint", textContent: "Enter sends, Shift and Enter begin a new line" })));
  return make("div", { className: "card talk", id: "chat-talk" },
    make("div", { className: "head" }, make("h2", { textContent: "Conversation" }),
      make("div", { className: "asks" }, make("label", { htmlFor: "chat-model", textContent: "Model" }), model, button("chat-new", "New conversation"))),
    log, note("", { id: "chat-note", role: "status" }), make("p", { id: "chat-error", className: "error", role: "alert", hidden: true }), form);
}

function settingsCard() {
  const file = make("input", { id: "chat-import", className: "hidden-file", type: "file", accept: "application/json,.json" });
  const dice = Object.assign(button("chat-dice", "⚄"), { ariaLabel: "Throw the dice for a new seed" });
  const seed = make("input", { id: "chat-seed", inputMode: "numeric", pattern: "[0-9]*", placeholder: "random", autocomplete: "off" });
  const schema = make("textarea", { rows: 6, spellcheck: false, className: "mono", placeholder: '{"type": "object", "properties": {…}}' });
  schema.setAttribute("aria-describedby", "chat-schema-note");
  return make("div", { className: "card settings", id: "chat-settings" },
    field("chat-system", "What the assistant is told", make("textarea", { rows: 4, placeholder: "You answer in one or two plain sentences." })),
    make("details", {}, make("summary", { textContent: "How it writes" }),
      make("div", { className: "pair" }, field("chat-temperature", "Temperature", number("any", { max: "2" })), field("chat-top_p", "Top p", number("any", { max: "1" }))),
      make("div", { className: "pair" }, field("chat-max_tokens", "Most tokens", number("1", { min: "1" })),
        make("div", {}, make("label", { htmlFor: "chat-seed", textContent: "Seed" }), make("div", { className: "joined" }, seed, dice))),
      field("chat-thinking", "Thinking", make("select", {}, ...[["", "as the server is set"], ["true", "think before answering"], ["false", "answer at once"]].map(option)))),
    make("details", {}, make("summary", { textContent: "Answers as JSON" }),
      field("chat-schema", "JSON Schema that answers fit", schema, note("Left empty, answers are plain text.", { id: "chat-schema-note" }))),
    make("h3", { textContent: "Kept in this browser alone" }),
    make("div", { className: "row file" }, button("chat-export", "Export"), make("label", { htmlFor: "chat-import", className: "button quiet", textContent: "Import" }), file, button("chat-forget", "Forget")),
    note("Until it is forgotten, the conversation is here again when you come back. The server keeps nothing of it.", { id: "chat-kept", role: "status" }));
}

function noModelCard() {
  return make("div", { className: "card wide welcome", id: "chat-none", hidden: true },
    make("h2", { textContent: "No text model here yet" }),
    make("p", { textContent: "As soon as this server has a model of the Qwen3 or Llama 3 family, you can talk with it here. Nothing of what is said leaves your machines." }),
    make("p", { textContent: "An admin fetches one in the catalog, or on the server’s own machine with one command:" }),
    make("pre", { id: "chat-pull", tabIndex: 0, textContent: `inhouse models pull hf:${SUGGESTED}` }),
    note("About 4 GB. Qwen3-0.6B is smaller and quicker, Qwen3-4B (8 GB) and Qwen3-8B (16 GB) know more."),
    make("div", { className: "row" }, Object.assign(button("chat-catalog", "Look in the catalog", ""), {}), button("chat-again", "Look again")));
}

/** How fast an answer was written, in words. */
function speed(usage, { asked, first, ended }) {
  const words = [`${usage.completion_tokens} tokens`], seconds = (ended - first) / 1000;
  if (usage.completion_tokens > 1) words.push(`${((usage.completion_tokens - 1) / Math.max(seconds, .001)).toFixed(1)} tokens/s`);
  words.push(`first after ${((first - asked) / 1000).toFixed(2)} s`);
  const known = (usage.prompt_tokens_details || {}).cached_tokens || 0;
  words.push(`prompt of ${usage.prompt_tokens} tokens${known ? `, ${known} known from before` : ""}`);
  return words;
}

/** An answer on the page: thoughts, text and facts, and what can be done with it. */
class Answer {
  constructor(message) {
    this.message = message;
    this.thoughts = make("div", { className: "thoughts" });
    this.fold = make("details", { className: "thinking", hidden: true }, make("summary", { textContent: "Thoughts" }), this.thoughts);
    this.text = make("div", { className: "prose" });
    this.facts = make("span", { className: "note" });
    this.foot = make("div", { className: "row foot" }, this.facts);
    this.element = make("article", { className: "turn assistant" }, make("h3", { className: "unseen", textContent: "The assistant" }), this.fold, this.text, this.foot);
  }

  /** As it is so far, or at its end with the facts and buttons. */
  show(ended, again) {
    const { content, reasoning = "", facts = "" } = this.message;
    show(this.fold, Boolean(reasoning));
    this.fold.querySelector("summary").textContent = ended || content ? "Thoughts" : "Thinking …";
    this.thoughts.textContent = reasoning.trim();
    this.text.replaceChildren(...markdown(content));
    this.element.classList.toggle("writing", !ended);
    if (!ended) return;
    for (const pre of this.text.querySelectorAll("pre")) this.offerCopy(pre);
    this.facts.textContent = facts;
    const said = make("span", { className: "note", role: "status" });
    this.foot.replaceChildren(this.facts, said, quiet("Copy", () => copyText(content, this.text, said), "Copy the answer"), ...(again ? [quiet("Again", again, "Write this answer again")] : []));
  }

  offerCopy(pre) {
    const said = make("span", { className: "note", role: "status" }), code = pre.querySelector("code");
    const bar = make("div", { className: "bar" }, make("span", { className: "note", textContent: code.dataset.language || "" }), said, quiet("Copy", () => copyText(code.textContent, code, said), "Copy this code"));
    const box = make("div", { className: "codebox" });
    pre.replaceWith(box);
    box.append(bar, pre);
  }
}

/** reload() looks anew at what the server has. */
export function chatRoom(reload) {
  addRoom({ name: "chat", title: "Chat", task: "chat", before: "models", className: "room chat" },
    noModelCard(), talkCard(), settingsCard(), make("details", { className: "card code", id: "chat-code" }, make("summary", { textContent: "Show the request" })));
  const work = new Work("chat"), log = at("chat-log"), input = at("chat-text"), model = at("chat-model");
  const value = (name) => at(`chat-${name}`).value.trim();
  let talk = recall() || read({ messages: [] }), wantedModel = talk.model;

  const chosen = () => (model.value === model.dataset.default ? "" : model.value);

  function keepIt() {
    talk.system = at("chat-system").value;
    talk.settings = Object.fromEntries(SETTINGS.map((name) => [name, value(name)]));
    talk.model = chosen() || wantedModel;
    const kept = keep(talk);
    at("chat-kept").textContent = kept ? "Until it is forgotten, the conversation is here again when you come back. The server keeps nothing of it." : "The browser has no room for it: export it, if you want to keep it.";
  }

  /** The schema as JSON, null without one. Something else throws. */
  function schema() {
    const text = value("schema");
    if (!text) return null;
    try {
      const parsed = JSON.parse(text);
      if (parsed && typeof parsed === "object" && !Array.isArray(parsed)) return parsed;
    } catch {
      // said below
    }
    throw new Error("The JSON Schema is no JSON object.");
  }

  /** The request for the answer to `messages`. A schema that is none throws, unless the request is only shown. */
  function describe(messages, onlyShown) {
    const system = at("chat-system").value.trim();
    const json = { model: model.value, messages: [...(system ? [{ role: "system", content: system }] : []), ...messages.map(({ role, content }) => ({ role, content }))],
      stream: true, stream_options: { include_usage: true } };
    for (const name of ["temperature", "top_p", "max_tokens", "seed"]) if (value(name)) json[name] = Number(value(name));
    if (value("thinking")) json.thinking = value("thinking") === "true";
    let shape = null;
    try {
      shape = schema();
    } catch (error) {
      if (!onlyShown) throw error;
    }
    if (shape) json.response_format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema: shape } };
    return { path: PATH, json, stream: true, sdk: { call: "chat.completions.create", known: KNOWN, result: "chat" } };
  }
  const asked = () => [...talk.messages, { role: "user", content: input.value.trim() || "Hello" }];
  const refresh = codeView(at("chat-code"), () => describe(asked(), true));

  const follows = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const toEnd = () => (log.scrollTop = log.scrollHeight);

  function question(message) {
    return make("article", { className: "turn user" }, make("h3", { className: "unseen", textContent: "You" }), make("div", { className: "said", textContent: message.content }));
  }

  function welcome() {
    const examples = EXAMPLES.map((text) => quiet(text, () => {
      input.value = text;
      input.focus();
      refresh();
    }));
    return make("div", { className: "hello" }, make("p", { className: "empty", textContent: "Ask anything. The answer is written on this server’s own machine." }), ...examples);
  }

  /** The whole conversation; only the last answer can be written again. */
  function fill() {
    const end = talk.messages.length - 1;
    log.replaceChildren(...talk.messages.map((message, i) => {
      if (message.role === "user") return question(message);
      const answer = new Answer(message);
      answer.show(true, i === end ? again : null);
      return answer.element;
    }));
    if (!talk.messages.length) log.append(welcome());
    at("chat-new").disabled = !talk.messages.length;
    toEnd();
    refresh();
  }

  function fillSettings() {
    at("chat-system").value = talk.system;
    for (const name of SETTINGS) at(`chat-${name}`).value = talk.settings[name];
    wantedModel = talk.model;
    choose();
  }

  /** The model that the conversation had, where it is here. */
  function choose() {
    if ([...model.options].some((o) => o.value === wantedModel)) model.value = wantedModel;
  }

  function add(message, delta) {
    if (delta.reasoning_content) message.reasoning = (message.reasoning || "") + delta.reasoning_content;
    if (delta.content) message.content += delta.content;
    return Boolean(delta.reasoning_content || delta.content);
  }

  /** Reads an answer to its end into a message; its facts are said even where it breaks off. */
  async function listen(response, message, answer, times) {
    let usage = null, ending = "broken", shown = 0;
    const draw = () => {
      const at = follows();
      answer.show(false);
      if (at) toEnd();
      shown = performance.now();
    };
    try {
      for await (const event of events(response)) {
        const [choice] = event.choices || [];
        if (event.usage) usage = event.usage;
        if (!choice) continue;
        if (choice.finish_reason) ending = choice.finish_reason;
        if (!add(message, choice.delta || {})) continue;
        if (!times.first) work.say("Writing …");
        times.first = times.first || performance.now();
        if (performance.now() - shown > SHOWN) draw();
      }
    } catch (error) {
      ending = error.name === "AbortError" ? "stopped" : "broken";
      throw error;
    } finally {
      times.ended = performance.now();
      times.first = times.first || times.ended;
      message.facts = [ENDS[ending], ...(usage ? speed(usage, times) : [])].filter(Boolean).join(" · ");
    }
  }

  /** Asks for the answer to the conversation as it is. Without a word of it the last question goes back where it was written. */
  async function ask(typed) {
    const mine = talk.messages;
    let what;
    try {
      what = describe(talk.messages);
    } catch (error) {
      work.fail(explain(error));
      return undo(typed);
    }
    const message = { role: "assistant", content: "" }, answer = new Answer(message), signal = work.begin("Reading …");
    log.append(answer.element);
    log.ariaBusy = "true";
    answer.show(false);
    toEnd();
    try {
      const times = { asked: performance.now() }, response = await request(what.path, { ...body(what), signal });
      await listen(response, message, answer, times);
      work.say(warning(response));
    } catch (error) {
      work.fail(explain(error));
    } finally {
      work.end();
      log.ariaBusy = "false";
    }
    if (talk.messages !== mine) return; // another conversation has begun
    if (message.content || message.reasoning) mine.push(message);
    else undo(typed);
    keepIt();
    fill();
  }

  function undo(typed) {
    if (typed === undefined || talk.messages.at(-1)?.role !== "user") return;
    talk.messages.pop();
    if (!input.value) input.value = typed;
    fill();
  }

  function send() {
    const text = input.value.trim();
    if (work.controller) return;
    if (!text) return void work.fail(explain(new Error("Write something first.")));
    if (!talk.messages.length) log.replaceChildren();
    talk.messages.push({ role: "user", content: text });
    log.append(question(talk.messages.at(-1)));
    input.value = "";
    grow();
    ask(text);
  }

  function again() {
    if (work.controller) return;
    talk.messages.pop();
    fill();
    ask();
  }

  async function begin() {
    if (talk.messages.length && !(await agree("Begin a new conversation? This one is gone then, unless you exported it.", "Begin anew"))) return;
    if (work.controller) work.controller.abort();
    talk.messages = [];
    work.say("");
    keepIt();
    fill();
    input.focus();
  }

  async function forgetIt() {
    if (!(await agree("Forget this conversation and all settings of this room? Nothing of it stays in this browser.", "Forget it"))) return;
    if (work.controller) work.controller.abort();
    talk = read({ messages: [] });
    fillSettings();
    model.value = model.dataset.default;
    forget();
    work.say("");
    fill();
    at("chat-kept").textContent = "Forgotten: nothing is kept in this browser.";
  }

  async function bring(file) {
    if (work.controller) work.controller.abort();
    try {
      let parsed;
      try {
        parsed = JSON.parse(await file.text());
      } catch {
        throw new Error(`${file.name} is no JSON file.`);
      }
      talk = read(parsed);
      fillSettings();
      keepIt();
      fill();
      work.say(`${talk.messages.length} messages are here.`);
    } catch (error) {
      work.fail(explain(error));
    }
    at("chat-import").value = "";
  }

  function take() {
    keepIt();
    save(new Blob([`${JSON.stringify(write(talk), null, 1)}\n`], { type: "application/json" }), "conversation.json");
  }

  /** The input is as high as what is written in it, up to a point that style.css sets. */
  function grow() {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
  }

  at("chat-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  input.addEventListener("input", () => {
    grow();
    refresh();
  });
  at("chat-settings").addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    keepIt();
    refresh();
  });
  model.addEventListener("change", () => {
    wantedModel = chosen();
    keepIt();
    refresh();
  });
  at("chat-dice").addEventListener("click", () => {
    at("chat-seed").value = Math.floor(Math.random() * 1e6);
    keepIt();
    refresh();
  });
  at("chat-new").addEventListener("click", begin);
  at("chat-export").addEventListener("click", take);
  at("chat-import").addEventListener("change", (event) => event.target.files[0] && bring(event.target.files[0]));
  at("chat-forget").addEventListener("click", forgetIt);
  at("chat-again").addEventListener("click", reload);
  at("chat-catalog").addEventListener("click", () => {
    enter("models", true);
    document.dispatchEvent(new CustomEvent("suggest", { detail: SUGGESTED }));
  });
  document.addEventListener("models", choose);
  document.addEventListener("able", ({ detail: can }) => {
    for (const id of ["chat-talk", "chat-settings", "chat-code"]) show(at(id), can.chat);
    show(at("chat-none"), !can.chat);
  });
  document.addEventListener("room", ({ detail: room }) => room === "chat" && toEnd());
  fillSettings();
  fill();
}
