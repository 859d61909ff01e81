import { changedPeels, type OtherPeel, otherPeel, unneeded } from "./add.js";
import { bringPeels } from "./bring-peels.js";
import { contextOf, type ProjectOptions, readFingerprint } from "./options.js";
import { knownNames } from "./project/known-names.js";
import { withProject } from "./project/with-project.js";
import { putInPlace } from "./put-in-place.js";
import type { Unasked } from "./registry/kept-catalogue.js";
import { orderOf, resolveProject } from "./resolve-project.js";

/** What to bring up to date. */
export interface UpdateOptions extends ProjectOptions {
  /** `name` or `@scope/name`; none means every peel of the project. */
  names?: readonly string[] | undefined;
  /** Fingerprint of a signer that the user accepts for these peels, though another signed before. */
  accept?: string | undefined;
}

/** What was brought up to date. */
export interface UpdateReport {
  /** Peels whose version changed or that weren't whole, the ones that they need among them. */
  readonly updated: readonly OtherPeel[];
  /** Names that were already as they have to be, and whole. */
  readonly unchanged: readonly string[];
  /** Names that nothing needs any more and that were taken away. */
  readonly removed: readonly string[];
  /** Registries that gave no answer, of peels that were not named, which stay as they are locked. */
  readonly unasked: readonly Unasked[];
  readonly milliseconds: number;
}

/**
 * Brings peels to the newest versions that banana.json and the peels themselves admit and that fit the project's bases;
 * others change only where they have to. banana.json stays as it is. The same guarantees as `addPeels`.
 * @throws BananaError PEEL_NOT_ADDED; as `addPeels`
 */
export async function updatePeels(options: UpdateOptions): Promise<UpdateReport> {
  const started = performance.now();
  const accept = options.accept === undefined ? undefined : readFingerprint(options.accept);
  const context = await contextOf(options);
  return withProject(
    options.project,
    context.disk,
    async (project) => {
      const named = options.names?.length ? new Set(knownNames(options.names, project)) : undefined;
      const wish = { fresh: named ?? ("all" as const) };
      const { peels: resolved, unasked } = await resolveProject(project, context, wish);
      const changed = await changedPeels(resolved, project, named);
      const ready = await bringPeels(
        changed.map((peel) => orderOf(peel, project)),
        project,
        { ...context, accept, acceptFor: named },
      );
      const removed = unneeded(resolved, project);
      if (ready.length > 0 || removed.length > 0 || project.isMended)
        await putInPlace(project, { ready, removed }, context.disk);
      await context.documents.keep();
      const brought = new Set(changed.map(({ name }) => name));
      return {
        updated: ready.map((peel, i) => otherPeel(peel, changed[i]!, resolved, project)),
        unchanged: resolved.map(({ name }) => name).filter((name) => !brought.has(name)),
        removed,
        unasked,
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal, mendLock: true },
  );
}
