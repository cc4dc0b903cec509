// SPDX-License-Identifier: Apache-2.0
// What became of a review: the final, each claim with its verdict, what code found in the sources, and what was changed.

import { copyText, make, note, quiet } from "./dom.js";
import { markdown } from "./markdown.js";
import { stepTable } from "./steps.js";

const AROUND = 80; // bytes of a source that are shown on either side of a place
const GOOD = { grounded: ["yes", "not needed"], citation: ["right", "not needed"], consistent: ["yes"] };
const EDITS = { cut: "del", add: "ins" };

const card = (title, ...children) => make("section", { className: "card" }, make("h2", { textContent: title }), ...children);
const upper = (text) => text[0].toUpperCase() + text.slice(1);
const list = (className, items) => (items.length ? [make("ul", { className }, ...items)] : []);

/** A sign that is read out as a word. */
export const mark = (good, word) => make("span", { className: `mark ${good ? "good" : "bad"}`, role: "img", ariaLabel: word, textContent: good ? "✓" : "✗" });

/** Looks up places of sources as they were sent; offsets are bytes. */
function placesIn(sources) {
  const bytes = new Map(), decoder = new TextDecoder();
  const read = (n) => {
    if (!bytes.has(n)) bytes.set(n, new TextEncoder().encode(sources[n].text));
    return bytes.get(n);
  };
  /** The place that a finding names, with what stands around it; null without one. */
  return ({ source, source_start: start, source_bytes: length }) => {
    const n = source - 1;
    if (!sources[n] || !length) return null;
    const all = read(n), inside = (i) => (all[i] & 0xc0) === 0x80;
    let from = Math.max(0, start - AROUND), to = Math.min(all.length, start + length + AROUND);
    while (from < start && inside(from)) from++;
    while (to > start + length && inside(to)) to--;
    const cut = (a, b) => decoder.decode(all.subarray(a, b));
    return make("figure", { className: "place" },
      make("blockquote", {}, from ? "… " : "", cut(from, start), make("mark", { textContent: cut(start, start + length) }), cut(start + length, to), to < all.length ? " …" : ""),
      make("figcaption", { textContent: `[${source}] ${sources[n].name}` }));
  };
}

function findingItem(finding, place) {
  const found = finding.verdict === "found", shown = found ? null : place(finding);
  return make("li", { className: found ? "found" : "wrong" }, mark(found, found ? "found" : "wrong"), make("div", {}, "by code: ", finding.says, ...(shown ? [shown] : [])));
}

/** What code found: what is wrong in full, the rest folded. */
function findings(all, place) {
  const right = all.filter(({ verdict }) => verdict === "found"), wrong = all.filter(({ verdict }) => verdict !== "found");
  const folded = right.length ? [make("details", {}, make("summary", { textContent: `${right.length} found in the sources by code` }), ...list("findings", right.map((one) => findingItem(one, place))))] : [];
  return [...list("findings", wrong.map((one) => findingItem(one, place))), ...folded];
}

function claimItem(claim, judged, found, place) {
  const silent = !judged && !claim.objected;
  const said = claim.objected ? mark(false, "objected to") : silent ? make("span", { className: "mark", role: "img", ariaLabel: "not judged", textContent: "–" }) : mark(true, "nothing objected");
  const badges = judged ? [["verdict", judged.verdict], ...Object.keys(GOOD).filter((name) => !GOOD[name].includes(judged[name])).map((name) => [name, judged[name]])] : [];
  const row = make("div", { className: "badges" }, ...badges.map(([name, word]) => make("span", { className: `badge${name === "verdict" && word === "keep" ? " good" : " bad"}`, textContent: `${name}: ${word}` })));
  const reason = judged && judged.reason ? [note(`reviewer: ${judged.reason}`)] : [];
  return make("li", { className: "claim" }, said, make("div", {}, make("p", { textContent: claim.text }), ...(badges.length ? [row] : []), ...reason, ...findings(found, place)));
}

function roundPart(round, place) {
  const verdict = round.verdict || { claims: [], missing: [], summary: "" };
  const of = (n) => round.findings.filter(({ claim }) => claim === n);
  const items = round.claims.map((claim, i) => claimItem(claim, verdict.claims[i], of(claim.claim), place));
  const missing = verdict.missing.length ? [make("h3", { textContent: "Missing" }), make("ul", { className: "points" }, ...verdict.missing.map((textContent) => make("li", { textContent })))] : [];
  return [...(verdict.summary ? [make("p", { className: "summary", textContent: verdict.summary })] : []), make("ol", { className: "claims" }, ...items), ...findings(of(undefined), place), ...missing];
}

function roundCard(review, round, i, place) {
  const what = i ? `Revision ${i}` : "The draft";
  return card(round.verdict ? `${what}, judged by ${review.reviewer}` : `${what}, looked up by code alone`, ...roundPart(round, place));
}

/** What the final's reader has to know first. */
function labelOf({ reviewed, agreed, reason, reviewer, drafter }) {
  const box = (good, title, rest) => make("p", { id: "council-label", className: `outcome ${good ? "good" : "bad"}` }, make("strong", { textContent: title }), " ", rest);
  if (!reviewed) return box(false, "NOT REVIEWED.", `This is the draft of ${drafter}. ${upper(reason.replace(/^not reviewed: /, ""))}`);
  if (reason) return box(false, `Reviewed by ${reviewer}.`, upper(reason));
  return agreed ? box(true, `Reviewed by ${reviewer}.`, "Nothing is objected to this text.") : box(true, `Reviewed by ${reviewer}.`, `What was objected to was revised by ${drafter}; the revision was looked up by code alone.`);
}

function finalCard(review, place) {
  const text = make("div", { className: "prose", id: "council-final" }, ...markdown(review.final));
  const said = make("span", { className: "note", role: "status" });
  const wrong = review.findings.filter(({ verdict }) => verdict !== "found").length, all = review.findings.length;
  const counted = all ? [make("p", { id: "council-counted", className: "note", textContent: wrong ? `Still in this text: ${wrong} of ${all} quotations, numbers and citations that code does not find so in the sources.` : `${all} of ${all} quotations, numbers and citations are found in the sources by code.` })] : [];
  return card("The answer", labelOf(review), text, make("div", { className: "row foot" }, said, quiet("Copy", () => copyText(review.final, text, said), "Copy the answer")),
    ...counted, ...list("findings", review.findings.filter(({ verdict }) => verdict !== "found").map((one) => findingItem(one, place))), ...(review.note ? [note(review.note)] : []));
}

/** Words that were cut and added, readable without colours. */
function changes(diff) {
  if (!diff.some(([edit]) => EDITS[edit])) return note("Nothing was changed.");
  return make("p", { id: "council-diff", className: "diff" }, ...diff.map(([edit, text]) => (EDITS[edit] ? make(EDITS[edit], { textContent: text }) : text)));
}

/** The result of a review as cards; `sources` are those that were sent. */
export function reviewView(review, sources) {
  const place = placesIn(sources);
  return [finalCard(review, place), ...review.rounds.map((round, i) => roundCard(review, round, i, place)),
    card("From the draft to the answer", changes(review.diff)), card("Steps", stepTable(review))];
}
