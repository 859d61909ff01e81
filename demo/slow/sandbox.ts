import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCRIPT = join(ROOT, "scripts/demo.mjs");
/** Marks the processes of one run in their environment. */
const MARK = "BANANA_DEMO_TEST";

/** Folders of one run of the demo, empty at its start. */
export interface Sandbox {
  readonly id: string;
  /** What the demo takes for the system's folder for temporary files. */
  readonly temp: string;
  readonly home: string;
  readonly out: string;
  remove(): void;
}

export function makeSandbox(): Sandbox {
  const root = mkdtempSync(join(tmpdir(), "demo-test-"));
  const [temp, home, out] = ["temp", "home", "out"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [temp, home, out]) mkdirSync(folder);
  return { id: root, temp, home, out, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Starts the demo. DEMO_BASE and DEMO_PEEL name others than the repository's base and peel. */
export function startDemo(sandbox: Sandbox, args: readonly string[] = []): ChildProcess {
  const { DEMO_BASE: base, DEMO_PEEL: peel } = process.env;
  const all = [
    ...["--json", "--out", sandbox.out],
    ...(base ? ["--base", base] : []),
    ...(peel ? ["--peel", peel] : []),
    ...args,
  ];
  return spawn(process.execPath, [SCRIPT, ...all], {
    cwd: ROOT,
    env: { ...process.env, HOME: sandbox.home, TMPDIR: sandbox.temp, [MARK]: sandbox.id },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

/** What a run of the demo ended with. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly Record<string, unknown>[];
  readonly errors: string;
}

/** Waits for the end; `onEvent` hears each event as it comes. */
export function waitFor(
  child: ChildProcess,
  onEvent: (event: Record<string, unknown>) => void = () => {},
): Promise<Ended> {
  const events: Record<string, unknown>[] = [];
  let errors = "";
  let rest = "";
  child.stderr!.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  child.stdout!.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const event = JSON.parse(line) as Record<string, unknown>;
      events.push(event);
      onEvent(event);
    }
  });
  return new Promise((resolve) => {
    child.on("close", (status, signal) => resolve({ status, signal, events, errors }));
  });
}

/** Ids of the processes of a run that are alive now. Linux only. */
export function survivors({ id }: Sandbox): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`${MARK}=${id}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}
