/** The library of trained tasks: read once, for all that is shown of it. */

import { fetchJson } from "./api.js";

let reading = null;

/** The library; a reading that failed is tried again by whoever asks next. */
export function readLibrary({ isQuiet = false } = {}) {
  reading ??= fetchJson("/v1/library", { isQuiet }).catch((error) => {
    reading = null;
    throw error;
  });
  return reading;
}
