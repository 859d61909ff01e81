import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { memoryBase } from "../testing/vectors.js";
import { inspectBase } from "./inspect-base.js";

const about = { family: "tiny", version: "1.0.0", license: "CC0-1.0" };

const vectors = (folder: "merge" | "forms") =>
  readdirSync(fileURLToPath(new URL(`../../../conformance/vectors/${folder}`, import.meta.url)), {
    withFileTypes: true,
  })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [folder, name] as const);

describe("models of known cards", () => {
  it.each([...vectors("forms"), ...vectors("merge")])(
    "%s/%s gets its own targets again",
    async (folder, form) => {
      const { card, readFile } = memoryBase(form, folder);
      const models = Object.fromEntries(
        Object.entries(card.graphs).map(([name, { model }]) => [name, model]),
      );
      const { card: found, doubts } = await inspectBase({ readFile, models, about });
      expect(doubts).toEqual([]);
      expect(found.targets).toEqual(card.targets);
      expect(found.graphs).toEqual(card.graphs);
      expect(found.files).toEqual(expect.arrayContaining(card.files));
    },
  );
});

describe("what can't be read", () => {
  const { card, readFile } = memoryBase("channel-int8");
  const models = { main: card.graphs.main!.model };
  const inspect = (change: Partial<Parameters<typeof inspectBase>[0]>) =>
    inspectBase({ readFile, models, about, ...change });

  it.each<[string, Parameters<typeof inspect>[0], object]>([
    [
      "a model that isn't there",
      { models: { main: "other.onnx" } },
      { code: "BASE_FILE_MISSING", where: "other.onnx" },
    ],
    [
      "a further file that isn't there",
      { files: ["tokenizer.json"] },
      { code: "BASE_FILE_MISSING", where: "tokenizer.json" },
    ],
    [
      "external data that isn't there",
      {
        readFile: async (path) =>
          path.endsWith(".data") ? Promise.reject(new Error("gone")) : readFile(path),
      },
      { code: "BASE_FILE_MISSING" },
    ],
    [
      "a model that is no model",
      { readFile: async () => new Uint8Array([1, 2, 3]) },
      { code: "ONNX_INVALID" },
    ],
    [
      "a map of a node that isn't there",
      { map: new Map([["nowhere", "a.b"]]) },
      { code: "INPUT_INVALID", where: "nowhere" },
    ],
    [
      "a map to what is no module path",
      { map: new Map([["/layers/0/up/MatMul", "../up"]]) },
      { code: "INPUT_INVALID", where: "/layers/0/up/MatMul" },
    ],
  ])("%s", async (_, change, error) => {
    await expect(inspect(change)).rejects.toMatchObject(error);
  });

  it("stops when told to", async () => {
    const stop = new AbortController();
    const progress = () => stop.abort();
    await expect(inspect({ signal: stop.signal, progress })).rejects.toThrow("abort");
  });

  it("takes names that a quantiser dropped from the model before", async () => {
    const models = (kind: string) =>
      new Uint8Array(
        readFileSync(new URL(`../../../conformance/vectors/inspect/dynamo-${kind}.onnx`, import.meta.url)),
      );
    const change = { readFile: async () => models("nbits4"), models: { main: "model.onnx" } };
    const paths = async (before?: Record<string, Uint8Array>) => {
      const { card } = await inspect({ ...change, ...(before && { before }) });
      return card.targets.map(({ path }) => path);
    };
    expect(await paths()).not.toContain("blocks.0.attn.out");
    expect(await paths({ main: models("float") })).toContain("blocks.0.attn.out");
  });

  it("a target in two graphs is a doubt", async () => {
    const { card: two, doubts } = await inspect({ models: { one: models.main, two: models.main } });
    expect(two.targets.map(({ graph }) => graph)).toEqual(["one", "one"]);
    expect(doubts).toMatchObject([{ graph: "two", reason: "path-taken" }, { reason: "path-taken" }]);
  });
});
