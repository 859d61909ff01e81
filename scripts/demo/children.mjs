import { spawn } from "node:child_process";

const EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
/** Milliseconds that a child has to end by itself before it is killed. */
const PATIENCE = 5000;
const windows = process.platform === "win32";

let running;
let stopped;

/**
 * Runs a command in a process group of its own, so that it can be ended with all that it started.
 * @param options.quiet true: what it prints is kept and shown on standard error only when it fails
 * @returns its exit status
 */
export async function runChild(command, args, { cwd, env, quiet }) {
  if (stopped !== undefined) return stopped;
  const child = spawn(command, args, {
    cwd,
    env,
    detached: !windows,
    shell: windows && command === "npm",
    // The channel tells a child that this process is gone, however it ended.
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit", "ipc"],
  });
  running = child;
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => printed.push(chunk));
  const status = await new Promise((resolve) => {
    child.on("error", (error) => {
      printed.push(Buffer.from(`${command}: ${error.message}\n`));
      resolve(1);
    });
    child.on("close", (code, signal) => resolve(code ?? EXIT[signal] ?? 1));
  });
  running = undefined;
  if (stopped !== undefined) {
    // Its own children may outlive it by a moment.
    end(child, "SIGKILL");
    // One that had finished before it heard of the signal has done its work: nothing else is begun.
    return status === 0 ? 0 : stopped;
  }
  if (quiet && status !== 0) process.stderr.write(Buffer.concat(printed));
  return status;
}

/**
 * Passes Ctrl-C, SIGTERM and SIGHUP on to the running child and everything that it started, and kills them when they
 * haven't ended in time. A second Ctrl-C changes nothing: they are tidying up.
 */
export function endChildren() {
  for (const signal of Object.keys(EXIT)) {
    process.on(signal, () => {
      if (stopped !== undefined) return;
      stopped = EXIT[signal];
      if (running === undefined) process.exit(stopped);
      const child = running;
      end(child, signal);
      setTimeout(() => end(child, "SIGKILL"), PATIENCE).unref();
    });
  }
}

function end(child, signal) {
  if (child.pid === undefined) return;
  if (windows) {
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
