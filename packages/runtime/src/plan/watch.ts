import type { OnProgress } from "../progress.js";

/** How a caller follows and stops work. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}
