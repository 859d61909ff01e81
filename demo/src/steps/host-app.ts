import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { initProject, peelFolder } from "@banana-peel/client";
import { LOCKFILE, type Lockfile } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { checkTrust, type VerifiedPeel, verifyPeel } from "@banana-peel/signer/verify";
import { parseLockfile } from "@banana-peel/validator";
import { runCommand } from "../child.js";
import { ROOT } from "../options.js";

/** An app that asks for peels of one registry. */
export interface HostApp {
  readonly folder: string;
}

/**
 * Makes a host app: package.json, .npmrc with the registry, banana.json with the base.
 * @throws BananaError of initProject
 */
export async function makeHostApp(temp: string, registry: string, base: string): Promise<HostApp> {
  const folder = join(temp, "app");
  await mkdir(folder);
  await writeFile(
    join(folder, "package.json"),
    `${JSON.stringify({ name: "app", private: true }, null, 2)}\n`,
  );
  await writeFile(join(folder, ".npmrc"), `@peels:registry=${registry}\n`);
  await initProject({ project: folder, bases: [base] });
  return { folder };
}

/**
 * Runs `banana-peel add NAME` in the app, found as any command is: in the PATH, where node_modules/.bin comes first.
 * @returns what it printed
 * @throws Error with what it printed, when its status isn't 0
 */
export async function runAdd(
  app: HostApp,
  name: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  const path = [join(ROOT, "node_modules", ".bin"), env.PATH ?? ""].join(delimiter);
  const command = { name: "banana-peel", args: ["add", name], cwd: app.folder, signal };
  return runCommand({ ...command, env: { ...env, PATH: path, NO_COLOR: "1" } });
}

/** What an app has after `add`. */
export interface AddedPeel {
  readonly verified: VerifiedPeel;
  readonly locked: Lockfile["peels"][string];
}

/**
 * Reads an added peel as a host does: the lockfile says who signed, the files are verified against the signature.
 * @throws BananaError of the lockfile, SIGNER_CHANGED, and of verifyPeel
 */
export async function readAdded(app: HostApp, name: string): Promise<AddedPeel> {
  const lock = parseLockfile(await readFile(join(app.folder, LOCKFILE)));
  const locked = lock.peels[name];
  if (locked === undefined)
    throw new Error(`expected ${name} in ${LOCKFILE}, found ${Object.keys(lock.peels).join()}`);
  const verified = await verifyPeel(folderSource(peelFolder(app.folder, name)));
  checkTrust({ name, signer: verified.signer.fingerprint, pinned: locked.signer });
  return { verified, locked };
}
