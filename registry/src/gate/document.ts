import { createHash } from "node:crypto";
import { derivePackageJson, type PeelManifest } from "@banana-peel/format";
import type { PublishRequest } from "./publish-request.js";

/** Bytes of a tarball that are encoded at a time; a multiple of 3, so that pieces of base64 join. */
const PIECE = 3 * 64 * 1024;
const MARK = "@@tarball@@";

/**
 * The document that goes on to Verdaccio, made from the verified peel and its tarball alone: what a client sees as
 * metadata can't differ from what was signed, whatever the request said.
 * @returns its length in bytes and its pieces
 */
export function publishDocument(
  request: PublishRequest,
  manifest: PeelManifest,
  readme: string,
): { bytes: number; pieces: () => Generator<string> } {
  const { name, version, tag, tarball } = request;
  const file = `${name}-${version}.tgz`;
  const baseName = file.slice(file.indexOf("/") + 1);
  const document = {
    _id: name,
    name,
    description: manifest.description,
    "dist-tags": { [tag]: version },
    versions: {
      [version]: {
        ...derivePackageJson(manifest),
        _id: `${name}@${version}`,
        readme,
        dist: {
          integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
          shasum: createHash("sha1").update(tarball).digest("hex"),
          // Verdaccio puts the address of each request in place of this one.
          tarball: `http://localhost/${name}/-/${baseName}`,
        },
      },
    },
    _attachments: {
      [file]: { content_type: "application/octet-stream", data: MARK, length: tarball.length },
    },
  };
  const text = JSON.stringify(document);
  // Attachments come last, so that the last mark is the attachment's, whatever a description says.
  const at = text.lastIndexOf(MARK);
  const head = text.slice(0, at);
  const tail = text.slice(at + MARK.length);
  const base64Bytes = 4 * Math.ceil(tarball.length / 3);
  return {
    bytes: Buffer.byteLength(head) + base64Bytes + Buffer.byteLength(tail),
    *pieces() {
      yield head;
      for (let i = 0; i < tarball.length; i += PIECE) yield tarball.toString("base64", i, i + PIECE);
      yield tail;
    },
  };
}
