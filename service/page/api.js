/** The API: requests with the key, errors in the service's own words, streams. */

import { askForKey } from "./key.js";
import { recall } from "./drafts.js";

/** A reply that is no success, or none at all. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = null, requestId = null, retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { status, code, requestId, retryAfter });
  }

  /** What to do about it, beside what the service's own words say. */
  get advice() {
    if (this.status === 0) return "See whether it still runs, then try again. What you typed is kept.";
    if (this.status === 404) return "It may have expired, or been deleted in another tab. What you typed is kept.";
    if (this.status === 429) return `Try again in ${this.retryAfter ?? "a few"} seconds.`;
    if (this.status >= 500) return "Try again; if it stays, tell whoever runs the service the request's id.";
    return null;
  }
}

/** The JSON of a reply. */
export async function fetchJson(path, options = {}) {
  const { reply } = await send(path, options);
  try {
    return await reply.json();
  } catch {
    throw new ApiError("The service's answer broke off.");
  }
}

/** The JSON of a reply with its status, and the milliseconds that it took. */
export async function fetchTimed(path, options = {}) {
  const { reply, ms } = await send(path, options);
  return { status: reply.status, body: await reply.json(), ms };
}

/** Saves what a path hands out as a file. */
export async function download(path, name) {
  const { reply } = await send(path, {});
  const url = URL.createObjectURL(await reply.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The parts of a streamed answer as they come: `{text}`, and at the end `{usage}`. */
export async function* streamChat(body, signal) {
  const wanted = { ...body, stream: true, stream_options: { include_usage: true } };
  const { reply } = await send("/v1/chat/completions", { method: "POST", body: wanted, signal });
  for await (const data of events(reply, signal)) {
    if (data === "[DONE]") return;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new ApiError(chunk.error.message, { status: 500, code: chunk.error.code, requestId: idOf(reply) });
    const text = chunk.choices[0]?.delta.content;
    if (text) yield { text };
    if (chunk.usage) yield { usage: chunk.usage };
  }
  throw new ApiError("The answer broke off.", { requestId: idOf(reply) });
}

async function* events(reply, signal) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        if (part.startsWith("data: ")) yield part.slice("data: ".length);
      }
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError("The answer broke off.", { requestId: idOf(reply) });
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A successful reply; what is asked quietly never asks for a key. */
async function send(path, { method = "GET", body, signal, isQuiet = false } = {}) {
  for (;;) {
    const key = recall("key", "");
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    // Anew for every try: nobody's typing of a key is to count.
    const started = performance.now();
    let reply;
    try {
      reply = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError("The service does not answer.");
    }
    if (reply.ok) return { reply, ms: performance.now() - started };
    const error = await errorOf(reply);
    // Whatever was asked goes on once there is another key.
    if (reply.status !== 401 || isQuiet || !(await askForKey({ refused: key }))) throw error;
  }
}

async function errorOf(reply) {
  let told = {};
  try {
    told = (await reply.json()).error ?? {};
  } catch {
    // A proxy's reply, perhaps.
  }
  return new ApiError(told.message ?? `The service replied with status ${reply.status}.`, {
    status: reply.status,
    code: told.code,
    requestId: idOf(reply),
    retryAfter: reply.headers.get("Retry-After"),
  });
}

const idOf = (reply) => reply.headers.get("X-Request-Id");
