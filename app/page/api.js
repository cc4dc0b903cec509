// SPDX-License-Identifier: Apache-2.0
// Requests to this server, and what is wrong with them in words.

const KEY = "inhouse-key";

export const key = {
  get: () => sessionStorage.getItem(KEY) || "",
  set: (value) => (value ? sessionStorage.setItem(KEY, value) : sessionStorage.removeItem(KEY)),
};

/** A failed request; the message is a sentence for people. */
export class Problem extends Error {
  constructor(message, { status = 0, code = "", id = "" } = {}) {
    super(message);
    Object.assign(this, { status, code, id });
  }
}

const ADVICE = {
  401: "Enter the server's key under “Key” at the top.",
  413: "The file is larger than this server takes.",
  429: "The limit of this key is reached.",
  504: "Try something shorter, or raise limits.job_seconds.",
};

async function problem(response) {
  let error = {};
  try {
    error = (await response.json()).error || {};
  } catch {
    // Not this server's own words: the status has to do.
  }
  const wait = response.headers.get("retry-after");
  const said = error.message || `the server answered ${response.status}`;
  const sentence = said[0].toUpperCase() + said.slice(1).replace(/([^.!?])$/, "$1.");
  const advice = wait ? `Try again in ${wait} seconds.` : ADVICE[response.status] || "";
  return new Problem(`${sentence} ${advice}`.trim(), {
    status: response.status, code: error.code, id: response.headers.get("x-request-id") });
}

/** A response that is good; anything else throws a Problem. */
export async function request(path, { headers = {}, ...rest } = {}) {
  const secret = key.get();
  let response;
  try {
    response = await fetch(path, {
      ...rest, cache: "no-cache", headers: secret ? { ...headers, Authorization: `Bearer ${secret}` } : headers });
  } catch (error) {
    throw explain(error);
  }
  if (!response.ok) throw await problem(response);
  return response;
}

/** What was thrown, as a Problem. */
export function explain(error) {
  if (error instanceof Problem) return error;
  if (error.name === "AbortError") return new Problem("Stopped.", { code: "stopped" });
  if (error instanceof TypeError)
    return new Problem("The connection failed or broke off. Is the server still running?", { code: "network" });
  return new Problem(String(error.message || error));
}

/** The fetch options of a request as the code samples describe it: {method?, json} or {form: [[name, value], ...]}. */
export function body({ method = "POST", json, form }) {
  if (json) return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(json) };
  const data = new FormData();
  for (const [name, value, fileName] of form)
    if (fileName) data.append(name, value, fileName);
    else data.append(name, value);
  return { method, body: data };
}

/** Pieces of a response's body as they arrive. */
export async function* pieces(response) {
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Events of a stream, each a parsed object. An event that is an error throws. */
export async function* events(response) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces(response)) {
    rest += decoder.decode(piece, { stream: true });
    const found = rest.split("\n\n");
    rest = found.pop();
    for (const block of found) {
      const text = block.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
      if (!text || text === "[DONE]") continue;
      const event = JSON.parse(text);
      if (event.type === "error" || event.error)
        throw new Problem((event.error && event.error.message) || event.message || "the server broke the stream off");
      yield event;
    }
  }
}

/** A sentence that the server sends along with a good answer. */
export const warning = (response) => response.headers.get("x-inhouse-warning") || "";
