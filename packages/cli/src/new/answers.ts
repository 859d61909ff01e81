import { basename, resolve } from "node:path";
import { BananaError, isPeelName, parsePeelRequest } from "@banana-peel/format";
import { TEMPLATE_NAMES, type TemplateName } from "./templates.js";

/** What `new` is asked, by flags or by prompts. */
export interface Answers {
  readonly template: TemplateName;
  readonly folder: string;
  readonly name: string;
  readonly description: string;
  readonly license: string;
  /** The LoRA that the peel is made from, and the folder of the base that it is for. */
  readonly lora?: { readonly path: string; readonly base: string } | undefined;
}

/** What the command line says. */
export interface NewFlags {
  readonly folder?: string | undefined;
  readonly template?: TemplateName | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly license?: string | undefined;
  readonly lora?: string | undefined;
  readonly base?: string | undefined;
  readonly yes?: boolean | undefined;
}

export const DEFAULT_LICENSE = "CC-BY-4.0";

/** The name that a peel gets by its folder: letters lose their accents, and what names can't have becomes a dash. */
export function nameFor(folder: string): string {
  return basename(resolve(folder))
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "");
}

/**
 * The answers that flags give, with defaults for the rest.
 * @throws BananaError USAGE when template or folder is missing and --yes isn't given; NAME_INVALID
 */
export function answersFrom(flags: NewFlags): Answers {
  const { template, folder, yes } = flags;
  if (!yes && (template === undefined || folder === undefined))
    throw new BananaError(
      "USAGE",
      `expected a folder and --template, found ${folder === undefined ? "no folder" : "no template"}`,
      {
        where: "new",
        hint: `Templates: ${TEMPLATE_NAMES.join(", ")}. On a terminal it asks; --yes takes the defaults.`,
      },
    );
  const kind = template ?? "peel";
  const place = folder ?? `my-${kind}`;
  return complete({ ...flags, template: kind, folder: place });
}

/** Fills in what was not answered, and checks the name. @throws BananaError NAME_INVALID, USAGE */
export function complete(flags: NewFlags & { template: TemplateName; folder: string }): Answers {
  const { template, folder, description, license } = flags;
  const name = fullName(flags.name ?? nameFor(folder));
  return {
    template,
    folder,
    name,
    description: description?.trim() || `Say in a sentence what ${name} changes.`,
    license: license?.trim() || DEFAULT_LICENSE,
    lora: loraOf(flags),
  };
}

function loraOf({ template, lora, base }: NewFlags): Answers["lora"] {
  if (lora === undefined && base === undefined) return undefined;
  if (template === "peel" && lora !== undefined && base !== undefined) return { path: lora, base };
  const found =
    template === "peel" ? `only --${lora === undefined ? "base" : "lora"}` : `them for ${template}`;
  throw new BananaError("USAGE", `expected --lora and --base together, for a peel; found ${found}`, {
    where: "new",
    hint: "A peel is made from a LoRA for one base: --lora my-lora.safetensors --base ./bases/nano",
  });
}

/** A peel's full name. @throws BananaError NAME_INVALID */
export function fullName(text: string): string {
  const { name, range } = parsePeelRequest(text);
  if (range === undefined && isPeelName(name)) return name;
  throw new BananaError("NAME_INVALID", `expected a name without a range, found ${text}`, {
    where: "--name",
    hint: "For example: --name my-style",
  });
}
