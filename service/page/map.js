/** The map: the trained tasks on two axes, and among them the new one. */

import { el, svg } from "./dom.js";

const SIZE = 320;
const MARGIN = 14;
const REACH = 18;
/** Below this the nearest task outweighs the others by far. */
const TEMPERATURE = 0.1;

/** A drawing with a line that tells of the task beneath the pointer. */
export function libraryMap(experts, nearest) {
  const toPlace = scaled(experts);
  const points = new Map(experts.map((expert) => [expert.id, { ...expert, ...toPlace(expert) }]));
  const near = nearest.filter(({ id }) => points.has(id));
  const resting = `${experts.length} trained tasks; ringed are the nearest ones.`;
  const told = el("p", { class: "muted small readout", "aria-hidden": "true" }, resting);
  const nearIds = new Set(near.map(({ id }) => id));
  const drawing = svg("svg", {
    viewBox: `0 0 ${SIZE} ${SIZE}`,
    class: "map",
    role: "img",
    "aria-label": `Map of ${experts.length} trained tasks; the new one lies between ${near.map(({ id }) => id).join(", ") || "none"}.`,
    pointerleave: () => (told.textContent = resting),
    pointermove: (event) => {
      const found = closest([...points.values()], at(drawing, event));
      told.textContent = found ? `${found.id} (${found.family})` : resting;
    },
  });
  for (const point of points.values()) {
    const isNear = nearIds.has(point.id);
    drawing.append(svg("circle", { cx: point.x, cy: point.y, r: isNear ? 4.5 : 2.5, class: isNear ? "near" : "task" }));
  }
  if (near.length) {
    const { x, y } = between(near, points);
    drawing.append(svg("circle", { cx: x, cy: y, r: 11, class: "halo" }), svg("circle", { cx: x, cy: y, r: 5.5, class: "new" }));
  }
  return [drawing, told];
}

/** Where the new task is drawn: between its nearest ones, the more alike the closer. */
function between(near, points) {
  const weights = near.map(({ similarity }) => Math.exp((similarity - near[0].similarity) / TEMPERATURE));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const along = (axis) => near.reduce((sum, { id }, i) => sum + weights[i] * points.get(id)[axis], 0) / total;
  return { x: along("x"), y: along("y") };
}

function scaled(experts) {
  const [xs, ys] = [experts.map(({ x }) => x), experts.map(({ y }) => y)];
  // Reduced, as there may be more than a call may have arguments.
  const [left, right] = [xs.reduce(min, Infinity), xs.reduce(max, -Infinity)];
  const [low, high] = [ys.reduce(min, Infinity), ys.reduce(max, -Infinity)];
  const room = SIZE - 2 * MARGIN;
  const part = (value, from, to) => (to > from ? (value - from) / (to - from) : 0.5);
  return ({ x, y }) => ({ x: MARGIN + room * part(x, left, right), y: MARGIN + room * (1 - part(y, low, high)) });
}

const min = (a, b) => Math.min(a, b);
const max = (a, b) => Math.max(a, b);

function at(drawing, event) {
  const frame = drawing.getBoundingClientRect();
  const factor = SIZE / frame.width;
  return { x: (event.clientX - frame.left) * factor, y: (event.clientY - frame.top) * factor };
}

function closest(points, { x, y }) {
  let best = null;
  let least = REACH;
  for (const point of points) {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (distance < least) [best, least] = [point, distance];
  }
  return best;
}
