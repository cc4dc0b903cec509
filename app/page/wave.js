// SPDX-License-Identifier: Apache-2.0
// A waveform that is also the slider of an audio element, and its play button.

import { clock } from "./dom.js";

const BAR = 3, GAP = 2; // CSS pixels
const STEP = 2; // seconds that an arrow key moves

/** The loudest sample of each of n stretches, the loudest of all being 1. */
function peaks(samples, n) {
  const list = new Float32Array(n);
  const step = samples.length / n;
  let most = 1e-4;
  for (let i = 0; i < n; i++) {
    const end = Math.min(samples.length, Math.floor((i + 1) * step));
    for (let k = Math.floor(i * step); k < end; k++) list[i] = Math.max(list[i], Math.abs(samples[k]));
    most = Math.max(most, list[i]);
  }
  return list.map((v) => v / most);
}

export class Wave {
  /** canvas, audio, the play button, the element with the time; moved(seconds) is called while it plays. */
  constructor({ canvas, audio, button, time, moved }) {
    Object.assign(this, { canvas, audio, button, time, moved: moved || (() => {}) });
    this.samples = new Float32Array(0);
    this.seconds = 0;
    new ResizeObserver(() => this.draw()).observe(canvas);
    canvas.addEventListener("pointerdown", (event) => this.point(event));
    canvas.addEventListener("pointermove", (event) => event.buttons & 1 && this.point(event));
    canvas.addEventListener("keydown", (event) => this.press(event));
    button.addEventListener("click", () => this.toggle());
    for (const name of ["play", "pause", "ended", "seeked", "loadedmetadata", "timeupdate"])
      audio.addEventListener(name, () => this.follow());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    document.addEventListener("theme", () => this.draw());
  }

  /** Samples of one channel, -1 to 1. */
  set(samples, rate) {
    this.samples = samples;
    this.seconds = samples.length / rate;
    this.canvas.setAttribute("aria-valuemax", this.seconds.toFixed(1));
    this.update();
  }

  /** Decodes a file as far as the browser can; false where it cannot. */
  async load(bytes) {
    const context = new OfflineAudioContext(1, 1, 16000);
    try {
      const sound = await context.decodeAudioData(bytes);
      this.set(sound.getChannelData(0), sound.sampleRate);
      return true;
    } catch {
      this.set(new Float32Array(0), 1);
      return false;
    }
  }

  get length() {
    return this.seconds || (Number.isFinite(this.audio.duration) ? this.audio.duration : 0);
  }

  seek(seconds) {
    if (!this.audio.src) return;
    this.audio.currentTime = Math.min(Math.max(0, seconds), this.length || seconds);
    this.update();
  }

  toggle() {
    if (this.audio.paused) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    this.seek(((event.clientX - box.left) / box.width) * this.length);
  }

  press(event) {
    const to = { ArrowLeft: -STEP, ArrowRight: STEP, PageUp: 10, PageDown: -10 }[event.key];
    if (to) this.seek(this.audio.currentTime + to);
    else if (event.key === "Home") this.seek(0);
    else if (event.key === "End") this.seek(this.length);
    else if (event.key === " " || event.key === "Enter") this.toggle();
    else return;
    event.preventDefault();
  }

  /** Moves with the sound while it plays. */
  follow() {
    this.update();
    if (!this.audio.paused && !this.following) {
      const step = () => {
        this.update();
        this.following = this.audio.paused ? 0 : requestAnimationFrame(step);
      };
      this.following = requestAnimationFrame(step);
    }
  }

  update() {
    const now = this.audio.currentTime || 0;
    this.button.disabled = !this.audio.src;
    this.button.setAttribute("aria-label", this.audio.paused ? "Play" : "Pause");
    this.button.classList.toggle("playing", !this.audio.paused);
    this.time.textContent = `${clock(now)} / ${clock(this.length)}`;
    this.canvas.setAttribute("aria-valuenow", now.toFixed(1));
    this.canvas.setAttribute("aria-valuetext", `${clock(now)} of ${clock(this.length)}`);
    this.draw();
    this.moved(now, !this.audio.paused);
  }

  draw() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    if (!width) return;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const g = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    const bars = Math.floor(width / (BAR + GAP));
    const heard = this.length ? (this.audio.currentTime || 0) / this.length : 0;
    if (this.shown !== this.samples || !this.list || this.list.length !== bars)
      this.list = peaks(this.samples, bars);
    this.shown = this.samples;
    g.scale(ratio, ratio);
    for (let i = 0; i < bars; i++) {
      const h = Math.max(2, this.list[i] * (height - 4));
      g.fillStyle = style.getPropertyValue(this.length && (i + 0.5) / bars <= heard ? "--accent" : "--bar");
      g.beginPath();
      g.roundRect(i * (BAR + GAP), (height - h) / 2, BAR, h, BAR / 2);
      g.fill();
    }
  }
}
