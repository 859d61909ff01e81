import { Tensor } from "onnxruntime-common";
import type { Feeds, SessionOptions } from "../ort.js";
import type { KeptTensor, OpenedSession, SentTensor } from "./ort-messages.js";
import type { OrtThread } from "./ort-thread.js";
import { toShared } from "./shared-bytes.js";

/** Inputs of this prefix are the runtime's own: their tensors never change once they are made. */
const OWN = "banana-peel/";

const numbers = new WeakMap<OrtThread, WeakMap<Feeds[string], number>>();
const gone = new FinalizationRegistry<{ thread: OrtThread; kept: number }>(({ thread, kept }) =>
  thread.tell({ kind: "forget", kept: [kept] }),
);
let last = 0;

/** A session in another thread, as onnxruntime's own to its caller. */
export class WorkerSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly unknown[];
  readonly outputMetadata: readonly unknown[];
  readonly #thread: OrtThread;
  readonly #session: number;

  private constructor(thread: OrtThread, opened: OpenedSession) {
    this.#thread = thread;
    this.#session = opened.session;
    this.inputNames = opened.inputNames;
    this.outputNames = opened.outputNames;
    this.inputMetadata = opened.inputMetadata;
    this.outputMetadata = opened.outputMetadata;
  }

  static async create(
    thread: OrtThread,
    model: string | Uint8Array | ArrayBufferLike,
    options: SessionOptions = {},
  ): Promise<WorkerSession> {
    const bytes = typeof model === "string" || model instanceof Uint8Array ? model : new Uint8Array(model);
    const external = await Promise.all(
      (options.externalData ?? []).map(async (file) => {
        const { path, data } = file as { path: string; data: unknown };
        return data instanceof Uint8Array ? { path, data: await toShared(data) } : file;
      }),
    );
    const request = {
      kind: "create",
      model: typeof bytes === "string" ? bytes : await toShared(bytes),
      options: { ...options, ...(external.length > 0 && { externalData: external }) },
    } as const;
    return new WorkerSession(thread, await thread.ask(request));
  }

  /** As onnxruntime's run; outputs may be named, but not given as tensors to write into. */
  async run(feeds: Feeds, second?: object, third: object = {}): Promise<Feeds> {
    const named = Array.isArray(second);
    const results = await this.#thread.ask<Record<string, SentTensor>>({
      kind: "run",
      session: this.#session,
      feeds: Object.fromEntries(Object.entries(feeds).map(([name, fed]) => [name, this.#sent(name, fed)])),
      outputs: named ? (second as string[]) : undefined,
      options: named ? third : (second ?? {}),
    });
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, data, dims }]) => [
        name,
        new Tensor(type as "float32", data as Float32Array, dims),
      ]),
    );
  }

  /** Does nothing once the thread has ended: its sessions ended with it. */
  async release(): Promise<void> {
    if (!this.#thread.ended) await this.#thread.ask({ kind: "release", session: this.#session });
  }

  endProfiling(): Promise<void> {
    return this.#thread.ask({ kind: "end-profiling", session: this.#session });
  }

  #sent(name: string, fed: Feeds[string]): SentTensor | KeptTensor {
    const { type, dims, data } = fed as unknown as SentTensor;
    const tensor = { type, dims: [...dims], data: compact(data) };
    if (!name.startsWith(OWN)) return tensor;
    const known = numbers.get(this.#thread) ?? new WeakMap<Feeds[string], number>();
    numbers.set(this.#thread, known);
    const before = known.get(fed);
    if (before !== undefined) return { kept: before };
    const kept = ++last;
    known.set(fed, kept);
    gone.register(fed, { thread: this.#thread, kept });
    return { kept, tensor };
  }
}

/** A view's own elements: a message copies the whole buffer under a view. */
function compact(data: unknown): unknown {
  if (!ArrayBuffer.isView(data) || data.buffer instanceof SharedArrayBuffer) return data;
  return data.byteLength === data.buffer.byteLength ? data : (data as Uint8Array).slice();
}
