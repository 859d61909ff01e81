import { BananaError, isBananaError } from "@banana-peel/format";
import { unknownPeel } from "@banana-peel/resolver";
import { createCatalogue } from "./registry/catalogue.js";
import { type DocumentContext, type RegistryDocument, readDocument } from "./registry/document.js";
import { loadRegistryConfig } from "./registry/npm-config.js";
import type { Requester } from "./registry/request.js";

/** What commands that change a published peel take. */
export interface ChangeOptions {
  /** Folder whose .npmrc counts. */
  project: string;
  /** Address of the registry, whatever .npmrc says. */
  registry?: string | undefined;
  /** True: everything but the change itself. */
  dryRun?: boolean | undefined;
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  request?: Requester | undefined;
}

/**
 * Reads what is to be changed.
 * @throws BananaError PEEL_UNKNOWN with the nearest names; of the registry
 */
export async function openChange(
  name: string,
  options: ChangeOptions,
): Promise<{ context: DocumentContext; document: RegistryDocument; registry: string }> {
  const { project: cwd, registry, env, request, signal } = options;
  const config = await loadRegistryConfig({ cwd, registry, ...(env ? { env } : {}) });
  const context = { config, request, signal };
  try {
    const document = await readDocument(name, context);
    return { context, document, registry: config.registryFor(name) };
  } catch (error) {
    if (!isBananaError(error) || error.details?.status !== 404) throw error;
    throw await unknownPeel(name, createCatalogue(config, { signal, ...(request ? { request } : {}) }));
  }
}

/** VERSION_UNSATISFIED: nothing to change, with the versions that there are. */
export function noSuchVersion(name: string, asked: string, versions: readonly string[]): BananaError {
  return new BananaError(
    "VERSION_UNSATISFIED",
    `expected a published version of ${name} in ${JSON.stringify(asked)}, found ${versions.slice(-6).join(", ") || "none"}`,
    {
      where: `${name}@${asked}`,
      hint: `See them all: banana-peel info ${name}`,
      details: { name, range: asked, versions: [...versions] },
    },
  );
}
