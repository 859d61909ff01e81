import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createKeyFile, defaultKeyPath } from "@banana-peel/signer/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleProject } from "../testing/project.js";
import { removeScratch, scratch } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";
import { runDoctor } from "./doctor.js";
import type { DoctorOptions, Finding } from "./finding.js";

let registry: TestRegistry;
let options: DoctorOptions;
beforeAll(async () => {
  registry = await startTestRegistry();
  const app = await sampleProject(registry.url);
  options = { ...app.options, env: { ...app.options.env, BANANA_PEEL_STORE: app.store } };
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

/** Answers as a registry that is well. */
const answer = (name: string, date = new Date().toUTCString()) => {
  registry.intercept = (request, response) => {
    response.setHeader("date", date);
    response.setHeader("content-type", "application/json");
    if (request.url === "/-/whoami" && name === "") response.writeHead(401);
    response.end(request.url === "/-/whoami" ? JSON.stringify({ username: name }) : "{}");
    return true;
  };
};
const find = (findings: readonly Finding[], check: string) =>
  findings.find((finding) => finding.check === check);
const look = async (check: string, changes: Partial<DoctorOptions> = {}) =>
  find(await runDoctor({ ...options, ...changes }), check);

describe("doctor", () => {
  it("finds a machine well", async () => {
    answer("ada");
    await createKeyFile(defaultKeyPath(options.env));
    await mkdir(join(options.project, "node_modules/onnxruntime-node"), { recursive: true });
    await writeFile(
      join(options.project, "node_modules/onnxruntime-node/package.json"),
      '{"version":"1.30.0"}',
    );
    const findings = await runDoctor(options);
    expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      "Node ok",
      "registry ok",
      "login ok",
      "clock ok",
      "store ok",
      "disk ok",
      "key ok",
      "onnxruntime ok",
      "project ok",
    ]);
    expect(findings.every(({ hint }) => hint === undefined)).toBe(true);
  });

  it.each<[string, Partial<DoctorOptions>, Finding["status"], RegExp]>([
    ["Node", { nodeVersion: "v18.19.0" }, "error", /LTS/],
    ["registry", { registry: "http://127.0.0.1:9/" }, "error", /registry start/],
    ["clock", { registry: "http://127.0.0.1:9/" }, "skipped", /^$/],
    ["clock", { now: () => Date.now() - 3_600_000 }, "error", /Set the clock/],
    ["disk", { freeBytes: async () => 1000 }, "warning", /cache clean/],
    ["onnxruntime", { project: "/" }, "warning", /npm install onnxruntime-node/],
    ["project", { project: "/" }, "skipped", /^$/],
  ])("%s with %j is %s", async (check, changes, status, hint) => {
    answer("ada");
    const finding = await look(check, changes);
    expect(finding?.status).toBe(status);
    expect(finding?.hint ?? "").toMatch(hint);
  });

  it.each([
    [-30 * 365.25 * 24, "30 years behind the registry's"],
    [9 * 24, "9 days ahead of the registry's"],
    [3, "3 hours ahead of the registry's"],
    [-0.2, "12 min behind the registry's"],
  ])("says by how much a clock is off (%d hours) in words", async (hours, words) => {
    answer("ada");
    const now = () => Date.now() + hours * 3_600_000;
    expect((await look("clock", { now }))?.message).toBe(words);
  });

  it("sees who isn't logged in, and pages that are no registry's", async () => {
    answer("");
    expect(await look("login")).toMatchObject({
      status: "warning",
      hint: expect.stringContaining("login NAME"),
    });
    registry.intercept = (_request, response) => {
      response.end("<html>Welcome to the hotel</html>");
      return true;
    };
    expect((await look("registry"))?.message).toContain("not as an npm registry does");
  });

  it("sees a key that others may read, a broken one, and none", async () => {
    answer("ada");
    const home = await scratch();
    const env = { ...options.env, HOME: home, XDG_CONFIG_HOME: home };
    expect(await look("key", { env })).toMatchObject({
      status: "warning",
      hint: expect.stringContaining("keygen"),
    });
    await createKeyFile(defaultKeyPath(env));
    await chmod(defaultKeyPath(env), 0o644);
    expect(await look("key", { env })).toMatchObject({ status: "error", hint: expect.stringMatching(/./) });
    await writeFile(defaultKeyPath(env), "no key", { mode: 0o600 });
    await chmod(defaultKeyPath(env), 0o600);
    expect((await look("key", { env }))?.status).toBe("error");
  });

  it("sees a project that is broken, and a store that can't be written", async () => {
    answer("ada");
    const project = await scratch();
    await writeFile(join(project, "banana.json"), '{"formatVersion":1,"bases":["./gone"]}');
    expect(await look("project", { project })).toMatchObject({
      status: "error",
      hint: expect.stringMatching(/base/),
    });
    await writeFile(join(project, "banana.json"), '{"formatVersion":1}');
    expect(await look("project", { project })).toMatchObject({ status: "warning" });
    const file = join(project, "file");
    await writeFile(file, "");
    const env = { ...options.env, BANANA_PEEL_STORE: join(file, "store") };
    expect(await look("store", { env })).toMatchObject({
      status: "error",
      hint: expect.stringContaining("BANANA_PEEL_STORE"),
    });
  });

  it("stops when told to", async () => {
    await expect(runDoctor({ ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "CANCELLED",
    });
  });
});
