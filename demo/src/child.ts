import { type ChildProcess, spawn } from "node:child_process";

/** A command to run to its end. */
export interface Command {
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * Runs a command and collects what it prints. When `signal` aborts, the command is ended, first by SIGTERM and then by
 * SIGKILL, and only then does this reject.
 * @returns standard output and standard error together, in order of arrival
 * @throws Error when it can't be started or ends with another status than 0; the message holds what it printed
 */
export async function runCommand({ name, args, cwd, env, signal }: Command): Promise<string> {
  signal.throwIfAborted();
  const windows = process.platform === "win32";
  const child = spawn(name, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], shell: windows });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      printed += chunk;
    });
  }
  const stop = () => endChild(child);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const status = await new Promise<number | string>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, by) => resolve(code ?? by ?? "unknown"));
    });
    signal.throwIfAborted();
    if (status !== 0)
      throw new Error(`${[name, ...args].join(" ")} ended with ${status}:\n${printed.trim()}`);
    return printed;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function endChild(child: ChildProcess): void {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 1500);
  child.on("close", () => clearTimeout(timer));
}
