import { createRequire } from "node:module";

/** Version of this package. This file lies as deep in src/ as the bundle does in dist/: one folder below package.json. */
export function clientVersion(): string {
  return (createRequire(import.meta.url)("../package.json") as { version: string }).version;
}
