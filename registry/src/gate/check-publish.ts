import { BananaError, type BaseCard, FILES, isBananaError, LIMITS } from "@banana-peel/format";
import { type VerifiedPeel, verifyPeel } from "@banana-peel/signer/verify";
import { isAcceptable, type Problem, validatePeel } from "@banana-peel/validator";
import type { Received } from "../storage/staging.js";
import { type GateProblem, type Refusal, refusal } from "./problems.js";
import type { PublishRequest } from "./publish-request.js";

/** A publish that holds what it promises, by whom it may be. */
export interface CheckedPublish {
  readonly peel: VerifiedPeel;
  /** README.md, for the registry's page of the package. */
  readonly readme: string;
  readonly warnings: readonly GateProblem[];
}

/** What publishes are checked against. */
export interface CheckOptions {
  /** Base cards that the registry knows; empty: adapters aren't checked against bases. */
  readonly bases: readonly BaseCard[];
}

/** Characters of a README that go into the package's document; npm's own limit. */
const README_CHARACTERS = 64 * 1024;

/**
 * Checks everything about a publish but who may make it: the digests, the tarball, every rule of the validator, the
 * signature, and that name and version are the same everywhere. Specification: docs/specification/peel.md.
 * @returns the peel, or why it is refused (status 422)
 * @throws only what is the registry's own failure
 */
export async function checkPublish(
  request: PublishRequest,
  received: Received,
  options: CheckOptions,
): Promise<CheckedPublish | Refusal> {
  const mismatch = checkDigests(request, received);
  if (mismatch.length > 0) return refusal(422, mismatch);

  const { source } = received;
  if (isBananaError(source)) return refusal(422, [source]);
  const paths = await source.list();
  if (!paths.includes(FILES.manifest)) return refusal(422, [notAPeel(request.name)]);

  const { bases } = options;
  const problems = await validatePeel(source, bases.length > 0 ? { bases } : {});
  const found: (Problem | BananaError)[] = [...problems];
  const peel = await verify(source);
  if (isBananaError(peel)) found.push(peel);
  else found.push(...checkIdentity(request, peel, paths));
  if (isBananaError(peel) || found.some(isBananaError) || !isAcceptable(problems)) return refusal(422, found);
  return { peel, readme: await readReadme(peel), warnings: problems };
}

function checkDigests(promised: PublishRequest, received: Received): BananaError[] {
  const { integrity, shasum } = received;
  const found: BananaError[] = [];
  if (promised.integrity !== integrity) found.push(differs("integrity", integrity, promised.integrity));
  if (promised.shasum !== undefined && promised.shasum !== shasum)
    found.push(differs("shasum", shasum, promised.shasum));
  return found;
}

async function verify(source: Exclude<Received["source"], BananaError>): Promise<VerifiedPeel | BananaError> {
  try {
    return await verifyPeel(source);
  } catch (error) {
    if (isBananaError(error)) return error;
    throw error;
  }
}

/** peel.json, the request and the path must name the same version; package.json, which npm reads, must be there. */
function checkIdentity(request: PublishRequest, peel: VerifiedPeel, paths: readonly string[]): BananaError[] {
  const { name, version } = peel.manifest;
  const found: BananaError[] = [];
  if (name !== request.name) found.push(identity("name", request.name, name));
  if (version !== request.version) found.push(identity("version", request.version, version));
  if (!paths.includes(FILES.packageJson))
    found.push(
      new BananaError("FILE_MISSING", `expected ${FILES.packageJson} in the tarball, found none`, {
        where: FILES.packageJson,
        hint: "Pack with banana-peel pack, which derives it.",
      }),
    );
  return found;
}

async function readReadme(peel: VerifiedPeel): Promise<string> {
  const entry = peel.files.get(FILES.readme);
  if (entry === undefined || entry.bytes > LIMITS.textBytes) return "";
  return new TextDecoder().decode(await peel.read(FILES.readme)).slice(0, README_CHARACTERS);
}

function differs(field: string, expected: string, found: string): BananaError {
  return new BananaError(
    "INTEGRITY_MISMATCH",
    `expected the tarball's digest, ${expected}, found ${found.slice(0, 200)}`,
    {
      where: `request:/dist/${field}`,
      hint: "The tarball changed on its way; publish again.",
    },
  );
}

function notAPeel(name: string): BananaError {
  return new BananaError(
    "NOT_A_PEEL",
    `expected a peel with ${FILES.manifest} in the tarball, found another package`,
    {
      where: name,
      hint: "This registry takes peels only; publish other packages elsewhere.",
    },
  );
}

function identity(field: string, requested: string, found: string): BananaError {
  return new BananaError(
    "PUBLISH_INVALID",
    `expected the ${field} ${requested}, as in the request, found ${found.slice(0, 300)}`,
    {
      where: `${FILES.manifest}:/${field}`,
      hint: "Publish with banana-peel publish, which takes both from peel.json.",
    },
  );
}
