import { orderOf, putInPlace, resolvePeels } from "./add.js";
import { bringPeels } from "./bring-peels.js";
import { isInstalled } from "./install.js";
import { compareLock } from "./lock-state.js";
import { contextOf, type ProjectOptions, readFingerprint } from "./options.js";
import { knownNames } from "./project/known-names.js";
import { withProject } from "./project/with-project.js";
import { type InstalledPeel, reportOf } from "./report.js";

/** What to bring up to date. */
export interface UpdateOptions extends ProjectOptions {
  /** `name` or `@scope/name`; none means every peel of banana.json. */
  names?: readonly string[] | undefined;
  /** Fingerprint of a signer that the user accepts for these peels, though another signed before. */
  accept?: string | undefined;
}

/** What was brought up to date. */
export interface UpdateReport {
  readonly updated: readonly (InstalledPeel & {
    /** The version that was locked before. */
    readonly before: string | undefined;
    /** The author's words, when the version is deprecated. */
    readonly deprecated: string | undefined;
  })[];
  /** Names that were already at the newest version of their range, and whole. */
  readonly unchanged: readonly string[];
  readonly milliseconds: number;
}

/**
 * Brings peels to the newest version in the range of banana.json that fits the project's bases. banana.json stays as
 * it is. The same guarantees as `addPeels`.
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
      const asked = project.manifest.peels ?? {};
      const wanted = options.names?.length ? knownNames(options.names, project) : Object.keys(asked);
      const requests = wanted.filter((name) => Object.hasOwn(asked, name));
      const resolved =
        requests.length === 0
          ? []
          : await resolvePeels(
              requests.map((name) => ({ name, range: asked[name] })),
              project,
              context,
              "newest",
            );
      const { locked } = compareLock(project);
      const current = await Promise.all(
        resolved.map(
          async ({ name, version }) =>
            project.lock.peels[name]?.version === version &&
            locked.includes(name) &&
            (await isInstalled(project, name)),
        ),
      );
      const changed = resolved.filter((_, i) => !current[i]);
      const ready = await bringPeels(
        changed.map((peel) => orderOf(peel, project)),
        project,
        { ...context, accept },
      );
      if (ready.length > 0) await putInPlace(project, ready, {}, context.disk);
      return {
        updated: ready.map((peel, i) => ({
          ...reportOf(peel),
          before: project.lock.peels[peel.order.name]?.version,
          deprecated: changed[i]!.deprecated,
        })),
        unchanged: resolved.flatMap(({ name }, i) => (current[i] ? [name] : [])),
        milliseconds: performance.now() - started,
      };
    },
    { signal: options.signal },
  );
}
