import { LIMITS } from "@banana-peel/format";
import { IDLE_MS, readBody } from "./read-body.js";
import type { Answer } from "./request.js";

/** Milliseconds for a whole document, however fast it comes. */
const DOCUMENT_MS = 5 * 60_000;

/**
 * The whole of an answer as text.
 * @throws BananaError of `readBody`
 */
export async function readText(answer: Answer, url: string, signal?: AbortSignal): Promise<string> {
  const limits = { maxBytes: LIMITS.jsonBytes, idleMs: IDLE_MS, totalMs: DOCUMENT_MS };
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(answer, url, limits, signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
