import { parsePeelRequest } from "@banana-peel/format";
import { type CatalogueEntry, unknownPeel } from "@banana-peel/resolver";
import { createCatalogue } from "./registry/catalogue.js";
import { loadRegistryConfig } from "./registry/npm-config.js";
import type { Requester } from "./registry/request.js";

/**
 * What a registry has of a name.
 * @param options.project folder whose .npmrc counts
 * @throws BananaError NAME_INVALID, PEEL_UNKNOWN with the nearest names, and of the registry
 */
export async function peelInfo(options: {
  name: string;
  project: string;
  registry?: string | undefined;
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  request?: Requester | undefined;
}): Promise<CatalogueEntry> {
  const { name } = parsePeelRequest(options.name);
  const config = await loadRegistryConfig({
    cwd: options.project,
    registry: options.registry,
    ...(options.env ? { env: options.env } : {}),
  });
  const catalogue = createCatalogue(config, {
    signal: options.signal,
    ...(options.request ? { request: options.request } : {}),
  });
  const entry = await catalogue.versions(name);
  if (entry !== undefined) return entry;
  throw await unknownPeel(name, catalogue);
}
