import { readElements, readModel } from "@banana-peel/onnx";
import type { Ort } from "banana-sdk/web";

/** An onnxruntime that remembers the model and the external data that it was last given. */
export function recorder(ort: Ort) {
  let last: { model: Uint8Array; external: { path: string; data: Uint8Array }[] } | undefined;
  const create = (
    model: Uint8Array,
    options: { externalData?: { path: string; data: Uint8Array }[] } = {},
  ) => {
    last = { model, external: options.externalData ?? [] };
    return (ort.InferenceSession.create as (...args: unknown[]) => Promise<unknown>)(model, options);
  };
  return {
    ort: { Tensor: ort.Tensor, InferenceSession: { create } } as unknown as Ort,
    /** Forgets what was given, so that `stored` can't read an older one. */
    forget(): void {
      last = undefined;
    },
    /** The elements of an initializer in the model last given. */
    async stored(initializer: string): Promise<Uint8Array> {
      return (await this.storedAll([initializer]))[0]!;
    },
    /** The elements of several initializers in the model last given, in their order. */
    async storedAll(initializers: readonly string[]): Promise<Uint8Array[]> {
      if (last === undefined) throw new Error("no session was made");
      const { model, external } = last;
      const { graph } = readModel(model, "the recorded model");
      return Promise.all(
        initializers.map(async (initializer) => {
          const tensor = graph.initializers.get(initializer);
          if (tensor === undefined) throw new Error(`no initializer ${initializer}`);
          return readElements(tensor, async ({ location, offset, length }) =>
            external.find(({ path }) => path === location)!.data.subarray(offset, offset + length),
          );
        }),
      );
    },
  };
}
