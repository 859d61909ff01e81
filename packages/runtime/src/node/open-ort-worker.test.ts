import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBase as openFiles } from "../base/open-base.js";
import { vectorPeel } from "../testing/peels.js";
import { baseFolder, memoryBase } from "../testing/vectors.js";
import { openBase } from "./open-folder.js";
import { type OrtWorker, openOrtWorker } from "./open-ort-worker.js";

const program = new URL("../../dist/node/ort-worker.js", import.meta.url);
const sessionOptions = { intraOpNumThreads: 1 };
const x = { x: { data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)), dims: [1, 4, 24] } };

let worker: OrtWorker;
beforeAll(async () => {
  worker = await openOrtWorker({ program });
});
afterAll(() => worker.close());

/** Outputs off, attached by two peels, attached by one, merged, and off again. */
async function story(base: Awaited<ReturnType<typeof openBase>>): Promise<Float32Array[][]> {
  const outputs: Float32Array[][] = [];
  const run = async (options = {}) => {
    const results = await base.run("main", x, options);
    outputs.push(Object.values(results).map((tensor) => (tensor.data as Float32Array).slice()));
  };
  const [a, b] = [await vectorPeel("a", base), await vectorPeel("b", base)];
  await run();
  await base.setPeels([a, { peel: b, weight: 0.5 }], { strategy: "attach" });
  await run();
  await run({ peels: [b] });
  await run();
  await base.setPeels([a], { strategy: "merge" });
  await run();
  await base.setPeels([]);
  await run();
  await base.dispose();
  return outputs;
}

describe("onnxruntime in a worker thread", () => {
  it("gives what it gives in this thread, from a folder and from memory", async () => {
    const here = await story(await openBase(baseFolder("channel-int8"), { ort, sessionOptions }));
    expect(await story(await openBase(baseFolder("channel-int8"), { ort: worker, sessionOptions }))).toEqual(
      here,
    );
    expect(
      await story(await openFiles({ ...memoryBase("channel-int8"), ort: worker, sessionOptions })),
    ).toEqual(here);
    expect(here[0]).toEqual(here[5]);
    expect(here[1]).toEqual(here[3]);
  });

  it("keeps requests apart that are under way together", async () => {
    const base = await openBase(baseFolder("channel-int8"), { ort: worker, sessionOptions });
    const [a, b] = [await vectorPeel("a", base), await vectorPeel("b", base)];
    const one = async (peels: Parameters<typeof base.setPeels>[0]) =>
      Object.values(await base.run("main", x, { peels })).map(({ data }) => data);
    const alone = [await one([]), await one([a]), await one([b])];
    expect(await Promise.all([one([]), one([a]), one([b]), one([a])])).toEqual([...alone, alone[1]]);
    await base.dispose();
  });

  it("tells onnxruntime's own errors with our codes", async () => {
    const files = memoryBase("channel-int8");
    const base = await openFiles({ ...files, ort: worker, sessionOptions: { executionProviders: ["none"] } });
    await expect(base.run("main", x)).rejects.toMatchObject({ code: "SESSION_FAILED" });
    await base.dispose();
  });

  it("is refused where there is no such package, or none that is one", async () => {
    await expect(openOrtWorker({ program, module: "onnxruntime-nowhere" })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      hint: "Install it: npm install onnxruntime-nowhere",
    });
    const nothing = new URL("data:text/javascript,throw new Error('broken')");
    await expect(openOrtWorker({ program, module: nothing })).rejects.toMatchObject({
      code: "SESSION_FAILED",
    });
  });

  it("rejects what is asked once it is closed", async () => {
    const other = await openOrtWorker({ program });
    const base = await openBase(baseFolder("channel-int8"), { ort: other, sessionOptions });
    await base.run("main", x);
    await other.close();
    await other.close();
    await expect(base.run("main", x)).rejects.toMatchObject({ code: "RUN_FAILED" });
    await base.dispose();
  });

  it("opens, runs and releases in the other thread, while this one goes on", async () => {
    // Each call ends only once this thread has set the flag: in this thread it would wait for itself, and give up.
    const source = `
      const wait = (flag) => {
        if (Atomics.wait(flag, 0, 0, 5000) === "timed-out") throw new Error("nobody came");
        Atomics.store(flag, 0, 0);
      };
      export class Tensor { constructor(type, data, dims) { Object.assign(this, { type, data, dims }); } }
      export const InferenceSession = {
        async create(model, { flag }) {
          wait(flag);
          return {
            inputNames: [], outputNames: [], inputMetadata: [], outputMetadata: [],
            async run(feeds) { wait(flag); return feeds; },
            async release() { wait(flag); },
          };
        },
      };`;
    const other = await openOrtWorker({
      program,
      module: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    });
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const during = async <T>(work: Promise<T>): Promise<T> => {
      setTimeout(() => {
        Atomics.store(flag, 0, 1);
        Atomics.notify(flag, 0);
      }, 5);
      return work;
    };
    const session = await during(
      other.InferenceSession.create(new Uint8Array(8), {
        flag,
      } as unknown as ort.InferenceSession.SessionOptions),
    );
    const fed = new ort.Tensor("float32", Float32Array.of(1, 2), [2]);
    const { y } = await during(session.run({ y: fed }));
    expect([...(y!.data as Float32Array)]).toEqual([1, 2]);
    await during(session.release());
    await other.close();
  });

  it("takes models and external data that are too large for one message", async () => {
    const source = `
      export class Tensor {}
      const sum = (bytes) => bytes.reduce((a, b) => a + b, 0);
      export const InferenceSession = {
        async create(model, { externalData }) {
          const [{ path, data }] = externalData;
          return {
            inputNames: [path, model.buffer.constructor.name, data.buffer.constructor.name],
            outputNames: [String(sum(model)), String(sum(data))], inputMetadata: [], outputMetadata: [],
          };
        },
      };`;
    const other = await openOrtWorker({
      program,
      module: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    });
    const model = new Uint8Array(5 * 1024 * 1024).fill(1);
    const data = new Uint8Array(6 * 1024 * 1024).fill(2);
    const session = await other.InferenceSession.create(model, { externalData: [{ path: "w", data }] });
    expect(session.inputNames).toEqual(["w", "ArrayBuffer", "ArrayBuffer"]);
    expect(session.outputNames).toEqual([String(model.length), String(2 * data.length)]);
    expect([model.length, data.length]).toEqual([5 * 1024 * 1024, 6 * 1024 * 1024]);
    await other.close();
  });
});
