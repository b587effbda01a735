/** The verdict: what is known of an adapter, in plain words and two drawings. */

import { fetchJson } from "./api.js";
import { copyButton } from "./clipboard.js";
import { byId, el, fill } from "./dom.js";
import { recall } from "./drafts.js";
import { heatMap } from "./heatmap.js";
import { readLibrary } from "./library.js";
import { libraryMap } from "./map.js";
import { showError } from "./notice.js";
import { duration, percent, sentence, size } from "./words.js";

const LOOKS_MS = [800, 1600, 3200, 6400, 12800];
/** The service tells of an adapter's effect once it is idle; then nobody asks on. */
const STRONG_KL = 0.5;

let shown = null;

/** Where only a recipe is kept, nothing is known until its first use. */
const UNMADE = "Known once it was used: so far there is only its recipe.";
const isMade = ({ diagnostics }) => Object.keys(diagnostics.norms).length > 0;

/** Shows an adapter, and asks a few times for its effect where that is not known yet. */
export function showVerdict(adapter) {
  shown = adapter.id;
  byId("verdict").hidden = false;
  const effect = el("div", { class: "panel" });
  const map = el("div", { class: "panel" });
  fill(
    byId("verdict-body"),
    adapter.warning && el("div", { class: "notice warning", role: "note" }, el("p", { class: "strong" }, "Unfamiliar ground"), el("p", {}, sentence(adapter.warning))),
    facts(adapter),
    el("div", { class: "panels" }, effect, familiarity(adapter), nearest(adapter)),
    el(
      "div",
      { class: "panels drawings" },
      el("div", { class: "panel" }, el("h3", {}, "Where it changes the base"), ...(isMade(adapter) ? heatMap(adapter.diagnostics.norms) : [el("p", {}, UNMADE)])),
      map,
    ),
  );
  showEffect(effect, adapter);
  if (adapter.diagnostics.effect === null) lookAgain(effect, adapter);
  showMap(map, adapter);
}

/** Takes the verdict away. */
export function hideVerdict() {
  shown = null;
  byId("verdict").hidden = true;
  fill(byId("verdict-body"));
}

function facts(adapter) {
  const made = recall(`made.${adapter.id}`, null);
  const fact = (name, ...value) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
  return el(
    "dl",
    { class: "facts" },
    fact("Id", el("code", { class: "id" }, adapter.id), " ", copyButton(() => adapter.id)),
    fact("Size", size(adapter.bytes)),
    fact("Rank", String(adapter.rank)),
    fact("Written in", made ? duration(made.ms) : "not in this tab"),
    fact("By", adapter.generator.name),
    fact("From", adapter.source.type || "files"),
    adapter.expires_at && fact("Expires", new Date(1000 * adapter.expires_at).toLocaleString()),
  );
}

function showEffect(place, adapter) {
  const { effect } = adapter.diagnostics;
  const level = effect === null ? null : levelOf(adapter);
  const words = {
    none: "It changes nothing, and is not served: generate it again in other words.",
    slight: "It moves answers a little, on prompts that have nothing to do with its task.",
    strong: "It moves answers far, even on prompts that have nothing to do with its task.",
  };
  fill(
    place,
    el("h3", {}, "Effect"),
    el(
      "div",
      { class: "meter" },
      ["none", "slight", "strong"].map((name) => el("span", { class: name === level ? "on" : null, "aria-hidden": name === level ? null : "true" }, name)),
    ),
    el("p", { role: "status" }, level ? words[level] : "The service looks at it once it is idle…"),
    effect && el("p", { class: "muted small" }, `Other first word on ${percent(effect.top1_changed)} of prompts; mean divergence ${effect.mean_kl.toPrecision(2)} nats.`),
  );
}

function levelOf({ status, diagnostics }) {
  if (status === "no_effect") return "none";
  const { mean_kl, top1_changed } = diagnostics.effect;
  return mean_kl >= STRONG_KL || top1_changed >= 0.5 ? "strong" : "slight";
}

async function lookAgain(place, before, delays = LOOKS_MS) {
  const { id } = before;
  for (const delay of delays) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (shown !== id) return;
    try {
      const adapter = await fetchJson(`/v1/adapters/${id}`, { isQuiet: true });
      if (shown !== id) return;
      if (isMade(adapter) && !isMade(before)) return showVerdict(adapter);
      if (adapter.diagnostics.effect !== null) return showEffect(place, adapter);
    } catch (error) {
      if (shown === id) showError(place, error, () => lookAgain(place, before, [0]));
      return;
    }
  }
  const again = el("button", { type: "button", class: "quiet", click: () => lookAgain(place, before, [0]) }, "Look again");
  place.querySelector("[role=status]").textContent = "The service has not looked at it yet.";
  place.querySelector("button")?.remove();
  place.append(again);
}

function familiarity(adapter) {
  const share = adapter.diagnostics.familiarity;
  const words = !isMade(adapter)
    ? UNMADE
    : share === null
      ? "This bundle cannot tell how familiar a description is to it."
      : adapter.warning
        ? "Unlike anything that the generator learned from: expect little."
        : `${share >= 0.25 ? "Familiar" : "Less familiar than most"}: ${percent(share)} of the descriptions that were learned from promise less.`;
  const gauge = el("div", { class: "bar", "aria-hidden": "true" }, el("span"));
  if (share !== null) gauge.firstChild.style.width = percent(share).replace(" ", "");
  return el("div", { class: "panel" }, el("h3", {}, "Familiarity"), share !== null && gauge, el("p", {}, words));
}

function nearest(adapter) {
  const near = adapter.diagnostics.nearest_experts.slice(0, 5);
  const row = ({ id, similarity }) => {
    const bar = el("div", { class: "bar", "aria-hidden": "true" }, el("span"));
    bar.firstChild.style.width = `${100 * Math.max(0, similarity)}%`;
    return el("li", {}, el("span", { class: "name" }, id), el("span", { class: "figure" }, similarity.toFixed(2)), bar);
  };
  return el(
    "div",
    { class: "panel" },
    el("h3", {}, "Nearest trained tasks"),
    near.length ? el("ul", { class: "bars" }, near.map(row)) : el("p", {}, isMade(adapter) ? "None is told of." : UNMADE),
  );
}

async function showMap(place, adapter) {
  fill(place, el("h3", {}, "Among the trained tasks"), el("p", { class: "muted" }, "Loading…"));
  let library;
  try {
    library = await readLibrary();
  } catch (error) {
    showError(place, error, () => showMap(place, adapter));
    return;
  }
  const honest = "Tasks told in like words lie close by. The new one is drawn between its nearest.";
  fill(
    place,
    el("h3", {}, "Among the trained tasks"),
    ...(library.data.length ? libraryMap(library.data, adapter.diagnostics.nearest_experts) : []),
    el("p", { class: "muted small" }, library.data.length ? honest : "The library is empty."),
  );
}
