import {
  BananaError,
  type ErrorCode,
  FILES,
  isBananaError,
  LIMITS,
  packageJsonBytes,
} from "@banana-peel/format";
import { parseManifest } from "@banana-peel/validator";
import type { OnProgress } from "./progress.js";
import { downloadTarball } from "./registry/download.js";
import type { RegistryConfig } from "./registry/npm-config.js";
import type { Requester } from "./registry/request.js";
import type { Documents } from "./store/documents.js";
import type { StagedPeel, Store, StoredPeel } from "./store/store.js";

/** A peel as a resolution or a lockfile names it. */
export interface WantedPeel {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** Address of the registry that names the tarball's. */
  readonly registry?: string | undefined;
  /** Address that its tarball probably has: tried before the registry is asked for the true one. */
  readonly usual?: string | undefined;
  /** Address of its tarball, asked for when the store lacks it. */
  tarball(): Promise<string>;
}

/** What fetching needs. */
export interface FetchContext {
  readonly store: Store;
  readonly config: RegistryConfig;
  readonly request?: Requester | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** What registries said before. */
  readonly documents?: Documents | undefined;
  /** True: never ask a registry. */
  readonly offline?: boolean | undefined;
  /** True: ask a registry only for what isn't kept. */
  readonly preferOffline?: boolean | undefined;
}

/** A verified peel at hand, until it is kept or discarded. */
export interface FetchedPeel extends StoredPeel {
  readonly from: "store" | "registry";
  /** Keeps it in the store for the next time. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Brings a peel: from the store, or from its registry, then verified beside the store. It is the one that was asked
 * for: integrity, signature, name and version, and package.json saying what peel.json says.
 * @throws BananaError of `downloadTarball` and `Store.stage`; PEEL_INVALID; REGISTRY_UNREACHABLE when offline
 */
export async function fetchPeel(wanted: WantedPeel, context: FetchContext): Promise<FetchedPeel> {
  const { name, version, integrity } = wanted;
  const label = `${name}@${version}`;
  const stored = await context.store.find(integrity);
  if (stored !== undefined) {
    const { release } = stored;
    await checked(stored, wanted);
    return { ...stored, from: "store", keep: release, discard: release };
  }
  if (context.offline)
    throw new BananaError(
      "REGISTRY_UNREACHABLE",
      `expected ${label} in the store, found none, and --offline forbids to fetch it`,
      {
        where: label,
        hint: "Run the command once without --offline.",
      },
    );
  const staged = await stageFrom(wanted, context);
  context.onProgress?.({ kind: "verified", name, version });
  await checked(staged, wanted);
  const { release, commit } = staged;
  return { ...staged, from: "registry", keep: commit, discard: release };
}

/** Stages from the usual address; where another tarball lies there, or none, from the one that the registry says. */
async function stageFrom(wanted: WantedPeel, context: FetchContext): Promise<StagedPeel> {
  const { usual } = wanted;
  if (usual === undefined) return stage(await wanted.tarball(), wanted, context);
  try {
    return await stage(usual, wanted, context);
  } catch (error) {
    if (!isBananaError(error) || !ELSEWHERE.has(error.code)) throw error;
    const url = await wanted.tarball();
    if (url === usual) throw error;
    return stage(url, wanted, context);
  }
}

/** What is found where the tarball is not. */
const ELSEWHERE = new Set<ErrorCode>([
  "INTEGRITY_MISMATCH",
  "REGISTRY_INVALID",
  "REGISTRY_REFUSED",
  "TARBALL_INVALID",
]);

/** Downloads and stages; what an earlier try left is done without when the whole turns out wrong with it. */
async function stage(url: string, wanted: WantedPeel, context: FetchContext): Promise<StagedPeel> {
  const { name, version, integrity, registry } = wanted;
  const { store, config, signal, request, onProgress } = context;
  const begin = async () => {
    const partial = await store.partial(integrity);
    const chunks = downloadTarball({
      url,
      registry,
      integrity,
      config,
      signal,
      request,
      partial,
      onBytes: (received, total) => onProgress?.({ kind: "download", name, version, received, total }),
    });
    try {
      return await store.stage(integrity, chunks, `${name}@${version}`);
    } catch (error) {
      // Nothing happens when the download has settled it.
      await partial.keep();
      throw error;
    }
  };
  try {
    return await begin();
  } catch (error) {
    if (!isBananaError(error) || error.code !== "INTEGRITY_MISMATCH" || !error.details?.resumed) throw error;
    return begin();
  }
}

async function checked(stored: StoredPeel, wanted: WantedPeel): Promise<void> {
  try {
    await requireIdentity(stored, wanted);
  } catch (error) {
    await stored.release();
    throw error;
  }
}

async function requireIdentity({ peel, source }: StoredPeel, wanted: WantedPeel): Promise<void> {
  const found = `${peel.manifest.name}@${peel.manifest.version}`;
  const label = `${wanted.name}@${wanted.version}`;
  if (found !== label)
    throw new BananaError("PEEL_INVALID", `expected the peel ${label} in the tarball, found ${found}`, {
      where: `${label}: ${FILES.manifest}`,
      hint: "The registry serves another peel under this name: tell its operator.",
    });
  const manifest = parseManifest(await peel.read(FILES.manifest), `${label}: ${FILES.manifest}`);
  const packageJson = await source.read(FILES.packageJson, LIMITS.jsonBytes);
  if (Buffer.compare(packageJson, packageJsonBytes(manifest)) !== 0)
    throw new BananaError("PEEL_INVALID", "expected package.json as peel.json gives it, found another", {
      where: `${label}: ${FILES.packageJson}`,
      hint: "The author has to pack the peel with banana-peel pack.",
    });
}
