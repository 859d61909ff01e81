import { parentPort, workerData } from "node:worker_threads";
import type { Feeds, Ort, Session } from "../ort.js";
import type { KeptTensor, OpenedSession, OrtAnswer, OrtRequest, SentTensor } from "./ort-messages.js";
import { fromShared } from "./shared-bytes.js";

// The thread in which onnxruntime opens and runs sessions: both block the thread that asks for them.
const port = parentPort!;
const module = (await import((workerData as { module: string }).module)) as Ort & { default?: Ort };
const ort: Ort = module.InferenceSession === undefined ? module.default! : module;

const sessions = new Map<number, Session>();
const kept = new Map<number, Feeds[string]>();
let last: Promise<unknown> = Promise.resolve();
let opened = 0;

port.on("message", ({ id, request }: { id: number; request: OrtRequest }) => {
  // One after the other, so that what is kept or released is so in the order of the requests.
  last = last.then(async () => {
    const transfer: ArrayBuffer[] = [];
    let answer: OrtAnswer;
    try {
      answer = { id, value: await work(request, transfer) };
    } catch (error) {
      answer = { id, error: { message: error instanceof Error ? error.message : String(error) } };
    }
    if (request.kind !== "forget") port.postMessage(answer, transfer);
  });
});
port.postMessage({ id: 0, value: undefined } satisfies OrtAnswer);

async function work(request: OrtRequest, transfer: ArrayBuffer[]): Promise<unknown> {
  switch (request.kind) {
    case "create": {
      const { model, options } = request;
      const externalData = options.externalData?.map((file) => {
        const { path, data } = file as { path: string; data: unknown };
        return data instanceof Uint8Array ? { path, data: fromShared(data) } : file;
      });
      const session = await ort.InferenceSession.create(
        (typeof model === "string" ? model : fromShared(model)) as string,
        { ...options, ...(externalData && { externalData }) },
      );
      const number = ++opened;
      sessions.set(number, session);
      const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
      return {
        session: number,
        inputNames,
        outputNames,
        inputMetadata,
        outputMetadata,
      } satisfies OpenedSession;
    }
    case "run": {
      const entries = Object.entries(request.feeds).map(([name, fed]) => [name, tensor(fed)] as const);
      const session = found(request.session);
      const feeds = Object.fromEntries(entries);
      const { outputs, options } = request;
      const results = outputs
        ? await session.run(feeds, outputs, options)
        : await session.run(feeds, options);
      return Object.fromEntries(
        Object.entries(results).map(([name, result]) => [name, sent(result as never, transfer)]),
      );
    }
    case "release": {
      const session = found(request.session);
      sessions.delete(request.session);
      return session.release();
    }
    case "end-profiling":
      return found(request.session).endProfiling();
    case "forget":
      for (const number of request.kept) kept.delete(number);
      return undefined;
  }
}

function found(number: number): Session {
  const session = sessions.get(number);
  if (session === undefined) throw new Error("Session already disposed");
  return session;
}

function tensor(fed: SentTensor | KeptTensor): Feeds[string] {
  if (!("kept" in fed)) return new ort.Tensor(fed.type as "float32", fed.data as Float32Array, fed.dims);
  const before = kept.get(fed.kept);
  if (before !== undefined) return before;
  const made = tensor(fed.tensor!);
  kept.set(fed.kept, made);
  return made;
}

/** A copy of a result: onnxruntime's own memory can't be handed to another thread. */
function sent({ type, dims, data }: SentTensor, transfer: ArrayBuffer[]): SentTensor {
  if (!ArrayBuffer.isView(data)) return { type, dims, data };
  const copy = (data as Uint8Array).slice();
  transfer.push(copy.buffer);
  return { type, dims, data: copy };
}
