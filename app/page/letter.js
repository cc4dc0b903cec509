// SPDX-License-Identifier: Apache-2.0
// What a council said: the judge's letter on top, its references links into the answers, and the answers as columns.

import { make, note, quiet } from "./dom.js";
import { markdown } from "./markdown.js";
import { stepTable } from "./steps.js";

const PARTS = [["agreements", "Where they agree"], ["differences", "Where they differ"], ["single", "What only one saw"]];
// Characters of no script: they go through Markdown as letters would, and say where a sentence begins and ends.
const END = "\uE000", BEGIN = 0xe100, MARKS = /[\uE000\uE100-\uE1FF]/;

/** A text with marks around its sentences. What a sentence of a table's row ends with belongs to the table. */
function marked({ text, sentences }) {
  const plain = text.replace(/[\uE000\uE100-\uE1FF]/g, "");
  let out = "", from = 0;
  sentences.forEach((sentence, i) => {
    const own = sentence.replace(/[\uE000\uE100-\uE1FF]/g, "").replace(/\s*\|\s*$/, ""), at = plain.indexOf(own, from);
    if (at < 0 || !own) return;
    out += plain.slice(from, at) + String.fromCharCode(BEGIN + i) + own + END;
    from = at + own.length;
  });
  return out + plain.slice(from);
}

/** Makes elements of the sentences that marks enclose: one has a piece for each node in which it stands. */
function wrap(root, letter) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), nodes = [], seen = new Set();
  while (walker.nextNode()) nodes.push(walker.currentNode);
  let open = -1;
  for (const node of nodes) {
    const parts = [];
    for (const piece of node.data.split(/(?=[\uE000\uE100-\uE1FF])/)) {
      const has = MARKS.test(piece[0]), text = has ? piece.slice(1) : piece;
      if (has) open = piece[0] === END ? -1 : piece.charCodeAt(0) - BEGIN;
      if (!text) continue;
      if (open < 0) {
        parts.push(text);
        continue;
      }
      const span = make("span", { className: "sentence", textContent: text });
      span.dataset.sentence = `${letter}${open + 1}`;
      if (!seen.has(open)) span.tabIndex = -1;
      seen.add(open);
      parts.push(span);
    }
    node.replaceWith(...parts);
  }
}

function column(answer) {
  const heading = make("h2", { textContent: `${answer.letter}: ${answer.author}` });
  if (!answer.text)
    return make("article", { className: "card column" }, heading, make("p", { className: "outcome bad" }, make("strong", { textContent: "NO ANSWER." }), " ", answer.error || ""));
  const prose = make("div", { className: "prose" }, ...markdown(marked(answer)));
  wrap(prose, answer.letter);
  return make("article", { className: "card column" }, heading, prose);
}

/** References of a letter lead to sentences and back. */
class Guide {
  constructor(columns) {
    this.columns = columns;
    this.back = quiet("↩", () => this.from.focus(), "Back to the letter");
    this.back.classList.add("back");
  }

  pieces(reference) {
    return [...this.columns.querySelectorAll(`[data-sentence="${CSS.escape(reference)}"]`)];
  }

  link(reference) {
    const pieces = this.pieces(reference), link = make("a", { href: "#council", textContent: reference, title: pieces.map((p) => p.textContent).join("") });
    link.setAttribute("aria-label", `${reference}: to sentence ${reference.slice(1)} of answer ${reference[0]}`);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (pieces.length) this.light(pieces, link);
    });
    return link;
  }

  light(pieces, from) {
    for (const lit of this.columns.querySelectorAll(".lit")) lit.classList.remove("lit");
    for (const piece of pieces) piece.classList.add("lit");
    this.from = from;
    pieces.at(-1).after(this.back);
    pieces[0].focus({ preventScroll: true });
    pieces[0].scrollIntoView({ block: "center" });
  }

  point({ text, references }) {
    const links = references.flatMap((reference, i) => [i ? ", " : "", this.link(reference)]);
    return make("li", {}, text, " ", make("span", { className: "references" }, "(", ...links, ")"));
  }
}

function letterCard(council, guide) {
  const { letter, reason, judge } = council, card = make("section", { className: "card letter", id: "council-letter" }, make("h2", { textContent: `Letter of ${judge}` }));
  if (!letter) {
    card.append(make("p", { id: "council-label", className: "outcome bad" }, make("strong", { textContent: "NO LETTER." }), " ", `${reason.replace(/^no letter: /, "").replace(/^./, (c) => c.toUpperCase())}`));
    return card;
  }
  card.append(make("div", { className: "prose" }, ...markdown(letter.summary)));
  for (const [name, title] of PARTS)
    if (letter[name].length) card.append(make("h3", { textContent: title }), make("ul", { className: `points ${name}` }, ...letter[name].map((point) => guide.point(point))));
  if (reason) card.append(note(`${reason[0].toUpperCase()}${reason.slice(1)}.`));
  return card;
}

/** The result of a council as elements. */
export function councilView(council) {
  const columns = make("div", { id: "council-columns", className: "columns" }, ...council.answers.map(column));
  return [letterCard(council, new Guide(columns)), ...(council.note ? [note(council.note)] : []), columns, make("section", { className: "card" }, make("h2", { textContent: "Steps" }), stepTable(council))];
}
