import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inspectModels } from "./inspect-models.js";
import { openBase } from "./open-folder.js";

const vector = (name: string) =>
  fileURLToPath(new URL(`../../../conformance/vectors/inspect/${name}.onnx`, import.meta.url));
const about = { family: "tiny", version: "1.0.0", license: "CC0-1.0" };
/** A MatMul of 4 x 4 whose weight is external data in w.bin, and a MatMulBnb4; by onnx.helper. */
const EXTERNAL = Buffer.from(
  "CA46pgEKLwoBeAoObGF5ZXIucS53ZWlnaHQSAXkaDy9sYXllci9xL01hdE11bCIGTWF0TXVsEgFnKkYIBAgEEAFCDmxheWVyLnEud2VpZ2h0ahEKCGxvY2F0aW9uEgV3LmJpbmoLCgZvZmZzZXQSATBqDAoGbGVuZ3RoEgI2NHABWhMKAXgSDgoMCAESCAoCCAEKAggEYhMKAXkSDgoMCAESCAoCCAEKAggEQgQKABAV",
  "base64",
);
const BNB4 = Buffer.from(
  "CA46zQEKeAoBeAoCcXcKAmFtEgF5GhMvbGF5ZXIvcS9NYXRNdWxCbmI0IgpNYXRNdWxCbmI0KggKAUsYBKABAioICgFOGASgAQIqEQoKYmxvY2tfc2l6ZRgQoAECKhEKCnF1YW50X3R5cGUYAaABAjoNY29tLm1pY3Jvc29mdBIBZyoUCAgIARACQgJxd0oIAAAAAAAAAAAqDggBEAFCAmFtSgQAAAAAWhMKAXgSDgoMCAESCAoCCAEKAggEYhMKAXkSDgoMCAESCAoCCAEKAggEQgQKABAVQhEKDWNvbS5taWNyb3NvZnQQAQ==",
  "base64",
);
let folder: string;
const path = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-inspect-"));
  await copyFile(vector("torchscript-nbits4"), path("model.onnx"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("writes a card that opens and runs", async () => {
  await writeFile(path("tokenizer.json"), "{}");
  const { file, card, doubts } = await inspectModels([path("model.onnx")], {
    about,
    files: ["tokenizer.json"],
    write: true,
  });
  expect([file, card.targets.length, doubts.length]).toEqual([path("base.json"), 3, 3]);
  const base = await openBase(folder, { ort });
  const x = new ort.Tensor("float32", new Float32Array(64).fill(0.1), [1, 2, 32]);
  expect((await base.run("main", { x })).y!.dims).toEqual([1, 2, 48]);
  await base.dispose();
});

it("replaces a card only when told to, and writes none unless asked", async () => {
  expect((await inspectModels([path("model.onnx")], { about })).file).toBeUndefined();
  expect(await readdir(folder)).toEqual(["model.onnx"]);
  await writeFile(path("base.json"), "mine");
  await expect(inspectModels([path("model.onnx")], { about, write: true })).rejects.toMatchObject({
    code: "FOLDER_EXISTS",
    hint: expect.stringContaining("--force"),
  });
  expect(await readFile(path("base.json"), "utf8")).toBe("mine");
  await inspectModels([path("model.onnx")], { about, write: true, force: true });
  expect(JSON.parse(await readFile(path("base.json"), "utf8")).family).toBe("tiny");
});

it("names graphs by their files, and refuses what no card can hold", async () => {
  await copyFile(vector("dynamo-float"), path("Decoder-Model.onnx"));
  const map = new Map([["node_linear_2", "decoder.out"]]);
  const two = await inspectModels([path("model.onnx"), path("Decoder-Model.onnx")], { about, map });
  expect(Object.keys(two.card.graphs)).toEqual(["model", "decoder_model"]);
  await copyFile(vector("dynamo-float"), path("1.onnx"));
  for (const bad of [
    [path("model.onnx"), path("model.onnx")],
    [path("model.onnx"), path("1.onnx")],
    [path("model.onnx"), vector("dynamo-float")],
  ])
    await expect(inspectModels(bad, { about })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  await expect(
    inspectModels([path("model.onnx")], { about: { ...about, family: "Not A Family" }, write: true }),
  ).rejects.toMatchObject({ code: "SCHEMA_INVALID" });
  expect(await readdir(folder)).not.toContain("base.json");
});

it("reads no external data through a link that leaves the folder, but a model that is one", async () => {
  const inside = await mkdtemp(join(folder, "inside-"));
  const linked = join(inside, "model.onnx");
  await copyFile(vector("dynamo-float"), path("model.onnx"));
  await symlink(path("model.onnx"), linked);
  expect((await inspectModels([linked], { about })).card.targets.length).toBeGreaterThan(0);
  const location = "w.bin";
  await rm(linked);
  await writeFile(linked, EXTERNAL);
  await writeFile(path("secret"), new Uint8Array(64));
  await symlink(path("secret"), join(inside, location));
  await expect(inspectModels([linked], { about })).rejects.toMatchObject({ code: "ONNX_LOCATION" });
  await rm(join(inside, location));
  await writeFile(join(inside, "own"), new Uint8Array(64));
  await symlink(join(inside, "own"), join(inside, location));
  expect((await inspectModels([linked], { about })).card.files).toHaveLength(2);
});

it("says that a model isn't there, nor its folder, nor its external data", async () => {
  const missing = { code: "BASE_FILE_MISSING" };
  await expect(inspectModels([path("none.onnx")], { about })).rejects.toMatchObject(missing);
  await expect(inspectModels([path("no/such/model.onnx")], { about })).rejects.toMatchObject(missing);
  await writeFile(path("external.onnx"), EXTERNAL);
  await expect(inspectModels([path("external.onnx")], { about })).rejects.toMatchObject(missing);
});

it("of operators that can't be changed it says so, and not that a map would help", async () => {
  const file = path("bnb.onnx");
  await writeFile(file, BNB4);
  await expect(inspectModels([file], { about })).rejects.toMatchObject({
    code: "ONNX_UNSUPPORTED",
    message: expect.stringMatching(/\/layer\/q\/MatMulBnb4 first: .*FP4 and NF4/),
    hint: expect.stringMatching(/^Export or quantise/),
  });
});
