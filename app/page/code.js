// SPDX-License-Identifier: Apache-2.0
// "Show the request": the same request as curl, Python (OpenAI's SDK) and JavaScript.
//
// A request is described once: {path, json} or {path, form: [[name, value, fileName?], ...]} or {path} alone (GET), with `sdk`, which is
// {call, known, file} (the SDK's method and the fields that it knows by name), `stream`, and `out`, the name of what is saved.

import { explain, key } from "./api.js";
import { copyText, make } from "./dom.js";

const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
const indent = (text, by) => text.replaceAll("\n", `\n${" ".repeat(by)}`);

function curl(r) {
  const lines = [`curl ${location.origin}${r.path}`];
  if (key.get()) lines.push('-H "Authorization: Bearer $INHOUSE_KEY"');
  if (r.stream) lines.push("--no-buffer");
  if (r.json) lines.push("-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(r.json))}`);
  for (const [name, value, file] of r.form || []) lines.push(`-F ${quote(file ? `${name}=@${file}` : `${name}=${value}`)}`);
  if (r.out && !r.stream) lines.push(`-o ${r.out}`);
  return lines.join(" \\\n    ");
}

/** A value as Python writes it. */
function python(value) {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (value && typeof value === "object")
    return `{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}: ${python(v)}`).join(", ")}}`;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** The fields of a request as the SDK wants them: lists are lists, numbers and truth values are such. */
function fields(r) {
  const all = { ...(r.json || {}) };
  for (const [name, value, file] of r.form || []) {
    const plain = name.replace("[]", "");
    const typed = value === "true" ? true : r.numbers && r.numbers.includes(name) ? Number(value) : value;
    all[plain] = file ? { file } : name.endsWith("[]") ? [...(all[plain] || []), value] : typed;
  }
  return all;
}

function sdkArguments(r) {
  const list = [], extra = {};
  for (const [name, value] of Object.entries(fields(r)))
    if (value && value.file) list.push(`${name}=open(${JSON.stringify(value.file)}, "rb")`);
    else if (r.sdk.known.includes(name)) list.push(`${name}=${python(value)}`);
    else extra[name] = value;
  if (Object.keys(extra).length) list.push(`extra_body=${python(extra)}`);
  return `\n    ${list.join(",\n    ")},\n`;
}

function sdk(r) {
  const secret = key.get() ? 'os.environ["INHOUSE_KEY"]' : '"anything"';
  const picture = r.sdk.result === "picture";
  const imports = [picture && "import base64", key.get() && "import os"].filter(Boolean).map((line) => `${line}\n`).join("");
  const head = `${imports}${imports ? "\n" : ""}from openai import OpenAI\n\nclient = OpenAI(base_url="${location.origin}/v1", api_key=${secret})\n`;
  if (!r.json && !r.form) return `${head}for model in client.${r.sdk.call}():\n    print(model.id)`;
  const call = `client.${r.sdk.call}(${sdkArguments(r)})`;
  if (r.sdk.result === "file") return `${head}with ${indent(call, 0)} as response:\n    response.stream_to_file("${r.out}")`;
  if (picture)
    return `${head}for event in ${call}:\n    if event.type.endswith(".completed"):\n        open("${r.out}", "wb").write(base64.b64decode(event.b64_json))`;
  if (r.sdk.result === "chat")
    return `${head}for piece in ${call}:\n    for choice in piece.choices:\n        print(choice.delta.content or "", end="", flush=True)`;
  return `${head}transcript = ${call}\nfor word in transcript.words:\n    print(word.start, word.end, word.word)`;
}

function script(r) {
  const headers = key.get() ? ["Authorization: `Bearer ${process.env.INHOUSE_KEY}`"] : [];
  const parts = [];
  let before = "";
  if (r.json) {
    headers.push('"Content-Type": "application/json"');
    parts.push('method: "POST"', `body: JSON.stringify(${indent(JSON.stringify(r.json, null, 2), 2)})`);
  }
  if (r.form) {
    const lines = r.form.map(([name, value, file]) => file
      ? `form.append("${name}", await openAsBlob(${JSON.stringify(file)}), ${JSON.stringify(file)});`
      : `form.append("${name}", ${JSON.stringify(value)});`);
    before = `import { openAsBlob } from "node:fs";\n\nconst form = new FormData();\n${lines.join("\n")}\n`;
    parts.push('method: "POST"', "body: form");
  }
  if (headers.length) parts.push(`headers: { ${headers.join(", ")} }`);
  const options = parts.length ? `, {\n  ${parts.join(",\n  ")},\n}` : "";
  const rest = r.stream
    ? "const decoder = new TextDecoder();\nfor await (const piece of response.body) console.log(decoder.decode(piece, { stream: true })); // data: {...}"
    : r.out ? `await (await import("node:fs/promises")).writeFile("${r.out}", Buffer.from(await response.arrayBuffer()));`
      : "console.log(await response.json());";
  return `${before}const response = await fetch("${location.origin}${r.path}"${options});\nif (!response.ok) throw new Error((await response.json()).error.message);\n${rest}`;
}

const WAYS = [["curl", curl], ["Python", sdk], ["JavaScript", script]];

/** Fills a <details> with the code of what describe() returns, anew whenever it is opened or refresh() is called. */
export function codeView(details, describe) {
  const group = make("div", { className: "ways" });
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", "Language of the code");
  const pre = make("pre", { tabIndex: 0 });
  const copied = make("span", { className: "note" });
  copied.setAttribute("role", "status");
  const copy = make("button", { type: "button", className: "quiet", textContent: "Copy" });
  let way = curl;
  const refresh = () => {
    if (!details.open) return;
    try {
      pre.textContent = way(describe());
    } catch (error) {
      pre.textContent = explain(error).message;
    }
  };
  for (const [name, write] of WAYS) {
    const radio = make("input", { type: "radio", name: `${details.id}-way`, checked: write === way });
    radio.addEventListener("change", () => {
      way = write;
      refresh();
    });
    group.append(make("label", {}, radio, make("span", { textContent: name })));
  }
  copy.addEventListener("click", () => copyText(pre.textContent, pre, copied));
  details.append(make("div", { className: "row" }, group, copy, copied), pre);
  details.addEventListener("toggle", refresh);
  return refresh;
}
