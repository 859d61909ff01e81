// The contract with onnxruntime-react-native: a fake with its traps, onnxruntime-node inside, and the vectors.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModel } from "@banana-peel/onnx";
import { openBase as openFiles } from "@banana-peel/runtime";
import { openBase as openNode } from "@banana-peel/runtime/node";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import { parseBaseCard } from "@banana-peel/validator";
import * as ort from "onnxruntime-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { wideBase } from "../../../runtime/src/testing/wide-base.js";
import { fakeReactNative } from "../testing/fake-react-native.js";
import { nodeDevice } from "../testing/node-device.js";
import { floats, signedPeel, VECTORS, vectorJson } from "../testing/vectors.js";
import { type Base, deviceSource, openBase, openPeel } from "./index.js";

interface Vector {
  base: string;
  x: string;
  shape: number[];
  names: string[];
  outputs: { uses: [peel: string, weight: number][]; attached: string[] }[];
}
const vectors = vectorJson<Vector[]>("attach/outputs.json");
const vectorOf = (name: string) => vectors.find(({ base }) => base === name)!;
/** channel-int8 has external data, tensor-int8 embeds its weights. */
const BASES = ["channel-int8", "tensor-int8"];
const OPTIONS = { graphOptimizationLevel: "basic", intraOpNumThreads: 1 } as const;

let root: string;
let key: SigningKey;
let fake: ReturnType<typeof fakeReactNative>;
let device: ReturnType<typeof nodeDevice>;
const opened: Base[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-device-"));
  ({ key } = await generateKey());
  fake = fakeReactNative();
  device = nodeDevice();
  for (const name of BASES) await cp(`${VECTORS}merge/${name}`, join(root, name), { recursive: true });
  for (const name of ["a", "b"]) {
    const peel = await signedPeel(name, key);
    await mkdir(join(root, "peels", name), { recursive: true });
    for (const path of await peel.list())
      await writeFile(join(root, "peels", name, path), await peel.read(path));
  }
});
afterEach(async () => {
  vi.unstubAllGlobals();
  for (const base of opened.splice(0)) await base.dispose();
  await rm(root, { recursive: true, force: true });
});

async function open(name: string, changes: object = {}): Promise<Base> {
  const base = await openBase(join(root, name), {
    ort: fake.ort,
    files: device,
    scratch: join(root, "scratch"),
    sessionOptions: OPTIONS,
    ...changes,
  });
  opened.push(base);
  return base;
}

const signer = () => ({ signer: key.identity.fingerprint, files: device });
const peels = (base: Base, uses: [string, number][]) =>
  Promise.all(
    uses.map(async ([name, weight]) => ({
      peel: await openPeel(`file://${root}/peels/${name}`, base, signer()),
      weight,
    })),
  );

/** x as a view that doesn't start where its buffer starts. */
function shifted(text: string): Float32Array {
  const values = floats(text);
  const buffer = new Float32Array(values.length + 16).fill(99);
  buffer.set(values, 16);
  return buffer.subarray(16);
}

async function outputs(base: Base, { x, shape, names }: Vector): Promise<Float32Array[]> {
  const results = await base.run("main", { x: new ort.Tensor("float32", shifted(x), shape) });
  return names.map((name) => results[name]!.data as Float32Array);
}

function furthest(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

describe.each(BASES)("%s on a device", (name) => {
  it("gives the attached outputs of the vectors", async () => {
    const base = await open(name);
    for (const { uses, attached } of vectorOf(name).outputs) {
      await base.setPeels(await peels(base, uses), { strategy: "attach" });
      const found = await outputs(base, vectorOf(name));
      for (const [i, wanted] of attached.entries())
        expect(furthest(found[i]!, floats(wanted))).toBeLessThan(1e-4);
    }
  });

  it("gives what Node gives, merged, and the base bit for bit when off", async () => {
    const base = await open(name);
    const other = await openNode(join(root, name), { ort, sessionOptions: OPTIONS });
    const before = await outputs(base, vectorOf(name));
    const uses = await peels(base, [
      ["a", 0.7],
      ["b", -0.5],
    ]);
    for (const each of [base, other]) await each.setPeels(uses, { strategy: "merge" });
    expect(await outputs(base, vectorOf(name))).toEqual(await outputs(other, vectorOf(name)));
    expect(await outputs(base, vectorOf(name))).not.toEqual(before);
    await base.setPeels([]);
    expect(await outputs(base, vectorOf(name))).toEqual(before);
    await other.dispose();
  });

  it("merges to Node's outputs without WebAssembly, which Hermes lacks", async () => {
    const other = await openNode(join(root, name), { ort, sessionOptions: OPTIONS });
    const uses = await peels(other, [["a", 0.7]]);
    await other.setPeels(uses, { strategy: "merge", rounding: "dither" });
    const wanted = await outputs(other, vectorOf(name));
    const { gain } = other.report().plan;
    await other.dispose();
    vi.stubGlobal("WebAssembly", undefined);
    const base = await open(name);
    const report = await base.setPeels(uses, { strategy: "merge", rounding: "dither" });
    expect(await outputs(base, vectorOf(name))).toEqual(wanted);
    expect(report.plan.gain.median).toBeCloseTo(gain.median, 6);
  });

  it("opens every session from an absolute path, with the app's options and no data in memory", async () => {
    const base = await open(name);
    const uses = await peels(base, [["a", 1]]);
    await outputs(base, vectorOf(name));
    for (const strategy of ["attach", "merge"] as const) {
      await base.setPeels(uses, { strategy });
      await outputs(base, vectorOf(name));
    }
    expect(fake.calls).toHaveLength(3);
    for (const { model, options } of fake.calls) {
      expect(model.startsWith(root)).toBe(true);
      expect(options).toEqual(OPTIONS);
    }
  });

  it("leaves no file behind once its sessions are open", async () => {
    const before = (await readdir(join(root, name))).sort();
    const base = await open(name);
    const uses = await peels(base, [["a", 1]]);
    for (const strategy of ["attach", "merge"] as const) await base.setPeels(uses, { strategy });
    expect((await readdir(join(root, name))).sort()).toEqual(before);
    expect(await readdir(join(root, "scratch"))).toEqual([]);
    expect(device.written.length).toBeGreaterThan(1);
  });
});

it("branches of wide layers are of ONNX's operators alone: which others a device has isn't known", async () => {
  const { files, card } = wideBase("qdq", { wide: [8, 1024] });
  const folder = join(root, "wide");
  await mkdir(folder);
  for (const [path, bytes] of files) await writeFile(join(folder, path), bytes);
  await writeFile(join(folder, "base.json"), JSON.stringify(card));
  const domains: string[][] = [];
  const { write } = device;
  device.write = async (path, bytes) => {
    domains.push(readModel(bytes, path).graph.nodes.map(({ domain }) => domain));
    await write.call(device, path, bytes);
  };
  const base = await open("wide");
  await base.setPeels(await peels(base, [["a", 1]]), { strategy: "attach" });
  expect(domains).toHaveLength(1);
  expect(new Set(domains[0])).toEqual(new Set([""]));
});

describe("what goes wrong on a device", () => {
  it("without the entry point, the traps bite: silently other outputs, or none", async () => {
    const card = parseBaseCard(await device.read(join(root, "tensor-int8/base.json")));
    const readFile = (path: string) => device.read(join(root, "tensor-int8", path));
    const naive = await openFiles({ card, ort: fake.ort, readFile, sessionOptions: OPTIONS });
    const vector = vectorOf("tensor-int8");
    await expect(outputs(naive, vector)).rejects.toMatchObject({ code: "SESSION_FAILED" });
    const session = await fake.ort.InferenceSession.create(join(root, "tensor-int8/model.onnx"), OPTIONS);
    const x = new ort.Tensor("float32", shifted(vector.x), vector.shape);
    const results = await session.run({ x });
    const found = results[vector.names[0]!]!.data as Float32Array;
    expect(furthest(found, floats(vector.outputs[0]!.attached[0]!))).toBeGreaterThan(0.5);
  });

  it("a full disk: the error says so, the state before stays in force, and nothing stays behind", async () => {
    const base = await open("channel-int8");
    const before = await outputs(base, vectorOf("channel-int8"));
    const uses = await peels(base, [["a", 1]]);
    device.write = async (path) => {
      await writeFile(path, "half");
      throw new Error("ENOSPC");
    };
    for (const strategy of ["attach", "merge"] as const)
      await expect(base.setPeels(uses, { strategy })).rejects.toMatchObject({
        code: "SESSION_FAILED",
        cause: { message: "ENOSPC" },
      });
    expect((await readdir(join(root, "channel-int8"))).sort()).toEqual([
      "base.json",
      "merged.json",
      "model.data",
      "model.onnx",
    ]);
    expect(await readdir(join(root, "scratch"))).toEqual([]);
    expect(await outputs(base, vectorOf("channel-int8"))).toEqual(before);
  });

  it("a run that was killed: what it left in scratch is gone at the next start", async () => {
    await mkdir(join(root, "scratch", "banana-peel-1"), { recursive: true });
    await writeFile(join(root, "scratch", "banana-peel-1", "model.data"), "left over");
    await open("channel-int8");
    expect(await readdir(join(root, "scratch"))).toEqual([]);
  });

  it.each<[string, string, object, string]>([
    ["`extra` options", "INPUT_INVALID", { sessionOptions: { extra: {} } }, "channel-int8"],
    ["a folder without a card", "FILE_MISSING", {}, "nowhere"],
  ])("refuses %s with %s", async (_, code, changes, name) => {
    await expect(open(name, changes)).rejects.toMatchObject({ code });
  });

  it("refuses to work without WebCrypto, and says where to get it", async () => {
    vi.stubGlobal("crypto", undefined);
    const refusal = { code: "INPUT_INVALID", hint: expect.stringContaining("react-native-quick-crypto") };
    await expect(open("channel-int8")).rejects.toMatchObject(refusal);
    const card = { card: {}, digest: "" } as never;
    await expect(openPeel("/peel", card, signer())).rejects.toMatchObject(refusal);
  });

  it("refuses a base whose file is another", async () => {
    await writeFile(join(root, "channel-int8", "model.data"), new Uint8Array(1600));
    await expect(open("channel-int8")).rejects.toMatchObject({ code: "BASE_FILE_DIFFERS" });
  });

  it("refuses a changed peel, an unsigned one, another's, and one by path without files", async () => {
    const base = await open("channel-int8");
    const path = join(root, "peels/a");
    const any = { anySigner: true, files: device };
    await expect(openPeel(path, base, { files: device })).rejects.toMatchObject({
      code: "SIGNER_NOT_TRUSTED",
    });
    const other = { files: device, signer: `sha256:${"0".repeat(64)}` };
    await expect(openPeel(path, base, other)).rejects.toMatchObject({ code: "SIGNER_NOT_TRUSTED" });
    await expect(openPeel(path, base)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await writeFile(join(path, "README.md"), "other words");
    await expect(openPeel(path, base, any)).rejects.toMatchObject({ code: "SIGNED_FILES_DIFFER" });
    await rm(join(path, "model.sig"));
    await expect(openPeel(path, base, any)).rejects.toMatchObject({ code: "FILE_MISSING" });
  });

  it("reads only what is signed, and no more bytes than asked for", async () => {
    await writeFile(join(root, "peels/a", "extra.js"), "never read");
    const source = deviceSource(join(root, "peels/a"), device);
    expect(await source.list()).not.toContain("extra.js");
    await expect(source.read("README.md", 1)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  });
});
