import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proxyFor } from "../http/proxy.js";
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

describe("an address that is none", () => {
  // Found by `npm run fuzz`: npm's own reader takes these, or throws, as the version of Node has it.
  it.each(["http://proxy.example:80[80", "http://[::1", "http://proxy.example:99999", "proxy.example"])(
    "is refused as a registry and as a proxy, and nothing warns of it: %j",
    async (text) => {
      const warned: unknown[] = [];
      const warn = (warning: Error) => warned.push(warning);
      process.on("warning", warn);
      try {
        await writeFile(join(cwd, ".npmrc"), `registry=${text}\n`);
        await expect(loadRegistryConfig({ cwd, env: {} })).rejects.toMatchObject({
          code: "USAGE",
          where: ".npmrc",
        });
        await writeFile(join(cwd, ".npmrc"), `proxy=${text}\n`);
        const config = await loadRegistryConfig({ cwd, env: {} });
        expect(() => proxyFor(new URL("http://registry.example/"), config.options)).toThrow(
          expect.objectContaining({ code: "PROJECT_INVALID" }),
        );
        await new Promise(setImmediate);
        expect(warned).toEqual([]);
      } finally {
        process.off("warning", warn);
      }
    },
  );

  it.each([
    ["proxy=false", false],
    ["proxy=null", null],
    ["proxy=", null],
    ["", null],
  ])("%j is none that is asked", async (line, proxy) => {
    await writeFile(join(cwd, ".npmrc"), `${line}\n`);
    const { options } = await loadRegistryConfig({ cwd, env: {} });
    expect(options.proxy || null).toBe(proxy || null);
    expect(proxyFor(new URL("http://registry.example/"), options)).toBeUndefined();
  });
});

it("a registry is the same however its address is written", async () => {
  await writeFile(join(cwd, ".npmrc"), "registry=HTTP://Registry.Example:80/npm\n");
  const config = await loadRegistryConfig({ cwd, env: {} });
  expect(config.registryFor("@peels/sample")).toBe("http://registry.example/npm/");
});
