/** Compare: one input, three answers side by side, each streaming by itself. */

import { Column, SUPERSEDED } from "./column.js";
import { byId, el, fill } from "./dom.js";
import { keepField } from "./drafts.js";

const NOT_YET = "Generate an adapter, and three answers stream in here.";

/** Sets the form up; gives `show(adapter, prompt)`, `ask()` and `clear()`. */
export function startComparing() {
  let adapter = null;
  let prompt = null;
  let asked = "";
  const running = new Map();
  const make = (name, title, words) =>
    new Column({ title, words, retry: () => asked && askColumns([name]) });
  const columns = {
    base: make("base", "Base", "The input alone."),
    adapted: make("adapted", "Adapted", "The input alone, with the adapter."),
    told: make("told", "Base, told the task", "The task's words before the input, and no adapter."),
  };
  fill(byId("columns"), Object.values(columns).map((column) => column.element));

  const input = byId("text-input");
  keepField(input, "input");
  keepField(byId("length"), "length", "64");
  keepField(byId("scale"), "scale", "1");
  fitHeight(input);

  const bodyOf = (name) => {
    const content = name === "told" ? `${prompt}\n\n${asked}` : asked;
    const body = {
      model: name === "adapted" ? adapter.id : adapter.base_model,
      messages: [{ role: "user", content }],
      max_tokens: Number(byId("length").value),
    };
    // Some engines know no scale; as it is, none needs to be told.
    if (name === "adapted" && scale() !== 1) body.scale = scale();
    return body;
  };

  const askColumns = async (names) => {
    fill(byId("equal"));
    for (const name of names) running.get(name)?.abort(SUPERSEDED);
    byId("stop").hidden = false;
    const tasks = names.map(async (name) => {
      const column = columns[name];
      if (name === "told" && prompt === null) {
        column.clear("The service keeps no descriptions, and this adapter was not made in this tab: generate it here to compare.");
        return;
      }
      const controller = new AbortController();
      running.set(name, controller);
      await column.ask(bodyOf(name), controller.signal);
      if (running.get(name) === controller) running.delete(name);
      markAll();
    });
    await Promise.all(tasks);
    if (running.size) return;
    byId("stop").hidden = true;
    sayWhatCame();
  };

  const markAll = () => {
    if (!columns.base.isDone) return;
    for (const column of [columns.adapted, columns.told]) {
      if (column.isDone) column.markBeside(columns.base.text);
    }
  };

  const sayWhatCame = () => {
    const { base, adapted } = columns;
    const numDone = Object.values(columns).filter((column) => column.isDone).length;
    byId("compare-status").textContent = `${numDone} of 3 answers are there.`;
    if (!base.isDone || !adapted.isDone || base.text !== adapted.text) return;
    const why =
      scale() === 0
        ? "At scale 0 the adapter adds nothing, so this is as it must be."
        : "Here the adapter changes nothing. Try another input, a larger scale, or other words for the task.";
    fill(byId("equal"), el("div", { class: "notice loud" }, el("p", { class: "strong" }, "Base and adapted answer word for word the same."), el("p", {}, why)));
  };

  const ask = () => {
    if (!adapter || !input.value.trim()) return;
    asked = input.value;
    askColumns(Object.keys(columns));
  };

  byId("compare-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (adapter && !input.value.trim()) input.focus();
    ask();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("compare-form").requestSubmit();
  });
  byId("stop").addEventListener("click", () => {
    for (const controller of running.values()) controller.abort();
  });
  watchScale(() => adapter && asked && askColumns(["adapted"]));

  const reset = (words) => {
    for (const controller of running.values()) controller.abort(SUPERSEDED);
    running.clear();
    byId("stop").hidden = true;
    fill(byId("equal"));
    for (const column of Object.values(columns)) column.clear(column === columns.adapted ? words : "");
  };

  reset(NOT_YET);

  return {
    ask,
    show(shown, words) {
      [adapter, prompt, asked] = [shown, words, ""];
      byId("run").disabled = false;
      reset("Ask something, and three answers stream in here.");
    },
    clear() {
      [adapter, prompt, asked] = [null, null, ""];
      byId("run").disabled = true;
      reset(NOT_YET);
    },
  };
}

const scale = () => Number(byId("scale").value);

function watchScale(onChange) {
  const slider = byId("scale");
  const say = () => {
    const value = scale();
    byId("scale-value").textContent = value.toFixed(1);
    byId("scale-words").textContent =
      value === 0 ? "the base itself" : value < 1 ? "weaker than written" : value > 1 ? "stronger than written" : "as it was written";
  };
  slider.addEventListener("input", say);
  slider.addEventListener("change", onChange);
  say();
}

function fitHeight(field) {
  const fit = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 240)}px`;
  };
  field.addEventListener("input", fit);
  addEventListener("resize", fit);
  requestAnimationFrame(fit);
}
