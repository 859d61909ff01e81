import type { PeelRequest } from "@banana-peel/format";
import { conflictError } from "./conflict.js";
import { incompatible, notAPeel, unknownPeel, unsatisfied } from "./explain.js";
import { candidates } from "./select.js";
import { byName, type Resolution, type ResolveOptions, Session, tooLarge } from "./session.js";

/**
 * Gives a version to every peel that a project asks for and to every peel that those need. The same catalogue, project
 * and lockfile give the same resolution: the first in the order of docs/specification/lock.md, Resolution. Names are
 * asked of the catalogue once each, many at a time.
 * @throws BananaError PEEL_UNKNOWN, NOT_A_PEEL, VERSION_UNSATISFIED, BASE_INCOMPATIBLE for what is asked for, of several
 *   the one of the first name in code unit order; RESOLUTION_CONFLICT with the requirements that contradict each other
 *   and ways out that were tried; RESOLUTION_TOO_LARGE; of the catalogue
 */
export async function resolve(options: ResolveOptions): Promise<Resolution> {
  const session = new Session(options);
  const { requests } = session;
  await session.load(requests.map(({ name }) => name));
  for (const request of [...requests].sort(byName)) await refuseAlone(request, session, options);
  const outcome = await session.solve();
  if (outcome.kind === "solved") return { peels: session.peels(outcome.versions) };
  if (outcome.kind === "conflict") throw await conflictError(outcome.conflict, options, session);
  throw tooLarge("fewer requirements that contradict each other");
}

/** Refuses what can't be had whatever the other requests are. */
async function refuseAlone(
  request: PeelRequest,
  session: Session,
  { catalogue, bases }: ResolveOptions,
): Promise<void> {
  if (session.canBeHad(request)) return;
  const all = session.entry(request.name);
  if (all === undefined) throw await unknownPeel(request.name, catalogue);
  const entry = { ...all, versions: all.versions.filter(({ adapters }) => adapters !== undefined) };
  if (entry.versions.length === 0 && all.versions.length > 0) throw notAPeel(all);
  const inRange = candidates(entry, request.range);
  if (inRange.length === 0) throw unsatisfied(request, entry);
  throw incompatible(request, entry, inRange, bases);
}
