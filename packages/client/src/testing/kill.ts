import { spawn } from "node:child_process";
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { listPeels } from "../list.js";
import type { sampleProject } from "./project.js";
import { snapshot } from "./scratch.js";

/** When a command dies. */
export type Death = { step: number; when: "before" | "after" } | { after: number } | undefined;

/** A command under test: run in a process of its own, and again in this one. */
export interface Victim {
  /** Name of the client's function. */
  readonly run: "addPeels" | "updatePeels" | "removePeels" | "installPeels" | "publishPeel";
  /** Its options beside those of the project. */
  readonly options: Record<string, unknown>;
}

/**
 * Runs a command as a process of its own that dies as `death` says; the time counts from the command's begin, not
 * from the process's.
 * @returns whether it was killed, and the command's milliseconds when it wasn't
 */
export function runVictim(
  victim: Victim,
  given: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
  death: Death,
): Promise<{ killed: boolean; milliseconds: number }> {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    const client = await import(${url("../../dist/index.js")});
    const { deadlyDisk } = await import(${url("./deadly-disk.mjs")});
    const { run, death, options, folder } = JSON.parse(process.argv[1]);
    if (folder) options.source = await client.openSource(folder);
    process.stdout.write("begin");
    await client[run]({ ...options, env: process.env, ...(death?.step ? { disk: deadlyDisk(death.step, death.when) } : {}) });
  `;
  const argument = JSON.stringify({
    run: victim.run,
    death,
    options: { ...given, ...victim.options },
    folder: victim.options.folder,
  });
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", code, argument], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      cwd: new URL(".", import.meta.url).pathname,
    });
    let stderr = "";
    let began = 0;
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.stdout.once("data", () => {
      began = performance.now();
      if (death !== undefined && "after" in death) setTimeout(() => child.kill("SIGKILL"), death.after);
    });
    child.on("close", (status, signal) => {
      const milliseconds = performance.now() - began;
      if (status === 0 || signal === "SIGKILL") resolve({ killed: signal === "SIGKILL", milliseconds });
      else reject(new Error(stderr));
    });
  });
}

/** A project and its store, and the states that a kill may leave. */
export interface States {
  readonly app: Awaited<ReturnType<typeof sampleProject>>;
  readonly old: Record<string, string>;
  readonly fresh: Record<string, string>;
  /** Folder with a copy of project and store as they were. */
  readonly saved: string;
}

/** Remembers the state before a command, runs the command, and remembers the state after it. */
export async function statesOf(
  app: States["app"],
  name: string,
  command: () => Promise<unknown>,
): Promise<States> {
  const saved = join(app.root, `saved-${name}`);
  await cp(app.project, join(saved, "app"), { recursive: true });
  await cp(app.store, join(saved, "store"), { recursive: true }).catch(() => undefined);
  const old = await snapshot(app.project);
  await command();
  return { app, old, fresh: await snapshot(app.project), saved };
}

/** Puts project and store back to how they were before the command. */
export async function restore({ app, saved }: States): Promise<void> {
  for (const [name, folder] of [
    ["app", app.project],
    ["store", app.store],
  ] as const) {
    await rm(folder, { recursive: true, force: true });
    await cp(join(saved, name), folder, { recursive: true }).catch(() => undefined);
  }
}

/**
 * What must hold after a kill: each file is the old or the new one; the next command sees one whole state; the same
 * command again succeeds; and nothing is left of the killed one.
 */
export async function expectOldOrNew(
  states: States,
  again: () => Promise<unknown>,
  label: string,
): Promise<void> {
  const { app, old, fresh } = states;
  for (const file of ["banana.json", "banana.lock"]) {
    const found = await readFile(join(app.project, file)).catch(() => undefined);
    const { createHash } = await import("node:crypto");
    const digest = found && createHash("sha256").update(found).digest("hex");
    expect([old[file], fresh[file]], `${label}: ${file}`).toContain(digest);
  }
  for (const { state } of await listPeels({ project: app.project }))
    expect(["ok", "missing"], label).toContain(state);
  const seen = { ...(await snapshot(app.project)) };
  // The last thing that a command does is to remove peels/ where it is empty; the next one does it if that was killed.
  if (!Object.keys(seen).some((path) => path.startsWith("peels/"))) delete seen.peels;
  expect([JSON.stringify(old), JSON.stringify(fresh)], label).toContain(JSON.stringify(seen));
  await again();
  expect(await snapshot(app.project), label).toEqual(fresh);
  const litter = Object.keys(await snapshot(app.store)).filter(
    (path) =>
      !/^v1(?:\/documents(?:\/[0-9a-f]{64}\.json)?|\/[0-9a-f]{2}(?:\/[0-9a-f]{64}(?:\/.*)?)?)?$/.test(path),
  );
  expect(litter, label).toEqual([]);
}
