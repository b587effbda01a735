/** The clipboard: a button that copies a text and says so. */

import { el } from "./dom.js";

/** A button that copies what `text()` gives. */
export function copyButton(text, words = "Copy") {
  const button = el("button", { type: "button", class: "quiet copy" }, words);
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text())) ? "Copied" : "Copy by hand";
    setTimeout(() => (button.textContent = words), 1500);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers give it to pages of HTTPS and of this machine alone.
    return false;
  }
}
