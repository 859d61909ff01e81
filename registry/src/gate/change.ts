import type { IncomingMessage, ServerResponse } from "node:http";
import { BananaError, isBananaError } from "@banana-peel/format";
import type { Owner, Owners } from "../storage/owners.js";
import type { Inner } from "../verdaccio/inner.js";
import { type ChangeDocument, readChange, type StoredDocument } from "./change-request.js";
import { answer } from "./http.js";
import { type Refusal, refusal } from "./problems.js";

/** What changing a published package needs. */
export interface ChangeContext {
  readonly inner: Inner;
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
  // The owner is written first: a crash in between leaves versions that nobody can publish anew.
  if (change.removed.length > 0) await retire(context, name, owner, change.removed);
  const { status, body } = await send(context, request, "PUT", revision(name), change.document);
  if (status !== 201)
    return { status: status >= 400 ? status : 500, error: body.slice(0, 1000), problems: [] };
  for (const version of change.removed) await removeTarball(context, request, name, version);
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
  await retire(context, of.name, allowed.owner, Object.keys(allowed.stored.versions));
  const { status, body } = await send(context, request, "DELETE", revision(of.name));
  if (status >= 400) return { status, error: body.slice(0, 1000), problems: [] };
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
  const version = Object.keys(allowed.stored.versions).find((item) => tarballOf(name, item) === file);
  if (version !== undefined)
    return { status: 405, error: `${name}@${version} is published: unpublish it first`, problems: [] };
  answer(request, response, 201, { ok: "tarball removed", success: true });
  return undefined;
}

async function allowedOwner(
  { inner, owners }: ChangeContext,
  { name, user }: ChangeOf,
): Promise<{ stored: StoredDocument; owner: Owner } | Refusal> {
  const { status, body } = await inner.ask({ method: "GET", path: `${pathOf(name)}?write=true` });
  if (status === 404) return { status, error: `no such package: ${name}`, problems: [] };
  if (status !== 200) throw new Error(`expected 200 or 404 for ${name}, found ${status}`);
  const owner = await owners.get(name);
  if (owner === undefined || !owner.publishers.includes(user))
    return { status: 403, error: `only who published ${name} may change it`, problems: [] };
  return { stored: JSON.parse(body) as StoredDocument, owner };
}

async function retire(
  { owners }: ChangeContext,
  name: string,
  owner: Owner,
  versions: readonly string[],
): Promise<void> {
  const retired = [...new Set([...(owner.retired ?? []), ...versions])].sort();
  await owners.set(name, { ...owner, retired });
}

async function removeTarball(
  context: ChangeContext,
  request: IncomingMessage,
  name: string,
  version: string,
): Promise<void> {
  const path = `${pathOf(name)}/-/${encodeURIComponent(tarballOf(name, version))}/-rev/0`;
  const { status, body } = await send(context, request, "DELETE", path);
  if (status >= 400 && status !== 404)
    throw new BananaError("STORAGE_INVALID", `expected to remove a tarball, found ${body.slice(0, 300)}`, {
      where: `${name}@${version}`,
      hint: "Look at the registry's storage; the version itself is unpublished.",
    });
}

function send(
  { inner }: ChangeContext,
  { headers: { authorization = "" } }: IncomingMessage,
  method: string,
  path: string,
  document?: unknown,
): ReturnType<Inner["ask"]> {
  if (document === undefined) return inner.ask({ method, path, headers: { authorization } });
  const text = JSON.stringify(document);
  const headers = {
    authorization,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  };
  return inner.ask({ method, path, headers, body: [text] });
}

/** File of a version's tarball, as the gate's publish names it. */
function tarballOf(name: string, version: string): string {
  return `${name.slice(name.indexOf("/") + 1)}-${version}.tgz`;
}

function revision(name: string): string {
  return `${pathOf(name)}/-rev/0`;
}

function pathOf(name: string): string {
  return `/${name.replace("/", "%2f")}`;
}
