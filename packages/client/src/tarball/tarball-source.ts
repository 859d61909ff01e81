import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { PassThrough } from "node:stream";
import { type FileDigest, missing, type PeelSource, tooLarge } from "@banana-peel/format";
import { readTarball } from "./read-tarball.js";

/** Bytes up to which a file stays in memory once the tarball was read; larger ones are read from it again. */
const SMALL = 1024 * 1024;

/** Ends the reading of a tarball before its end. */
class Enough extends Error {}

/**
 * The peel in a tarball on disk, in constant memory: it is read once, when it is opened, and again for each large file
 * that is asked for.
 * @param signal stops reading, now and later, with an AbortError
 * @throws BananaError TARBALL_INVALID
 */
export async function tarballSource(
  path: string,
  label: string,
  signal?: AbortSignal | undefined,
): Promise<PeelSource> {
  const digests = new Map<string, FileDigest>();
  const small = new Map<string, Uint8Array>();
  await readTarball(createReadStream(path, { signal }), label, (name, size) => {
    const hash = createHash("sha256");
    const pieces: Uint8Array[] | undefined = size <= SMALL ? [] : undefined;
    return {
      write(chunk) {
        hash.update(chunk);
        pieces?.push(Buffer.from(chunk));
      },
      end() {
        digests.set(name, { bytes: size, sha256: hash.digest("hex") });
        if (pieces !== undefined) small.set(name, Buffer.concat(pieces));
      },
    };
  });
  const measured = (name: string, maxBytes = Number.POSITIVE_INFINITY): FileDigest => {
    const digest = digests.get(name);
    if (digest === undefined) throw missing(label, name);
    if (digest.bytes > maxBytes) throw tooLarge(label, name, digest.bytes, maxBytes);
    return digest;
  };
  const stream = async function* (name: string, maxBytes?: number) {
    measured(name, maxBytes);
    const bytes = small.get(name);
    if (bytes !== undefined) yield bytes;
    else yield* entry(path, label, name, signal);
  };
  return {
    label,
    list: async () => [...digests.keys()].sort(),
    async read(name, maxBytes) {
      const pieces: Uint8Array[] = [];
      for await (const piece of stream(name, maxBytes)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    stream,
    digest: async (name, maxBytes) => measured(name, maxBytes),
  };
}

/** Waits until a stream takes more, or is closed. */
function roomIn(out: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      out.off("drain", done).off("close", done);
      resolve();
    };
    out.on("drain", done).on("close", done);
  });
}

/** One file of a tarball, as it is unpacked; the rest of the tarball isn't read. */
async function* entry(
  path: string,
  label: string,
  wanted: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const out = new PassThrough({ highWaterMark: SMALL });
  const input = async function* () {
    for await (const chunk of createReadStream(path, { signal })) {
      if (out.writableNeedDrain) await roomIn(out);
      if (out.destroyed || out.writableEnded) throw new Enough();
      yield chunk as Buffer;
    }
  };
  const reading = readTarball(input(), label, (name) =>
    name === wanted
      ? { write: (chunk) => void out.write(Buffer.from(chunk)), end: () => void out.end() }
      : { write: () => undefined, end: () => undefined },
  ).catch((error: unknown) => {
    if (!(error instanceof Enough)) out.destroy(error as Error);
  });
  try {
    for await (const chunk of out) yield chunk as Buffer;
  } finally {
    out.destroy();
    await reading;
  }
}
