// SPDX-License-Identifier: Apache-2.0
// What was used, by day, key and model.

import { Chart, shortNumber } from "./chart.js";
import { codeView } from "./code.js";
import { at, complain, make, save, show } from "./dom.js";
import { explain, request } from "./api.js";

export const UNITS = { requests: "requests", audio_seconds: "seconds of audio", characters: "characters", megapixel_steps: "megapixel steps", tokens: "tokens" };
const PATH = "/v1/admin/usage";
const DAY = 86400000; // milliseconds
const NOBODY = "no named key";

const text = (day) => day.toISOString().slice(0, 10);
const inWords = (day, style) => new Date(`${day}T00:00:00Z`).toLocaleDateString("en", { timeZone: "UTC", ...style });

/** The amounts of rows, added up by one of their columns: [[name, amount], ...], the largest first. */
function sums(rows, column) {
  const found = new Map();
  for (const row of rows) {
    const name = row[column] || (column === "key" ? NOBODY : "none");
    found.set(name, (found.get(name) || 0) + row.amount);
  }
  return [...found].sort((a, b) => b[1] - a[1]);
}

export function usage() {
  const unit = at("usage-unit"), days = at("usage-days");
  const charts = { day: new Chart(at("usage-day"), "columns"), key: new Chart(at("usage-key"), "bars"), model: new Chart(at("usage-model"), "bars") };
  let rows = [], list = [];
  unit.append(...Object.entries(UNITS).map(([value, textContent]) => make("option", { value, textContent })));

  const span = () => {
    const today = Date.now();
    list = Array.from({ length: Number(days.value) }, (_, i) => text(new Date(today - (Number(days.value) - 1 - i) * DAY)));
    return `since=${list[0]}&until=${list[list.length - 1]}&by=day,key,model`;
  };

  function fillTable(chosen) {
    const head = make("tr", {}, ...["Day", "Key", "Model"].map((name) => make("th", { scope: "col", textContent: name })),
      make("th", { scope: "col", className: "number", textContent: UNITS[unit.value] }));
    const lines = chosen.map((row) => make("tr", {}, make("th", { scope: "row", textContent: row.day }), make("td", { textContent: row.key || NOBODY }),
      make("td", { textContent: row.model || "none" }), make("td", { className: "number", textContent: row.amount.toLocaleString("en") })));
    at("usage-table").replaceChildren(make("caption", { className: "unseen", textContent: `Usage in ${UNITS[unit.value]}` }),
      make("thead", {}, head), make("tbody", {}, ...lines));
  }

  function fill() {
    const chosen = rows.filter((row) => row.unit === unit.value);
    const byDay = new Map(sums(chosen, "day")), keys = sums(chosen, "key"), models = sums(chosen, "model");
    const total = chosen.reduce((sum, row) => sum + row.amount, 0), what = UNITS[unit.value];
    at("usage-sum").textContent = total ? `${shortNumber(total)} ${what} in ${list.length} days.` : `No ${what} in these ${list.length} days.`;
    show(at("usage-charts"), total > 0);
    const best = [...byDay].sort((a, b) => b[1] - a[1])[0];
    charts.day.set(list.map((day) => [inWords(day, { month: "short", day: "numeric" }), byDay.get(day) || 0, inWords(day, { dateStyle: "medium" })]),
      best ? `Columns by day: most on ${inWords(best[0], { dateStyle: "medium" })} with ${shortNumber(best[1])} ${what}` : `Columns by day: no ${what}`);
    const say = (found) => found.map(([name, amount]) => `${name} ${shortNumber(amount)}`).join(", ") || `no ${what}`;
    charts.key.set(keys, `Bars by key: ${say(keys)}`);
    charts.model.set(models, `Bars by model: ${say(models)}`);
    fillTable(chosen);
  }

  async function load() {
    try {
      rows = (await (await request(`${PATH}?${span()}`)).json()).data;
      complain(at("usage-error"), null);
    } catch (error) {
      rows = [];
      complain(at("usage-error"), explain(error));
    }
    fill();
  }

  async function download() {
    try {
      const response = await request(`${PATH}?${span()}&format=csv`);
      save(await response.blob(), `usage-${list[0]}-${list[list.length - 1]}.csv`);
    } catch (error) {
      complain(at("usage-error"), explain(error));
    }
  }

  const refresh = codeView(at("usage-code"), { JSON: () => ({ path: `${PATH}?${span()}` }), CSV: () => ({ path: `${PATH}?${span()}&format=csv`, out: "usage.csv" }) });
  unit.addEventListener("change", fill);
  days.addEventListener("change", () => {
    load();
    refresh();
  });
  at("usage-csv").addEventListener("click", download);
  return { load };
}
