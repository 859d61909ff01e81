import { Worker } from "node:worker_threads";
import type { OrtAnswer, OrtRequest } from "./ort-messages.js";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** The caller's side of the thread in which onnxruntime runs. */
export class OrtThread {
  /** Resolves once the thread has loaded onnxruntime; rejects when it can't. */
  readonly started: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #ended: Error | undefined;

  constructor(program: URL, module: string) {
    this.#worker = new Worker(program, { execArgv: [], workerData: { module } });
    this.started = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.#worker.on("message", (answer: OrtAnswer) => this.#take(answer));
    this.#worker.on("error", (error) => this.#end(error));
    this.#worker.on("exit", (code) => this.#end(new Error(`onnxruntime's thread ended with ${code}`)));
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Sends a request; settles with its answer. Rejects when the thread ends before. */
  ask<T>(request: OrtRequest): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#last;
    const answer = new Promise<T>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    // The thread keeps the process alive while it works, and only then.
    this.#worker.ref();
    try {
      this.#worker.postMessage({ id, request });
    } catch (error) {
      this.#take({ id, error: error as Error });
    }
    return answer;
  }

  /** Sends what is answered by nothing. */
  tell(request: Extract<OrtRequest, { kind: "forget" }>): void {
    if (this.#ended === undefined) this.#worker.postMessage({ id: -1, request });
  }

  async close(): Promise<void> {
    this.#ended ??= new Error("onnxruntime's thread was closed");
    await this.#worker.terminate();
  }

  #take({ id, value, error }: OrtAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (error === undefined) waiting?.resolve(value as never);
    else waiting?.reject(error instanceof Error ? error : new Error(error.message));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
