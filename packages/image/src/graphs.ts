import { BananaError, type Image } from "@banana-peel/format";
import type { Feeds } from "@banana-peel/runtime";
import type { ImageBase } from "./base.js";

/**
 * Predicts x0 with the backbone. Specification: docs/specification/base.md, Image.
 * @param latent [tokens, channels]
 * @param context [rows, width]
 * @returns [tokens, channels]
 * @throws BananaError BASE_INVALID (an output of another shape), and what Base.run throws
 */
export async function runBackbone(
  base: ImageBase,
  image: Image,
  inputs: { latent: Float32Array; time: number; guidance: number; context: Float32Array },
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { tokens, channels } = image.latent;
  const { rows, width } = image.conditioning;
  const tensor = tensorMaker(base);
  const feeds = {
    latent: tensor(inputs.latent, [1, tokens, channels]),
    time: tensor(Float32Array.of(inputs.time), [1]),
    guidance: tensor(Float32Array.of(inputs.guidance), [1]),
    context: tensor(inputs.context, [1, rows, width]),
  };
  return run(base, image.backbone, feeds, [1, tokens, channels], signal);
}

/**
 * Decodes a latent.
 * @param latent [tokens, channels]
 * @returns planes [3, size, size] in [-1, 1]
 * @throws BananaError as runBackbone does
 */
export async function runDecoder(
  base: ImageBase,
  image: Image,
  latent: Float32Array,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const feeds = { latent: tensorMaker(base)(latent, [1, image.latent.tokens, image.latent.channels]) };
  return run(base, image.decoder, feeds, [1, 3, image.size, image.size], signal);
}

function tensorMaker(base: ImageBase) {
  return (data: Float32Array, dims: number[]) => new base.ort.Tensor("float32", data, dims);
}

async function run(
  base: ImageBase,
  graph: string,
  feeds: Feeds,
  dims: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const outputs = await base.run(graph, feeds, signal === undefined ? {} : { signal });
  const [output, ...others] = Object.values(outputs);
  const found = output as { data?: unknown; dims?: readonly number[] } | undefined;
  const ok = others.length === 0 && found?.data instanceof Float32Array && found.dims?.join() === dims.join();
  if (!ok)
    throw new BananaError(
      "BASE_INVALID",
      `expected one output, float32 [${dims.join(",")}], found ${Object.keys(outputs).length}, the first [${found?.dims?.join(",") ?? ""}]`,
      {
        where: `graph ${graph}`,
        hint: "The card's image section and the model don't agree: export the base again.",
      },
    );
  return found!.data as Float32Array;
}
