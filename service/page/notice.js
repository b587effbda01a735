/** Notices: what went wrong and what to do, and a question before something is lost. */

import { byId, el, fill } from "./dom.js";
import { sentence } from "./words.js";

/** Shows an error in a place, with its request's id and, where it may help, another try. */
export function showError(place, error, retry) {
  fill(
    place,
    el(
      "div",
      { class: "notice error", role: "alert" },
      el("p", { class: "strong" }, sentence(error.message)),
      error.advice && el("p", {}, error.advice),
      error.requestId && el("p", { class: "small" }, "Request ", el("code", {}, error.requestId)),
      retry && el("button", { type: "button", click: retry }, "Try again"),
    ),
  );
}

/** Shows news that is no error. */
export function showWords(place, ...words) {
  fill(place, el("div", { class: "notice" }, el("p", {}, ...words)));
}

/** Asks before something is lost. */
export function confirm({ title, words, yes }) {
  const dialog = byId("confirm-dialog");
  byId("confirm-title").textContent = title;
  byId("confirm-words").textContent = words;
  byId("confirm-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
