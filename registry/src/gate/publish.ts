import type { IncomingMessage, ServerResponse } from "node:http";
import { BananaError, isBananaError, isPeelName } from "@banana-peel/format";
import { checkTrust } from "@banana-peel/signer/verify";
import type { Owner, Owners } from "../storage/owners.js";
import type { Inner } from "../verdaccio/inner.js";
import { changePackage } from "./change.js";
import { type CheckedPublish, type CheckOptions, checkPublish } from "./check-publish.js";
import { publishDocument } from "./document.js";
import { answer, readBody } from "./http.js";
import { type Refusal, refusal } from "./problems.js";
import { type PublishRequest, readPublishRequest } from "./publish-request.js";
import type { Serial } from "./serial.js";

/** What publishing needs. */
export interface PublishOptions extends CheckOptions {
  readonly inner: Inner;
  readonly owners: Owners;
  /** Changes of one name, publishes and others, run one after the other. */
  readonly serial: Serial;
  /** Accepted signers by `@scope/name` or `@scope/*`; a name without a match belongs to its first signer. */
  readonly signers: Readonly<Record<string, readonly string[]>>;
  /** Bytes of a request's body: the tarball in base64 and a little JSON. */
  readonly maxBodyBytes: number;
}

/**
 * Makes the handler of publishes. Publishes of one name run one after the other, so that the first signer of a name
 * is one, and a version is stored once.
 */
export function createPublish(
  options: PublishOptions,
): (
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  user: string,
) => Promise<Refusal | undefined> {
  return async (request, response, name, user) => {
    const body = await readDocument(request, name, options.maxBodyBytes);
    if (!Buffer.isBuffer(body)) return body;
    return options.serial.run(name, () => publish(options, request, response, { body, name, user }));
  };
}

async function readDocument(
  request: IncomingMessage,
  name: string,
  maxBodyBytes: number,
): Promise<Buffer | Refusal> {
  if (!isPeelName(name))
    return refusal(422, [
      new BananaError("NAME_INVALID", `expected a peel's name, @scope/name, found ${JSON.stringify(name)}`, {
        where: name,
        hint: "Give the peel a scope, in lower case.",
      }),
    ]);
  const { "content-encoding": encoding, "content-type": type = "" } = request.headers;
  if ((encoding ?? "identity") !== "identity" || type.split(";", 1)[0]!.trim() !== "application/json")
    return { status: 415, error: "expected application/json without content-encoding", problems: [] };
  const body = await readBody(request, maxBodyBytes);
  if (Buffer.isBuffer(body)) return body;
  // Nobody hears the answer to an aborted request; nothing was looked at yet.
  if (body === "aborted") return { status: 400, error: "the request broke off", problems: [] };
  return refusal(413, [
    new BananaError("FILE_TOO_LARGE", `expected a request of at most ${maxBodyBytes} bytes`, {
      where: name,
      hint: "Make the peel smaller, or ask the registry's operator.",
    }),
  ]);
}

async function publish(
  options: PublishOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { body, name, user }: { body: Buffer; name: string; user: string },
): Promise<Refusal | undefined> {
  let read: ReturnType<typeof readPublishRequest>;
  try {
    read = readPublishRequest(body, name);
  } catch (error) {
    if (isBananaError(error)) return refusal(422, [error]);
    throw error;
  }
  if ("change" in read) {
    const of = { name, user, document: read.change, mayRemove: false };
    return changePackage(options, request, response, of);
  }
  const wanted = read;
  const owner = await options.owners.get(name);
  if (owner?.retired?.includes(wanted.version) || (await isTaken(options.inner, wanted)))
    return refusal(409, [exists(wanted)]);
  const checked = await checkPublish(wanted, options);
  if ("status" in checked) return checked;

  const untrusted = checkSigner(checked, owner, options.signers);
  if (untrusted !== undefined) return refusal(422, [untrusted]);

  // The owner is written first: a crash in between leaves a name that its own signer can publish again.
  await options.owners.set(name, {
    signer: checked.peel.signer.fingerprint,
    publishers: [...new Set([...(owner?.publishers ?? []), user])],
    ...(owner?.retired?.length ? { retired: owner.retired } : {}),
  });
  const { status, body: text } = await store(options.inner, request, wanted, checked);
  if (status !== 201) {
    if (owner === undefined) await options.owners.remove(name);
    else await options.owners.set(name, owner);
    return { status: status >= 400 ? status : 500, error: text.slice(0, 1000), problems: [] };
  }
  answer(request, response, 201, {
    ok: `published ${name}@${wanted.version}`,
    success: true,
    signer: checked.peel.signer.fingerprint,
    problems: checked.warnings,
  });
  return undefined;
}

async function isTaken(inner: Inner, { name, version }: PublishRequest): Promise<boolean> {
  const { status, body } = await inner.ask({ method: "GET", path: pathOf(name) });
  if (status === 404) return false;
  if (status !== 200) throw new Error(`expected 200 or 404 for ${name}, found ${status}`);
  const { versions } = JSON.parse(body) as { versions: Record<string, unknown> };
  return Object.hasOwn(versions, version);
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

async function store(
  inner: Inner,
  { headers: { authorization = "" } }: IncomingMessage,
  wanted: PublishRequest,
  { peel, readme }: CheckedPublish,
): ReturnType<Inner["ask"]> {
  const { bytes, pieces } = publishDocument(wanted, peel.manifest, readme);
  return inner.ask({
    method: "PUT",
    path: pathOf(wanted.name),
    headers: { authorization, "content-type": "application/json", "content-length": bytes },
    body: pieces(),
  });
}

function pathOf(name: string): string {
  return `/${name.replace("/", "%2f")}`;
}

function exists({ name, version }: PublishRequest): BananaError {
  return new BananaError(
    "VERSION_EXISTS",
    `expected a new version of ${name}, found ${version} published before: a version is used once`,
    {
      where: `${name}@${version}`,
      hint: "Raise the version in peel.json, sign and publish again.",
    },
  );
}
