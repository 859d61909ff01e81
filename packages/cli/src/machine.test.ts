import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { cleanEnv } from "../../client/src/testing/project.js";
import { sampleCard, writeBase } from "../../client/src/testing/sample-peel.js";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { run } from "./testing/run.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let root: string;
let env: NodeJS.ProcessEnv;
const cli = (args: string[], onStart?: Parameters<typeof run>[1]["onStart"]) =>
  run(args, { cwd: root, env, ...(onStart ? { onStart } : {}) });

beforeAll(async () => {
  root = await scratch();
  env = { ...cleanEnv(root), XDG_CONFIG_HOME: join(root, "config"), BANANA_PEEL_STORE: join(root, "store") };
  await writeBase(join(root, "base"));
});
afterAll(removeScratch);

it("base add names a base, base list says what is missing of it", async () => {
  expect((await cli(["base", "list"])).stdout).toContain("base add DIR");
  const added = await cli(["base", "add", "base"]);
  expect([added.status, added.stdout]).toEqual([0, expect.stringContaining("nano 1.2.0 (./base)")]);
  const missing = await cli(["base", "list", "--json"]);
  expect([missing.status, JSON.parse(missing.stdout).bases]).toMatchObject([
    3,
    [{ family: "nano", targets: 1, state: "missing", wrong: ["model.onnx"] }],
  ]);
  await writeFile(join(root, "base/model.onnx"), "abc");
  expect((await cli(["base", "list"])).status).toBe(0);
  const { stdout } = await cli(["base", "list", "--verify"]);
  expect(stdout).toMatch(
    /^base +version +targets +size +files +folder\nnano +1\.2\.0 +1 +3 B +changed: model\.onnx/,
  );
  expect(JSON.stringify(sampleCard())).toContain("model.onnx");
  await writeBase(join(root, "node_modules/@me/base"), { ...sampleCard(), version: "2.0.0" });
  const packaged = await cli(["base", "add", "@me/base"]);
  expect([packaged.status, packaged.stdout]).toEqual([
    0,
    expect.stringContaining("nano 2.0.0 (./node_modules/@me/base)"),
  ]);
  expect((await cli(["base", "add", "nowhere"])).stderr).toContain("FILE_MISSING");
  expect((await cli(["base", "lst"])).stderr).toContain("Did you mean list?");
});

it("doctor exits with 1 when something will fail, and says how to mend it", async () => {
  const found = await cli(["doctor", "--registry", "http://127.0.0.1:9/"]);
  expect([found.status, found.stderr]).toEqual([1, ""]);
  expect(found.stdout).toMatch(/error +registry .+\n +mend: .+\n/);
  const json = await cli(["doctor", "--registry", "http://127.0.0.1:9/", "--json"]);
  expect(JSON.parse(json.stdout).findings).toContainEqual(
    expect.objectContaining({ check: "Node", status: "ok" }),
  );
});

it("completion prints a script, and names the nearest shell", async () => {
  expect((await cli(["completion", "zsh"])).stdout).toContain("compdef _banana_peel banana-peel");
  const mistyped = await cli(["completion", "bsh"]);
  expect([mistyped.status, mistyped.stderr]).toEqual([2, expect.stringContaining("Did you mean bash?")]);
});

it("registry start hosts one until it is stopped", async () => {
  await mkdir(join(root, "data"));
  let url = "";
  const stopped = await cli(["registry", "start", "--port", "0", "--storage", "data", "--json"], (child) => {
    child.stdout!.on("data", async (text: string) => {
      ({ url } = JSON.parse(text));
      const answer = await fetch(new URL("-/ping", url));
      if (answer.ok) child.kill("SIGINT");
    });
  });
  expect([stopped.status, stopped.stderr]).toEqual([0, ""]);
  await expect(fetch(new URL("-/ping", url))).rejects.toThrow();
  expect(await readdir(join(root, "data"))).toContain("packages");
  const wrong = await cli(["registry", "start", "--port", "70000"]);
  expect(wrong.status).toBe(2);
});

it("base inspect writes the card of a model and lists what it left out", async () => {
  const vector = new URL("../../conformance/vectors/inspect/dynamo-nbits4.onnx", import.meta.url);
  await mkdir(join(root, "new"));
  await copyFile(vector, join(root, "new/model.onnx"));
  const inspect = (...more: string[]) =>
    cli(["base", "inspect", "new/model.onnx", "--family", "tiny", "--license", "CC0-1.0", ...more]);
  const shown = await inspect("--dry-run");
  expect([shown.status, shown.stdout]).toEqual([0, expect.stringContaining("2 targets")]);
  expect(await readdir(join(root, "new"))).toEqual(["model.onnx"]);
  expect(shown.stdout).toMatch(/main +MatMulNBits +matmulnbits +4 bits +block 16 +2\n/);
  expect(shown.stdout).toMatch(/no-name +main +node_linear_2_Q4/);
  const mapped = await inspect("--json", "--map", "node_linear_2_Q4=blocks.0.attn.out");
  expect(JSON.parse(mapped.stdout).card.targets).toHaveLength(3);
  const again = await inspect();
  expect([again.status, again.stderr]).toEqual([
    expect.any(Number),
    expect.stringContaining("FOLDER_EXISTS"),
  ]);
  expect(again.status).not.toBe(0);
  expect((await inspect("--force", "--map", "gone=a.b")).stderr).toContain("INPUT_INVALID");
  expect((await cli(["base", "inspect", "new/model.onnx", "--license", "MIT"])).stderr).toContain("--family");
  expect((await cli(["base", "inspect", "no.onnx", "--family", "a", "--license", "MIT"])).stderr).toContain(
    "BASE_FILE_MISSING",
  );
});
