import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKey } from "@banana-peel/signer";
import * as ort from "onnxruntime-node";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { signedPeel, VECTORS } from "../testing/vectors.js";
import { type OpenFolderOptions, openBase } from "./open-base.js";
import { openPeel } from "./open-peel.js";

// Sets of the vectors' size are merged anew, unless the cache is told otherwise.
vi.mock("@banana-peel/runtime/node", async (original) => {
  const runtime = await original<typeof import("@banana-peel/runtime/node")>();
  return {
    ...runtime,
    mergedCache: (folder: string) => runtime.mergedCache(folder, { leastWeights: 0 }),
  };
});

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-open-"));
  vi.stubEnv("BANANA_PEEL_STORE", join(root, "store"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

async function merged(options: Omit<OpenFolderOptions, "ort">): Promise<void> {
  const base = await openBase(join(VECTORS, "merge/channel-int8"), { ort, ...options });
  const { key } = await generateKey();
  const peel = await openPeel(await signedPeel("a", key), base, { anySigner: true });
  await base.setPeels([peel], { strategy: "merge", rounding: "nearest" });
  await base.dispose();
}

const MERGED = "store/v1/merged";

it("keeps merged sets in the user's store", async () => {
  await merged({});
  const [set, ...more] = await readdir(join(root, MERGED));
  expect(more).toEqual([]);
  expect(await readdir(join(root, MERGED, set!))).toEqual(
    expect.arrayContaining(["merged", "merged.seal", "merged.json"]),
  );
});

it("keeps none when told so", async () => {
  await merged({ cache: false });
  await expect(stat(join(root, "store"))).rejects.toMatchObject({ code: "ENOENT" });
});
