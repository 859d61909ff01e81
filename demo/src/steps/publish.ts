import { overlay, type PublishReport, publishPeel, withPackageJson } from "@banana-peel/client";
import { BananaError, type PeelManifest } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { type SigningKey, signPeel } from "@banana-peel/signer";
import { isAcceptable, validatePeel } from "@banana-peel/validator";
import { byteSize } from "../sheet/text.js";
import type { Tell } from "../terminal/steps.js";
import { readCard } from "./read-card.js";

/** What publishing needs. */
export interface PublishTask {
  /** Folder of the peel. */
  readonly peel: string;
  /** Folder of the base that it is checked against. */
  readonly base: string;
  readonly key: SigningKey;
  /** Folder whose .npmrc names the registry and holds a token. */
  readonly author: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * Validates, signs, packs and publishes a peel. Nothing is written into its folder.
 * @throws BananaError PEEL_INVALID with every problem, and of signPeel and publishPeel
 */
export async function publish(task: PublishTask): Promise<{ report: PublishReport; manifest: PeelManifest }> {
  const { peel, base, key, author, env, signal, tell } = task;
  const { source, manifest } = await withPackageJson(folderSource(peel));
  const problems = await validatePeel(source, { bases: [await readCard(base)] });
  if (!isAcceptable(problems))
    throw new BananaError(
      "PEEL_INVALID",
      problems.map(({ rule, message }) => `${rule}: ${message}`).join("\n"),
      {
        where: peel,
        hint: "banana-peel validate lists each problem with its mend.",
      },
    );
  tell(
    `validated ${(await source.list()).length} files against the base's card: ${problems.length || "no"} remarks`,
  );
  const signed = overlay(source, await signPeel(source, key));
  tell(`signed by ${key.identity.fingerprint}`);
  const report = await publishPeel({ source: signed, project: author, env, signal });
  tell(`published ${report.name} ${report.version}, ${byteSize(report.bytes)}`);
  tell(`tarball ${report.integrity}`);
  return { report, manifest };
}
