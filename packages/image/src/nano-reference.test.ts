// An attached peel on the real base against W + delta in float, computed in Python: packages/conformance/vectors/nano.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readSafetensors, sha256Hex, toFloat32 } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { type Base, type LoadedPeel, openPeel } from "@banana-peel/runtime";
import { openBase } from "@banana-peel/runtime/node";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, expect, test } from "vitest";

const NANO = fileURLToPath(new URL("../../../bases/nano", import.meta.url));
const PEEL = `${NANO}/peels/medical-imaging`;
const FILE = fileURLToPath(new URL("../../conformance/vectors/nano/reference.safetensors", import.meta.url));

const reference = readSafetensors(readFileSync(FILE), "reference.safetensors");
const values = (name: string) => toFloat32(reference.tensors.get(name)!)!;
const tensor = (name: string) =>
  new ort.Tensor("float32", values(name), [...reference.tensors.get(name)!.shape]);

/** Exact products on x86-64 processors without VNNI too: their quicker ones saturate, which isn't the peel's doing. */
const sessionOptions = { extra: { session: { x64quantprecision: "1" } } };

/** ||a - b|| / ||b|| */
function distance(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let norm = 0;
  b.forEach((value, i) => {
    difference += (a[i]! - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
}

let base: Base;
let peel: LoadedPeel;
beforeAll(async () => {
  base = await openBase(NANO, { ort, sessionOptions });
  peel = await openPeel(await unsafeUnverifiedPeel(folderSource(PEEL)), base);
});
afterAll(() => base.dispose());

const run = async () => {
  const feeds = Object.fromEntries(
    ["latent", "time", "guidance", "context"].map((name) => [name, tensor(name)]),
  );
  return (await base.run("backbone", feeds)).x0!.data as Float32Array;
};
/** How far quantised activations alone move the output. */
const noise = distance(values("quantised_activations"), values("float_activations"));

test("the reference was made from these very weights", async () => {
  expect(reference.metadata).toEqual({
    "backbone.data": base.card.files.find(({ path }) => path === "backbone.data")!.sha256,
    adapter: await sha256Hex(readFileSync(`${PEEL}/adapter.safetensors`)),
  });
});

test("attached, it equals W + delta within the noise of the quantised activations", async () => {
  await base.setPeels([{ peel, weight: 1 }], { strategy: "attach" });
  const x0 = await run();
  expect(distance(x0, values("quantised_activations"))).toBeLessThan(1.2 * noise);
  expect(distance(x0, values("float_activations"))).toBeLessThan(1.2 * noise);
});

test("merged, it is off by little more; without the peel, by many times as much", async () => {
  await base.setPeels([{ peel, weight: 1 }], { strategy: "merge" });
  expect(distance(await run(), values("quantised_activations"))).toBeLessThan(2 * noise);
  await base.setPeels([]);
  expect(distance(await run(), values("quantised_activations"))).toBeGreaterThan(5 * noise);
});
