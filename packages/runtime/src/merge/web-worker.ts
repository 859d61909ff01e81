import type { ToWorker } from "./pool-engine.js";
import { serve } from "./serve.js";

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
};
const take = serve((message, transfer) => scope.postMessage(message, transfer), undefined);
scope.onmessage = ({ data }) => take(data);
