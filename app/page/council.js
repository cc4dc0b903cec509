// SPDX-License-Identifier: Apache-2.0
// The room where several models work on one answer: one reviews what another drafts, or several answer and one compares.

import { Problem, body, events, explain, request } from "./api.js";
import { choices, codeView } from "./code.js";
import { Work, at, button, field, make, note, show } from "./dom.js";
import { councilView } from "./letter.js";
import { addRoom, enter } from "./rooms.js";
import { Sources } from "./sources.js";
import { reviewView } from "./verdicts.js";

const PATH = "/v1/chat/completions";
const KNOWN = ["model", "messages", "stream", "max_tokens", "seed"];
const LEAST = 2, MOST = 8, ROUNDS = 5;
const EMPTY = {
  Review: "The answer shows here, with a verdict on each of its claims, what code found in the sources, and what was changed.",
  Council: "The judge’s letter shows here, and the answers as columns below it.",
};
const letterOf = (i) => String.fromCharCode(65 + i);

function models(id) {
  const select = make("select", { id, className: "models" });
  select.dataset.task = "chat";
  return select;
}

const number = (more) => make("input", { type: "number", min: "0", step: "1", autocomplete: "off", ...more });

function reviewPart() {
  return make("fieldset", { id: "council-review" }, make("legend", { textContent: "Who does what" }),
    make("div", { className: "fields" }, field("council-draft", "Drafts", models()), field("council-reviewer", "Reviews", models()),
      field("council-rounds", "Rounds of review and revision", number({ min: "1", max: String(ROUNDS), value: "1" }))),
    make("div", { className: "row" }, button("council-swap", "Swap the two")));
}

function member(i) {
  const remove = button(`council-remove-${i}`, "✕");
  remove.setAttribute("aria-label", `Remove member ${letterOf(i)}`);
  const row = make("div", { id: `council-seat-${i}`, hidden: i >= LEAST }, make("label", { htmlFor: `council-member-${i}`, textContent: `Member ${letterOf(i)}` }),
    make("div", { className: "joined" }, models(`council-member-${i}`), remove));
  return row;
}

function councilPart() {
  return make("fieldset", { id: "council-seats", hidden: true }, make("legend", { textContent: "Who does what" }),
    make("div", { className: "fields" }, ...Array.from({ length: MOST }, (_, i) => member(i)), field("council-judge", "Judge", models())),
    make("div", { className: "row" }, button("council-more", "Add a member")));
}

function formCard(modes, sources) {
  const prompt = make("textarea", { rows: 4, placeholder: "What is known of the bridge over the Elbe?" });
  return make("form", { id: "council-form", className: "card", noValidate: true },
    make("div", { className: "head" }, make("h2", { textContent: "Several models on one answer" }), modes),
    make("div", { className: "halves" },
      make("div", {}, field("council-prompt", "Request", prompt), sources.element),
      make("div", {}, reviewPart(), councilPart(),
        make("details", {}, make("summary", { textContent: "How they write" }),
          make("div", { className: "pair" }, field("council-tokens", "Most tokens of a step", number({ min: "1", placeholder: "the server's" })), field("council-seed", "Seed", number({ placeholder: "the server's" })))),
        note("", { id: "council-away" }),
        make("div", { className: "row" }, make("button", { type: "submit", id: "council-go", textContent: "Review it" }), Object.assign(button("council-stop", "Stop"), { hidden: true })),
        note("", { id: "council-note", role: "status" }), make("p", { id: "council-error", className: "error", role: "alert", hidden: true }))));
}

function noneCard() {
  return make("div", { className: "card welcome", id: "council-none", hidden: true }, make("h2", { textContent: "No text model here yet" }),
    make("p", { textContent: "Models of this server and remote ones that it may ask can work on one answer here. The Chat room says how to get one." }),
    make("div", { className: "row" }, button("council-chat", "To the Chat room", "")));
}

/** Steps as they are told: each line of a thought is one that begins, or that failed. */
class Progress {
  constructor(element, say) {
    Object.assign(this, { element, say, rest: "", last: "" });
    element.replaceChildren();
    show(element, true);
  }

  add(text) {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop();
    for (const line of lines.filter(Boolean)) {
      this.element.append(make("li", { textContent: line }));
      this.last = line;
      this.say(`${line} …`);
    }
  }

  /** What went wrong, as well as it is known: a stream that breaks off says no more than its last step. */
  explain(error) {
    const problem = explain(error);
    return problem.code === "network" && / failed: /.test(this.last) ? new Problem(`${this.last.replace(/\.?$/, ".")} So there is no answer.`) : problem;
  }
}

export function councilRoom() {
  let mode = "Review", seats = LEAST, hosts = new Map();
  const sources = new Sources("council-sources", () => refresh());
  const modes = choices("council-mode", "How they work together", Object.keys(EMPTY), (picked) => setMode(picked));
  const result = make("div", { id: "council-result", className: "results" });
  addRoom({ name: "council", title: "Council", before: "models", className: "room one" }, noneCard(), formCard(modes, sources),
    make("ol", { id: "council-progress", className: "card progress", hidden: true, ariaLabel: "Steps so far" }), result,
    make("details", { className: "card code", id: "council-code" }, make("summary", { textContent: "Show the request" })));
  const work = new Work("council"), value = (name) => at(`council-${name}`).value.trim();
  const members = () => Array.from({ length: seats }, (_, i) => at(`council-member-${i}`));
  const asked = () => (mode === "Review" ? [at("council-draft"), at("council-reviewer")] : [...members(), at("council-judge")]).map((select) => select.value);

  /** A request; one that is only shown need not be complete. */
  function describe() {
    const names = asked(), model = mode === "Review" ? `critique:${names.join("+")}` : `council:${names.slice(0, -1).join("+")}@${names.at(-1)}`;
    const json = { model, messages: [{ role: "user", content: value("prompt") || at("council-prompt").placeholder }], stream: true };
    const given = sources.given();
    if (given.length) json.sources = given;
    if (mode === "Review") json.rounds = Number(value("rounds")) || 1;
    if (value("tokens")) json.max_tokens = Number(value("tokens"));
    if (value("seed")) json.seed = Number(value("seed"));
    return { path: PATH, json, stream: true, sdk: { call: "chat.completions.create", known: KNOWN, result: "chat" } };
  }
  const showCode = codeView(at("council-code"), describe);

  /** Which of the models that are asked are elsewhere. */
  function refresh() {
    const away = [...new Set(asked().filter((name) => hosts.has(name)).map((name) => `${name} (${hosts.get(name)})`))];
    at("council-away").textContent = away.length ? `The request and the sources leave this machine: they go to ${away.join(", ")}.` : "";
    showCode();
  }

  function empty() {
    result.replaceChildren(make("div", { className: "card" }, make("p", { className: "empty", textContent: EMPTY[mode] })));
  }

  function setMode(picked) {
    mode = picked;
    show(at("council-review"), mode === "Review");
    show(at("council-seats"), mode === "Council");
    if (!work.controller) at("council-go").textContent = mode === "Review" ? "Review it" : "Ask the council";
    if (result.querySelector(".empty")) empty();
    refresh();
  }

  function setSeats(n) {
    seats = n;
    for (let i = 0; i < MOST; i++) {
      show(at(`council-seat-${i}`), i < seats);
      at(`council-remove-${i}`).disabled = seats === LEAST;
    }
    at("council-more").disabled = seats === MOST;
    refresh();
  }

  /** Those behind move up. */
  function removeSeat(i) {
    for (let k = i; k + 1 < seats; k++) at(`council-member-${k}`).value = at(`council-member-${k + 1}`).value;
    setSeats(seats - 1);
    at(`council-member-${Math.min(i, seats - 1)}`).focus();
  }

  /** Each select gets another model, until somebody chooses; names that cannot stand in such a name are not to be chosen. */
  function spread(list) {
    hosts = new Map(list.filter(({ owned_by: owner }) => owner && owner !== "inhouse").map(({ id, owned_by: owner }) => [id, owner]));
    const all = [at("council-draft"), at("council-reviewer"), ...Array.from({ length: MOST }, (_, i) => at(`council-member-${i}`))];
    for (const [i, select] of [...all, at("council-judge")].entries()) {
      for (const option of select.options) option.disabled = /[+@]/.test(option.value);
      const fit = [...select.options].filter((option) => !option.disabled), n = i < 2 ? i : i - 2;
      const last = select.id === "council-judge", kept = select.dataset.chosen && fit.some(({ value: name }) => name === select.dataset.chosen);
      if (kept) select.value = select.dataset.chosen;
      else if (fit.length) select.value = (last ? fit.at(-1) : fit[n % fit.length]).value;
    }
    const some = [...at("council-draft").options].some((option) => !option.disabled);
    show(at("council-none"), !some);
    for (const id of ["council-form", "council-result", "council-code"]) show(at(id), some);
    refresh();
  }

  /** Reads the stream to its end; the review comes with its last chunk. */
  async function listen(response, progress) {
    let review = null;
    for await (const event of events(response)) {
      const [choice] = event.choices || [];
      if (choice && choice.delta && choice.delta.reasoning_content) progress.add(choice.delta.reasoning_content);
      if (event.review) ({ review } = event);
    }
    if (!review) throw new TypeError("broken off");
    return review;
  }

  async function run() {
    const what = describe(), began = performance.now(), signal = work.begin("Asking …");
    const progress = new Progress(at("council-progress"), (sentence) => work.say(sentence));
    result.replaceChildren();
    result.ariaBusy = "true";
    try {
      const review = await listen(await request(what.path, { ...body(what), signal }), progress);
      result.replaceChildren(...(review.kind === "council" ? councilView(review) : reviewView(review, what.json.sources || [])));
      work.say(`Done in ${((performance.now() - began) / 1000).toFixed(1)} seconds.`);
    } catch (error) {
      empty();
      work.fail(progress.explain(error));
    } finally {
      show(at("council-progress"), false);
      result.ariaBusy = "false";
      work.end();
      setMode(mode);
    }
  }

  function submit() {
    const rounds = Number(value("rounds"));
    if (work.controller) return;
    if (!value("prompt")) work.fail(new Problem("Write what is asked for first."));
    else if (!sources.ready()) work.fail(new Problem("A source is still being read."));
    else if (mode === "Review" && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= ROUNDS)) work.fail(new Problem(`There are 1 to ${ROUNDS} rounds.`));
    else run();
  }

  at("council-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  at("council-form").addEventListener("input", refresh);
  at("council-form").addEventListener("change", ({ target }) => {
    if (target.matches("select.models")) target.dataset.chosen = target.value;
    refresh();
  });
  at("council-swap").addEventListener("click", () => {
    const one = at("council-draft"), other = at("council-reviewer");
    [one.value, other.value] = [other.value, one.value];
    for (const select of [one, other]) select.dataset.chosen = select.value;
    refresh();
  });
  at("council-more").addEventListener("click", () => {
    setSeats(seats + 1);
    at(`council-member-${seats - 1}`).focus();
  });
  for (let i = 0; i < MOST; i++) at(`council-remove-${i}`).addEventListener("click", () => removeSeat(i));
  at("council-chat").addEventListener("click", () => enter("chat", true));
  document.addEventListener("models", ({ detail: list }) => spread(list));
  setSeats(LEAST);
  empty();
}
