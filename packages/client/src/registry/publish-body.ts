import { derivePackageJson } from "@banana-peel/format";
import type { PackPlan } from "../tarball/pack.js";
import type { TarballDigests } from "../tarball/tarball-digests.js";

/** What is published, and where. */
export interface Publication extends TarballDigests {
  plan: PackPlan;
  /** Address of the registry, ending with a slash. */
  registry: string;
  tag: string;
  /** Text of README.md for the registry's page. */
  readme: string | undefined;
  /** npm's `access` setting; null leaves it to the registry. */
  access: string | null;
}

/**
 * The body of npm's publish request: the version's metadata, and the tarball in base64 as its one attachment. It is
 * made while it is sent, so that the tarball is never in memory.
 * @returns what makes the pieces, and their length in bytes
 */
export function publishBody(publication: Publication): {
  pieces: () => AsyncGenerator<Uint8Array>;
  length: number;
} {
  const { plan, integrity, shasum, registry, tag, readme, access } = publication;
  const { manifest, bytes } = plan;
  const { name, version, description } = manifest;
  // npm's own client names the attachment with the scope in it.
  const attachment = `${name}-${version}.tgz`;
  const text = JSON.stringify({
    _id: name,
    name,
    description,
    "dist-tags": { [tag]: version },
    versions: {
      [version]: {
        ...derivePackageJson(manifest),
        ...(readme === undefined ? {} : { readme }),
        _id: `${name}@${version}`,
        dist: {
          integrity,
          shasum,
          tarball: new URL(`${name}/-/${attachment}`, registry).href.replace(/^https:/, "http:"),
        },
      },
    },
    access,
    _attachments: {
      [attachment]: { content_type: "application/octet-stream", data: "", length: bytes },
    },
  });
  // The attachment comes last, so that the last empty string is where its bytes belong.
  const gap = text.lastIndexOf('"data":""') + '"data":"'.length;
  const before = Buffer.from(text.slice(0, gap));
  const after = Buffer.from(text.slice(gap));
  const pieces = async function* () {
    yield before;
    yield* base64(plan.chunks());
    yield after;
  };
  return { pieces, length: before.length + 4 * Math.ceil(bytes / 3) + after.length };
}

/** Base64 of chunks of any length: a multiple of three bytes at a time, so that the pieces join without padding. */
async function* base64(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes =
      left.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([left, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    left = Buffer.from(bytes.subarray(whole));
    if (whole > 0) yield Buffer.from(bytes.toString("base64", 0, whole), "latin1");
  }
  if (left.length > 0) yield Buffer.from(left.toString("base64"), "latin1");
}
