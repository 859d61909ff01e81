import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BaseCard, memorySource, type Tensor, toHex, writeSafetensors } from "@banana-peel/format";
import { generateKey, type SigningKey, signPeel } from "@banana-peel/signer";
import { overlay, type PackedPeel, packPeel, withPackageJson } from "../tarball/pack.js";

/** Features of the sample base's one target. */
const K = 8;
const N = 4;

/** What a sample peel may be asked to be. */
export interface SampleOptions {
  name?: string;
  version?: string;
  family?: string;
  range?: string;
  digest?: string;
  /** Input features of the adapter; another than 8 doesn't fit the sample base. */
  k?: number;
  /** Module path that the adapter changes. */
  target?: string;
  /** Bytes of extra weight: a second adapter tensor's rank is raised until the file is about this large. */
  bytes?: number;
  notice?: string;
  triggers?: { word: string }[];
  dependencies?: Record<string, string>;
  conflicts?: Record<string, string>;
  roles?: string[];
}

/** A card of a base with the one target blocks.0.attn.q_proj, K 8, N 4. */
export function sampleCard(changes: Partial<Pick<BaseCard, "family" | "version">> = {}): BaseCard {
  return {
    formatVersion: 1,
    family: "nano",
    version: "1.2.0",
    description: "A base for tests.",
    license: "CC0-1.0",
    files: [{ path: "model.onnx", bytes: 3, sha256: toHex(new Uint8Array(32).fill(7)) }],
    graphs: { backbone: { model: "model.onnx" } },
    targets: [
      {
        path: "blocks.0.attn.q_proj",
        graph: "backbone",
        node: "q_proj",
        operator: "MatMul",
        k: K,
        n: N,
        layout: "kn",
        weight: "q_proj.weight",
        scheme: {
          form: "qdq",
          bits: 8,
          signed: true,
          granularity: "tensor",
          scale: "q_proj.scale",
          min: -127,
          max: 127,
        },
        input: "q_proj.input",
        output: "q_proj.output",
      },
    ],
    ...changes,
  };
}

/** Writes the sample base's card into a folder. */
export async function writeBase(folder: string, card: BaseCard = sampleCard()): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "base.json"), JSON.stringify(card));
  return folder;
}

function matrix(rows: number, columns: number): Tensor {
  const data = Float32Array.from({ length: rows * columns }, (_, i) => (((i * 37) % 17) - 8.5) / 16);
  return { dtype: "F32", shape: [rows, columns], data: new Uint8Array(data.buffer) };
}

/** The unsigned files of a valid peel. */
export function sampleFiles(options: SampleOptions = {}): Map<string, Uint8Array> {
  const { k = K, target = "blocks.0.attn.q_proj", bytes = 0 } = options;
  const rank = Math.min(1024, Math.max(2, Math.floor(bytes / (4 * (k + N)))));
  const manifest = {
    formatVersion: 1,
    name: options.name ?? "@peels/sample",
    version: options.version ?? "1.0.0",
    description: "A peel for tests.",
    license: "CC0-1.0",
    ...(options.notice === undefined ? {} : { notice: options.notice }),
    adapters: [
      {
        file: "adapter.safetensors",
        base: {
          family: options.family ?? "nano",
          range: options.range ?? "^1.0.0",
          ...(options.digest === undefined ? {} : { digest: options.digest }),
        },
        rank,
        alpha: 1,
      },
    ],
    ...(options.triggers === undefined ? {} : { triggers: options.triggers }),
    ...(options.dependencies === undefined ? {} : { dependencies: options.dependencies }),
    ...(options.conflicts === undefined ? {} : { conflicts: options.conflicts }),
    ...(options.roles === undefined ? {} : { roles: options.roles }),
  };
  const text = (value: string) => new TextEncoder().encode(value);
  return new Map([
    ["LICENSE", text("CC0 1.0 Universal\n")],
    ["README.md", text(`# ${manifest.name}\n\nA peel for tests.\n`)],
    [
      "adapter.safetensors",
      writeSafetensors(
        new Map([
          [`${target}.lora_A.weight`, matrix(rank, k)],
          [`${target}.lora_B.weight`, matrix(N, rank)],
        ]),
      ),
    ],
    ["peel.json", text(`${JSON.stringify(manifest, null, 2)}\n`)],
  ]);
}

/** Files signed as `banana-peel sign` does it: with package.json, signer.pem and model.sig. */
export async function signFiles(
  files: ReadonlyMap<string, Uint8Array>,
  key: SigningKey,
): Promise<Map<string, Uint8Array>> {
  const { source } = await withPackageJson(memorySource(files));
  const signed = overlay(source, await signPeel(source, key));
  const all = new Map<string, Uint8Array>();
  for (const path of await signed.list()) all.set(path, await signed.read(path));
  return all;
}

/** A signed and packed sample. */
export async function samplePacked(key: SigningKey, options: SampleOptions = {}): Promise<PackedPeel> {
  return packPeel(memorySource(await signFiles(sampleFiles(options), key)));
}

/** A new key. */
export async function newKey(): Promise<SigningKey> {
  return (await generateKey()).key;
}

/** Writes files into a folder. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}
