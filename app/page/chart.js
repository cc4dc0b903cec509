// SPDX-License-Identifier: Apache-2.0
// Two kinds of charts, drawn as SVG at the size of the place that they stand in.

const SPACE = "http://www.w3.org/2000/svg";
const HEIGHT = 200, TOP = 10, BOTTOM = 24, LEFT = 46; // of columns, CSS pixels
const ROW = 26, NAME = 112, VALUE = 64, MOST_ROWS = 8;
const LABEL = 64; // width that a day's label takes

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
export const shortNumber = (x) => compact.format(x);

function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The least of 1, 2, 5, 10, 20 ... that is enough for a quarter of the axis. */
function stepFor(most) {
  const rough = Math.max(most / 4, 1e-9), ten = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * ten).find((step) => step >= rough);
}

const canvas = (width, height, label) => draw("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": label });

/** A column for each of [[name, value, long name], ...]. */
function columns(width, rows, label) {
  const svg = canvas(width, HEIGHT, label);
  const most = Math.max(...rows.map(([, value]) => value), 0), step = stepFor(most || 4);
  const top = Math.max(step, Math.ceil(most / step) * step), floor = HEIGHT - BOTTOM;
  const y = (value) => floor - (value / top) * (floor - TOP);
  for (let value = 0; value <= top + step / 2; value += step)
    svg.append(draw("line", { x1: LEFT, x2: width, y1: y(value), y2: y(value) }),
      draw("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, shortNumber(value)));
  const each = (width - LEFT) / rows.length, every = Math.ceil(LABEL / each);
  rows.forEach(([name, value, long], i) => {
    const x = LEFT + i * each, thick = Math.max(1, Math.min(each * 0.72, 44));
    if (value > 0)
      svg.append(draw("rect", { class: "bar", x: x + (each - thick) / 2, width: thick, y: Math.min(y(value), floor - 2), height: Math.max(2, floor - y(value)), rx: Math.min(3, thick / 3) },
        draw("title", {}, `${long}: ${value.toLocaleString("en")}`)));
    if ((rows.length - 1 - i) % every === 0)
      svg.append(draw("text", { x: Math.min(x + each / 2, width - 20), y: HEIGHT - 6, "text-anchor": "middle" }, name));
  });
  return svg;
}

/** A bar for each of [[name, value], ...], the largest first. */
function bars(width, rows, label) {
  const shown = rows.slice(0, MOST_ROWS), rest = rows.slice(MOST_ROWS);
  if (rest.length) shown.push([`${rest.length} others`, rest.reduce((sum, [, value]) => sum + value, 0)]);
  const svg = canvas(width, Math.max(1, shown.length) * ROW, label);
  const most = Math.max(...shown.map(([, value]) => value), 1e-9), room = Math.max(10, width - NAME - VALUE);
  shown.forEach(([name, value], i) => {
    const short = name.length > 15 ? `${name.slice(0, 14)}…` : name, y = i * ROW;
    svg.append(draw("text", { class: "name", x: 0, y: y + 17 }, short, draw("title", {}, name)),
      draw("rect", { class: "track", x: NAME, y: y + 6, width: room, height: 14, rx: 3 }),
      draw("rect", { class: "bar", x: NAME, y: y + 6, width: Math.max(2, (value / most) * room), height: 14, rx: 3 }, draw("title", {}, `${name}: ${value.toLocaleString("en")}`)),
      draw("text", { x: width, y: y + 17, "text-anchor": "end" }, shortNumber(value)));
  });
  return svg;
}

/** A chart in an element, drawn anew when that changes its width. `label` is what a screen reader says of it. */
export class Chart {
  constructor(element, kind) {
    Object.assign(this, { element, way: kind === "columns" ? columns : bars, rows: [], label: "", width: 0 });
    new ResizeObserver(() => element.clientWidth !== this.width && this.draw()).observe(element);
  }

  set(rows, label) {
    Object.assign(this, { rows, label });
    this.draw();
  }

  draw() {
    this.width = this.element.clientWidth;
    this.element.replaceChildren(...(this.width && this.rows.length ? [this.way(this.width, this.rows, this.label)] : []));
  }
}
