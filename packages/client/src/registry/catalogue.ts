import { isBananaError, requirePeelName } from "@banana-peel/format";
import type { Catalogue, CatalogueEntry } from "@banana-peel/resolver";
import type { Documents } from "../store/documents.js";
import type { RegistryConfig } from "./npm-config.js";
import { readPackument } from "./packument.js";
import { readText } from "./read-text.js";
import { type Requester, request } from "./request.js";

/** Milliseconds that looking for near names may take; it only makes a message better. */
const SUGGEST_MS = 3_000;
/** Names asked for at once: more would only wait in the registry. */
const PARALLEL = 16;
/** Names that a search is asked for. */
const SUGGESTIONS = 50;

/** How registries are asked. */
export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly request?: Requester | undefined;
  /** What they said before: then they are asked for what is new, and their answers are remembered. */
  readonly documents?: Documents | undefined;
}

/** A resolver's catalogue over npm registries. Each name is asked for once, many at a time. */
export function createCatalogue(config: RegistryConfig, options: AskOptions = {}): Catalogue {
  const send = options.request ?? request;
  const { documents } = options;
  const text = async (url: string, accept: string, signal?: AbortSignal): Promise<string> => {
    const answer = await send(url, config, { headers: { accept }, signal });
    return readText(answer, url, signal);
  };
  const readName = async (name: string): Promise<CatalogueEntry | undefined> => {
    requirePeelName(name);
    const registry = config.registryFor(name);
    try {
      // The full document: the abbreviated one has no bananaPeel field.
      const url = registry + name.replace("/", "%2f");
      const kept = await documents?.find(registry, name);
      const known: Record<string, string> = kept?.etag === undefined ? {} : { "if-none-match": kept.etag };
      const headers = { accept: "application/json", ...known };
      const answer = await send(url, config, { headers, signal: options.signal });
      const body = await readText(answer, url, options.signal);
      if (answer.status === 304 && kept !== undefined) return kept.entry;
      const entry = readPackument(body, name, registry);
      documents?.remember(registry, name, { entry, etag: answer.header("etag") });
      return entry;
    } catch (error) {
      if (!isBananaError(error) || error.details?.status !== 404) throw error;
      documents?.remember(registry, name, undefined);
      return undefined;
    }
  };
  const read = new Map<string, Promise<CatalogueEntry | undefined>>();
  let atWork = 0;
  const waiting: (() => void)[] = [];
  /** Does work while at most PARALLEL others are at work. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (atWork >= PARALLEL) await new Promise<void>((go) => waiting.push(go));
    else atWork++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) atWork--;
      else next();
    }
  };
  return {
    registryFor: (name) => config.registryFor(name),
    versions(name) {
      let entry = read.get(name);
      if (entry === undefined) {
        entry = inTurn(() => readName(name));
        read.set(name, entry);
      }
      return entry;
    },
    async suggest(name) {
      const registry = config.registryFor(name);
      const words = name.slice(name.indexOf("/") + 1).split(/[._-]/);
      const signal = AbortSignal.any([
        AbortSignal.timeout(SUGGEST_MS),
        ...(options.signal ? [options.signal] : []),
      ]);
      // A misspelt word finds nothing, so that each word is asked for by itself and by its beginning.
      const queries = [...new Set(["", ...words, ...words.map((word) => word.slice(0, 3))])];
      const found = await Promise.allSettled(
        queries.map((query) =>
          text(
            `${registry}-/v1/search?text=${encodeURIComponent(query)}&size=${SUGGESTIONS}`,
            "application/json",
            signal,
          ),
        ),
      );
      return found.flatMap((result) => (result.status === "fulfilled" ? searchedNames(result.value) : []));
    },
  };
}

function searchedNames(text: string): string[] {
  try {
    const { objects } = JSON.parse(text) as { objects?: { package?: { name?: unknown } }[] };
    return (objects ?? []).flatMap((item) =>
      typeof item?.package?.name === "string" ? [item.package.name] : [],
    );
  } catch {
    return [];
  }
}
