// SPDX-License-Identifier: Apache-2.0
// What several models did for one answer, step by step, as a table.

import { make } from "./dom.js";

const money = (cost) => (cost ? `$${cost.toFixed(5)}` : "–");
const cell = (textContent, className = "") => make("td", { textContent, className });
const numbers = ({ prompt_tokens: read, tokens, seconds, cost }, about = "") =>
  [`${about}${read}`, `${about}${tokens}`, seconds.toFixed(1), money(cost)].map((text) => cell(text, "number"));

function row(step) {
  const name = `${step.kind}${step.round ? ` ${step.round}` : ""}${step.repair ? ", again" : ""}`;
  const by = cell(step.author || "code");
  if (step.error) by.append(make("div", { className: "failed", textContent: step.error }));
  const counts = step.author ? numbers(step, step.estimated ? "~" : "") : ["", "", step.seconds.toFixed(1), ""].map((text) => cell(text, "number"));
  return make("tr", {}, make("th", { scope: "row", textContent: name }), by, ...counts);
}

/** The table of a review's or a council's `steps` and `totals`. */
export function stepTable({ steps, totals }) {
  const heads = ["Step", "By", "Tokens read", "Written", "Seconds", "Cost"].map((textContent, i) => make("th", { textContent, scope: "col", className: i > 1 ? "number" : "" }));
  const table = make("table", { id: "council-steps" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...steps.map(row)),
    make("tfoot", {}, make("tr", {}, make("th", { scope: "row", textContent: "all" }), cell(""), ...numbers(totals))));
  return make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Steps" }, table);
}
