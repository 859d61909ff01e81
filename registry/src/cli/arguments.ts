import { parseArgs } from "node:util";
import { BananaError } from "@banana-peel/format";
import type { LogLevel } from "../verdaccio/config.js";

/** What the command line asks for. */
export type Command =
  | { kind: "help" }
  | {
      kind: "start";
      storage: string;
      port: number;
      host: string;
      bases: string[];
      /** A banana.json whose `trust` names the accepted signers. */
      trust: string | undefined;
      logLevel: LogLevel;
      json: boolean;
    };

export const HELP = `banana-peel-registry: hosts a registry for peels. Only valid, signed peels get in.

  banana-peel-registry --storage FOLDER [options]

  --storage FOLDER  where packages, users and owners of names are kept
  --port PORT       default 4873; 0 takes a free one
  --host ADDRESS    default 127.0.0.1: this machine only; 0.0.0.0 for all networks
  --bases FOLDER    a base whose card peels are checked against; may be given more than once
  --trust FILE      a banana.json whose "trust" names the signers accepted for names and scopes
  --log LEVEL       Verdaccio's log on standard output: fatal (default), error, warn, http, info, debug, trace
  --json            prints one line of JSON once it listens
  --help

Ctrl-C stops it.
`;

const LEVELS: readonly string[] = ["fatal", "error", "warn", "http", "info", "debug", "trace"];

/**
 * Reads the command line.
 * @throws BananaError USAGE
 */
export function readArguments(args: readonly string[]): Command {
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        storage: { type: "string" },
        port: { type: "string", default: "4873" },
        host: { type: "string", default: "127.0.0.1" },
        bases: { type: "string", multiple: true, default: [] },
        trust: { type: "string" },
        log: { type: "string", default: "fatal" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }));
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
  if (values.help === true) return { kind: "help" };
  const { storage, port, host, bases, trust, log, json } = values as Record<string, string>;
  if (!storage) throw usage("expected --storage FOLDER, found none");
  if (!/^\d{1,5}$/.test(port!) || Number(port) > 65535)
    throw usage(`expected --port to be 0 to 65535, found ${port}`);
  if (!LEVELS.includes(log!)) throw usage(`expected --log to be one of ${LEVELS.join(", ")}, found ${log}`);
  return {
    kind: "start",
    storage,
    port: Number(port),
    host: host!,
    bases: bases as unknown as string[],
    trust,
    logLevel: log as LogLevel,
    json: json as unknown as boolean,
  };
}

function usage(message: string): BananaError {
  return new BananaError("USAGE", message, {
    hint: "See banana-peel registry start --help, or banana-peel-registry --help.",
  });
}
