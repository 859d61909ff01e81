import { openForm } from "@banana-peel/onnx";
import type { CalibrateTask } from "../merge/types.js";
import type { Pacer } from "../pacer.js";
import type { MergedTarget } from "../plan/merge-target.js";
import { calibrateTarget } from "./calibrate-target.js";

/** Does a task in the thread that asks for it. @throws BananaError as openForm; the pacer's signal's reason */
export async function calibrate(
  { spec, data, path, parts, moments }: CalibrateTask,
  pacer: Pacer,
): Promise<MergedTarget> {
  return calibrateTarget(openForm(spec, data, path), parts, moments, pacer);
}
