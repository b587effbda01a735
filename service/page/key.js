/** The API key: asked for where the service wants one, kept in this tab alone. */

import { byId } from "./dom.js";
import { keep, recall } from "./drafts.js";

let asked = null;

/** Asks for a key; tells whether there is another one than `refused` now. */
export function askForKey({ refused }) {
  // Another request may have been faster.
  if (recall("key", "") !== refused) return Promise.resolve(true);
  asked ??= show(refused).finally(() => (asked = null));
  return asked;
}

/** Lets the user change the key at any time. */
export function watchKeyButton(onChange) {
  byId("change-key").addEventListener("click", async () => {
    asked ??= show("").finally(() => (asked = null));
    if (await asked) onChange();
  });
}

function show(refused) {
  const dialog = byId("key-dialog");
  const field = byId("key");
  byId("key-words").textContent = refused
    ? "The service does not know the key that was used. Enter another one."
    : "Whoever runs the service has one, by `genadapter keys create`.";
  field.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const leave = (isGiven) => {
      byId("key-form").removeEventListener("submit", take);
      byId("key-cancel").removeEventListener("click", cancel);
      dialog.removeEventListener("cancel", cancel);
      dialog.close();
      resolve(isGiven);
    };
    const take = (event) => {
      event.preventDefault();
      const given = field.value.trim();
      if (!given) return field.focus();
      keep("key", given);
      leave(true);
    };
    const cancel = () => leave(false);
    byId("key-form").addEventListener("submit", take);
    byId("key-cancel").addEventListener("click", cancel);
    dialog.addEventListener("cancel", cancel);
  });
}
