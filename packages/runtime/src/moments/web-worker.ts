import type { CalibrateTask } from "../merge/types.js";
import type { ToWorker } from "../merge/worker-pool.js";
import { serveCalibrations } from "./serve-calibrations.js";

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent<ToWorker<undefined, CalibrateTask>>) => void;
};
const take = serveCalibrations((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = ({ data }) => take(data);
