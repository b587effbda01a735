/** Samples: six tasks to begin with, each with an input to try it on. */

export const SAMPLES = [
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
