import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { homedir, constants as os } from "node:os";
import { isAbsolute, join } from "node:path";
import { BananaError } from "@banana-peel/format";

const PACKAGE = "@banana-peel/registry";

/** Where the registry keeps its things unless told otherwise: banana-peel/registry in the platform's data folder. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const home = env.HOME ?? homedir();
  const given = env.XDG_DATA_HOME;
  const data =
    given && isAbsolute(given)
      ? given
      : platform === "darwin"
        ? join(home, "Library", "Application Support")
        : platform === "win32"
          ? (env.LOCALAPPDATA ?? join(home, "AppData", "Local"))
          : join(home, ".local", "share");
  return join(data, "banana-peel", "registry");
}

/**
 * Runs banana-peel-registry, which is a package of its own because most machines never host one, until it ends;
 * a signal to this process is passed on to it.
 * @returns its exit status
 * @throws BananaError PACKAGE_MISSING
 */
export async function runRegistry(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [registryBin(), ...args], { stdio: "inherit" });
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  // On a terminal Ctrl-C reaches both; a second signal does no harm.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, passOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status, signal) => resolve(status ?? 128 + (signal ? os.signals[signal] : 0)));
    });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, passOn);
  }
}

/** The command's file: as the project in the current folder has it, else as this package has. */
function registryBin(): string {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      // The package exports its entry point alone; the command lies beside it.
      const entry = createRequire(from).resolve(PACKAGE);
      return join(entry, "..", "..", "bin", "banana-peel-registry.js");
    } catch {
      // Then the next place.
    }
  }
  throw new BananaError("PACKAGE_MISSING", `expected the package ${PACKAGE}, found none`, {
    where: process.cwd(),
    hint: `npm install --save-dev ${PACKAGE}`,
  });
}
