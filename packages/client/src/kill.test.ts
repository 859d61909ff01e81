import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { installPeels } from "./install.js";
import { openSource } from "./open-source.js";
import { publishPeel } from "./publish.js";
import { removePeels } from "./remove.js";
import { expectOldOrNew, restore, runVictim, type States, statesOf, type Victim } from "./testing/kill.js";
import { sampleProject } from "./testing/project.js";
import { newKey, sampleFiles, samplePacked, signFiles, writeFiles } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";
import { updatePeels } from "./update.js";

/** Kills at every step and at 60 random instants of each command with `npm run test:kill`; otherwise at a few. */
const THOROUGH = process.env.BANANA_PEEL_KILL === "all";
const RANDOM = THOROUGH ? 60 : 1;
const STRIDE = THOROUGH ? 1 : 37;
/** Says how far the thorough form is: it takes minutes. */
const progress = (text: string) => THOROUGH && console.log(text);

vi.setConfig({ hookTimeout: 120_000, testTimeout: 3_600_000 });

const RANGE = "sample@^1.0.0";
const VICTIMS = {
  add: { run: "addPeels", options: { requests: [RANGE] } },
  update: { run: "updatePeels", options: {} },
  install: { run: "installPeels", options: {} },
  remove: { run: "removePeels", options: { names: ["sample"] } },
} as const satisfies Record<string, Victim>;
type Name = keyof typeof VICTIMS;

let registry: TestRegistry;
const states = new Map<Name, States>();

const RUNS: Record<Name, (options: States["app"]["options"]) => Promise<unknown>> = {
  add: (options) => addPeels({ ...options, requests: [RANGE] }),
  update: (options) => updatePeels(options),
  install: (options) => installPeels(options),
  // Once it is removed, it can't be removed again: any other command must then have tidied up.
  remove: (options) => removePeels({ ...options, names: ["sample"] }).catch(() => installPeels(options)),
};

beforeAll(async () => {
  registry = await startTestRegistry();
  const key = await newKey();
  registry.put(await samplePacked(key, { bytes: 300_000 }));
  const newer = await samplePacked(key, { version: "1.1.0", bytes: 300_000 });
  const updated = await sampleProject(registry.url);
  await addPeels({ ...updated.options, requests: [RANGE] });
  registry.put(newer);
  for (const name of Object.keys(VICTIMS) as Name[]) {
    const app = name === "update" ? updated : await sampleProject(registry.url);
    if (name === "install" || name === "remove") await addPeels({ ...app.options, requests: [RANGE] });
    if (name === "install") {
      await rm(join(app.project, "peels"), { recursive: true });
      await rm(app.store, { recursive: true });
    }
    states.set(name, await statesOf(app, name, () => RUNS[name](app.options)));
  }
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

describe.each(Object.keys(VICTIMS) as Name[])("%s that is killed", (name) => {
  const victim = (death: Parameters<typeof runVictim>[3]) => {
    const { env, ...options } = states.get(name)!.app.options;
    return runVictim(VICTIMS[name], options, env, death);
  };
  const check = (label: string) =>
    expectOldOrNew(states.get(name)!, () => RUNS[name](states.get(name)!.app.options), label);

  it("before or after any operation on the file system leaves the old state or the new one", async () => {
    let deaths = 0;
    for (let step = THOROUGH ? 1 : 7; ; step += STRIDE) {
      // After one operation is before the next, but where several run at once: by turns is enough.
      const when = step % 2 === 0 ? "after" : "before";
      await restore(states.get(name)!);
      const { killed } = await victim({ step, when });
      if (!killed) break;
      deaths++;
      await check(`${when} operation ${step}`);
    }
    progress(`${name}: killed at ${deaths} operations`);
    expect(deaths).toBeGreaterThan(THOROUGH ? 20 : 0);
  });

  it("at random instants leaves the old state or the new one", async () => {
    await restore(states.get(name)!);
    const { milliseconds } = await victim(undefined);
    for (let i = 0; i < RANDOM; i++) {
      const after = Math.random() * milliseconds;
      await restore(states.get(name)!);
      await victim({ after });
      await check(`after ${after} ms`);
    }
    progress(`${name}: killed at ${RANDOM} instants`);
  });
});

describe("publish that is killed", () => {
  it("at random instants has sent nothing or the whole, leaves nothing behind, and can be done again", async () => {
    const app = await sampleProject(registry.url);
    const folder = join(app.root, "peel");
    await writeFiles(folder, await signFiles(sampleFiles({ bytes: 300_000 }), await newKey()));
    const before = await snapshot(app.root);
    const { env, store: _store, ...options } = app.options;
    const victim: Victim = { run: "publishPeel", options: { folder } };
    const { milliseconds } = await runVictim(victim, options, env, undefined);
    const whole = registry.published.splice(0);
    expect(whole.length).toBe(1);
    for (let i = 0; i < RANDOM; i++) {
      await runVictim(victim, options, env, { after: Math.random() * milliseconds });
      for (const body of registry.published.splice(0)) expect(body.equals(whole[0]!)).toBe(true);
      expect(await snapshot(app.root)).toEqual(before);
    }
    progress(`publish: killed at ${RANDOM} instants`);
    await publishPeel({ ...options, env, source: await openSource(folder) });
    expect(registry.published.splice(0).length).toBe(1);
  });
});
