import type { IncomingMessage, ServerResponse } from "node:http";
import { isBananaError } from "@banana-peel/format";
import type { Owner, Owners } from "../storage/owners.js";
import { type PackageDocument, type Packages, tarballName } from "../storage/packages.js";
import { type ChangeDocument, readChange } from "./change-request.js";
import { answer } from "./http.js";
import { type Refusal, refusal } from "./problems.js";

/** What changing a published package needs. */
export interface ChangeContext {
  readonly packages: Packages;
  readonly owners: Owners;
}

/** Who asks for a change of which package. */
export interface ChangeOf {
  readonly name: string;
  readonly user: string;
}

/**
 * Deprecates versions, or takes that back; with `mayRemove`, unpublishes those that the document leaves out. It is
 * npm's protocol: the whole document comes back, changed. Nothing of it is stored but the messages, and nothing else
 * may differ. The caller does one change of a name at a time.
 * @returns why it is refused; undefined: it has answered
 */
export async function changePackage(
  context: ChangeContext,
  request: IncomingMessage,
  response: ServerResponse,
  { name, user, document, mayRemove }: ChangeOf & { document: unknown; mayRemove: boolean },
): Promise<Refusal | undefined> {
  const allowed = await allowedOwner(context, { name, user });
  if ("status" in allowed) return allowed;
  const { stored, owner } = allowed;
  let change: ChangeDocument;
  try {
    change = readChange(document, stored, mayRemove);
  } catch (error) {
    if (isBananaError(error)) return refusal(422, [error]);
    throw error;
  }
  await context.packages.replace(stored, withChange(stored, change), retiring(owner, change.removed));
  const removed = change.removed.map((version) => `${name}@${version}`).join(", ");
  answer(request, response, 201, {
    ok: removed === "" ? "package changed" : `unpublished ${removed}`,
    success: true,
  });
  return undefined;
}

/** Unpublishes all versions of a package. Its owner is kept, so that nobody else can take the name. */
export async function removePackage(
  context: ChangeContext,
  request: IncomingMessage,
  response: ServerResponse,
  of: ChangeOf,
): Promise<Refusal | undefined> {
  const allowed = await allowedOwner(context, of);
  if ("status" in allowed) return allowed;
  const { stored, owner } = allowed;
  await context.packages.replace(stored, undefined, retiring(owner, Object.keys(stored.versions)));
  answer(request, response, 201, { ok: `unpublished ${of.name}`, success: true });
  return undefined;
}

/**
 * The last step of npm's unpublish: the tarball. The change before it has removed it already; a tarball of a version
 * that is still there stays.
 */
export async function removedTarball(
  context: ChangeContext,
  request: IncomingMessage,
  response: ServerResponse,
  { name, user, file }: ChangeOf & { file: string },
): Promise<Refusal | undefined> {
  const allowed = await allowedOwner(context, { name, user });
  if ("status" in allowed) return allowed;
  const version = Object.keys(allowed.stored.versions).find((item) => tarballName(name, item) === file);
  if (version !== undefined)
    return { status: 405, error: `${name}@${version} is published: unpublish it first`, problems: [] };
  answer(request, response, 201, { ok: "tarball removed", success: true });
  return undefined;
}

async function allowedOwner(
  { packages, owners }: ChangeContext,
  { name, user }: ChangeOf,
): Promise<{ stored: PackageDocument; owner: Owner } | Refusal> {
  const stored = await packages.get(name);
  if (stored === undefined) return { status: 404, error: `no such package: ${name}`, problems: [] };
  const owner = await owners.get(name);
  if (owner === undefined || !owner.publishers.includes(user))
    return { status: 403, error: `only who published ${name} may change it`, problems: [] };
  return { stored, owner };
}

/** The owner with versions that nobody can publish anew. */
function retiring(owner: Owner, versions: readonly string[]): Owner {
  if (versions.length === 0) return owner;
  return { ...owner, retired: [...new Set([...(owner.retired ?? []), ...versions])].sort() };
}

function withChange(stored: PackageDocument, { removed, messages, tags }: ChangeDocument): PackageDocument {
  const versions = Object.fromEntries(
    Object.entries(messages).map(([version, message]) => {
      const { deprecated: _, ...metadata } = stored.versions[version]!;
      return [version, message === "" ? metadata : { ...metadata, deprecated: message }];
    }),
  );
  const left = ({ version }: { version?: string }) => version === undefined || !removed.includes(version);
  const now = new Date().toISOString();
  const times = Object.entries(stored.time).filter(([version]) => !removed.includes(version));
  const [count, mark] = stored._rev.split("-");
  return {
    ...stored,
    versions,
    "dist-tags": tags,
    time: { ...Object.fromEntries(times), modified: now },
    _attachments: Object.fromEntries(Object.entries(stored._attachments).filter(([, item]) => left(item))),
    _rev: `${Number(count) + 1}-${mark ?? ""}`,
  };
}
