import { spawn } from "node:child_process";
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { listPeels } from "./list.js";
import { sampleProject } from "./testing/project.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";

/** Kills at every step and at 40 random instants with `npm run test:kill`; otherwise at a few of each. */
const THOROUGH = process.env.BANANA_PEEL_KILL === "all";
const RANDOM = THOROUGH ? 40 : 3;
const STRIDE = THOROUGH ? 1 : 23;

vi.setConfig({ hookTimeout: 120_000 });

let registry: TestRegistry;
let app: Awaited<ReturnType<typeof sampleProject>>;
let saved: string;
let old: Record<string, string>;
let fresh: Record<string, string>;
let texts: { old: string[]; fresh: string[] };

const both = () =>
  Promise.all(["banana.json", "banana.lock"].map((file) => readFile(join(app.project, file), "utf8")));

beforeAll(async () => {
  registry = await startTestRegistry();
  const key = await newKey();
  registry.put(await samplePacked(key, { bytes: 300_000 }));
  registry.put(await samplePacked(key, { version: "1.1.0", bytes: 300_000 }));
  app = await sampleProject(registry.url);
  await addPeels({ ...app.options, requests: ["sample@1.0.0"] });
  old = await snapshot(app.project);
  saved = join(app.root, "saved");
  await cp(app.project, join(saved, "app"), { recursive: true });
  await cp(app.store, join(saved, "store"), { recursive: true });
  texts = { old: await both(), fresh: [] };
  await addPeels({ ...app.options, requests: ["sample@^1.0.0"] });
  fresh = await snapshot(app.project);
  texts.fresh = await both();
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

async function restore() {
  for (const [name, folder] of [
    ["app", app.project],
    ["store", app.store],
  ] as const) {
    await rm(folder, { recursive: true, force: true });
    await cp(join(saved, name), folder, { recursive: true });
  }
}

/** Runs `add` as a process of its own that dies as `how` says; true when it was killed. */
function addInChild(how: { step?: number; when?: string; after?: number }): Promise<boolean> {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    const { addPeels } = await import(${url("../dist/index.js")});
    const { deadlyDisk } = await import(${url("./testing/deadly-disk.mjs")});
    const { step, when, options } = JSON.parse(process.argv[1]);
    await addPeels({ ...options, env: process.env, requests: ["sample@^1.0.0"], ...(step ? { disk: deadlyDisk(step, when) } : {}) });
  `;
  const { env, ...options } = app.options;
  return new Promise((resolve, reject) => {
    const given = JSON.stringify({ ...how, options });
    const child = spawn(process.execPath, ["--input-type=module", "-e", code, given], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    if (how.after !== undefined) setTimeout(() => child.kill("SIGKILL"), how.after);
    child.on("close", (status, signal) => {
      if (status === 0 || signal === "SIGKILL") resolve(signal === "SIGKILL");
      else reject(new Error(stderr));
    });
  });
}

/** What must hold after a kill: each file is the old or the new one; the next command sees one whole state; the next add succeeds. */
async function expectOldOrNew(label: string) {
  const [json, lock] = await both();
  expect([texts.old[0], texts.fresh[0]], label).toContain(json);
  expect([texts.old[1], texts.fresh[1]], label).toContain(lock);
  const [peel] = await listPeels({ project: app.project });
  expect(peel?.state, label).toBe("ok");
  expect(await snapshot(app.project), label).toEqual(peel?.version === "1.0.0" ? old : fresh);
  await addPeels({ ...app.options, requests: ["sample@^1.0.0"] });
  expect(await snapshot(app.project), label).toEqual(fresh);
  expect(
    Object.keys(await snapshot(app.store)).filter((path) => /tmp./.test(path)),
    label,
  ).toEqual([]);
}

describe("an update that is killed", () => {
  it("before or after any operation on the file system leaves the old state or the new one", async () => {
    let steps = 0;
    for (let step = 1; ; step += STRIDE) {
      const when = step % 2 === 0 ? "before" : "after";
      await restore();
      if (!(await addInChild({ step, when }))) break;
      steps++;
      await expectOldOrNew(`${when} operation ${step}`);
    }
    expect(steps).toBeGreaterThan(THOROUGH ? 60 : 2);
  }, 3_600_000);

  it("at random instants leaves the old state or the new one", async () => {
    await restore();
    const began = performance.now();
    await addInChild({});
    const whole = performance.now() - began;
    for (let i = 0; i < RANDOM; i++) {
      const after = Math.random() * whole;
      await restore();
      await addInChild({ after });
      await expectOldOrNew(`after ${after} ms`);
    }
  }, 3_600_000);
});
