/** Fields: texts that are kept as drafts and counted against a limit. */

import { byId } from "./dom.js";
import { keepField } from "./drafts.js";
import { counted, numCharacters } from "./words.js";

/** Keeps the text of a name as it is typed, and shows how much of the limit it takes. */
export function watchText(name, limit) {
  const field = byId(`text-${name}`);
  const count = () => showCount(byId(`count-${name}`), numCharacters(field.value), limit, "characters");
  keepField(field, `text.${name}`);
  field.addEventListener("input", count);
  count();
}

/** Shows how many there are of those that may be. */
export function showCount(place, number, limit, what) {
  place.textContent = `${counted(number)} / ${counted(limit)} ${what}`;
  place.classList.toggle("over", number > limit);
}
