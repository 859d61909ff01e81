import { setImmediate as turn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type AdapterEntry, BananaError, FILES, type Lockfile, type PeelManifest } from "@banana-peel/format";
import { fits, type ResolvedPeel } from "@banana-peel/resolver";
import { checkTrust, type TrustDecision } from "@banana-peel/signer/verify";
import { requireValid } from "./check-peel.js";
import { type FetchContext, type FetchedPeel, fetchPeel, type WantedPeel } from "./fetch-peel.js";
import { mapLimit } from "./map-limit.js";
import type { OpenedBase, Project } from "./project/read-project.js";
import { cancelled } from "./registry/request-error.js";

/** Downloads at once; more would only share the same line. */
const PARALLEL = 4;

/** A peel to bring. */
export interface PeelOrder extends WantedPeel {
  readonly registry: string;
  /** The bases that it serves, each with its adapter: an index in the manifest's list, or the adapter's file. */
  readonly adapters: readonly { readonly base: OpenedBase; readonly adapter: number | string }[];
  /** What was believed of its relations to other peels when it was chosen. */
  readonly claims: Partial<Pick<ResolvedPeel, "dependencies" | "conflicts" | "roles">>;
}

/** What bringing needs. */
export interface BringContext extends FetchContext {
  /** Fingerprint of a signer that the user accepts, though another signed before. */
  readonly accept?: string | undefined;
  /** The names that `accept` is for; undefined: all. */
  readonly acceptFor?: ReadonlySet<string> | undefined;
}

/** A peel that passed every check, ready to be linked. */
export interface ReadyPeel {
  readonly order: PeelOrder;
  readonly fetched: FetchedPeel;
  readonly trust: TrustDecision;
  readonly entry: Lockfile["peels"][string];
}

/**
 * Brings peels and checks each as far as it can be checked before anything of the project changes: integrity,
 * signature, signer, specification, shapes against the project's bases. When one fails, all are given back.
 * @throws BananaError of `fetchPeel`, `requireValid` and `checkTrust`; of several failures, the first in order
 */
export async function bringPeels(
  orders: readonly PeelOrder[],
  project: Project,
  context: BringContext,
): Promise<ReadyPeel[]> {
  const results = await mapLimit(orders, PARALLEL, async (order) => {
    // A small peel from the store is brought without a pause: signals and progress have their turn in between.
    await turn();
    if (context.signal?.aborted) throw cancelled(context.signal.reason);
    return bringOne(order, project, context);
  });
  const ready = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return ready;
  await Promise.all(ready.map(({ fetched }) => fetched.discard()));
  throw failure.reason;
}

async function bringOne(order: PeelOrder, project: Project, context: BringContext): Promise<ReadyPeel> {
  const fetched = await fetchPeel(order, context);
  try {
    const { manifest, signer } = fetched.peel;
    const trust = checkTrust({
      name: order.name,
      signer: signer.fingerprint,
      policy: project.manifest.trust,
      pinned: project.lock.peels[order.name]?.signer,
      accept: context.acceptFor?.has(order.name) === false ? undefined : context.accept,
    });
    const label = `${order.name}@${order.version}`;
    requireClaims(order, manifest, label);
    const cards = order.adapters.map(({ base }) => base.card);
    await requireValid({ ...fetched.source, label }, cards);
    const adapters = order.adapters.map(({ base, adapter }) => {
      const { family, version, digest } = base;
      return { file: adapterOf(manifest, adapter, base, label).file, family, version, digest };
    });
    fetched.source.forget();
    const { version, registry, integrity } = order;
    const { dependencies = {} } = manifest;
    const needs = Object.keys(dependencies).length > 0 ? { dependencies } : {};
    return {
      order,
      fetched,
      trust,
      entry: { version, registry, integrity, signer: signer.fingerprint, ...needs, adapters },
    };
  } catch (error) {
    await fetched.discard();
    throw error;
  }
}

/**
 * Refuses a peel whose signed manifest says other things of other peels than the registry or banana.lock did: what was
 * resolved by their word would not hold.
 */
function requireClaims({ claims }: PeelOrder, manifest: PeelManifest, label: string): void {
  for (const field of ["dependencies", "conflicts", "roles"] as const) {
    const claimed = claims[field];
    const signed = manifest[field] ?? (field === "roles" ? [] : {});
    if (claimed === undefined || isDeepStrictEqual({ ...claimed }, { ...signed })) continue;
    throw new BananaError(
      "PEEL_INVALID",
      `expected the ${field} ${JSON.stringify(claimed).slice(0, 300)}, as the registry or banana.lock says; the signed peel has ${JSON.stringify(signed).slice(0, 300)}`,
      {
        where: `${label}: ${FILES.manifest}:/${field}`,
        hint: "If banana.lock was edited, remove its entry and run banana-peel install; else tell the registry's operator.",
      },
    );
  }
}

/** The adapter that was chosen, as the signed manifest has it: what the registry said of it was only a claim. */
function adapterOf(
  manifest: PeelManifest,
  adapter: number | string,
  base: OpenedBase,
  label: string,
): AdapterEntry {
  const found =
    typeof adapter === "number"
      ? manifest.adapters[adapter]
      : manifest.adapters.find(({ file, base: made }) => file === adapter && fits(made, base));
  if (found !== undefined && fits(found.base, base)) return found;
  const made = manifest.adapters.map(({ base: { family, range } }) => `${family} ${range}`).join(" or ");
  throw new BananaError(
    "BASE_INCOMPATIBLE",
    `expected an adapter for ${base.family} ${base.version}, as the registry or banana.lock says; the signed peel has one for ${made}`,
    {
      where: label,
      hint: "Tell the registry's operator; ask for another version, or add the base that it wants.",
    },
  );
}
