/** The page: joins its parts. What is in the address is what is shown. */

import { ApiError, download, fetchJson } from "./api.js";
import { startComparing } from "./compare.js";
import { startDescribing } from "./describe.js";
import { byId, el, fill } from "./dom.js";
import { recall } from "./drafts.js";
import { watchKeyButton } from "./key.js";
import { readLibrary } from "./library.js";
import { confirm, showError, showWords } from "./notice.js";
import { offerSamples } from "./samples.js";
import { startShelf } from "./shelf.js";
import { hideTake, showTake } from "./take.js";
import { startUsers } from "./users.js";
import { hideVerdict, showVerdict } from "./verdict.js";

let shown = null;
const compare = startComparing();
const shelf = startShelf({ onOpen: () => open(), onDelete: remove, onChange: (adapter) => showTake(adapter, remove) });

startDescribing({
  onAdapter(adapter) {
    show(adapter);
    history.pushState(null, "", `#adapter=${adapter.id}`);
    scrollTo("compare");
    compare.ask();
  },
});

startUsers({ onMade: () => shelf.load({ isQuiet: true }) });

/** Shows the adapter that the address names. */
async function open() {
  const id = new URLSearchParams(location.hash.slice(1)).get("adapter");
  if (!id) return;
  showWords(byId("page-notice"), "Opening…");
  try {
    show(await fetchJson(`/v1/adapters/${encodeURIComponent(id)}`));
    scrollTo("compare");
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      hide(id);
      showWords(byId("page-notice"), "The adapter ", el("code", {}, id), " is not there: it has expired, was deleted, or is another owner's. What you typed is kept; generate it again.");
    } else showError(byId("page-notice"), error, open);
  }
}

function show(adapter) {
  fill(byId("page-notice"));
  shown = adapter.id;
  compare.show(adapter, recall(`made.${adapter.id}`, null)?.prompt ?? null);
  showVerdict(adapter);
  showTake(adapter, remove);
  shelf.show(adapter);
}

function hide(id) {
  shelf.forget(id);
  if (shown !== id && shown !== null) return;
  shown = null;
  compare.clear();
  hideVerdict();
  hideTake();
}

async function remove(adapter) {
  const words = `${adapter.name ?? adapter.id} is deleted for good. The same description makes the same adapter again.`;
  if (!(await confirm({ title: "Delete this adapter?", words, yes: "Delete it" }))) return;
  try {
    await fetchJson(`/v1/adapters/${adapter.id}`, { method: "DELETE" });
  } catch (error) {
    // Another tab was faster.
    if (!(error instanceof ApiError) || error.status !== 404) return showError(byId("page-notice"), error);
  }
  if (shown === adapter.id) history.pushState(null, "", location.pathname);
  hide(adapter.id);
  showWords(byId("page-notice"), "Deleted ", el("code", {}, adapter.id), ".");
}

/** Goes to a part of the page; the address keeps the adapter. */
function goTo(event) {
  const place = event.target.getAttribute("href").slice(1);
  event.preventDefault();
  scrollTo(place);
  byId(place).focus({ preventScroll: true });
}

function scrollTo(id) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId(id).scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "start" });
}

function begin() {
  byId("save-openapi").addEventListener("click", () =>
    download("/openapi.json", "openapi.json").catch((error) => showError(byId("page-notice"), error)),
  );
  offerSamples();
  watchKeyButton(start);
  for (const link of document.querySelectorAll(".skip, nav a")) link.addEventListener("click", goTo);
  addEventListener("hashchange", open);
  addEventListener("popstate", () => !location.hash && hide(shown));
  // Another tab may have changed what there is.
  document.addEventListener("visibilitychange", () => !document.hidden && shelf.load({ isQuiet: true }));
  fetchJson("/version").then(({ version }) => (byId("version").textContent = `genadapter ${version}`), () => {});
  start();
}

async function start() {
  // Whoever has no key is asked for it once, not by every part of the page.
  if (!(await shelf.load({ retry: start }))) return;
  readLibrary({ isQuiet: true }).then(({ base_model }) => (byId("base-name").textContent = `on ${base_model}`), () => {});
  await open();
}

begin();
