/** The shelf: all adapters of whoever is here, to be found, named, pinned, opened, deleted. */

import { fetchJson } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { recall } from "./drafts.js";
import { showError } from "./notice.js";
import { size } from "./words.js";

const PAGE = 20;
const MOST = 100;
/** Pages of that size are read to search in; of more, the newest are searched. */
const MAX_SEARCHED = 2000;

/** Sets the list up; gives `load()`, `show(adapter)` and `forget(id)`. */
export function startShelf({ onOpen, onDelete, onChange }) {
  let adapters = [];
  let hasMore = false;
  let opened = null;

  const load = async ({ isQuiet = false, retry = load } = {}) => {
    if (!isQuiet) byId("shelf-status").textContent = "Loading…";
    try {
      // As many as were shown before, so that nothing jumps.
      const page = await readPage(null, Math.min(MOST, Math.max(PAGE, adapters.length)), isQuiet);
      [adapters, hasMore] = [page.data, page.has_more];
      fill(byId("shelf-notice"));
      draw();
      return true;
    } catch (error) {
      if (isQuiet) return false;
      byId("shelf-status").textContent = "";
      showError(byId("shelf-notice"), error, () => retry());
      return false;
    }
  };

  const readMore = async (limit) => {
    const page = await readPage(adapters.at(-1)?.id, limit);
    const known = new Set(adapters.map(({ id }) => id));
    adapters.push(...page.data.filter(({ id }) => !known.has(id)));
    hasMore = page.has_more;
  };

  const tryTo = async (action) => {
    fill(byId("shelf-notice"));
    try {
      await action();
    } catch (error) {
      showError(byId("shelf-notice"), error);
    }
    draw();
  };

  const draw = () => {
    const wanted = byId("search").value.trim().toLowerCase();
    const found = adapters.filter((adapter) => isFound(adapter, wanted));
    byId("shelf-status").textContent = wanted
      ? `${found.length} of ${adapters.length}${hasMore ? " or more" : ""} match.`
      : adapters.length
        ? `${adapters.length}${hasMore ? " newest" : ""} adapter${adapters.length === 1 ? "" : "s"}.`
        : "None yet. The first one you generate is kept here.";
    fill(byId("shelf-list"), found.map(row));
    byId("more").hidden = !hasMore || Boolean(wanted);
  };

  const row = (adapter) => {
    const change = (body) => tryTo(async () => note(await patch(adapter.id, body)));
    const isOpen = adapter.id === opened;
    // The service keeps no words of a description; this tab may.
    const name = adapter.name ?? recall(`made.${adapter.id}`, null)?.prompt.slice(0, 160) ?? "Unnamed";
    return el(
      "li",
      { class: isOpen ? "open" : null },
      el(
        "div",
        { class: "what" },
        el("a", { href: `#adapter=${adapter.id}`, class: "strong", "aria-current": isOpen ? "true" : null }, name),
        adapter.status === "no_effect" && el("span", { class: "tag" }, "no effect"),
        adapter.is_pinned && el("span", { class: "tag" }, "pinned"),
        el("p", { class: "muted small" }, el("code", {}, adapter.id), ` · ${size(adapter.bytes)} · rank ${adapter.rank} · ${when(adapter.created)}`, notes(adapter.metadata)),
      ),
      el(
        "div",
        { class: "row-actions" },
        el("button", { type: "button", class: "quiet", "aria-label": `Rename ${name}, ${adapter.id}`, click: (event) => rename(event.target.closest("li"), adapter, change) }, "Rename"),
        el("button", { type: "button", class: "quiet", "aria-pressed": String(adapter.is_pinned), "aria-label": `Pin ${name}, ${adapter.id}`, click: () => change({ is_pinned: !adapter.is_pinned }) }, adapter.is_pinned ? "Unpin" : "Pin"),
        el("button", { type: "button", class: "quiet", "aria-label": `Delete ${name}, ${adapter.id}`, click: () => onDelete(adapter) }, "Delete"),
      ),
    );
  };

  const rename = (place, adapter, change) => {
    const field = el("input", { type: "text", "aria-label": "New name", maxlength: 128, placeholder: "letters, digits, . _ -" });
    field.value = adapter.name ?? "";
    const leave = (event) => event.key === "Escape" && draw();
    const save = (event) => {
      event.preventDefault();
      change({ name: field.value.trim() || null });
    };
    const form = el("form", { class: "rename", submit: save, keydown: leave, novalidate: true }, field, el("button", { type: "submit" }, "Save"), el("button", { type: "button", class: "quiet", click: draw }, "Leave it"));
    place.replaceChildren(form);
    field.select();
  };

  const note = (adapter) => {
    const place = adapters.findIndex(({ id }) => id === adapter.id);
    if (place < 0) adapters.unshift(adapter);
    else adapters[place] = adapter;
    if (adapter.id === opened) onChange(adapter);
  };

  byId("more").addEventListener("click", () => tryTo(() => readMore(PAGE)));
  byId("refresh").addEventListener("click", () => load());
  byId("search").addEventListener("input", () => {
    draw();
    readAll();
  });
  let isReading = false;
  const readAll = () => {
    if (isReading || !hasMore) return;
    isReading = true;
    tryTo(async () => {
      while (hasMore && adapters.length < MAX_SEARCHED) await readMore(MOST);
    }).finally(() => (isReading = false));
  };
  byId("shelf-list").addEventListener("click", (event) => {
    // The same adapter again is no change of the address.
    const link = event.target.closest("a");
    if (link?.hash === location.hash) onOpen();
  });

  return {
    load,
    show(adapter) {
      opened = adapter.id;
      note(adapter);
      draw();
    },
    forget(id) {
      adapters = adapters.filter((adapter) => adapter.id !== id);
      if (opened === id) opened = null;
      draw();
    },
  };
}

const readPage = (after, limit, isQuiet = false) =>
  fetchJson(`/v1/adapters?limit=${limit}${after ? `&after=${encodeURIComponent(after)}` : ""}`, { isQuiet });

const patch = (id, body) => fetchJson(`/v1/adapters/${id}`, { method: "PATCH", body });

function isFound({ id, name, metadata }, wanted) {
  const words = [id, name ?? "", ...Object.keys(metadata), ...Object.values(metadata)];
  return words.some((word) => word.toLowerCase().includes(wanted));
}

const when = (seconds) => new Date(1000 * seconds).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

function notes(metadata) {
  const told = Object.entries(metadata).map(([name, value]) => `${name}: ${value}`);
  return told.length ? ` · ${told.join(", ")}` : "";
}
