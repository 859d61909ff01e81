import { BananaError } from "@banana-peel/format";
import { diskError } from "@banana-peel/format/node";
import { type Disk, nodeDisk } from "./disk/disk.js";
import type { FetchContext } from "./fetch-peel.js";
import type { OnProgress } from "./progress.js";
import { loadRegistryConfig } from "./registry/npm-config.js";
import type { Requester } from "./registry/request.js";
import { type Documents, openDocuments } from "./store/documents.js";
import { storeFolder } from "./store/location.js";
import { openStore } from "./store/store.js";

/** What commands that work in a project take. */
export interface ProjectOptions {
  /** Folder of the project. */
  project: string;
  /** Address of a registry for every name, whatever .npmrc says. */
  registry?: string | undefined;
  /** Folder of the store; the default is the user's cache folder, or BANANA_PEEL_STORE. */
  store?: string | undefined;
  /** True: never ask a registry. */
  offline?: boolean | undefined;
  /** True: ask a registry only for what the store doesn't know. */
  preferOffline?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  /** Replaces the file system, for tests. */
  disk?: Disk | undefined;
  /** Replaces HTTP, for tests and other transports. */
  request?: Requester | undefined;
}

/** The store, the registry's configuration and the rest, as the options say. */
export async function contextOf(
  options: ProjectOptions,
): Promise<FetchContext & { disk: Disk; documents: Documents }> {
  const env = options.env ?? process.env;
  const disk = options.disk ?? nodeDisk;
  const folder = options.store ?? storeFolder(env);
  const store = openStore(folder, disk);
  await store.sweep().catch((error: unknown) => {
    throw diskError(error, folder);
  });
  const config = await loadRegistryConfig({ cwd: options.project, registry: options.registry, env });
  return {
    disk,
    store,
    documents: openDocuments(folder, disk),
    config,
    request: options.request,
    signal: options.signal,
    onProgress: options.onProgress,
    // npm's own settings of these names, in .npmrc, count too.
    offline: options.offline ?? config.options.offline === true,
    preferOffline: options.preferOffline ?? config.options.preferOffline === true,
  };
}

/**
 * A fingerprint as a person may write it: with or without `sha256:`, in either case.
 * @param where what the person wrote it after
 * @throws BananaError USAGE
 */
export function readFingerprint(text: string, where = "--accept-signer"): string {
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text.trim())?.[1];
  if (hex !== undefined) return `sha256:${hex.toLowerCase()}`;
  throw new BananaError(
    "USAGE",
    `expected a signer's fingerprint, sha256: and 64 hexadecimal digits, found ${JSON.stringify(text)}`,
    {
      where,
      hint: "banana-peel verify prints it.",
    },
  );
}
