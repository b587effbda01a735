/** Words: where one text differs from another, and numbers as people read them. */

/** Parts of a text, each with whether its words are missing, in this order, from a base text. */
export function differences(text, base) {
  const known = wordsOf(base);
  const parts = text.match(/\s+|\S+/g) ?? [];
  const words = parts.filter((part) => part.trim());
  const shared = sharedPositions(words, known);
  let number = 0;
  const marked = [];
  for (const part of parts) {
    const isBlank = !part.trim();
    const isOther = isBlank ? (marked.at(-1)?.isOther ?? false) : !shared.has(number++);
    const last = marked.at(-1);
    if (last && last.isOther === isOther) last.text += part;
    else marked.push({ text: part, isOther });
  }
  return { marked, numWords: words.length, numOther: words.length - shared.size };
}

const wordsOf = (text) => text.match(/\S+/g) ?? [];

/** Positions in `words` that the longest common subsequence with `known` takes. */
function sharedPositions(words, known) {
  const lengths = Array.from({ length: words.length + 1 }, () => new Uint16Array(known.length + 1));
  for (let i = words.length - 1; i >= 0; i--) {
    for (let j = known.length - 1; j >= 0; j--) {
      lengths[i][j] =
        words[i] === known[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const found = new Set();
  for (let i = 0, j = 0; i < words.length && j < known.length; ) {
    if (words[i] === known[j]) {
      found.add(i++);
      j++;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) i++;
    else j++;
  }
  return found;
}

/** Characters as the service counts them. */
export const numCharacters = (text) => [...text].length;

export const counted = (number) => number.toLocaleString("en");

export const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

export const percent = (share) => `${Math.round(100 * share)} %`;

/** A size in bytes, in thousands of them; of what is not made yet there is none. */
export function size(bytes) {
  if (bytes === null) return "a recipe, made when used";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

/** A message as a sentence of its own. */
export function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
