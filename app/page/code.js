// SPDX-License-Identifier: Apache-2.0
// "Show the request": the same request as curl, Python (OpenAI's SDK) and JavaScript.
//
// A request is described once: {path, json} or {path, form: [[name, value, fileName?], ...]} (POST) or {path} alone (GET), or with another
// `method`; `stream`, and `out`, the name of what is saved. `sdk` is {call, known, result}: the SDK's method and the fields that it knows by
// name. Without it the request is none of OpenAI's, and the SDK is used as a client of any address.

import { key } from "./api.js";
import { copyText, make } from "./dom.js";

const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
const indent = (text, by) => text.replaceAll("\n", `\n${" ".repeat(by)}`);

function curl(r) {
  const plain = r.json || r.form ? "POST" : "GET", method = r.method || plain;
  const lines = [`curl ${method === plain ? "" : `-X ${method} `}${/[?&]/.test(r.path) ? quote(location.origin + r.path) : location.origin + r.path}`];
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

/** An address that is none of OpenAI's, asked with its SDK. */
function sdkPlain(r, head) {
  const method = (r.method || (r.json || r.form ? "POST" : "GET")).toLowerCase();
  const lines = [JSON.stringify(r.path.replace(/^\/v1/, "")), `cast_to=${r.out ? "bytes" : "object"}`];
  if (r.json) lines.push(`body=${python(r.json)}`);
  if (r.form) {
    const files = r.form.filter(([, , file]) => file).map(([name, , file]) => `(${JSON.stringify(name)}, open(${JSON.stringify(file)}, "rb"))`);
    lines.push(`body=${python(Object.fromEntries(r.form.filter(([, , file]) => !file)))}`, `files=[${files.join(", ")}]`,
      'options={"headers": {"Content-Type": "multipart/form-data"}}');
  }
  const call = `client.${method}(\n    ${lines.join(",\n    ")},\n)`;
  return r.out ? `${head}open("${r.out}", "wb").write(${call})` : `${head}print(${call})`;
}

function sdk(r) {
  const secret = key.get() ? 'os.environ["INHOUSE_KEY"]' : '"anything"';
  const picture = r.sdk && r.sdk.result === "picture";
  const imports = [picture && "import base64", key.get() && "import os"].filter(Boolean).map((line) => `${line}\n`).join("");
  const head = `${imports}${imports ? "\n" : ""}from openai import OpenAI\n\nclient = OpenAI(base_url="${location.origin}/v1", api_key=${secret})\n`;
  if (!r.sdk) return sdkPlain(r, head);
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
    parts.push(`body: JSON.stringify(${indent(JSON.stringify(r.json, null, 2), 2)})`);
  }
  if (r.form) {
    const lines = r.form.map(([name, value, file]) => file
      ? `form.append("${name}", await openAsBlob(${JSON.stringify(file)}), ${JSON.stringify(file)});`
      : `form.append("${name}", ${JSON.stringify(value)});`);
    before = `import { openAsBlob } from "node:fs";\n\nconst form = new FormData();\n${lines.join("\n")}\n`;
    parts.push("body: form");
  }
  const method = r.method || (r.json || r.form ? "POST" : "GET");
  if (method !== "GET") parts.unshift(`method: "${method}"`);
  if (headers.length) parts.push(`headers: { ${headers.join(", ")} }`);
  const options = parts.length ? `, {\n  ${parts.join(",\n  ")},\n}` : "";
  const rest = r.stream
    ? "const decoder = new TextDecoder();\nfor await (const piece of response.body) console.log(decoder.decode(piece, { stream: true })); // data: {...}"
    : r.out ? `await (await import("node:fs/promises")).writeFile("${r.out}", Buffer.from(await response.arrayBuffer()));`
      : "console.log(await response.json());";
  return `${before}const response = await fetch("${location.origin}${r.path}"${options});\nif (!response.ok) throw new Error((await response.json()).error.message);\n${rest}`;
}

const WAYS = { curl, Python: sdk, JavaScript: script };

/** A row of choices of which one is taken; picked(name) is called for another one. */
export function choices(id, label, names, picked) {
  const group = make("div", { className: "ways", role: "radiogroup", ariaLabel: label });
  names.forEach((name, i) => {
    const radio = make("input", { type: "radio", name: id, checked: i === 0 });
    radio.addEventListener("change", () => picked(name));
    group.append(make("label", {}, radio, make("span", { textContent: name })));
  });
  return group;
}

/** Fills a <details> with the code of what describe() returns, anew whenever it is opened or refresh() is called. Of a place where several
 *  things can be asked for, `describe` is {name: describe}. */
export function codeView(details, describe) {
  const kinds = typeof describe === "function" ? null : describe;
  const pre = make("pre", { tabIndex: 0 }), copied = make("span", { className: "note", role: "status" });
  const copy = make("button", { type: "button", className: "quiet", textContent: "Copy" });
  let way = "curl", ask = kinds ? Object.values(kinds)[0] : describe;
  const refresh = () => {
    if (details.open) pre.textContent = WAYS[way](ask());
  };
  const ways = choices(`${details.id}-way`, "Language of the code", Object.keys(WAYS), (name) => {
    way = name;
    refresh();
  });
  copy.addEventListener("click", () => copyText(pre.textContent, pre, copied));
  if (kinds)
    details.append(make("div", { className: "row" }, choices(`${details.id}-kind`, "What is asked for", Object.keys(kinds), (name) => {
      ask = kinds[name];
      refresh();
    })));
  details.append(make("div", { className: "row" }, ways, copy, copied), pre);
  details.addEventListener("toggle", refresh);
  return refresh;
}
