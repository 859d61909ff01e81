import { parentPort } from "node:worker_threads";
import type { CalibrateTask } from "../merge/types.js";
import type { ToWorker } from "../merge/worker-pool.js";
import { serveCalibrations } from "../moments/serve-calibrations.js";

const take = serveCalibrations((message, transfer) => parentPort!.postMessage(message, transfer));
parentPort!.on("message", (message: ToWorker<undefined, CalibrateTask>) => take(message));
