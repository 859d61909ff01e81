import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { DIGEST_BYTES, DigestedBody } from "./digested-body.js";

/** Cuts bytes into pieces of one length. */
async function* cut(bytes: Buffer, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

it.each([0, 1, 63, 64, 65, 200])("tells %i bytes from their digest, however they are cut", async (length) => {
  const tarball = Buffer.alloc(length, "banana");
  const digest = createHash("sha512").update(tarball).digest();
  const body = Buffer.concat([tarball, digest]);
  for (let piece = 1; piece <= body.length; piece++) {
    const digested = new DigestedBody(body.length);
    const pieces: Uint8Array[] = [];
    for await (const part of digested.tarball(cut(body, piece))) pieces.push(part);
    expect(Buffer.concat(pieces).equals(tarball)).toBe(true);
    expect(pieces.every((part) => part.length > 0)).toBe(true);
    expect(digested.integrity).toBe(`sha512-${digest.toString("base64")}`);
  }
  expect(body.length - length).toBe(DIGEST_BYTES);
});
