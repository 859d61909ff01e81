import { isBananaError } from "@banana-peel/format";
import type { Check, DoctorOptions, Finding } from "./finding.js";
import { checkKey } from "./key.js";
import { checkNode } from "./node.js";
import { checkOnnxruntime } from "./onnxruntime.js";
import { checkProject } from "./project.js";
import { checkRegistry } from "./registry.js";
import { checkStore } from "./store.js";

const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  ["Node", checkNode],
  ["registry", checkRegistry],
  ["store", checkStore],
  ["key", checkKey],
  ["onnxruntime", checkOnnxruntime],
  ["project", checkProject],
];

/**
 * Looks at everything that commands depend on: Node, registry, login, clock, store, disk, key, onnxruntime and the
 * project; changes nothing. What a check stumbles over is a finding, not an error.
 * @throws BananaError CANCELLED
 */
export async function runDoctor(options: DoctorOptions): Promise<readonly Finding[]> {
  const found = await Promise.all(
    CHECKS.map(async ([name, check]) => {
      try {
        return await check(options);
      } catch (error) {
        if (isBananaError(error) && error.code === "CANCELLED") throw error;
        const { message, hint } = error as { message?: string; hint?: string };
        const finding: Finding = {
          check: name,
          status: "error",
          message: message ?? String(error),
          ...(hint === undefined ? {} : { hint }),
        };
        return [finding];
      }
    }),
  );
  return found.flat();
}
