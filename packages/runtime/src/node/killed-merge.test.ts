import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memorySource, type Tensor, writeSafetensors } from "@banana-peel/format";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import * as ort from "onnxruntime-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Base } from "../base/types.js";
import { openPeel } from "../peel/open-peel.js";
import { vectorTargets } from "../testing/peels.js";
import { baseFolder } from "../testing/vectors.js";
import { mergedCache } from "./merged-cache.js";
import { listMergedSets } from "./merged-sets.js";
import { openBase } from "./open-folder.js";

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "banana-killed-"));
  await cp(baseFolder("channel-int8"), join(work, "base"), { recursive: true });
  const tensors = new Map<string, Tensor>();
  const put = (name: string, { buffer, byteOffset, byteLength, length }: Float32Array, rows: number) => {
    const data = new Uint8Array(buffer, byteOffset, byteLength);
    tensors.set(name, { dtype: "F32", shape: [rows, length / rows], data });
  };
  for (const [path, { a, b }] of Object.entries(vectorTargets("a"))) {
    put(`${path}.lora_A.weight`, a, 4);
    put(`${path}.lora_B.weight`, b, b.length / 4);
  }
  await writeFile(join(work, "adapter.safetensors"), writeSafetensors(tensors));
  await writeFile(join(work, "peel.json"), JSON.stringify(MANIFEST));
});

const MANIFEST = {
  formatVersion: 1,
  name: "@test/killed",
  version: "1.0.0",
  description: "A test.",
  license: "CC0-1.0",
  adapters: [{ file: "adapter.safetensors", base: { family: "tiny", range: "^1.0.0" }, rank: 4, alpha: 8 }],
};

/** The peel that lies in the folder; the process that dies reads it in the same way. */
async function peelFor(base: Base) {
  const names = ["peel.json", "adapter.safetensors"];
  const files = new Map<string, Uint8Array>();
  for (const name of names) files.set(name, new Uint8Array(await readFile(join(work, name))));
  return openPeel(await unsafeUnverifiedPeel(memorySource(files, MANIFEST.name)), base);
}
afterEach(() => rm(work, { recursive: true }));

const merge = { strategy: "merge", rounding: "nearest" } as const;
/** Where a process that makes a set dies, as a line of its program. */
const DEATHS: [string, string][] = [
  ["before the first target is written", 'if (step === "plan") die();'],
  ["after the first of two targets", 'if (step === "merge" && done === 1) die();'],
  ["after the last target", 'if (step === "merge" && done === total) die();'],
  ["while its session opens", 'if (step === "session") die();'],
];

/** A set made by a process that dies; resolves with the signal that ended it. */
function killed(where: string, attachFirst: boolean): Promise<string | null> {
  const code = `
    import { readFileSync } from "node:fs";
    import { memorySource } from "@banana-peel/format";
    import { openPeel } from "@banana-peel/runtime";
    import { mergedCache, openBase } from "@banana-peel/runtime/node";
    import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
    import * as ort from "onnxruntime-node";
    const [work, attachFirst] = process.argv.slice(1);
    const cache = mergedCache(work + "/cache", { leastWeights: 0 });
    const base = await openBase(work + "/base", { ort, cache });
    const names = ["peel.json", "adapter.safetensors"];
    const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(work + "/" + name))]));
    const peel = await openPeel(await unsafeUnverifiedPeel(memorySource(files, "${MANIFEST.name}")), base);
    const die = () => process.kill(process.pid, "SIGKILL");
    let attached = attachFirst !== "true";
    const onProgress = ({ step, done, total }) => {
      if (step === "session" && !attached) attached = true;
      else { ${where} }
    };
    await base.setPeels([peel], { ...${JSON.stringify(merge)}, attachFirst: attachFirst === "true", onProgress });
    await base.merged();
  `;
  const argv = ["--input-type=module", "-e", code, work, String(attachFirst)];
  const child = spawn(process.execPath, argv, { cwd: new URL("..", import.meta.url), stdio: "ignore" });
  return new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
}

it.each(DEATHS.flatMap(([name, where]) => [false, true].map((first) => [name, first, where] as const)))(
  "a set whose maker dies %s (attached first: %s) is made again, and what was left goes",
  async (_, first, where) => {
    expect(await killed(where, first)).toBe("SIGKILL");
    const cache = mergedCache(join(work, "cache"), { leastWeights: 0 });
    const base = await openBase(join(work, "base"), { ort, cache });
    const plain = await openBase(join(work, "base"), { ort });
    const x = new ort.Tensor("float32", new Float32Array(96).fill(0.5), [1, 4, 24]);
    const run = async (of: typeof base) => Object.values(await of.run("main", { x })).map(({ data }) => data);
    for (const each of [base, plain]) await each.setPeels([await peelFor(each)], merge);
    expect(await run(base)).toEqual(await run(plain));
    await cache.settled();
    expect(await readdir(join(work, "cache"))).toHaveLength(1);
    expect(await listMergedSets(join(work, "cache"), { hashing: true })).toMatchObject([{ whole: true }]);
    await Promise.all([base.dispose(), plain.dispose()]);
  },
);
