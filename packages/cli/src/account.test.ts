import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Registry, startRegistry } from "@banana-peel/registry";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { login, logout, whoami } from "../../client/src/login.js";
import { expectCode } from "../../client/src/testing/expect-code.js";
import { cleanEnv } from "../../client/src/testing/project.js";
import { sampleCard, sampleFiles, writeFiles } from "../../client/src/testing/sample-peel.js";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { BIN, run } from "./testing/run.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: Registry;
let root: string;
let peel: string;
beforeAll(async () => {
  root = await scratch();
  peel = await writeFiles(join(root, "peel"), sampleFiles());
  expect((await run(["keygen"], { cwd: root, env: cleanEnv(root) })).status).toBe(0);
  registry = await startRegistry({ storage: join(root, "registry"), bases: [sampleCard()] });
});
afterAll(async () => {
  await registry?.close();
  await removeScratch();
});

it("logs in, is known, and logs out; the .npmrc keeps its other lines and is the owner's alone", async () => {
  const npmrc = join(root, ".npmrc");
  await writeFile(npmrc, "; mine\nfund=false\n");
  const options = { project: root, registry: registry.url, env: cleanEnv(root) };
  const ada = { ...options, username: "ada", password: "correct horse" };
  await expectCode(whoami(options), "REGISTRY_REFUSED");
  expect(await login(ada)).toEqual({ registry: registry.url, username: "ada", file: npmrc });
  expect((await stat(npmrc)).mode & 0o777).toBe(0o600);
  const host = new URL(registry.url).host.replaceAll(".", "\\.");
  expect(await readFile(npmrc, "utf8")).toMatch(
    new RegExp(`^; mine\\nfund=false\\n//${host}/:_authToken=\\S+\\n$`),
  );
  expect((await whoami(options)).username).toBe("ada");
  const kept = await readFile(npmrc, "utf8");
  const wrong = await expectCode(login({ ...ada, password: "wrong" }), "REGISTRY_REFUSED");
  expect([wrong.message, wrong.hint]).toEqual([
    expect.stringContaining("ada has another password"),
    expect.stringContaining("Type it again"),
  ]);
  await expectCode(login({ ...ada, username: "a b" }), "USAGE");
  expect(await readFile(npmrc, "utf8")).toBe(kept);
  await login(ada);
  expect((await readFile(npmrc, "utf8")).match(/_authToken/g)).toHaveLength(1);

  const cli = (...args: string[]) =>
    run([...args, "--registry", registry.url], { cwd: root, env: cleanEnv(root) });
  expect(await cli("whoami")).toMatchObject({ status: 0, stdout: "ada\n" });
  const piped = spawn(
    process.execPath,
    [BIN, "login", "eve", "--password-stdin", "--registry", registry.url],
    { cwd: root, env: { ...cleanEnv(root), npm_config_userconfig: join(root, "eve") } },
  );
  piped.stdin.end("s3cret\nrest");
  expect(await once(piped, "close")).toEqual([0, null]);
  expect(await readFile(join(root, "eve"), "utf8")).toContain("_authToken=");
  const blind = await cli("login", "ada");
  expect([blind.status, blind.stderr]).toEqual([2, expect.stringContaining("--password-stdin")]);
  expect((await cli("logout")).stdout).toContain(`logged out of ${registry.url}`);
  expect(await readFile(npmrc, "utf8")).toBe("; mine\nfund=false\n");
  expect((await cli("whoami")).status).toBe(6);
  // A token that has expired, by whichever clock, isn't the same as none.
  await writeFile(npmrc, `//${new URL(registry.url).host}/:_authToken=expired\n`);
  for (const words of [["whoami"], ["publish", peel]]) {
    const { status, stderr } = await cli(...words);
    expect([status, stderr], words[0]).toEqual([
      6,
      expect.stringMatching(/has expired.+a clock is wrong.+login/),
    ]);
  }
  await writeFile(npmrc, "");
  await expectCode(logout(options), "USAGE");
});
