// SPDX-License-Identifier: Apache-2.0
// Markdown as models write it, as elements. The text itself only ever becomes text: no HTML of it is read, no address in it is followed.

import { make } from "./dom.js";

const DEEPEST = 10; // lists and quotations in one another; what is deeper stays as it was written
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/;
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?: +|$)(.*)$/;
const DASHES = /^\|?( *:?-+:? *\|)* *:?-+:? *\|? *$/;

const blank = (line) => !line.trim();
const TAGS = { "**": "strong", __: "strong", "*": "em", _: "em" };

/** Where a run of exactly `run` ends the code that begins at `from`; -1 for nowhere. */
function codeEnd(text, run, from) {
  for (let i = text.indexOf(run, from); i >= 0; i = text.indexOf(run, i)) {
    const end = i + /^`+/.exec(text.slice(i, i + 64))[0].length;
    if (end - i === run.length) return i;
    i = end;
  }
  return -1;
}

/** Emphasis and code within a line. One pass: of each mark at most one is open, and one that is never closed is text. */
function inline(text) {
  const frames = [{ mark: "", nodes: [] }], lost = new Set();
  const top = () => frames[frames.length - 1];
  const add = (...nodes) => top().nodes.push(...nodes);
  const unravel = () => {
    const { mark, nodes } = frames.pop();
    add(mark);
    for (const node of nodes) add(node);
  };

  function emphasis(mark, before, after) {
    const at = frames.findIndex((frame) => frame.mark === mark), inWord = mark[0] === "_";
    if (at > 0 && /\S/.test(before) && !(inWord && /\w/.test(after)) && (top().nodes.length || frames.length - 1 > at)) {
      while (frames.length - 1 > at) unravel();
      const { nodes } = frames.pop();
      add(make(TAGS[mark], {}, ...nodes));
    } else if (at < 0 && /\S/.test(after) && !(inWord && /\w/.test(before))) frames.push({ mark, nodes: [] });
    else add(mark);
  }

  for (let i = 0; i < text.length;) {
    const plain = /[\\`*_\n]/g;
    plain.lastIndex = i;
    const found = plain.exec(text), stop = found ? found.index : text.length;
    if (stop > i) add(text.slice(i, stop));
    if (!found) break;
    i = stop;
    const c = text[i];
    if (c === "\n") {
      add(make("br"));
      i++;
    } else if (c === "\\") {
      const next = text[i + 1] || "";
      if (/[!-/:-@[-`{-~]/.test(next)) add(next);
      else add(`\\${next}`);
      i += 1 + next.length;
    } else if (c === "`") {
      const run = /^`+/.exec(text.slice(i, i + 64))[0], end = lost.has(run) ? -1 : codeEnd(text, run, i + run.length);
      if (end < 0) {
        lost.add(run);
        add(run);
        i += run.length;
      } else {
        add(make("code", { textContent: text.slice(i + run.length, end).replace(/^ (.*) $/s, "$1").replaceAll("\n", " ") }));
        i = end + run.length;
      }
    } else {
      const ends = top().mark === c && text.startsWith(c + c + c, i);
      const mark = text.startsWith(c + c, i) && !ends ? c + c : c;
      emphasis(mark, text[i - 1] || " ", text[i + mark.length] || " ");
      i += mark.length;
    }
  }
  while (frames.length > 1) unravel();
  return frames[0].nodes;
}

function fenced(lines, i) {
  const [, fence, language] = FENCE.exec(lines[i]);
  const end = new RegExp(`^ {0,3}${fence[0]}{${fence.length},} *$`);
  let to = i + 1;
  while (to < lines.length && !end.test(lines[to])) to++;
  const code = make("code", { textContent: lines.slice(i + 1, to).join("\n") });
  if (language) code.dataset.language = language;
  return [make("pre", { tabIndex: 0 }, code), to + 1];
}

function quoted(lines, i, depth) {
  let to = i;
  while (to < lines.length && QUOTE.test(lines[to])) to++;
  const inner = lines.slice(i, to).map((line) => line.replace(QUOTE, ""));
  return [make("blockquote", {}, ...blocks(inner, depth + 1)), to];
}

/** An item's lines are its own and those that are indented below it; a line that begins nothing goes on with it. */
function itemLines(lines, i) {
  const [, space, mark, first] = ITEM.exec(lines[i]);
  const inside = space.length + 2, own = [first];
  let to = i + 1;
  for (; to < lines.length; to++) {
    const line = lines[to], indent = line.length - line.trimStart().length;
    if (blank(line)) {
      const next = lines[to + 1] || "";
      if (blank(next) || next.length - next.trimStart().length < inside) break;
      own.push("");
    } else if (indent >= inside) own.push(line.slice(Math.min(indent, space.length + mark.length + 1)));
    else if (begins(lines, to)) break;
    else own.push(line);
  }
  return [own, to];
}

function listed(lines, i, depth) {
  const [, , mark] = ITEM.exec(lines[i]), ordered = /\d/.test(mark), list = make(ordered ? "ol" : "ul", {});
  if (ordered && parseInt(mark, 10) !== 1) list.start = parseInt(mark, 10);
  for (;;) {
    const [own, to] = itemLines(lines, i), parts = blocks(own, depth + 1);
    // An item of one line is that line, not a paragraph.
    list.append(make("li", {}, ...parts.flatMap((part, n) => (n === 0 && part.tagName === "P" ? [...part.childNodes] : [part]))));
    i = to;
    const next = blank(lines[i] || "") && ITEM.test(lines[i + 1] || "") ? i + 1 : i;
    const other = ITEM.exec(lines[next] || "");
    if (!other || /\d/.test(other[2]) !== ordered || RULE.test(lines[next])) return [list, i];
    i = next;
  }
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
const isTable = (lines, i) => lines[i].includes("|") && i + 1 < lines.length && lines[i + 1].includes("-") && lines[i + 1].includes("|") && DASHES.test(lines[i + 1]);

function tabled(lines, i) {
  const row = (line, tag) => make("tr", {}, ...cells(line).map((cell) => make(tag, {}, ...inline(cell))));
  const body = make("tbody", {});
  let to = i + 2;
  for (; to < lines.length && lines[to].includes("|"); to++) body.append(row(lines[to], "td"));
  return [make("div", { className: "scroll", tabIndex: 0 }, make("table", {}, make("thead", {}, row(lines[i], "th")), body)), to];
}

/** Whether a line begins something that is no paragraph. */
function begins(lines, i) {
  const line = lines[i];
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line) || isTable(lines, i);
}

function paragraph(lines, i) {
  let to = i + 1;
  while (to < lines.length && !blank(lines[to]) && !begins(lines, to)) to++;
  return [make("p", {}, ...inline(lines.slice(i, to).map((line) => line.trim()).join("\n"))), to];
}

function block(lines, i, depth) {
  const line = lines[i];
  if (depth > DEEPEST) return [make("p", { textContent: lines.slice(i).join("\n") }), lines.length];
  if (FENCE.test(line)) return fenced(lines, i);
  const heading = HEADING.exec(line);
  if (heading) return [make(`h${Math.min(6, heading[1].length + 2)}`, {}, ...inline(heading[2].replace(/ +#+ *$/, ""))), i + 1];
  if (RULE.test(line)) return [make("hr"), i + 1];
  if (QUOTE.test(line)) return quoted(lines, i, depth);
  if (ITEM.test(line)) return listed(lines, i, depth);
  return isTable(lines, i) ? tabled(lines, i) : paragraph(lines, i);
}

function blocks(lines, depth) {
  const made = [];
  for (let i = 0; i < lines.length;)
    if (blank(lines[i])) i++;
    else {
      const [element, next] = block(lines, i, depth);
      made.push(element);
      i = next;
    }
  return made;
}

/** Elements that show a text; half a text too, as it looks so far. */
export const markdown = (text) => blocks(text.replaceAll("\t", "    ").split(/\r?\n/), 0);
