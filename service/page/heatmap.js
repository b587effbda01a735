/** The heat map: how much an adapter adds to the weights of every layer and module. */

import { el, fill, svg } from "./dom.js";

const CELL = 22;
const GAP = 2;
const LEFT = 78;
const BOTTOM = 26;

/** A drawing, a line that tells of the cell beneath the pointer, and a table of the same. */
export function heatMap(norms) {
  const modules = Object.keys(norms);
  const numLayers = Math.max(...modules.map((name) => norms[name].length));
  const all = modules.flatMap((name) => norms[name]);
  const [least, largest] = [Math.min(...all), Math.max(...all)];
  const told = el("p", { class: "muted small readout", "aria-hidden": "true" });
  const resting = `From ${least.toPrecision(3)}, palest, to ${largest.toPrecision(3)}. Point at a cell to read it.`;
  told.textContent = resting;

  const width = LEFT + numLayers * CELL;
  const height = modules.length * CELL + BOTTOM;
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "heat",
    role: "img",
    "aria-label": `Size of what the adapter adds, ${modules.length} modules by ${numLayers} layers; the table below has the figures.`,
    pointerleave: () => (told.textContent = resting),
    pointerover: (event) => {
      const { words } = event.target.dataset;
      if (words) told.textContent = words;
    },
  });
  modules.forEach((name, row) => {
    drawing.append(svg("text", { x: LEFT - 8, y: row * CELL + CELL / 2 + 4, "text-anchor": "end" }, name));
    norms[name].forEach((norm, layer) => {
      drawing.append(
        svg("rect", {
          x: LEFT + layer * CELL,
          y: row * CELL,
          width: CELL - GAP,
          height: CELL - GAP,
          rx: 3,
          "fill-opacity": (0.1 + 0.9 * (largest > least ? (norm - least) / (largest - least) : 0)).toFixed(3),
          "data-words": `${name}, adapted layer ${layer + 1} of ${norms[name].length}: ${norm.toPrecision(3)}`,
        }),
      );
    });
  });
  const below = modules.length * CELL + 16;
  drawing.append(
    svg("text", { x: LEFT, y: below }, "first adapted layer"),
    svg("text", { x: width - GAP, y: below, "text-anchor": "end" }, "last"),
  );
  return [el("div", { class: "scroll-x" }, drawing), told, table(norms, modules, numLayers)];
}

function table(norms, modules, numLayers) {
  const layers = Array.from({ length: numLayers }, (_, layer) => layer);
  const rows = el("tbody");
  fill(
    rows,
    layers.map((layer) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, String(layer + 1)),
        modules.map((name) => el("td", {}, norms[name][layer]?.toPrecision(3) ?? "")),
      ),
    ),
  );
  const head = el("tr", {}, el("th", { scope: "col" }, "Layer"), modules.map((name) => el("th", { scope: "col" }, name)));
  const whole = el("table", {}, el("caption", { class: "sr-only" }, "Size of what the adapter adds"), el("thead", {}, head), rows);
  const frame = el("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Figures of the heat map" }, whole);
  return el("details", {}, el("summary", {}, "As a table"), frame);
}
