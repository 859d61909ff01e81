import { isBananaError } from "@banana-peel/format";
import type { FuzzTarget } from "./targets/target.js";

/** Bounds of one input of at most 256 KiB. A busy machine is given the benefit of three tries. */
export const BOUNDS = {
  milliseconds: 2000,
  /** Bytes of heap and buffers that are there afterwards and weren't before. */
  bytes: 256 * 1024 * 1024,
} as const;

/** What was wrong with how an input was read; undefined when nothing was. */
export async function tryInput(target: FuzzTarget, input: Uint8Array): Promise<string | undefined> {
  let found: string | undefined;
  for (let attempt = 0; attempt < 3; attempt++) {
    found = await once(target, input);
    if (found === undefined || !/^(took|kept) /.test(found)) return found;
  }
  return found;
}

async function once(target: FuzzTarget, input: Uint8Array): Promise<string | undefined> {
  const before = memory();
  const start = performance.now();
  try {
    await target.read(input.slice());
  } catch (error) {
    if (!isBananaError(error))
      return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (error.message === "" || error.message.length > 20_000)
      return `threw ${error.code} with a message of ${error.message.length} characters`;
  }
  const took = performance.now() - start;
  if (took > BOUNDS.milliseconds) return `took ${took.toFixed(0)} ms`;
  const kept = memory() - before;
  if (kept > BOUNDS.bytes) return `kept ${kept} bytes`;
  if (({} as { polluted?: unknown }).polluted !== undefined) return "changed Object.prototype";
  return undefined;
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
