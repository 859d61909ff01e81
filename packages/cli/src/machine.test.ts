import { mkdir, readdir, writeFile } from "node:fs/promises";
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
