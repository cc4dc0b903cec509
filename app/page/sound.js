// SPDX-License-Identifier: Apache-2.0
// Plays sound while it arrives: wav and pcm through WebAudio, mp3 through a MediaSource, anything else when it is whole.

import { pieces } from "./api.js";

const AHEAD = 0.08; // seconds between the arrival of the first samples and their sound

/** Joins byte arrays. */
function join(parts) {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Where the samples of a WAV file begin, and how many there are a second; null while that is not there yet. */
export function wavHead(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let rate = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4)), length = view.getUint32(at + 4, true);
    if (name === "fmt " && at + 16 <= bytes.length) rate = view.getUint32(at + 12, true);
    if (name === "data") return { begin: at + 8, rate };
    at += 8 + length + (length & 1);
  }
  return null;
}

/** A WAV file around 16-bit samples of one channel. */
export function wavFile(samples, rate) {
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, letters) => [...letters].forEach((c, i) => head.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + samples.length, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, rate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, samples.length, true);
  return new Blob([head.buffer, samples], { type: "audio/wav" });
}

/** A streamed WAV says that its length is unknown; now it is known. */
function mendWav(bytes) {
  const head = wavHead(bytes);
  if (!head) return bytes;
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.length - 8, true);
  view.setUint32(head.begin - 4, bytes.length - head.begin, true);
  return bytes;
}

/** 16-bit little-endian bytes as samples. */
export function samplesOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const samples = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true) / 32768;
  return samples;
}

/** Samples one behind the other on a clock of their own. */
class Line {
  constructor(context, rate, signal) {
    Object.assign(this, { context, rate, next: 0, sources: new Set() });
    signal.addEventListener("abort", () => this.cut());
  }

  cut() {
    for (const source of this.sources) source.stop();
    if (this.finish) this.finish();
  }

  add(samples) {
    if (!samples.length) return;
    const buffer = this.context.createBuffer(1, samples.length, this.rate);
    buffer.copyToChannel(samples, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    this.next = Math.max(this.next, this.context.currentTime + AHEAD);
    source.start(this.next);
    this.next += buffer.duration;
    this.sources.add(source);
    source.addEventListener("ended", () => {
      this.sources.delete(source);
      if (!this.sources.size && this.finish) this.finish();
    });
  }

  /** When the last sample was heard. */
  end() {
    return new Promise((resolve) => {
      this.finish = resolve;
      if (!this.sources.size) resolve();
    });
  }
}

async function playSamples(response, { wav, rate, signal, first, progress }) {
  const context = new AudioContext();
  const parts = [];
  let line = null, rest = new Uint8Array(0);
  try {
    for await (const piece of pieces(response)) {
      parts.push(piece);
      rest = join([rest, piece]);
      if (!line) {
        const head = wav ? wavHead(rest) : { begin: 0, rate };
        if (!head) continue;
        rest = rest.slice(head.begin);
        line = new Line(context, head.rate, signal);
        first();
      }
      const even = rest.length & ~1;
      line.add(samplesOf(rest.subarray(0, even)));
      rest = rest.slice(even);
      progress();
    }
    const played = (line ? line.end() : Promise.resolve()).finally(() => context.close());
    const bytes = join(parts);
    return { bytes: wav ? mendWav(bytes) : bytes, rate: line ? line.rate : rate, played };
  } catch (error) {
    if (line) line.cut();
    context.close();
    throw error;
  }
}

async function playMedia(response, { type, audio, first, progress }) {
  const source = new MediaSource(), parts = [];
  const happens = (target, name) => new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));
  audio.src = URL.createObjectURL(source);
  await happens(source, "sourceopen");
  const buffer = source.addSourceBuffer(type);
  for await (const piece of pieces(response)) {
    parts.push(piece);
    const done = happens(buffer, "updateend");
    buffer.appendBuffer(piece);
    await done;
    if (parts.length === 1) {
      first();
      audio.play().catch(() => {});
    }
    progress();
  }
  source.endOfStream();
  return { bytes: join(parts), played: audio.paused ? Promise.resolve() : happens(audio, "ended") };
}

async function collect(response, { first, progress }) {
  const parts = [];
  for await (const piece of pieces(response)) {
    parts.push(piece);
    if (parts.length === 1) first();
    progress();
  }
  return { bytes: join(parts), played: null };
}

const MEDIA = { mp3: "audio/mpeg" };

/** Plays what arrives as far as the browser can. Gives {bytes, rate, played}: all of the file, the samples' rate where
 * it is wav or pcm, and a promise of the end of the sound, or null where nothing was heard yet. */
export function playStream(response, format, { audio, signal, first, progress }) {
  const rate = Number((/rate=(\d+)/.exec(response.headers.get("content-type") || "") || [])[1]) || 24000;
  if (format === "wav" || format === "pcm") return playSamples(response, { wav: format === "wav", rate, signal, first, progress });
  const type = MEDIA[format];
  if (type && window.MediaSource && MediaSource.isTypeSupported(type)) return playMedia(response, { type, audio, first, progress });
  return collect(response, { first, progress });
}
