import { parentPort } from "node:worker_threads";
import { serve } from "../merge/serve.js";
import type { FoldTask, FoldWork } from "../merge/types.js";
import type { ToWorker } from "../merge/worker-pool.js";
import { blockingFiles } from "./blocking-files.js";

const take = serve((message, transfer) => parentPort!.postMessage(message, transfer), blockingFiles);
parentPort!.on("message", (message: ToWorker<FoldTask, FoldWork>) => take(message));
