import { BananaError } from "@banana-peel/format";
import type { Ort } from "../ort.js";

/**
 * Checks that the app handed in an onnxruntime, which JavaScript's callers can forget.
 * @throws BananaError INPUT_INVALID
 */
export function checkOrt(ort: unknown): asserts ort is Ort {
  const { InferenceSession, Tensor } = (ort ?? {}) as Partial<Ort>;
  if (typeof InferenceSession?.create === "function" && typeof Tensor === "function") return;
  throw new BananaError("INPUT_INVALID", `expected the app's onnxruntime as ort, found ${found(ort)}`, {
    where: "ort",
    hint: 'import * as ort from "onnxruntime-node", or -web, or -react-native; then openBase(where, { ort }).',
  });
}

function found(value: unknown): string {
  if (value instanceof Promise) return "a promise: await it";
  return value === undefined || value === null
    ? String(value)
    : "something without InferenceSession and Tensor";
}
