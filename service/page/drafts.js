/** Drafts: what is typed outlives reloads, errors and restarts of the service, in this tab. */

const PREFIX = "genadapter.";
// Where a browser forbids storage, they live as long as the page.
const memory = new Map();

/** What was kept under a name, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    const text = sessionStorage.getItem(PREFIX + name) ?? memory.get(name);
    return text == null ? otherwise : JSON.parse(text);
  } catch {
    return memory.has(name) ? JSON.parse(memory.get(name)) : otherwise;
  }
}

/** Keeps a value under a name; `null` forgets it. */
export function keep(name, value) {
  memory.set(name, JSON.stringify(value));
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full or forbidden; memory has it.
  }
}

/** Fills a field with its draft, and keeps it from then on. */
export function keepField(field, name, otherwise = "") {
  field.value = recall(name, otherwise);
  field.addEventListener("input", () => keep(name, field.value));
}
