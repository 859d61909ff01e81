import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NewAdapter } from "@banana-peel/client";
import { BananaError, FILES } from "@banana-peel/format";
import { nameFor } from "./new/answers.js";

/** Where an imported adapter goes, as the flags of `import` say. */
export interface PlaceFlags {
  readonly out?: string;
  readonly into?: string;
  readonly name?: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
}

/**
 * Puts an imported adapter into a new peel's folder, or into a peel that is there.
 * @throws BananaError USAGE when neither or both are named; of createPeel, preparePeel and addAdapter
 */
export async function placeImported(
  { out, into, name: wanted, version, description, license }: PlaceFlags,
  { adapter, origin }: { adapter: NewAdapter; origin: string },
): Promise<{ folder: string; name: string; version: string; unsigned: boolean }> {
  const { addAdapter, createPeel, preparePeel } = await import("@banana-peel/client");
  if (out !== undefined && into === undefined) {
    const name = await createPeel({
      folder: out,
      name: wanted ?? nameFor(out),
      version,
      description,
      license,
      adapter,
      origin,
    });
    return { folder: out, name, version, unsigned: false };
  }
  if (into === undefined || out !== undefined)
    throw new BananaError("USAGE", `expected either --out or --into, found ${into ? "both" : "neither"}`, {
      where: "import",
      hint: "--out DIR makes a peel; --into DIR puts the adapter into one that is there.",
    });
  const folder = await preparePeel(into);
  const { unsigned } = await addAdapter(folder, adapter);
  const manifest = JSON.parse(await readFile(join(folder, FILES.manifest), "utf8")) as Record<
    string,
    unknown
  >;
  return { folder, name: String(manifest.name ?? into), version: String(manifest.version ?? ""), unsigned };
}
