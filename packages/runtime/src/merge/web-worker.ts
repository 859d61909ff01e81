import { serve } from "./serve.js";
import type { FoldTask, FoldWork } from "./types.js";
import type { ToWorker } from "./worker-pool.js";

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent<ToWorker<FoldTask, FoldWork>>) => void;
};
const take = serve((message, transfer) => scope.postMessage(message, transfer), undefined);
scope.onmessage = ({ data }) => take(data);
