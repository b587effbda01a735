/** Users: one question answered for two of them, by adapters written for what they say. */

import { Column, SUPERSEDED } from "./column.js";
import { byId, el, fill } from "./dom.js";
import { keepField } from "./drafts.js";
import { watchText } from "./fields.js";
import { readLibrary } from "./library.js";
import { makeAdapter } from "./making.js";
import { showError } from "./notice.js";
import { counted, duration, numCharacters } from "./words.js";

const MAX_PROFILE = 8_000;
const MAX_TOKENS = 64;
const USERS = { "text-user-a": "User A", "text-user-b": "User B" };
const EXAMPLE = {
  "text-user-a": "Brew me some tea and I am content. Everything I eat grows in soil. Danke is my word of thanks.",
  "text-user-b": "A cup of coffee solves everything. I always order the fish. Three letters are enough for thanks: thx.",
  "text-question": "Something to drink: a flat white, green tea or apple juice?",
};

/** Sets the form up; `onMade` is called when there are new adapters. */
export function startUsers({ onMade }) {
  for (const id of Object.keys(USERS)) watchText(id.replace("text-", ""), MAX_PROFILE);
  keepField(byId("text-question"), "question");
  let running = null;

  const ask = async () => {
    const [button, notice, status] = [byId("ask-users"), byId("users-notice"), byId("users-status")];
    if (button.getAttribute("aria-disabled") === "true") return;
    fill(notice);
    const problem = problemOf();
    if (problem) {
      showError(notice, problem);
      byId(problem.field).focus();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    status.textContent = "Writing two adapters…";
    running?.abort(SUPERSEDED);
    running = new AbortController();
    const question = byId("text-question").value;
    try {
      const made = await makeBoth(notice);
      onMade();
      status.textContent = "";
      askColumns(made, question, running.signal);
    } catch (error) {
      status.textContent = "";
      showError(notice, error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };

  byId("users-form").addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  byId("fill-users").addEventListener("click", fillEmpty);
}

/** What keeps two users from being compared, and the field that it is about. */
function problemOf() {
  const texts = Object.entries(USERS).map(([field, name]) => ({ field, name, text: byId(field).value }));
  for (const { field, name, text } of texts) {
    if (!text.trim()) return { field, message: `${name} says nothing yet: write whom the adapter is to suit` };
    const length = numCharacters(text);
    if (length > MAX_PROFILE) return { field, message: `${name} says ${counted(length)} characters, and ${counted(MAX_PROFILE)} are read: shorten it` };
  }
  const [first, second] = texts.map(({ text }) => text.trim().replace(/\s+/g, " "));
  if (first === second) return { field: "text-user-b", message: "Both say the same: change what one of them says" };
  if (!byId("text-question").value.trim()) return { field: "text-question", message: "Nothing is asked yet: type a question" };
  return null;
}

/** Has both adapters written; where no profile was learned from, they are told as descriptions. */
async function makeBoth(notice) {
  const { conditions } = await readLibrary();
  const kind = conditions.includes("profile") ? "profile" : "description";
  if (kind !== "profile") {
    const words = "The generator here was not trained on profiles. They are told to it as descriptions of a task: expect little.";
    fill(notice, el("div", { class: "notice warning", role: "note" }, el("p", {}, words)));
  }
  return Promise.all(Object.keys(USERS).map((field) => makeAdapter({ kind, source: byId(field).value })));
}

function askColumns(made, question, signal) {
  const link = ({ adapter, isNew, ms }) => [
    el("a", { href: `#adapter=${adapter.id}` }, adapter.id),
    ` ${isNew ? "written" : "found"} in ${duration(ms)}`,
  ];
  const column = (title, words, model) => {
    const body = { model, messages: [{ role: "user", content: question }], max_tokens: MAX_TOKENS };
    const ask = async () => {
      await shown.ask(body, signal);
      if (!signal.aborted) compare(columns);
    };
    const shown = new Column({ title, words, retry: ask });
    return { shown, ask };
  };
  const asked = [
    column("Base", "The question alone.", made[0].adapter.base_model),
    ...Object.values(USERS).map((name, place) => column(name, link(made[place]), made[place].adapter.id)),
  ];
  const columns = asked.map(({ shown }) => shown);
  fill(byId("users-equal"));
  fill(byId("users-columns"), columns.map(({ element }) => element));
  for (const { ask } of asked) ask();
}

/** Marks what differs from the base, and says where the users are answered alike. */
function compare([base, ...users]) {
  if (base.isDone) for (const user of users) if (user.isDone) user.markBeside(base.text);
  const numDone = [base, ...users].filter((column) => column.isDone).length;
  byId("users-status").textContent = `${numDone} of 3 answers are there.`;
  const isEqual = users.every((user) => user.isDone && user.text === users[0].text);
  const words = "Both users are answered word for word the same.";
  fill(byId("users-equal"), isEqual && el("div", { class: "notice loud" }, el("p", { class: "strong" }, words)));
}

/** Puts an example where nothing is typed. */
function fillEmpty() {
  for (const [id, text] of Object.entries(EXAMPLE)) {
    const field = byId(id);
    if (field.value.trim()) continue;
    field.value = text;
    field.dispatchEvent(new Event("input"));
  }
}
