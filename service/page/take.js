/** Take it away: downloads, snippets, and the button that deletes. */

import { download } from "./api.js";
import { copyButton } from "./clipboard.js";
import { byId, el, fill } from "./dom.js";
import { recall } from "./drafts.js";
import { showError } from "./notice.js";
import { snippetsFor } from "./snippets.js";
import { makeTabs } from "./tabs.js";

const FORMATS = { zip: "zip", "tar.gz": "tar.gz", gguf: "GGUF" };

/** Shows how an adapter is taken away; `onDelete` is called where it is to be deleted. */
export function showTake(adapter, onDelete) {
  byId("take").hidden = false;
  const notice = el("div");
  const permalink = `${location.origin}/#adapter=${adapter.id}`;
  const tabs = snippetTabs(adapter);
  fill(
    byId("take-body"),
    el(
      "div",
      { class: "actions" },
      el("span", { class: "strong" }, "Download"),
      Object.entries(FORMATS).map(([format, title]) => saveButton(adapter, format, title, notice)),
      copyButton(() => permalink, "Copy link"),
      el("button", { type: "button", class: "danger end", click: () => onDelete(adapter) }, "Delete"),
    ),
    notice,
    tabs,
  );
  makeTabs(tabs.firstChild)("snippet-tab-0");
}

/** Takes it off the page. */
export function hideTake() {
  byId("take").hidden = true;
  fill(byId("take-body"));
}

function saveButton(adapter, format, title, notice) {
  const save = async () => {
    fill(notice);
    try {
      await download(`/v1/adapters/${adapter.id}/download?format=${format}`, `${adapter.id}.${format}`);
    } catch (error) {
      showError(notice, error, save);
    }
  };
  return el("button", { type: "button", "aria-label": `Download ${title}`, click: save }, title);
}

function snippetTabs(adapter) {
  const snippets = Object.entries(snippetsFor(adapter, { origin: location.origin, isKeyed: Boolean(recall("key", "")) }));
  const list = el("div", { role: "tablist", "aria-label": "Ways to use it", class: "tabs" });
  const panels = snippets.map(([title, text], number) => {
    const [tab, panel] = [`snippet-tab-${number}`, `snippet-${number}`];
    list.append(el("button", { type: "button", role: "tab", id: tab, "aria-controls": panel }, title));
    const code = el("pre", { tabindex: "0", role: "region", "aria-label": `${title} snippet` }, el("code", {}, text));
    return el("div", { role: "tabpanel", id: panel, "aria-labelledby": tab, class: "snippet" }, copyButton(() => text), code);
  });
  return el("div", { class: "snippets" }, list, ...panels);
}
