import { Readable } from "node:stream";
import { derivePackageJson } from "@banana-peel/format";
import type { PackedPeel } from "../tarball/pack.js";

/** Bytes that are turned into base64 at a time: a multiple of three, so that the pieces join without padding. */
const SLICE = 3 * 64 * 1024;

/** What is published, and where. */
export interface Publication {
  packed: PackedPeel;
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
 * made while it is sent, so that the tarball is in memory only once.
 * @returns the stream and its length in bytes
 */
export function publishBody(publication: Publication): { stream: Readable; length: number } {
  const { packed, registry, tag, readme, access } = publication;
  const { manifest, tarball, integrity, shasum } = packed;
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
      [attachment]: { content_type: "application/octet-stream", data: "", length: tarball.length },
    },
  });
  // The attachment comes last, so that the last empty string is where its bytes belong.
  const gap = text.lastIndexOf('"data":""') + '"data":"'.length;
  const before = text.slice(0, gap);
  const after = text.slice(gap);
  const pieces = function* () {
    yield Buffer.from(before);
    for (let from = 0; from < tarball.length; from += SLICE)
      yield Buffer.from(Buffer.from(tarball.subarray(from, from + SLICE)).toString("base64"), "latin1");
    yield Buffer.from(after);
  };
  const length = Buffer.byteLength(before) + 4 * Math.ceil(tarball.length / 3) + Buffer.byteLength(after);
  return { stream: Readable.from(pieces(), { objectMode: false, highWaterMark: SLICE }), length };
}
