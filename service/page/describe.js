/** Describe: what the adapter is to be written for, and the request that has it written. */

import { byId, el, fill } from "./dom.js";
import { keep, recall } from "./drafts.js";
import { showCount, watchText } from "./fields.js";
import { makeAdapter } from "./making.js";
import { showError } from "./notice.js";
import { makeTabs } from "./tabs.js";
import { duration } from "./words.js";

const LIMITS = { description: 8_000, document: 200_000, profile: 8_000 };
const MAX_EXAMPLES = 64;
const FIRST_EXAMPLES = [{ input: "", output: "" }, { input: "", output: "" }];

/** Sets the form up; `onAdapter` is told of every adapter that it brings. */
export function startDescribing({ onAdapter }) {
  let kind = "description";
  const chooseTab = makeTabs(byId("source-tabs"), (id) => {
    kind = id.replace("tab-", "");
    keep("kind", kind);
  });
  chooseTab(`tab-${recall("kind", "description")}`);
  for (const [name, limit] of Object.entries(LIMITS)) watchText(name, limit);
  const examples = watchExamples();

  const form = byId("describe-form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const source = kind === "examples" ? examples() : byId(`text-${kind}`).value;
    await generate({ kind, source }, onAdapter);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

async function generate({ kind, source }, onAdapter) {
  const [button, status, place] = [byId("generate"), byId("generate-status"), byId("generate-notice")];
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  status.textContent = "Writing…";
  fill(place);
  try {
    const { adapter, isNew, ms } = await makeAdapter({ kind, source });
    status.textContent = isNew ? `Written in ${duration(ms)}` : `You had this one already, found in ${duration(ms)}`;
    onAdapter(adapter);
  } catch (error) {
    status.textContent = "";
    showError(place, error);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function watchExamples() {
  const list = byId("examples");
  let rows = recall("examples", FIRST_EXAMPLES);
  const save = () => keep("examples", rows);
  const draw = () => {
    fill(list, rows.map((row, place) => exampleRow(row, place)));
    showCount(byId("count-examples"), rows.length, MAX_EXAMPLES, "examples");
  };
  const exampleRow = (row, place) => {
    const side = (name) => {
      const field = el("input", { type: "text", "aria-label": `${name} of example ${place + 1}`, placeholder: name });
      field.value = row[name];
      field.addEventListener("input", () => {
        row[name] = field.value;
        save();
      });
      return field;
    };
    const remove = () => {
      rows = rows.filter((other) => other !== row);
      save();
      draw();
      byId("add-example").focus();
    };
    const label = `Remove example ${place + 1}`;
    const button = el("button", { type: "button", class: "quiet icon", "aria-label": label, click: remove }, "×");
    return el("li", {}, side("input"), side("output"), button);
  };
  byId("add-example").addEventListener("click", () => {
    rows.push({ input: "", output: "" });
    save();
    draw();
    list.lastElementChild.querySelector("input").focus();
  });
  draw();
  // Rows that are still empty are none.
  return () => rows.filter((row) => row.input || row.output);
}
