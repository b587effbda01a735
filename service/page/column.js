/** A column: one answer that streams, fails and is timed by itself. */

import { ApiError, streamChat } from "./api.js";
import { copyButton } from "./clipboard.js";
import { el, fill } from "./dom.js";
import { showError } from "./notice.js";
import { differences, duration } from "./words.js";

/** Why an answer ends that is asked for anew. */
export const SUPERSEDED = "superseded";

export class Column {
  /** A column with a title, words on what it shows, and what asks again. */
  constructor({ title, words, retry }) {
    this.answer = el("div", { class: "answer" });
    this.foot = el("p", { class: "muted small foot" });
    this.notice = el("div");
    this.copy = copyButton(() => this.text);
    this.element = el(
      "article",
      { class: "column", "aria-label": title },
      el("header", {}, el("h3", {}, title), this.copy),
      el("p", { class: "muted small" }, words),
      this.answer,
      this.notice,
      this.foot,
    );
    this.retry = retry;
    this.clear("");
  }

  /** Empties it, but for a line that says why. */
  clear(words) {
    this.text = "";
    this.timing = "";
    this.isDone = false;
    this.copy.hidden = true;
    this.answer.classList.add("empty");
    this.element.removeAttribute("aria-busy");
    fill(this.answer, words);
    fill(this.foot);
    fill(this.notice);
  }

  /** Streams the answer to a request; whatever fails stays in this column. */
  async ask(body, signal) {
    this.clear("");
    this.element.setAttribute("aria-busy", "true");
    const started = performance.now();
    let first = null;
    let usage = null;
    try {
      for await (const part of streamChat(body, signal)) {
        if (signal.aborted) break;
        if (part.usage) usage = part.usage;
        else {
          first ??= performance.now() - started;
          this.text += part.text;
          this.answer.classList.remove("empty");
          this.answer.textContent = this.text;
        }
      }
      if (!signal.aborted) this.#finish(performance.now() - started, first, usage);
    } catch (error) {
      if (!signal.aborted) {
        if (!(error instanceof ApiError)) throw error;
        showError(this.notice, error, this.retry);
      }
    }
    // By then the column may show another answer.
    if (signal.reason === SUPERSEDED) return;
    this.element.removeAttribute("aria-busy");
    if (signal.aborted) this.#stop();
  }

  /** Marks the words that are other than in another answer. */
  markBeside(other) {
    const { marked, numWords, numOther } = differences(this.text, other);
    fill(this.answer, marked.map(({ text, isOther }) => (isOther ? el("mark", {}, text) : text)));
    if (!this.text) fill(this.answer, "(an empty answer)");
    const some = `${numOther} of ${numWords} words differ`;
    const told = numOther === 0 ? "no word differs" : numOther === numWords ? "every word differs" : some;
    fill(this.foot, this.timing, numWords ? ` · ${told} from the base` : "");
  }

  #finish(ms, first, usage) {
    this.isDone = true;
    this.copy.hidden = !this.text;
    if (!this.text) fill(this.answer, "(an empty answer)");
    const tokens = usage?.completion_tokens ?? 0;
    // Of a short answer it would tell how long the line was.
    const rate = tokens >= 8 ? ` · ${(((tokens - 1) / (ms - first)) * 1000).toFixed(1)} a second` : "";
    this.timing = `${duration(ms)} · ${tokens} token${tokens === 1 ? "" : "s"}${rate}`;
    fill(this.foot, this.timing);
  }

  #stop() {
    if (!this.text) fill(this.answer, "Stopped.");
    fill(this.foot, "Stopped");
  }
}
