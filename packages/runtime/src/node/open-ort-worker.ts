import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BananaError } from "@banana-peel/format";
import { Tensor } from "onnxruntime-common";
import type { Ort } from "../ort.js";
import { OrtThread } from "./ort-thread.js";
import { WorkerSession } from "./worker-session.js";

/** An onnxruntime in a thread of its own. */
export interface OrtWorker extends Ort {
  /** Ends the thread; sessions that are still open end with it. A second call does nothing. */
  close(): Promise<void>;
}

/** What openOrtWorker may be told. */
export interface OrtWorkerOptions {
  /** The app's onnxruntime: a package's name, found from the working directory, or the address of its file. */
  readonly module?: string | URL;
  /** The thread's program, where it isn't beside this file. */
  readonly program?: URL;
}

/**
 * Starts the app's onnxruntime in a worker thread, for openBase's `ort`: onnxruntime-node opens and runs sessions on
 * the thread that asks for them, which stops timers, sockets and pictures meanwhile. Tensors are copied to and fro,
 * those of attached peels once. Sessions of one worker run one after the other, each on onnxruntime's own threads.
 * The thread doesn't keep the process alive.
 * @throws BananaError INPUT_INVALID when there is no such package, SESSION_FAILED when it can't be started
 */
export async function openOrtWorker(options: OrtWorkerOptions = {}): Promise<OrtWorker> {
  const module = locate(options.module ?? "onnxruntime-node");
  const program = options.program ?? new URL("./ort-worker.js", import.meta.url);
  const thread = new OrtThread(program, module);
  try {
    await thread.started;
  } catch (cause) {
    throw new BananaError(
      "SESSION_FAILED",
      `expected ${module} to start in a worker thread, found: ${cause instanceof Error ? cause.message : String(cause)}`,
      { where: module, hint: "Name the onnxruntime package of the app.", cause },
    );
  }
  const create = (
    ...args: Parameters<typeof WorkerSession.create> extends [unknown, ...infer R] ? R : never
  ) => WorkerSession.create(thread, ...args);
  return {
    Tensor,
    InferenceSession: { create } as unknown as Ort["InferenceSession"],
    close: () => thread.close(),
  };
}

function locate(module: string | URL): string {
  if (module instanceof URL || module.startsWith("file:")) return String(module);
  for (const from of [pathToFileURL(join(process.cwd(), "app.js")), import.meta.url])
    try {
      return pathToFileURL(createRequire(from).resolve(module)).href;
    } catch {
      // Looked for in the other place next.
    }
  throw new BananaError("INPUT_INVALID", `expected the package ${module}, found none from ${process.cwd()}`, {
    where: module,
    hint: `Install it: npm install ${module}`,
  });
}
