// A host that never restarts: a thousand swaps of attached peels and a hundred merges on the real base, and sessions that
// are opened and released, must leave memory where it was.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memorySource, type Tensor, writeSafetensors } from "@banana-peel/format";
import { openPeel } from "@banana-peel/runtime";
import { openBase, openOrtWorker } from "@banana-peel/runtime/node";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import * as ort from "onnxruntime-node";
import { afterEach, expect, test } from "vitest";

const NANO = new URL("../../../bases/nano", import.meta.url).pathname;
const MB = 2 ** 20;
const sessionOptions = { intraOpNumThreads: 1, enableCpuMemArena: false };
type Base = Awaited<ReturnType<typeof openBase>>;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Resident megabytes once everything that can go has gone. */
async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return process.memoryUsage.rss() / MB;
}

async function madeUpPeel(base: Base, rank: number, seed: number) {
  const tensors = new Map<string, Tensor>();
  const matrix = (rows: number, columns: number): Tensor => {
    const data = Float32Array.from({ length: rows * columns }, (_, i) => 0.02 * Math.sin(seed * 7.1 + i));
    return { dtype: "F32", shape: [rows, columns], data: new Uint8Array(data.buffer) };
  };
  for (const { path, k, n } of base.card.targets) {
    tensors.set(`${path}.lora_A.weight`, matrix(rank, k));
    tensors.set(`${path}.lora_B.weight`, matrix(n, rank));
  }
  const { family } = base.card;
  const manifest = {
    formatVersion: 1,
    name: `@soak/peel-${seed}`,
    version: "1.0.0",
    description: "Made-up numbers.",
    license: "CC0-1.0",
    adapters: [{ file: "adapter.safetensors", base: { family, range: "*" }, rank, alpha: rank }],
  };
  const files = new Map([
    ["peel.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["adapter.safetensors", writeSafetensors(tensors)],
  ]);
  return openPeel(await unsafeUnverifiedPeel(memorySource(files, manifest.name)), base);
}

function feeds(base: Base) {
  return Object.fromEntries(
    base.inputs("backbone").map(({ name, dims }) => {
      const sizes = dims!.map((dim) => (typeof dim === "number" ? dim : 1));
      return [name, { data: new Float32Array(sizes.reduce((a, b) => a * b)).fill(0.5), dims: sizes }];
    }),
  );
}

let base: Base;
let close = async () => {};
afterEach(async () => {
  await base.dispose();
  await close();
});

const ROUNDS = 3;

/**
 * Does `work` a fifth of `count` times to warm up, then `count` times, and holds that this added less than `bound`
 * megabytes. A round that added more is done again: another thread's heap, which nothing here can collect, fills up once,
 * but a leak adds the same in every round.
 */
async function holdsSteady(
  count: number,
  bound: number,
  work: (i: number) => Promise<unknown>,
): Promise<void> {
  let done = 0;
  const repeat = async (times: number) => {
    for (const end = done + times; done < end; done++) await work(done);
    return resident();
  };
  const seen = [await repeat(count / 5)];
  for (let round = 0; round < ROUNDS; round++) {
    seen.push(await repeat(count));
    if (seen.at(-1)! - seen.at(-2)! < bound) return;
  }
  expect.fail(
    `each of ${ROUNDS} rounds added ${bound} MB or more: ${seen.map((mb) => mb.toFixed(0)).join(", ")} MB`,
  );
}

test.each(["in this thread", "in a worker"])(
  "1,000 swaps of attached peels hold steady, %s",
  async (where) => {
    const worker = where === "in a worker" ? await openOrtWorker() : undefined;
    close = async () => worker?.close();
    base = await openBase(NANO, { ort: worker ?? ort, sessionOptions });
    const x = feeds(base);
    const peels = [await madeUpPeel(base, 8, 1), await madeUpPeel(base, 8, 2)];
    // Eight sets of this peel's tensors are 8 MB: what is kept for weights that come back is bounded.
    await holdsSteady(1000, 24, async (i) => {
      const uses = i % 5 === 4 ? [] : [{ peel: peels[i % 2]!, weight: (i % 97) / 97 }];
      await base.setPeels(uses, { strategy: "attach" });
      if (i % 10 === 0) await base.run("backbone", x);
      if (i % 50 === 0) await base.run("backbone", x, { peels: [peels[0]!] });
    });
  },
);

test("100 merges hold steady, and so do sessions that come and go", async () => {
  base = await openBase(NANO, { ort, sessionOptions });
  const x = feeds(base);
  const peels = [await madeUpPeel(base, 4, 1), await madeUpPeel(base, 4, 2)];
  // A merged copy of this base is 7 MB and its session as much again: a hundred that stayed would be 1.4 GB.
  await holdsSteady(100, 40, async (i) => {
    await base.setPeels([{ peel: peels[i % 2]!, weight: 0.5 + i / 400 }], {
      strategy: "merge",
      rounding: "dither",
      releaseIdle: i % 3 === 0,
    });
    await base.run("backbone", x);
    if (i % 10 === 9) await base.setPeels([], { releaseIdle: true });
  });
});
