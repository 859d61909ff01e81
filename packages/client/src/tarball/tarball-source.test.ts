import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { memorySource } from "@banana-peel/format";
import { afterAll, expect, it } from "vitest";
import { sampleFiles } from "../testing/sample-peel.js";
import { removeScratch, scratch } from "../testing/scratch.js";
import { packFile } from "./pack-file.js";
import { tarballSource } from "./tarball-source.js";

afterAll(removeScratch);

it("gives a large file to a slow reader, whole and without a warning of Node's", async () => {
  const adapter = Buffer.alloc(48 * 1024 ** 2, "banana");
  const file = join(await scratch(), "peel.tgz");
  await packFile(memorySource(new Map([...sampleFiles(), ["adapter.safetensors", adapter]])), file);
  const source = await tarballSource(file, "peel");
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on("warning", hear);
  const pieces: Uint8Array[] = [];
  for await (const piece of source.stream!("adapter.safetensors")) {
    pieces.push(piece);
    await wait(20);
  }
  process.off("warning", hear);
  expect(Buffer.concat(pieces).equals(adapter)).toBe(true);
  expect(warnings).toEqual([]);
});
