import { resolve } from "node:path";
import { BananaError, type Preview } from "@banana-peel/format";
import type { PeelUse } from "@banana-peel/runtime";
import { loadOrt } from "../load-ort.js";
import { openUses } from "../peel-uses.js";

/** A picture to draw and where it goes. */
export interface Job {
  readonly prompt: string;
  readonly seed: number;
  readonly steps?: number | undefined;
  readonly guidance?: number | undefined;
  /** Weight of the one peel, for a preview that names its own. */
  readonly weight?: number | undefined;
  /** The file, or the preview of the peel in a folder. */
  readonly to: { readonly file: string } | { readonly folder: string; readonly preview: Preview };
}

/** What the flags may say. */
export interface JobFlags {
  readonly prompt?: string;
  readonly seed: string;
  readonly steps?: string;
  readonly guidance?: string;
  readonly weight: readonly string[];
  readonly out?: string;
  readonly preview?: string;
  readonly alt?: string;
  readonly previews?: boolean;
}

/**
 * What the flags ask for.
 * @param peels as `preparePeel` gives them
 * @throws BananaError USAGE; of reading peel.json
 */
export async function readJobs(peels: readonly string[], flags: JobFlags): Promise<Job[]> {
  const { out, preview, alt, previews } = flags;
  const ways = [out, preview, previews].filter((way) => way !== undefined).length;
  if (ways !== 1)
    throw usage(
      `expected one of --out, --preview and --previews, found ${ways || "none"}`,
      "For example: --out picture.png",
    );
  if (out === undefined && peels.length !== 1)
    throw usage(`expected the folder of one peel, found ${peels.length}`, "A preview is of one peel.");
  const folder = peels[0] ?? "";
  if (previews) return previewJobs(folder, flags);
  if (flags.prompt === undefined)
    throw usage("expected --prompt, found none", 'Tags and trigger words; --prompt "" draws without any.');
  const job = {
    prompt: flags.prompt,
    seed: readNumber(flags.seed, "--seed"),
    steps: flags.steps === undefined ? undefined : readNumber(flags.steps, "--steps"),
    guidance: flags.guidance === undefined ? undefined : readNumber(flags.guidance, "--guidance"),
  };
  if (out !== undefined) return [{ ...job, to: { file: out } }];
  if (alt === undefined || alt.trim() === "")
    throw usage(
      "expected --alt with a preview, found none",
      "Say what it shows, for people who can't see it.",
    );
  const entry: Preview = {
    file: `previews/${preview}.png`,
    alt,
    prompt: flags.prompt,
    seed: job.seed,
    ...(job.steps === undefined ? {} : { steps: job.steps }),
    ...(flags.weight[0] === undefined ? {} : { weight: Number(flags.weight[0]) }),
  };
  return [{ ...job, to: { folder, preview: entry } }];
}

async function previewJobs(folder: string, { guidance }: JobFlags): Promise<Job[]> {
  const { openPeelAt } = await import("@banana-peel/client");
  const { manifest } = await openPeelAt(resolve(folder), ".");
  const drawn = (manifest.previews ?? []).filter(({ prompt }) => prompt !== undefined);
  if (drawn.length === 0)
    throw usage(
      "expected previews with a prompt in peel.json, found none",
      'Make one: banana-peel generate DIR --prompt "…" --preview NAME --alt "…"',
    );
  return drawn.map((preview) => ({
    prompt: preview.prompt!,
    seed: preview.seed ?? 0,
    steps: preview.steps,
    guidance: guidance === undefined ? undefined : readNumber(guidance, "--guidance"),
    weight: preview.weight,
    to: { folder, preview },
  }));
}

/** What was drawn. */
export interface DrawnPicture {
  readonly file: string;
  readonly prompt: string;
  readonly seed: number;
  /** The prompt's, then those that complete it. */
  readonly tags: readonly string[];
  readonly completed: readonly string[];
  readonly warnings: readonly string[];
  readonly milliseconds: number;
}

/**
 * Draws the pictures one after the other and writes each when it is done.
 * @returns unsigned: whether the peel had a signature, which no longer fitted and was removed
 * @throws BananaError BASE_INVALID for a base that doesn't draw; of openBase, openUses and ImageModel.generate; of
 *   writing
 */
export async function runJobs(
  jobs: readonly Job[],
  options: {
    folder: string;
    peels: readonly string[];
    weight: readonly string[];
    project: string;
    /** Whether prompts are drawn as they are, not completed. */
    asIs?: boolean;
    /** Whether merged sets come from the store and go there. */
    cache: boolean;
    signal: AbortSignal;
    status: (text: string) => void;
  },
): Promise<{ base: { family: string; version: string }; pictures: DrawnPicture[]; unsigned: boolean }> {
  const { folder, peels, weight, project, asIs = false, cache, signal, status } = options;
  const [{ mergedCache, openBase }, { encodePng, openImage }, client] = await Promise.all([
    import("@banana-peel/runtime/node"),
    import("@banana-peel/image"),
    import("@banana-peel/client"),
  ]);
  const { mergedFolder, storeFolder, writePreview, writeWhole } = client;
  status(`opening ${folder}`);
  const kept = cache ? { cache: mergedCache(mergedFolder(storeFolder())) } : {};
  const base = await openBase(folder, { ort: await loadOrt(project), signal, ...kept });
  try {
    const model = await openImage(base, { signal });
    const uses = await openUses(peels, weight, base, project);
    const pictures: DrawnPicture[] = [];
    let before: string | undefined;
    let unsigned = false;
    for (const [i, job] of jobs.entries()) {
      const own = uses.map(({ peel, weight }): PeelUse => ({ peel, weight: job.weight ?? weight }));
      const key = own.map((use) => use.weight).join();
      if (key !== before) await base.setPeels(own, { signal });
      before = key;
      const name = "file" in job.to ? job.to.file : job.to.preview.file;
      const { prompt, seed, steps, guidance } = job;
      const picture = await model.generate({
        prompt,
        seed,
        complete: !asIs,
        ...(steps === undefined ? {} : { steps }),
        ...(guidance === undefined ? {} : { guidance }),
        signal,
        onStep: (step, of) => status(`${name} (${i + 1} of ${jobs.length}): step ${step} of ${of}`),
      });
      const png = encodePng(picture);
      if ("file" in job.to) await writeWhole(resolve(job.to.file), png);
      else if ((await writePreview(job.to.folder, job.to.preview, png)).unsigned) unsigned = true;
      pictures.push({
        file: name,
        prompt,
        seed,
        tags: picture.tags,
        completed: picture.completed,
        warnings: picture.warnings.map(({ message }) => message),
        milliseconds: picture.ms,
      });
    }
    const { family, version } = base.card;
    return { base: { family, version }, pictures, unsigned };
  } finally {
    await base.dispose();
  }
}

function readNumber(text: string, where: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw usage(`expected a number, found ${JSON.stringify(text)}`, `For example: ${where} 1`, where);
}

function usage(message: string, hint: string, where = "generate"): BananaError {
  return new BananaError("USAGE", message, { where, hint });
}
