// What the test of calls at once opens: a base and peels on onnxruntime-web, which is a file of its own as its worker
// needs it, with runs that are awaited one by one and all together.
import { openBase, type PeelUse } from "banana-sdk/web";
import { vectorPeels } from "./page/peels.js";

/** What came of it. */
export interface CallsResult {
  /** Outputs that differ from those of the same peels alone; calls that failed, with what they said. */
  readonly wrong: readonly string[];
  /** Different outputs among the sets. */
  readonly different: number;
  readonly isolated: boolean;
}

const FOLDER = "/vectors/merge/channel-int8/";
const x = { x: { data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)), dims: [1, 4, 24] } };

/** @param proxy whether onnxruntime runs in its own worker */
async function calls(proxy: boolean): Promise<CallsResult> {
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.wasm.proxy = proxy;
  const bases = await Promise.all([openBase(FOLDER, { ort }), openBase(FOLDER, { ort })]);
  const base = bases[0]!;
  const [a, b] = await vectorPeels(
    [
      ["a", 1],
      ["b", 0.5],
    ],
    base,
  );
  const sets: PeelUse[][] = [[], [a!], [b!], [a!, b!], [{ ...a!, weight: -1 }]];
  const output = async (of: typeof base, peels: PeelUse[]) =>
    Object.values(await of.run("main", x, { peels }))
      .map(({ data }) => String(data))
      .join();

  const alone: string[] = [];
  for (const set of sets) alone.push(await output(base, set));
  const wrong: string[] = [];
  const check = (what: string, i: number, found: Promise<string>) =>
    found.then(
      (text) => text !== alone[i] && wrong.push(`${what} ${i}: other numbers`),
      (error) => wrong.push(`${what} ${i}: ${error}`),
    );
  for (let round = 0; round < 3; round++)
    await Promise.all([
      ...bases.flatMap((of, n) => sets.map((set, i) => check(`base ${n}`, i, output(of, set)))),
      base.setPeels([a!], { strategy: round % 2 === 0 ? "merge" : "attach" }),
    ]);
  await base.setPeels([]);
  await check("after", 0, output(base, []));
  for (const of of bases) await of.dispose();
  return { wrong, different: new Set(alone).size, isolated: globalThis.crossOriginIsolated };
}

export const callsPage = { calls };
Object.assign(globalThis, { callsPage });
