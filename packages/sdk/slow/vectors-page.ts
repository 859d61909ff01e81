// What the browser suite opens: runs the conformance vectors in the page itself, through the SDK's web entry point
// and one build of onnxruntime-web (browser.slow.ts puts the build under test in the place of "onnxruntime-web").
import { type Base, openBase } from "banana-sdk/web";
import * as ort from "onnxruntime-web";
import { mergedDigests } from "./page/merged.js";
import { applied, furthest, outputOf, relative } from "./page/outputs.js";
import { type Uses, vectorPeels } from "./page/peels.js";
import { recorder } from "./page/recorder.js";
import { fetchJson, fetchSafetensors, floats, fromBase64, sha256 } from "./page/vectors.js";

/** What came of one group of vectors. */
export interface PageResult {
  /** onnxruntime's own words when it doesn't run the base itself, before any peel. */
  readonly refused?: string;
  /** Comparisons made. */
  readonly checks: number;
  /** Those that failed, with what was found and wanted. */
  readonly failures: readonly string[];
}

/** Largest difference, relative to the largest value, by the type of activations. */
const TOLERANCE = { float32: 1e-4, float16: 4e-3, dynamic: 4e-3 } as const;
const EXACT = { logSeverityLevel: 3, extra: { session: { qdq_matmulnbits_accuracy_level: "1" } } } as const;

let providers: string[] = [];
const recorded = recorder(ort);

/** Sets the build up; false when the browser has no adapter for WebGPU. */
export async function start(provider: "wasm" | "webgpu"): Promise<boolean> {
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  providers = [provider];
  if (provider === "wasm") return true;
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<object | null> } }).gpu;
  return (await gpu?.requestAdapter()) != null;
}

class Checks {
  count = 0;
  readonly failures: string[] = [];
  is(what: string, found: unknown, wanted: unknown): void {
    this.count++;
    if (found !== wanted) this.failures.push(`${what}: found ${found}, wanted ${wanted}`);
  }
  below(what: string, found: number, bound: number): void {
    this.count++;
    if (!(found < bound)) this.failures.push(`${what}: found ${found}, wanted less than ${bound}`);
  }
}

async function open(folder: string, options: object): Promise<Base> {
  return openBase(folder, {
    ort: recorded.ort,
    sessionOptions: { executionProviders: providers, ...options },
  });
}

/** Works on a base that onnxruntime runs, with its output before any peel; onnxruntime's words when it doesn't. */
async function onBase(
  folder: string,
  options: object,
  tryIt: (base: Base) => Promise<Float32Array>,
  work: (base: Base, checks: Checks, off: Float32Array) => Promise<void>,
): Promise<PageResult> {
  const base = await open(folder, options);
  const checks = new Checks();
  let off: Float32Array;
  try {
    off = await tryIt(base);
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: Error };
    if (code !== "SESSION_FAILED" && code !== "RUN_FAILED") throw error;
    return { refused: String(cause?.message ?? cause), checks: 0, failures: [] };
  }
  await work(base, checks, off);
  await base.dispose();
  return { checks: checks.count, failures: checks.failures };
}

interface Merge {
  uses: Uses;
  targets: { path: string; nearest: Stored; dither: Stored }[];
}
interface Stored {
  /** Either the bytes in base64 or their digest. */
  stored?: string;
  sha256?: string;
  gain: number;
  error: number;
}

/** Merged weights as onnxruntime gets them, byte for byte; gain and error as the report says. */
async function checkMerges(base: Base, merges: readonly Merge[], checks: Checks): Promise<void> {
  for (const { uses, targets } of merges) {
    const peels = await vectorPeels(uses, base);
    for (const rounding of ["nearest", "dither"] as const) {
      await base.setPeels([]);
      recorded.forget();
      const report = await applied(base, peels, { strategy: "merge", rounding });
      for (const { path, [rounding]: wanted } of targets) {
        const what = `${JSON.stringify(uses)} ${path} ${rounding}`;
        const target = base.card.targets.find((each) => each.path === path)!;
        if (report === "erased") {
          checks.is(`${what}: gain`, 0, wanted.gain);
          continue;
        }
        const digest = wanted.sha256 ?? (await sha256(fromBase64(wanted.stored!)));
        checks.is(`${what}: stored`, await sha256(await recorded.stored(target.weight)), digest);
        const planned = report.plan.targets.find((each) => each.path === path)!;
        checks.below(`${what}: gain`, Math.abs(planned.gain - wanted.gain), 1e-6);
        checks.below(`${what}: error`, Math.abs(planned.error - wanted.error), 1e-6);
      }
    }
  }
  await base.setPeels([]);
}

interface FormVector {
  digest: string;
  merges: Merge[];
  type: "float32" | "float16";
  x: string;
  shape: number[];
  name: string;
  outputs: { uses: Uses; attached: string; merged: string; promoted?: string }[];
}

/** vectors/forms/<name>: stored bytes after merging, and outputs attached, merged and promoted. */
export async function checkForm(name: string): Promise<PageResult> {
  const folder = `/vectors/forms/${name}/`;
  const vector = await fetchJson<FormVector>(`${folder}expected.json`);
  const output = (base: Base) => outputOf(base, ort, vector);
  return onBase(folder, EXACT, output, async (base, checks, off) => {
    checks.is("digest", base.digest, vector.digest);
    const dynamic = base.card.targets[0]!.scheme.form === "integer";
    const tolerance = TOLERANCE[dynamic ? "dynamic" : vector.type];
    for (const { uses, attached, merged, promoted } of vector.outputs) {
      const peels = await vectorPeels(uses, base);
      for (const [strategy, wanted] of [
        ["attach", attached],
        ["merge", merged],
        ["promote", promoted],
      ] as const) {
        if (wanted === undefined || (uses.length === 0 && strategy === "promote")) continue;
        await base.setPeels(peels, { strategy, rounding: "nearest" });
        const distance = furthest(await output(base), floats(wanted));
        checks.below(`${JSON.stringify(uses)} ${strategy}`, distance, tolerance);
      }
    }
    await base.setPeels([]);
    checks.is("off, bit for bit", furthest(await output(base), off), 0);
    await checkMerges(base, vector.merges, checks);
  });
}

interface AttachVector {
  base: string;
  x: string;
  shape: number[];
  names: string[];
  outputs: { uses: Uses; attached: string[] }[];
}

/** vectors/merge/<name>: a tiny base; stored bytes after merging, and attached outputs. */
export async function checkTiny(name: string): Promise<PageResult> {
  const folder = `/vectors/merge/${name}/`;
  const { digest, cases } = await fetchJson<{ digest: string; cases: Merge[] }>(`${folder}merged.json`);
  const all = await fetchJson<AttachVector[]>("/vectors/attach/outputs.json");
  const vector = all.find(({ base }) => base === name);
  const first = vector ?? all[0]!;
  const output = (base: Base, at: number) =>
    outputOf(base, ort, { ...first, type: "float32", name: first.names[at]! });
  // Optimisations that keep float kernels, so that only the runtime's own arithmetic is compared.
  const options = { graphOptimizationLevel: "basic", logSeverityLevel: 3 };
  return onBase(
    folder,
    options,
    (base) => output(base, 0),
    async (base, checks) => {
      checks.is("digest", base.digest, digest);
      for (const { uses, attached } of vector?.outputs ?? []) {
        await base.setPeels(await vectorPeels(uses, base), { strategy: "attach" });
        for (const [at, wanted] of attached.entries()) {
          const distance = furthest(await output(base, at), floats(wanted));
          checks.below(`${JSON.stringify(uses)} attach, output ${at}`, distance, 1e-4);
        }
      }
      await checkMerges(base, cases, checks);
    },
  );
}

/** vectors/nano: the peel on the reference base against W + delta in float, computed in Python. */
export async function checkNano(): Promise<PageResult> {
  const reference = await fetchSafetensors("/vectors/nano/reference.safetensors");
  const run = async (base: Base) => {
    const feeds = Object.fromEntries(
      ["latent", "time", "guidance", "context"].map((name) => {
        const { values, shape } = reference.get(name)!;
        return [name, new ort.Tensor("float32", values, shape)];
      }),
    );
    return ((await base.run("backbone", feeds)).x0!.data as Float32Array).slice();
  };
  const wanted = reference.get("quantised_activations")!.values;
  const noise = relative(wanted, reference.get("float_activations")!.values);
  return onBase("/nano/", { logSeverityLevel: 3 }, run, async (base, checks, off) => {
    const peels = await vectorPeels([["/peel/", 1]], base);
    await base.setPeels(peels, { strategy: "attach" });
    checks.below("attach", relative(await run(base), wanted), 1.2 * noise);
    await base.setPeels(peels, { strategy: "merge", rounding: "nearest" });
    checks.below("merge", relative(await run(base), wanted), 2 * noise);
    checks.below("without the peel it is another output", 5 * noise, relative(off, wanted));
  });
}

/** Digests of the weights of a base at an address with a peel merged, as mergedDigests gives them. */
export async function mergeReal(
  folder: string,
  peel: string,
  rounding: "nearest" | "dither",
): Promise<Record<string, string>> {
  const base = await open(folder, { logSeverityLevel: 3 });
  const digests = await mergedDigests(base, recorded, await vectorPeels([[peel, 1]], base), rounding);
  await base.dispose();
  return digests;
}

/** What the page offers to the suite. */
export const suite = { start, checkForm, checkTiny, checkNano, mergeReal };
Object.assign(globalThis, { suite });
