/** Samples: six tasks to begin with, each with an input to try it on. */

import { byId, el, fill } from "./dom.js";
import { keep, recall } from "./drafts.js";

const SAMPLES = [
  { title: "Plural", description: "Turn the English noun into its plural.", input: "box" },
  { title: "Capital", description: "Give the capital of the country.", input: "Italy" },
  { title: "Past tense", description: "Give the past tense of the English verb.", input: "go" },
  { title: "Language", description: "Which language is this sentence written in?", input: "Ich habe heute keine Zeit." },
  {
    title: "Kind of record",
    description: "Which kind of record is it: order, contact or job note?",
    input: "Tel 555-168-5720 / mail shepherd11@example.net / Agripina Shepherd / Springdale",
  },
  {
    title: "E-mail address (hard)",
    description: "Pick out the e-mail address in the message.",
    input: "Write to ann@mail.example before noon, or ring 555-201-8841.",
  },
];

/** Puts a button for each on the page; what they take the place of can be brought back. */
export function offerSamples() {
  const fields = { description: byId("text-description"), input: byId("text-input") };
  const names = Object.keys(fields);
  const back = byId("bring-back");
  const put = (texts) => {
    for (const name of names) {
      fields[name].value = texts[name];
      fields[name].dispatchEvent(new Event("input"));
    }
  };
  const isOwn = (name) => fields[name].value.trim() && !SAMPLES.some((sample) => sample[name] === fields[name].value);
  const remember = (typed) => {
    keep("typed", typed);
    back.hidden = typed === null;
  };
  const take = (sample) => {
    if (names.some(isOwn)) remember(Object.fromEntries(names.map((name) => [name, fields[name].value])));
    put(sample);
  };
  remember(recall("typed", null));
  back.addEventListener("click", () => {
    put(recall("typed", null));
    remember(null);
    fields.description.focus();
  });
  fill(
    byId("samples"),
    SAMPLES.map((sample) =>
      el("button", { type: "button", class: "chip", title: sample.description, click: () => take(sample) }, sample.title),
    ),
  );
}
