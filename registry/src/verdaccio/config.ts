import { join } from "node:path";

/** How much Verdaccio writes to standard output. */
export type LogLevel = "fatal" | "error" | "warn" | "http" | "info" | "debug" | "trace";

/** What Verdaccio's configuration depends on. */
export interface ConfigOptions {
  /** Folder of everything that the registry keeps. */
  storage: string;
  /** Users that may register; -1 closes registration. */
  maxUsers: number;
  logLevel: LogLevel;
}

/** Bytes of a document that the gate hands on: tarballs never are. */
const DOCUMENT_BYTES = 64 * 1024 * 1024;

/**
 * Verdaccio's configuration: scoped packages only, no uplinks, so that nothing goes out to the network; users in
 * htpasswd; no web pages; everything in `storage`.
 */
export function verdaccioConfig({ storage, maxUsers, logLevel }: ConfigOptions): Record<string, unknown> {
  return {
    // No such file: Verdaccio wants a place that relative paths of its configuration start from.
    configPath: join(storage, "config.yaml"),
    storage: join(storage, "packages"),
    auth: { htpasswd: { file: join(storage, "htpasswd"), max_users: maxUsers } },
    uplinks: {},
    packages: {
      "@*/*": { access: "$all", publish: "$authenticated", unpublish: "$authenticated" },
      "**": { access: "$all" },
    },
    security: { api: { legacy: false, jwt: { sign: { expiresIn: "90d" } } } },
    max_body_size: DOCUMENT_BYTES,
    web: { enable: false },
    log: { type: "stdout", format: "json", level: logLevel },
  };
}
