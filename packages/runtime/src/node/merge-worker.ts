import { parentPort } from "node:worker_threads";
import type { ToWorker } from "../merge/pool-engine.js";
import { serve } from "../merge/serve.js";
import { blockingFiles } from "./blocking-files.js";

const take = serve((message, transfer) => parentPort!.postMessage(message, transfer), blockingFiles);
parentPort!.on("message", (message: ToWorker) => take(message));
