import { archives } from "./archives.js";
import { documents } from "./documents.js";
import { loras } from "./loras.js";
import { onnx } from "./onnx.js";
import { registry } from "./registry.js";
import { safetensors } from "./safetensors.js";
import { signing } from "./signing.js";
import type { FuzzTarget } from "./target.js";

/** Every reader of strangers' bytes. */
export const TARGETS: readonly FuzzTarget[] = [
  ...safetensors,
  ...loras,
  ...onnx,
  ...documents,
  ...archives,
  ...signing,
  ...registry,
];
