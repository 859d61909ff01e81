import { BananaError, FILES, type PeelManifest, parsePeelRequest } from "@banana-peel/format";
import semver from "semver";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { writeFolder } from "./disk/write-folder.js";

/** A peel that begins its life, with as much as is known of it. */
export interface NewPeel {
  /** Folder to make. */
  readonly folder: string;
  /** `name` or `@scope/name`. */
  readonly name: string;
  readonly version: string;
  readonly description?: string | undefined;
  /** SPDX expression; never guessed. */
  readonly license?: string | undefined;
  /** The safetensors file, and what peel.json says of it. */
  readonly adapter: Omit<PeelManifest["adapters"][number], "file"> & { readonly bytes: Uint8Array };
  /** Where the adapter comes from, for the README: a sentence. */
  readonly origin: string;
}

const ADAPTER = "adapter.safetensors";

/**
 * Makes a peel's folder with adapter, peel.json, README.md and LICENSE, as a whole or not at all. What isn't known is
 * left out of peel.json, so that the validator asks for it; LICENSE claims nothing that wasn't given.
 * @returns the peel's full name
 * @throws BananaError NAME_INVALID; USAGE for a version that isn't semver; of `writeFolder`
 */
export async function createPeel(peel: NewPeel, disk: Disk = nodeDisk): Promise<string> {
  const { name, range } = parsePeelRequest(peel.name);
  if (range !== undefined || semver.valid(peel.version) !== peel.version)
    throw new BananaError(
      "USAGE",
      `expected a name and a semantic version of their own, found ${JSON.stringify(peel.name)} and ${JSON.stringify(peel.version)}`,
      { where: "--version", hint: "For example: --name my-style --version 1.0.0" },
    );
  const { description, license, version } = peel;
  const { bytes, ...adapter } = peel.adapter;
  const manifest: Partial<PeelManifest> = {
    formatVersion: 1,
    name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(license === undefined ? {} : { license }),
    adapters: [{ file: ADAPTER, ...adapter }],
  };
  const text = (value: string) => new TextEncoder().encode(value);
  await writeFolder(
    peel.folder,
    new Map([
      [ADAPTER, bytes],
      [FILES.manifest, text(`${JSON.stringify(manifest, null, 2)}\n`)],
      [FILES.readme, text(readme(name, peel))],
      [FILES.license, text(licence(license))],
    ]),
    disk,
  );
  return name;
}

function readme(name: string, { description, origin }: NewPeel): string {
  const what = description ?? "Say here what the peel does, how it was made, and what it is not for.";
  return `# ${name}\n\n${what}\n\n${origin}\n`;
}

function licence(expression: string | undefined): string {
  return expression === undefined
    ? 'No licence has been given for this peel.\n\nPut the licence\'s text here, and its SPDX expression into "license" of peel.json.\n'
    : `SPDX-License-Identifier: ${expression}\n\nPut the full text of the licence here.\n`;
}
