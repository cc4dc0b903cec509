// SPDX-License-Identifier: Apache-2.0
// The microphone.

import { Problem } from "./api.js";
import { clock } from "./dom.js";

const REASONS = {
  NotAllowedError: "The browser does not let this page use the microphone. Allow it in the address bar and try again.",
  NotFoundError: "No microphone was found.",
  NotReadableError: "Another program holds the microphone.",
};

export class Recorder {
  /** A button that starts and stops, its text, which says `idle` while nothing is recorded; made(file) is called at the end,
   * failed(problem) when it cannot be. */
  constructor(button, text, made, failed, idle = "Record") {
    Object.assign(this, { button, text, made, failed, idle });
    button.addEventListener("click", () => (this.media ? this.stop() : this.start()));
  }

  async start() {
    if (!navigator.mediaDevices || !window.MediaRecorder) {
      this.failed(new Problem(window.isSecureContext ? "This browser cannot record."
        : "Browsers record only on pages of this machine or over https. Choose a file instead."));
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [];
      this.media = new MediaRecorder(stream);
      this.media.addEventListener("dataavailable", (event) => parts.push(event.data));
      this.media.addEventListener("stop", () => {
        const type = this.media.mimeType || "audio/webm";
        for (const track of stream.getTracks()) track.stop();
        this.media = null;
        this.tell();
        this.made(new File(parts, type.includes("mp4") ? "recording.m4a" : type.includes("ogg") ? "recording.ogg" : "recording.webm", { type }));
      });
      this.began = performance.now();
      this.media.start();
      this.timer = setInterval(() => this.tell(), 500);
      this.tell();
    } catch (error) {
      this.media = null;
      this.failed(new Problem(REASONS[error.name] || `Recording failed: ${error.message}`));
    }
  }

  stop() {
    clearInterval(this.timer);
    if (this.media) this.media.stop();
  }

  tell() {
    this.button.setAttribute("aria-pressed", String(Boolean(this.media)));
    this.text.textContent = this.media ? `Stop recording (${clock((performance.now() - this.began) / 1000)})` : this.idle;
  }
}
