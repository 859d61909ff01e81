import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { addAdapter, type NewAdapter } from "./add-adapter.js";
import { expectCode } from "./testing/expect-code.js";
import { fullAt } from "./testing/full-disk.js";
import { removeScratch, scratch, snapshot } from "./testing/scratch.js";

let root: string;
beforeEach(async () => {
  root = await scratch();
});
afterAll(removeScratch);

const adapter = (family: string, byte: number): NewAdapter => ({
  base: { family, range: "^1.0.0" },
  rank: 4,
  alpha: 4,
  bytes: Uint8Array.of(byte),
});
const manifest = async () => JSON.parse(await readFile(join(root, "peel.json"), "utf8"));

it("adds an adapter for each family, replaces one for the same, and keeps the rest", async () => {
  await writeFile(join(root, "peel.json"), '{"name":"@peels/x","custom":true}');
  expect(await addAdapter(root, adapter("nano", 1))).toEqual({
    file: "adapter.safetensors",
    unsigned: false,
  });
  expect(await addAdapter(root, adapter("minilm", 2))).toEqual({
    file: "adapter-minilm.safetensors",
    unsigned: false,
  });
  const weighted = await manifest();
  weighted.adapters[0].weight = { default: 0.8 };
  await writeFile(join(root, "peel.json"), JSON.stringify(weighted));
  expect(await addAdapter(root, { ...adapter("nano", 3), rank: 8 })).toEqual({
    file: "adapter.safetensors",
    unsigned: false,
  });
  expect(await manifest()).toEqual({
    name: "@peels/x",
    custom: true,
    adapters: [
      {
        base: { family: "nano", range: "^1.0.0" },
        rank: 8,
        alpha: 4,
        file: "adapter.safetensors",
        weight: { default: 0.8 },
      },
      { base: { family: "minilm", range: "^1.0.0" }, rank: 4, alpha: 4, file: "adapter-minilm.safetensors" },
    ],
  });
  expect([...(await readFile(join(root, "adapter.safetensors")))]).toEqual([3]);
  expect([...(await readFile(join(root, "adapter-minilm.safetensors")))]).toEqual([2]);
});

it("refuses a folder that is no peel, and a peel.json that is none", async () => {
  await expectCode(addAdapter(root, adapter("nano", 1)), "FILE_MISSING");
  for (const text of ["[]", "null", '{"adapters":5}']) {
    await writeFile(join(root, "peel.json"), text);
    await expectCode(addAdapter(root, adapter("nano", 1)), "SCHEMA_INVALID");
  }
  await writeFile(join(root, "peel.json"), "{");
  await expectCode(addAdapter(root, adapter("nano", 1)), "JSON_INVALID");
});

it("leaves adapter and peel.json as they were when the disk fills at either", async () => {
  await writeFile(join(root, "peel.json"), '{"name":"@peels/x"}');
  await addAdapter(root, adapter("nano", 1));
  const before = await snapshot(root);
  for (const nth of [1, 2]) {
    await expectCode(addAdapter(root, adapter("nano", 2), fullAt(nth)), "DISK_FULL");
    expect(await snapshot(root)).toEqual(before);
  }
});
