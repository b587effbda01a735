/** The API key: asked for where the service wants one, kept in this tab alone. */

import { byId } from "./dom.js";
import { keep, recall } from "./drafts.js";

const NEEDED = "This service needs one. Whoever runs it can make it: genadapter keys create NAME.";
const UNKNOWN = "The service does not know the key that was used. Enter another one.";

let asked = null;

/** Asks for a key; tells whether there is another one than `refused` now. */
export function askForKey({ refused }) {
  // Another request may have been faster.
  if (recall("key", "") !== refused) return Promise.resolve(true);
  asked ??= show(refused ? UNKNOWN : NEEDED).finally(() => (asked = null));
  return asked;
}

/** Lets the user change the key at any time. */
export function watchKeyButton(onChange) {
  byId("change-key").addEventListener("click", async () => {
    asked ??= show("It is sent with all that this tab asks of the service.").finally(() => (asked = null));
    if (await asked) onChange();
  });
}

function show(words) {
  const dialog = byId("key-dialog");
  const field = byId("key");
  byId("key-words").textContent = words;
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
