import { gzipSync } from "node:zlib";
import { Header } from "tar";

/** One entry of a hand-made archive; what node-tar's own Header can say, good or bad. */
export interface TestEntry {
  path: string;
  body?: string | Uint8Array;
  type?: "File" | "Directory" | "SymbolicLink" | "Link" | "CharacterDevice" | "FIFO";
  linkpath?: string;
  /** Size that the header claims, when not the body's. */
  size?: number;
}

/** A tar archive of those entries, made by node-tar's header writer and not by ours. */
export function tarOf(entries: TestEntry[], end = true): Buffer {
  const blocks: Buffer[] = [];
  for (const { path, body = "", type = "File", linkpath, size } of entries) {
    const bytes = Buffer.from(body);
    const header = new Header({
      path,
      type,
      linkpath,
      size: size ?? bytes.length,
      mode: 0o644,
      mtime: new Date(0),
    });
    header.encode();
    blocks.push(header.block as Buffer, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  if (end) blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

/** The same, gzipped. */
export function tgzOf(entries: TestEntry[]): Buffer {
  return gzipSync(tarOf(entries));
}
