import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** When a registry dies: at an operation on the file system, or some milliseconds after the request; `full`: a full disk. */
export type Death =
  | { readonly step: number; readonly how: "before" | "middle" | "full" }
  | { readonly after: number }
  | undefined;

/** A request to a registry; what it answers, undefined when it dies before. */
export type Act = (url: string) => Promise<{ status: number; body: unknown }>;

/** How a registry in a process of its own went through a request. */
export interface Outcome {
  /** The answer; undefined when the process died before it was whole. */
  readonly answer: { status: number; body: unknown } | undefined;
  readonly killed: boolean;
  readonly milliseconds: number;
  /** Operations on the file system, where it lived. */
  readonly operations: readonly string[];
}

const PROGRAM = fileURLToPath(new URL("../../bin/banana-peel-registry.js", import.meta.url));
const DEADLY = fileURLToPath(new URL("./deadly-fs.cjs", import.meta.url));

/** Runs a registry on a storage, sends it a request, lets it die, and waits for its end. */
export async function runVictim(storage: string, act: Act, death: Death): Promise<Outcome> {
  const child = spawn(
    process.execPath,
    ["--require", DEADLY, PROGRAM, "--storage", storage, "--port", "0", "--json"],
    { stdio: ["ignore", "pipe", "ignore", "ipc"] },
  );
  const ended = once(child, "exit");
  try {
    const url = await Promise.race([
      once(child.stdout!, "data").then(([text]) => (JSON.parse(String(text)) as { url: string }).url),
      ended.then(() => {
        throw new Error("the registry ended before it listened");
      }),
    ]);
    child.stdout!.resume();
    await ask(child, { arm: true, death: death !== undefined && "step" in death ? death : undefined });
    const began = performance.now();
    if (death !== undefined && "after" in death) setTimeout(() => child.kill("SIGKILL"), death.after);
    const answer = await act(url).catch(() => undefined);
    const milliseconds = performance.now() - began;
    // Of a random instant: the answer may come first, and what comes after it is part of the test.
    if (death !== undefined && "after" in death) await ended;
    // Once it is dead, or dies while it is asked: what follows an answer may still be on its way.
    const gone = ended.then(() => undefined);
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 30))]);
    const said = await Promise.race([gone, ask(child, {}).catch(() => gone)]);
    return { answer, killed: said === undefined, milliseconds, operations: said?.names ?? [] };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

async function ask(child: ChildProcess, message: object): Promise<{ names?: string[] }> {
  // With a callback, a dead child is this promise's failure and no "error" of the child, which would fail `ended` too.
  await new Promise<void>((resolve, reject) => {
    child.send(message, (error) => (error ? reject(error) : resolve()));
  });
  return (await once(child, "message"))[0] as { names?: string[] };
}
