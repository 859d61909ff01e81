import { stat } from "node:fs/promises";
import type { Feeds, Ort, Session, SessionOptions } from "@banana-peel/runtime";
import * as node from "onnxruntime-node";

/** A session that was opened, as the native side got it. */
export interface NativeCall {
  readonly model: string;
  readonly options: SessionOptions;
}

/**
 * onnxruntime-react-native 1.24.3 with onnxruntime-node in place of its native part, and all of its traps, each from
 * the line of its sources that is named.
 */
export function fakeReactNative() {
  const calls: NativeCall[] = [];
  const create = async (model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> => {
    // lib/backend.ts: loadModel(buffer, byteOffset, byteLength, options); cpp/InferenceSessionHostObject.cpp reads
    // arguments[0] whole and takes arguments[1], here the offset, for the options, which it therefore drops.
    if (typeof model !== "string")
      return wrap(await node.InferenceSession.create(new Uint8Array(model.buffer as ArrayBuffer), {}));
    const path = model.replace(/^file:(\/\/)?/, "");
    // The working directory of an app is no folder of its own.
    if (!path.startsWith("/")) throw new Error(`File doesn't exist: ${model}`);
    await stat(path);
    calls.push({ model: path, options });
    // cpp/SessionUtils.cpp knows no `extra`.
    const { extra: _, externalData = [], ...known } = options;
    return wrap(
      await node.InferenceSession.create(path, {
        ...known,
        ...(externalData.length > 0 && { externalData: externalData.map(native) }),
      }),
    );
  };
  return {
    calls,
    ort: { Tensor: node.Tensor, InferenceSession: { create } } as unknown as Ort,
  };
}

/** cpp/SessionUtils.cpp: pointers into whole ArrayBuffers, which nothing keeps until the session has read them. */
function native(external: unknown): { path: string; data: Uint8Array } {
  const { path, data } = external as { path: string; data: Uint8Array };
  return { path, data: new Uint8Array(data.buffer.byteLength) };
}

function wrap(session: node.InferenceSession): Session {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    // cpp/TensorUtils.cpp, createOrtValueFromJSTensor: from the start of the ArrayBuffer, whatever the view.
    run: (feeds: Feeds) =>
      session.run(Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, fromStart(value)]))),
    release: () => session.release(),
  } as unknown as Session;
}

function fromStart(value: Feeds[string]): node.Tensor {
  const { type, data, dims } = value as node.Tensor;
  const view = data as Float32Array;
  const Kind = view.constructor as Float32ArrayConstructor;
  return new node.Tensor(type, new Kind(view.buffer as ArrayBuffer, 0, view.length), dims) as node.Tensor;
}
