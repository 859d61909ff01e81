import { BananaError, isPeelName, PEEL_KEYWORD } from "@banana-peel/format";
import { withoutSecrets } from "./http/without-secrets.js";
import { loadRegistryConfig } from "./registry/npm-config.js";
import { readText } from "./registry/read-text.js";
import { type Requester, request } from "./registry/request.js";

/** A peel that a search found; what it says of itself is the registry's claim. */
export interface FoundPeel {
  readonly name: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
}

/** Hits that a registry is asked for, as npm does. */
const SIZE = 20;

/**
 * Searches a registry by npm's protocol (`/-/v1/search`). Packages whose keywords say that they are no peels are
 * left out; the registry's order stays.
 * @param options.project folder whose .npmrc counts; the registry is the one of the default scope
 * @throws BananaError USAGE, REGISTRY_INVALID, and of the registry
 */
export async function searchPeels(options: {
  words: readonly string[];
  project: string;
  registry?: string | undefined;
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  request?: Requester | undefined;
}): Promise<{ registry: string; peels: FoundPeel[] }> {
  const words = options.words.join(" ").trim();
  if (words === "")
    throw new BananaError("USAGE", "expected words to search for, found none", {
      hint: "For example: banana-peel search medical",
    });
  const config = await loadRegistryConfig({
    cwd: options.project,
    registry: options.registry,
    ...(options.env ? { env: options.env } : {}),
  });
  const registry = config.registryFor("@peels/any");
  const url = `${registry}-/v1/search?text=${encodeURIComponent(words)}&size=${SIZE}`;
  const answer = await (options.request ?? request)(url, config, {
    headers: { accept: "application/json" },
    signal: options.signal,
  });
  return { registry, peels: readHits(await readText(answer, url, options.signal), url) };
}

function readHits(text: string, url: string): FoundPeel[] {
  let objects: unknown;
  try {
    objects = (JSON.parse(text) as { objects?: unknown } | null)?.objects;
  } catch {
    objects = undefined;
  }
  if (!Array.isArray(objects))
    throw new BananaError("REGISTRY_INVALID", "expected a list of hits, found something else", {
      where: withoutSecrets(url),
      hint: "Is this the address of an npm registry that can search?",
    });
  return objects.slice(0, 10 * SIZE).flatMap((item: { package?: Record<string, unknown> } | null) => {
    const { name, version, description, keywords } = item?.package ?? {};
    if (typeof name !== "string" || !isPeelName(name)) return [];
    if (Array.isArray(keywords) && !keywords.includes(PEEL_KEYWORD)) return [];
    return [{ name, version: textOf(version), description: textOf(description) }];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
