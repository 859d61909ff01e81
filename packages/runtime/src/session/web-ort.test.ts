import { Tensor } from "onnxruntime-common";
import { describe, expect, it } from "vitest";
import type { Feeds, Ort } from "../ort.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { createSession, inTurn } from "./web-ort.js";

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 2));

/** A fake onnxruntime by its name, and the most calls that it had under way at once. */
function counted(name: "web" | "node", proxy = false) {
  const fake = new FakeOrt();
  const seen = { most: 0, calls: 0 };
  let now = 0;
  const busy = async () => {
    seen.calls++;
    seen.most = Math.max(seen.most, ++now);
    await soon();
    now--;
  };
  fake.onCreate = busy;
  fake.onRun = busy;
  const ort: Ort = { ...fake.ort, env: { versions: { [name]: "1.30.0" }, wasm: { proxy } } };
  return { fake, ort, seen };
}

const tensor = (...values: number[]) => new Tensor("float32", Float32Array.from(values), [values.length]);

async function twoSessions(ort: Ort) {
  const [a, b] = await Promise.all([
    createSession(ort, new Uint8Array([1]), {}),
    createSession(ort, "model.onnx", {}),
  ]);
  const run = (session = a, signal?: AbortSignal) => inTurn(ort, () => session.run({ x: tensor(1) }), signal);
  return { a, b, run };
}

describe("sessions of onnxruntime-web", () => {
  it("are made and run one after the other, whatever their sessions; those of others at once", async () => {
    for (const [name, most] of [
      ["web", 1],
      ["node", 2],
    ] as const) {
      const { ort, seen } = counted(name);
      const { b, run } = await twoSessions(ort);
      // The same onnxruntime in another object of the app's.
      await Promise.all([run(), inTurn({ ...ort }, () => b.run({}))]);
      expect(seen).toEqual({ most, calls: 4 });
    }
  });

  it("go on after one that failed, and never start for an aborted signal", async () => {
    const { ort, fake, seen } = counted("web");
    const { a, b, run } = await twoSessions(ort);
    const busy = fake.onRun;
    fake.onRun = () => {
      fake.onRun = busy;
      throw new Error("no memory");
    };
    const abort = new AbortController();
    const [failed, first, aborted, last] = [run(a), run(b), run(a, abort.signal), run(b)];
    abort.abort(new Error("enough"));
    await expect(failed).rejects.toThrow("no memory");
    await expect(aborted).rejects.toThrow("enough");
    await Promise.all([first, last]);
    expect(seen.calls).toBe(4);
  });

  it("are released once the runs before have ended", async () => {
    const { ort, fake } = counted("web");
    const { a, run } = await twoSessions(ort);
    const running = run();
    const released = a.release();
    expect(fake.open).toHaveLength(2);
    await running;
    await released;
    expect(fake.open).toHaveLength(1);
  });
});

describe("what onnxruntime-web's own worker gets", () => {
  it.each([true, false])("with env.wasm.proxy %s", async (proxy) => {
    const { ort, fake } = counted("web", proxy);
    const model = new Uint8Array([1, 2, 3]);
    const session = await createSession(ort, model, {});
    const feeds: Feeds = { x: tensor(1, 2), words: new Tensor("string", ["a"], [1]) };
    await session.run(feeds);
    const [made] = fake.sessions;
    expect(made!.model).toEqual(model);
    expect(made!.model === model, "the same model").toBe(!proxy);
    const fed = made!.runs[0]!;
    expect(fed.x!.data).toEqual(feeds.x!.data);
    expect(fed.x!.dims).toEqual([2]);
    expect(fed.x!.data === feeds.x!.data, "the same data").toBe(!proxy);
    expect(fed.words).toBe(feeds.words);
  });
});
