import { basename, dirname } from "node:path";
import { isBananaError, LIMITS } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { parseProject } from "@banana-peel/validator";
import { type Registry, startRegistry } from "../start-registry.js";
import { HELP, readArguments } from "./arguments.js";

/** Where the command writes and what stops it. */
export interface Surroundings {
  readonly args: readonly string[];
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Resolves when the user asks to stop. */
  readonly stopped: Promise<void>;
}

/**
 * Runs `banana-peel-registry` until it is stopped.
 * @returns the exit status
 */
export async function main({ args, out, err, stopped }: Surroundings): Promise<number> {
  try {
    const command = readArguments(args);
    if (command.kind === "help") {
      out(HELP);
      return 0;
    }
    const { storage, port, host, bases, logLevel, trust } = command;
    const registry: Registry = await startRegistry({
      storage,
      port,
      host,
      bases,
      logLevel,
      signers: trust === undefined ? {} : await readTrust(trust),
      onError: (error) => err(`${describe(error)}\n`),
    });
    out(
      command.json
        ? `${JSON.stringify({ url: registry.url, storage, bases })}\n`
        : `Listening on ${registry.url}, storage in ${storage}. Ctrl-C stops.\nLog in with: banana-peel login NAME --registry ${registry.url}\n`,
    );
    await stopped;
    await registry.close();
    return 0;
  } catch (error) {
    err(`${describe(error)}\n`);
    return isBananaError(error) ? error.exitStatus : 1;
  }
}

async function readTrust(file: string): Promise<Record<string, string[]>> {
  const bytes = await folderSource(dirname(file)).read(basename(file), LIMITS.jsonBytes);
  return parseProject(bytes, file).trust ?? {};
}

/** As banana-peel prints an error, of which this is `registry start`. */
function describe(error: unknown): string {
  if (!isBananaError(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { code, message, where, hint } = error;
  const lines = [`error ${code}: ${message}`];
  if (where !== undefined) lines.push(`  at ${where}`);
  if (hint !== undefined) lines.push(`  mend: ${hint}`);
  return lines.join("\n");
}
