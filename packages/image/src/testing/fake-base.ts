import {
  type BaseCard,
  type LowRank,
  type PeelManifest,
  type Tensor,
  writeSafetensors,
} from "@banana-peel/format";
import type { Feeds, LoadedPeel, PeelUse, Plan, Report } from "@banana-peel/runtime";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import type { ImageBase } from "../base.js";

export const TAGS = ["red-hair", "blue-hair", "smile", "pixel-art"];
export const WIDTH = 2;
export const ROWS = 3;
/** Null row, then one row a tag. */
export const EMBEDDING = Float32Array.of(0.5, 0.25, 1, 0, 0, 1, 2, 0, 0, 2);

/** The card of a base that draws 8x8 pictures from 2 tokens of 2 channels. */
export function fakeCard(): BaseCard {
  return {
    formatVersion: 1,
    family: "fake",
    version: "1.0.0",
    description: "Arithmetic in place of a model.",
    license: "CC0-1.0",
    files: [],
    graphs: { backbone: { model: "b.onnx" }, decoder: { model: "d.onnx" } },
    targets: [],
    image: {
      size: 8,
      backbone: "backbone",
      decoder: "decoder",
      latent: { tokens: 2, channels: 2 },
      conditioning: { rows: ROWS, width: WIDTH, vocabulary: "tags.json", embedding: "tags.safetensors" },
      sampler: {
        kind: "consistency",
        schedules: { "1": [1], "2": [1, 0.5], "4": [1, 0.75, 0.5, 0.25] },
        defaultSteps: 2,
        guidance: { default: 2, min: 1, max: 4 },
      },
    },
  };
}

export interface FakeBase extends ImageBase {
  readonly files: Map<string, Uint8Array>;
  /** Every feed of the backbone, in order. */
  readonly fed: { latent: number[]; time: number; guidance: number; context: number[] }[];
  /** Puts peels in force; a new plan, as setPeels makes one. */
  use(uses: readonly PeelUse[]): void;
  /** In place of a graph's own arithmetic. */
  readonly graphs: Record<string, (feeds: Record<string, OrtTensor>) => Feeds | Promise<Feeds>>;
}

/**
 * x0 = latent / 2 + time + guidance / 4 + sum over rows r and columns c of (r + 1) context[r][c]; pixel p of channel c
 * is x0[(c + p) mod 4] / 8. All of it is exact in binary for the numbers above but the noise.
 */
export function fakeBase(card = fakeCard()): FakeBase {
  let uses: readonly PeelUse[] = [];
  let report = { plan: {} as Plan } as Report;
  const fed: FakeBase["fed"] = [];
  const graphs: FakeBase["graphs"] = {
    backbone(feeds) {
      const [latent, time, guidance, context] = ["latent", "time", "guidance", "context"].map((name) =>
        floats(feeds[name]),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      fed.push({ latent: [...latent], time: time[0]!, guidance: guidance[0]!, context: [...context] });
      const sum = context.reduce((total, value, i) => total + (Math.floor(i / WIDTH) + 1) * value, 0);
      const x0 = latent.map((value) => value / 2 + time[0]! + guidance[0]! / 4 + sum);
      return { x0: new OrtTensor("float32", x0, [1, 2, 2]) };
    },
    decoder(feeds) {
      const latent = floats(feeds.latent);
      const planes = Float32Array.from(
        { length: 3 * 64 },
        (_, i) => latent[(Math.floor(i / 64) + (i % 64)) % 4]! / 8,
      );
      return { image: new OrtTensor("float32", planes, [1, 3, 8, 8]) };
    },
  };
  const files = new Map<string, Uint8Array>([
    ["tags.json", new TextEncoder().encode(JSON.stringify({ null: 0, tags: TAGS }))],
    [
      "tags.safetensors",
      writeSafetensors(new Map([["embedding", f32(EMBEDDING, [TAGS.length + 1, WIDTH])]])),
    ],
  ]);
  return {
    card,
    ort: { Tensor: OrtTensor, InferenceSession },
    files,
    fed,
    graphs,
    use(next) {
      uses = next;
      report = { plan: {} as Plan } as Report;
    },
    uses: () => uses,
    report: () => report,
    readFile: async (path) => files.get(path)!,
    run: async (graph, feeds) => graphs[graph]!(feeds as Record<string, OrtTensor>),
  };
}

/** A peel with a trigger word, as openPeel loads it. */
export function fakePeel(word: string, rows: readonly number[][], name = "@peels/fake"): LoadedPeel {
  const width = rows[0]!.length;
  return {
    manifest: { name, version: "1.0.0", triggers: [{ word, embedding: true }] } as PeelManifest,
    adapter: {
      targets: new Map<string, LowRank>(),
      embeddings: new Map([[word, { rows: rows.length, width, data: Float32Array.from(rows.flat()) }]]),
    },
  } as unknown as LoadedPeel;
}

/** Little-endian float32 tensor of a safetensors file. */
export function f32(values: Float32Array, shape: readonly number[]): Tensor {
  return { dtype: "F32", shape, data: new Uint8Array(values.slice().buffer) };
}

function floats(tensor: OrtTensor | undefined): Float32Array {
  return tensor!.data as Float32Array;
}
