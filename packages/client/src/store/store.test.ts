import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { nodeDisk } from "../disk/disk.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch, scratch } from "../testing/scratch.js";
import { openStore } from "./store.js";

afterAll(removeScratch);

it("leaves no folder when peels that were staged side by side are given back, in either order", async () => {
  const key = await newKey();
  const packed = [await samplePacked(key), await samplePacked(key, { name: "@peels/other" })];
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const root = join(await scratch(), "cache", "store");
    const store = openStore(root, nodeDisk);
    const staged = [];
    for (const { integrity, tarball } of packed)
      staged.push(
        await store.stage(
          integrity,
          (async function* () {
            yield tarball;
          })(),
          "sample",
        ),
      );
    for (const i of order) await staged[i]!.release();
    expect(existsSync(join(root, ".."))).toBe(false);
  }
});
