import {
  type Adapter,
  type AdapterEntry,
  diffAdapters,
  diffJson,
  FILES,
  type JsonChange,
  type PeelManifest,
  readAdapter,
  type TargetDiff,
} from "@banana-peel/format";
import type { UnsafePeel, VerifiedPeel } from "@banana-peel/signer/verify";
import type { ProjectOptions } from "../options.js";
import { LATEST, openPublished, openVersion } from "./open-version.js";

/** What to compare. */
export interface DiffOptions extends ProjectOptions {
  /** Folder, tarball, installed name, or `name@version` of the registry. */
  readonly from: string;
  /** The same; the newest version in the registry of the peel that `from` is, when it is left out. */
  readonly to?: string | undefined;
}

/** One side of a comparison. */
export interface DiffSide {
  readonly name: string;
  readonly version: string;
  /** Fingerprint of who signed; undefined for a peel without a signature. */
  readonly signer: string | undefined;
}

/** What differs between two versions of a peel. */
export interface PeelDiff {
  readonly from: DiffSide;
  readonly to: DiffSide;
  /** In peel.json. */
  readonly manifest: readonly JsonChange[];
  readonly files: readonly {
    readonly path: string;
    readonly change: "added" | "removed" | "changed";
    readonly bytes: { readonly before: number | undefined; readonly after: number | undefined };
  }[];
  /** By the family of the base that they are for. */
  readonly adapters: readonly {
    readonly family: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
    readonly targets: readonly TargetDiff[];
    readonly triggers: { readonly added: string[]; readonly removed: string[]; readonly changed: string[] };
  }[];
}

/**
 * Compares two versions of a peel: the manifest, the files, and how far the weights of every target moved.
 * @throws BananaError of `openVersion`, and of reading manifests and adapters
 */
export async function diffPeels(options: DiffOptions): Promise<PeelDiff> {
  const before = await openVersion(options.from, options);
  try {
    const after =
      options.to === undefined
        ? await openPublished(before.peel.manifest.name, LATEST, options)
        : await openVersion(options.to, options);
    try {
      return await compare(before.peel, after.peel, options.signal);
    } finally {
      await after.close();
    }
  } finally {
    await before.close();
  }
}

async function compare(before: Opened, after: Opened, signal: AbortSignal | undefined): Promise<PeelDiff> {
  const families = [
    ...new Set([before, after].flatMap(({ manifest }) => manifest.adapters.map(({ base }) => base.family))),
  ];
  const adapters: PeelDiff["adapters"][number][] = [];
  for (const family of families) {
    signal?.throwIfAborted();
    const [old, own] = await Promise.all([readEntry(before, family), readEntry(after, family)]);
    adapters.push({
      family,
      before: old?.entry.file,
      after: own?.entry.file,
      targets: diffAdapters(scaled(old), scaled(own)),
      triggers: diffTriggers(old?.adapter, own?.adapter),
    });
  }
  return {
    from: side(before),
    to: side(after),
    manifest: diffJson(before.manifest, after.manifest),
    files: diffFiles(before, after),
    adapters,
  };
}

type Opened = VerifiedPeel | UnsafePeel;
interface Entry {
  readonly entry: AdapterEntry;
  readonly adapter: Adapter;
}

async function readEntry(peel: Opened, family: string): Promise<Entry | undefined> {
  const entry = (peel.manifest as PeelManifest).adapters.find(({ base }) => base.family === family);
  if (entry === undefined) return undefined;
  return { entry, adapter: readAdapter(await peel.read(entry.file), `${peel.label}: ${entry.file}`) };
}

function scaled(entry: Entry | undefined): Parameters<typeof diffAdapters>[0] {
  if (entry === undefined) return { alpha: 0, adapter: { targets: new Map(), embeddings: new Map() } };
  return { alpha: entry.entry.alpha, adapter: entry.adapter };
}

function side({ manifest: { name, version }, signer }: Opened): DiffSide {
  return { name, version, signer: signer?.fingerprint };
}

function diffFiles(before: Opened, after: Opened): PeelDiff["files"] {
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])].sort();
  // What signing adds is no change of the peel: it is in both sides' signers.
  const added: ReadonlySet<string> = new Set([FILES.publicKey, FILES.packageJson]);
  return paths.flatMap((path) => {
    const [old, own] = [before.files.get(path), after.files.get(path)];
    if (added.has(path) || old?.sha256 === own?.sha256) return [];
    const change = old === undefined ? "added" : own === undefined ? "removed" : "changed";
    return [{ path, change, bytes: { before: old?.bytes, after: own?.bytes } } as const];
  });
}

function diffTriggers(
  before: Adapter | undefined,
  after: Adapter | undefined,
): PeelDiff["adapters"][number]["triggers"] {
  const [old, own] = [before?.embeddings ?? new Map(), after?.embeddings ?? new Map()];
  const changed = [...old].filter(([word, { data }]) => {
    const other = own.get(word)?.data;
    return (
      other !== undefined &&
      (other.length !== data.length || data.some((x: number, i: number) => x !== other[i]))
    );
  });
  return {
    added: [...own.keys()].filter((word) => !old.has(word)),
    removed: [...old.keys()].filter((word) => !own.has(word)),
    changed: changed.map(([word]) => word),
  };
}
