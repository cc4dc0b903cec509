// SPDX-License-Identifier: Apache-2.0
// Jobs of all keys: how far they are, stopped, their results. The list looks again by itself while it is seen.

import { codeView } from "./code.js";
import { agree, at, complain, lasting, make, quiet, save, show } from "./dom.js";
import { explain, request } from "./api.js";

const PATH = "/v1/jobs";
const SOON = 1500, LATER = 5000; // milliseconds until the next look: while something runs, else
const WORDS = { transcribe: "Transcription", translate: "Translation", recognize: "Transcription", speak: "Speech", draw: "Pictures", edit: "Edited pictures" };
const STATES = { queued: ["waiting", ""], running: ["running", "good"], succeeded: ["done", "good"], failed: ["failed", "bad"], cancelled: ["cancelled", ""] };
const ENDINGS = { "application/json": "json", "text/plain": "txt", "audio/mpeg": "mp3", "audio/wav": "wav", "audio/ogg": "opus", "audio/flac": "flac", "audio/aac": "aac", "audio/mp4": "m4a" };
const LIMITS = { few: 20, many: 100 };

const ended = (job) => !["queued", "running"].includes(job.status);
const clockTime = (seconds) => new Date(seconds * 1000).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });

function facts(job) {
  const list = [`sent ${clockTime(job.created_at)}`];
  if (job.started_at && job.ended_at) list.push(`took ${lasting(job.ended_at - job.started_at)}`);
  if (job.idempotency_key) list.push(job.idempotency_key);
  return `${list.join(" · ")} · `;
}

export function jobs() {
  const list = at("jobs-list"), rows = new Map();
  let limit = LIMITS.few, timer = 0, seen = false;

  const fail = (error) => complain(at("jobs-error"), explain(error));

  async function result(job) {
    try {
      const response = await request(`${PATH}/${job.id}/result`);
      const type = (response.headers.get("content-type") || "").split(";")[0];
      save(await response.blob(), `${job.id}.${ENDINGS[type] || "bin"}`);
    } catch (error) {
      fail(error);
    }
  }

  async function end(job) {
    if (ended(job) && !(await agree("Delete this job and its result for good?", "Delete it"))) return;
    try {
      await request(`${PATH}/${job.id}`, { method: "DELETE" });
      complain(at("jobs-error"), null);
    } catch (error) {
      fail(error);
    }
    look();
  }

  function parts(job) {
    const name = WORDS[job.operation] || job.operation, state = STATES[job.status] || [job.status, ""];
    const about = make("div", {}, make("strong", { textContent: name }), " ",
      make("span", { className: `badge ${state[1]}`, textContent: job.cancelling ? "being cancelled" : state[0] }),
      make("br"), make("span", { textContent: facts(job) }), make("code", { textContent: job.id }));
    const called = `${name}, ${job.id}`;
    if (job.status === "running") about.append(make("br"), make("progress", { ariaLabel: `How far ${called} is` }));
    const buttons = [];
    if (job.status === "succeeded") buttons.push(quiet("Result", () => result(job), `Download the result: ${called}`));
    if (job.status === "failed") buttons.push(quiet("What went wrong", () => result(job), `What went wrong: ${called}`));
    if (!job.cancelling) buttons.push(quiet(ended(job) ? "Delete" : "Cancel", () => end(job), `${ended(job) ? "Delete" : "Cancel"}: ${called}`));
    return [about, ...buttons];
  }

  /** A job's row is left alone while nothing about it changes, so that nobody loses the place on it. */
  function row(job) {
    const mark = [job.status, job.cancelling].join();
    let known = rows.get(job.id);
    if (!known) rows.set(job.id, (known = { element: make("li", {}), mark: "" }));
    if (known.mark !== mark) {
      const held = known.element.contains(document.activeElement);
      known.mark = mark;
      known.element.replaceChildren(...parts(job));
      if (held) (known.element.querySelector("button") || list).focus();
    }
    const bar = known.element.querySelector("progress");
    if (bar && job.progress && job.progress.total) bar.value = Math.min(1, job.progress.done / job.progress.total);
    return known.element;
  }

  function fill(found) {
    const wanted = found.map(row), lost = new Set(found.map((job) => job.id));
    const held = list.contains(document.activeElement);
    for (const id of rows.keys()) if (!lost.has(id)) rows.delete(id);
    if (wanted.length !== list.children.length || wanted.some((element, i) => list.children[i] !== element)) {
      const focus = document.activeElement;
      list.replaceChildren(...wanted);
      if (held) (focus.isConnected ? focus : list).focus();
    }
    const count = (state) => found.filter((job) => job.status === state).length;
    const state = found.length ? `${count("running")} running, ${count("queued")} waiting` : "None: requests with “Prefer: respond-async” become jobs.";
    if (at("jobs-state").textContent !== state) at("jobs-state").textContent = state;
  }

  async function look() {
    clearTimeout(timer);
    if (!seen || document.hidden) return;
    let soon = false;
    try {
      const answer = await (await request(`${PATH}?limit=${limit}`)).json();
      const found = await Promise.all(answer.data.map(async (job) =>
        (job.status === "running" ? (await request(`${PATH}/${job.id}`)).json() : job)));
      soon = found.some((job) => !ended(job));
      fill(found);
      show(at("jobs-more"), answer.has_more && limit === LIMITS.few);
    } catch (error) {
      fail(error);
    }
    clearTimeout(timer);
    if (seen) timer = setTimeout(look, soon ? SOON : LATER);
  }

  const some = () => encodeURIComponent([...rows.keys()][0] || "JOB");
  codeView(at("jobs-code"), { List: () => ({ path: `${PATH}?limit=${limit}` }), Look: () => ({ path: `${PATH}/${some()}` }),
    Result: () => ({ path: `${PATH}/${some()}/result`, out: "result" }), End: () => ({ method: "DELETE", path: `${PATH}/${some()}` }) });
  at("jobs-more").addEventListener("click", () => {
    limit = LIMITS.many;
    look();
    list.focus();
  });
  document.addEventListener("visibilitychange", look);

  /** Whether somebody looks at the list. */
  function watch(watched) {
    seen = watched;
    return look();
  }
  return { watch };
}
