import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadRegistryConfig } from "./npm-config.js";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "npmrc-"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe("a cafile that can't be read is said to be wrong in .npmrc", () => {
  // Found by `npm run fuzz -- --seed 7 --target npmrc`.
  it.each([
    ["a folder", "cafile=."],
    ["a null byte", "cafile=ca\0.pem"],
    ["a name that is too long", `cafile=${"a".repeat(5000)}`],
  ])("%s", async (_, line) => {
    await writeFile(join(cwd, ".npmrc"), `${line}\n`);
    await expect(loadRegistryConfig({ cwd, env: {} })).rejects.toMatchObject({ code: "PROJECT_INVALID" });
  });

  it("while one that isn't there is npm's to ignore", async () => {
    await writeFile(join(cwd, ".npmrc"), "cafile=missing.pem\nregistry=http://127.0.0.1:9/\n");
    const config = await loadRegistryConfig({ cwd, env: {} });
    expect(config.registryFor("@peels/sample")).toBe("http://127.0.0.1:9/");
  });
});
