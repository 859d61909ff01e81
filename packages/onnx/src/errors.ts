import { BananaError } from "@banana-peel/format";
import { ONNX_LIMITS } from "./limits.js";

/** ONNX_INVALID with the usual mend. */
export function invalid(where: string, message: string, cause?: unknown): BananaError {
  return new BananaError("ONNX_INVALID", message, {
    where,
    hint: "Fetch the model again, or export it again; `onnx.checker` prints what it breaks.",
    cause,
  });
}

/** Throws ONNX_LIMIT when `found` is beyond the named limit. */
export function bound(limit: keyof typeof ONNX_LIMITS, found: number, where: string): void {
  const most = ONNX_LIMITS[limit];
  if (found > most)
    throw new BananaError("ONNX_LIMIT", `expected at most ${most} (limit ${limit}), found ${found}`, {
      where,
      hint: "Split the model, or tell us which real model needs more.",
    });
}
