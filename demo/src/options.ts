import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** How the demo was called. Paths are absolute. */
export interface DemoOptions {
  /** Events as NDJSON in place of the list. */
  readonly json: boolean;
  /** Folder of the base. */
  readonly base: string;
  /** Folder of the peel to publish. */
  readonly peel: string;
  /** Folder of the contact sheet and the page. */
  readonly out: string;
}

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const HELP = `npm run demo -- [options]

Publishes a signed peel to a registry on this machine, adds it to a host app and draws with it.

  --json        events as JSON lines
  --base DIR    the base (bases/nano)
  --peel DIR    the peel to publish (bases/nano/peels/medical-imaging)
  --out DIR     where the contact sheet and the page go (demo/out)
`;

/**
 * Reads the command line.
 * @param cwd folder that relative paths start from
 * @returns undefined when help was asked for
 * @throws TypeError for an unknown option or one without its value
 */
export function readOptions(args: readonly string[], cwd: string): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean", default: false },
      base: { type: "string", default: resolve(ROOT, "bases/nano") },
      peel: { type: "string", default: resolve(ROOT, "bases/nano/peels/medical-imaging") },
      out: { type: "string", default: resolve(ROOT, "demo/out") },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    json: values.json,
    base: resolve(cwd, values.base),
    peel: resolve(cwd, values.peel),
    out: resolve(cwd, values.out),
  };
}
