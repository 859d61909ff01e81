import type { IncomingMessage, ServerResponse } from "node:http";
import { BananaError, isBananaError, isPeelName } from "@banana-peel/format";
import { checkTrust } from "@banana-peel/signer/verify";
import type { Owner, Owners } from "../storage/owners.js";
import type { Packages } from "../storage/packages.js";
import type { Received, Staging } from "../storage/staging.js";
import { changePackage } from "./change.js";
import { type CheckedPublish, type CheckOptions, checkPublish } from "./check-publish.js";
import { versionMetadata } from "./document.js";
import { answer, BodyEnded, bodyOf } from "./http.js";
import { type Refusal, refusal } from "./problems.js";
import { bodyLimit, publishBody } from "./publish-body.js";
import type { PublishRequest } from "./publish-request.js";
import type { Serial } from "./serial.js";
import { Slots } from "./slots.js";

/** What publishing needs. */
export interface PublishOptions extends CheckOptions {
  readonly packages: Packages;
  readonly staging: Staging;
  readonly owners: Owners;
  /** Accepted signers by `@scope/name` or `@scope/*`; a name without a match belongs to its first signer. */
  readonly signers: Readonly<Record<string, readonly string[]>>;
  /** Bytes of a request's body. */
  readonly maxBodyBytes: number;
  /** Bytes of all files of a peel together, unpacked. */
  readonly maxUnpackedBytes: number;
  /** Publishes at once; others wait. */
  readonly maxPublishes: number;
  /** One change of a name at a time, also with those who move tags. */
  readonly serial: Serial;
}

/** A publish by npm's protocol, or by ours, which says name, version and tag in its address. */
export type PublishRoute =
  | { readonly kind: "publish"; readonly name: string }
  | { readonly kind: "upload"; readonly name: string; readonly version: string; readonly tag: string };

/** Publishes that may wait for their turn, for each that is at work. */
const WAITING = 16;

/**
 * Makes the handler of publishes. Publishes of one name run one after the other, so that the first signer of a name
 * is one, and a version is stored once.
 */
export function createPublish(
  options: PublishOptions,
): (
  request: IncomingMessage,
  response: ServerResponse,
  route: PublishRoute,
  user: string,
) => Promise<Refusal | undefined> {
  const slots = new Slots(options.maxPublishes, options.maxPublishes * WAITING);
  return async (request, response, route, user) => {
    const refused = await checkRequest(options, request, route);
    if (refused !== undefined) return refused;
    const outcome = await slots.run(async () => ({
      refused: await takeIn(options, request, response, route, user),
    }));
    if (outcome !== undefined) return outcome.refused;
    response.setHeader("retry-after", "5");
    return { status: 503, error: "too many publishes at once: try again in a moment", problems: [] };
  };
}

/** What can be said before the body is read. */
async function checkRequest(
  { maxBodyBytes, packages }: PublishOptions,
  request: IncomingMessage,
  route: PublishRoute,
): Promise<Refusal | undefined> {
  const { name } = route;
  if (!isPeelName(name))
    return refusal(422, [
      new BananaError("NAME_INVALID", `expected a peel's name, @scope/name, found ${JSON.stringify(name)}`, {
        where: name,
        hint: "Give the peel a scope, in lower case.",
      }),
    ]);
  const {
    "content-encoding": encoding,
    "content-type": type = "",
    "content-length": length,
  } = request.headers;
  const wanted = route.kind === "publish" ? "application/json" : "application/octet-stream";
  if ((encoding ?? "identity") !== "identity" || type.split(";", 1)[0]!.trim() !== wanted)
    return { status: 415, error: `expected ${wanted} without content-encoding`, problems: [] };
  if (Number(length ?? 0) > bodyLimit(request.headers, maxBodyBytes))
    return refusal(413, [tooLarge(name, maxBodyBytes)]);
  if (route.kind === "upload" && (await isTaken(packages, route))) return refusal(409, [exists(route)]);
  return undefined;
}

async function takeIn(
  options: PublishOptions,
  request: IncomingMessage,
  response: ServerResponse,
  route: PublishRoute,
  user: string,
): Promise<Refusal | undefined> {
  const { name } = route;
  let received: Received | undefined;
  try {
    const body = publishBody(route, request.headers);
    const bytes = bodyOf(request, bodyLimit(request.headers, options.maxBodyBytes));
    received = await options.staging.receive(body.tarball(bytes), name, options.maxUnpackedBytes);
    const taken = received;
    const wanted = body.wanted();
    if ("change" in wanted) {
      // It has no tarball; what was made ready for one is gone before the answer.
      await taken.discard();
      const change = { name, user, document: wanted.change, mayRemove: false };
      return await options.serial.run(name, () => changePackage(options, request, response, change));
    }
    return await options.serial.run(name, () =>
      publish(options, request, response, { wanted, received: taken, user }),
    );
  } catch (error) {
    // Nobody hears the answer to an aborted request; nothing was looked at yet.
    if (error instanceof BodyEnded) return { status: 400, error: "the request broke off", problems: [] };
    if (!isBananaError(error)) throw error;
    if (error.code === "FILE_TOO_LARGE") return refusal(413, [tooLarge(name, options.maxBodyBytes)]);
    if (error.code === "PUBLISH_INVALID") return refusal(422, [error]);
    throw error;
  } finally {
    await received?.discard();
  }
}

async function publish(
  options: PublishOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { wanted, received, user }: { wanted: PublishRequest; received: Received; user: string },
): Promise<Refusal | undefined> {
  const { packages, owners } = options;
  const { name, version, tag } = wanted;
  const owner = await owners.get(name);
  if (owner?.retired?.includes(version) || (await isTaken(packages, wanted)))
    return refusal(409, [exists(wanted)]);
  // The disk works while the peel is checked; what fails there is heard of when it is put in its place.
  received.synced().catch(() => undefined);
  const checked = await checkPublish(wanted, received, options);
  if ("status" in checked) return checked;

  const untrusted = checkSigner(checked, owner, options.signers);
  if (untrusted !== undefined) return refusal(422, [untrusted]);

  const { fingerprint } = checked.peel.signer;
  const metadata = versionMetadata(checked.peel.manifest, received);
  await packages.add({ name, version, tag, metadata, readme: checked.readme }, received, {
    signer: fingerprint,
    publishers: [...new Set([...(owner?.publishers ?? []), user])],
    ...(owner?.retired?.length ? { retired: owner.retired } : {}),
  });
  answer(request, response, 201, {
    ok: `published ${name}@${version}`,
    success: true,
    signer: fingerprint,
    integrity: received.integrity,
    problems: checked.warnings,
  });
  return undefined;
}

async function isTaken(
  packages: Packages,
  { name, version }: { name: string; version: string },
): Promise<boolean> {
  const document = await packages.get(name);
  return document !== undefined && Object.hasOwn(document.versions, version);
}

function checkSigner(
  { peel }: CheckedPublish,
  owner: Owner | undefined,
  policy: PublishOptions["signers"],
): BananaError | undefined {
  const { name } = peel.manifest;
  try {
    checkTrust({ name, signer: peel.signer.fingerprint, policy, pinned: owner?.signer });
    return undefined;
  } catch (error) {
    if (!isBananaError(error)) throw error;
    return new BananaError(error.code, error.message, {
      where: name,
      hint: "Sign with the key that this registry knows for the name, or ask its operator to accept the new one.",
      ...(error.details === undefined ? {} : { details: error.details }),
    });
  }
}

function tooLarge(name: string, maxBodyBytes: number): BananaError {
  return new BananaError("FILE_TOO_LARGE", `expected a request of at most ${maxBodyBytes} bytes`, {
    where: name,
    hint: "Make the peel smaller, or ask the registry's operator.",
  });
}

function exists({ name, version }: { name: string; version: string }): BananaError {
  return new BananaError(
    "VERSION_EXISTS",
    `expected a new version of ${name}, found ${version} published before: a version is used once`,
    {
      where: `${name}@${version}`,
      hint: "Raise the version in peel.json, sign and publish again.",
    },
  );
}
