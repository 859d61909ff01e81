import { constants } from "node:fs";
import { copyFile, lstat, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BASE_CARD, BananaError, type BaseCard } from "@banana-peel/format";
import { diskError, makeFolder, unmakeFolder } from "@banana-peel/format/node";
import { mergedCard } from "../models/merged-card.js";
import type { MergedModels } from "../models/open-models.js";
import type { PeelUse } from "../peel/types.js";
import { hashFile } from "./hash-file.js";

/** A merged base to write. */
export interface WriteMergedOptions {
  /** Folder of the base that it was made from; its other files are copied (cloned where the file system can). */
  readonly base: string;
  readonly card: BaseCard;
  readonly uses: readonly PeelUse[];
  readonly merged: MergedModels;
  /** Folder to make. */
  readonly out: string;
  /** Files of the card to write in the place of the base's, and files beside it, by path. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface WrittenBase {
  readonly folder: string;
  /** Its card. */
  readonly card: BaseCard;
  /** Paths of the ONNX models, by graph, each to be opened where it lies. */
  readonly models: Readonly<Record<string, string>>;
}

/**
 * Writes a merged base: ONNX models that plain onnxruntime opens, their external data beside them, and a card, so
 * that it is a base of its own. As a whole or not at all; external data is copied and patched on disk, never held in
 * memory.
 * @throws BananaError FOLDER_EXISTS, DISK_FULL, TARGET_READ_ONLY; the signal's reason
 */
export async function writeMerged(options: WriteMergedOptions): Promise<WrittenBase> {
  const out = resolve(options.out);
  if (await lstat(out).catch(() => undefined)) throw exists(options.out);
  const staging = `${out}.${process.pid}.partial`;
  let made: string | undefined;
  try {
    made = await makeFolder(dirname(out));
    await mkdir(staging);
    const card = await fill(staging, options);
    await rename(staging, out).catch((cause) => {
      throw ["ENOTEMPTY", "EEXIST"].includes(cause.code) ? exists(options.out) : cause;
    });
    const models = Object.entries(card.graphs).map(([name, { model }]) => [name, join(out, model)]);
    return { folder: out, card, models: Object.fromEntries(models) };
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    await unmakeFolder(dirname(out), made);
    throw diskError(error, options.out, bytesOf(options));
  }
}

async function fill(folder: string, options: WriteMergedOptions): Promise<BaseCard> {
  const { base, card, uses, merged, files = new Map(), signal } = options;
  const models = new Map(merged.graphs.map(({ path, model }) => [path, model]));
  const written: BaseCard["files"] = [];
  for (const { path } of card.files) {
    signal?.throwIfAborted();
    const target = join(folder, path);
    await makeFolder(dirname(target));
    const bytes = files.get(path) ?? models.get(path);
    if (bytes !== undefined) await writeFile(target, bytes);
    else await copyFile(join(base, path), target, constants.COPYFILE_FICLONE);
    const patches = merged.graphs
      .flatMap((graph) => graph.patches)
      .filter(({ location }) => location === path);
    if (patches.length > 0) await patch(target, patches);
    written.push({ path, ...(await hashFile(target, signal)) });
  }
  const onCard = new Set(card.files.map(({ path }) => path));
  for (const [path, bytes] of files) if (!onCard.has(path)) await writeFile(join(folder, path), bytes);
  const own = { ...mergedCard(card, uses, merged), files: written };
  await writeFile(join(folder, BASE_CARD), `${JSON.stringify(own, null, 2)}\n`);
  return own;
}

/** Bytes of the card's files as they are written. */
function bytesOf({ card, files = new Map(), merged }: WriteMergedOptions): number {
  const made = new Map([...merged.graphs.map(({ path, model }) => [path, model] as const), ...files]);
  return card.files.reduce((sum, { path, bytes }) => sum + (made.get(path)?.length ?? bytes), 0);
}

async function patch(path: string, patches: readonly { offset: number; bytes: Uint8Array }[]): Promise<void> {
  const file = await open(path, "r+");
  try {
    for (const { offset, bytes } of patches)
      for (let done = 0; done < bytes.length; )
        done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
    await file.sync();
  } finally {
    await file.close();
  }
}

function exists(where: string): BananaError {
  return new BananaError("FOLDER_EXISTS", `expected no folder at ${where}, found one`, {
    where,
    hint: "Name another folder, or move this one away.",
  });
}
