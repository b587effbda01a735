/** Making: has an adapter written, and keeps in this tab what it was told. */

import { fetchTimed } from "./api.js";
import { keep } from "./drafts.js";

/** The adapter for a source of a kind, whether it is new, and the milliseconds it took. */
export async function makeAdapter({ kind, source }) {
  const { status, body, ms } = await fetchTimed("/v1/adapters", { method: "POST", body: { [kind]: source } });
  keep(`made.${body.id}`, { kind, prompt: promptOf({ kind, source }), ms });
  return { adapter: body, isNew: status === 201, ms };
}

/** What a prompt would say in place of an adapter, for the base that is only told. */
function promptOf({ kind, source }) {
  if (kind !== "examples") return source.trim();
  return source.map(({ input, output }) => `Input: ${input}\nOutput: ${output}`).join("\n\n");
}
