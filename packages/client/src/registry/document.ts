import { BananaError } from "@banana-peel/format";
import { withoutSecrets } from "../http/without-secrets.js";
import type { RegistryConfig } from "./npm-config.js";
import { readText } from "./read-text.js";
import { type Requester, request } from "./request.js";

/** A registry's document of one name, as npm's protocol sends it back changed. */
export interface RegistryDocument {
  readonly [key: string]: unknown;
  readonly _rev?: string;
  readonly "dist-tags": Record<string, string>;
  readonly versions: Record<string, Record<string, unknown>>;
}

/** Who is asked, and how. */
export interface DocumentContext {
  readonly config: RegistryConfig;
  readonly request?: Requester | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Address of a name's document. */
export function documentUrl(name: string, { config }: DocumentContext): string {
  return config.registryFor(name) + name.replace("/", "%2f");
}

/**
 * Reads a name's document for a change (`?write=true`, as npm does).
 * @throws BananaError REGISTRY_REFUSED with the status in `details.status`, REGISTRY_INVALID, and of the connection
 */
export async function readDocument(name: string, context: DocumentContext): Promise<RegistryDocument> {
  const url = `${documentUrl(name, context)}?write=true`;
  const value = await askJson(url, context, {});
  const { name: found, versions, "dist-tags": tags } = (value ?? {}) as Record<string, unknown>;
  if (found === name && isRecord(versions) && Object.values(versions).every(isRecord) && isRecord(tags))
    return value as RegistryDocument;
  throw new BananaError("REGISTRY_INVALID", `expected the document of ${name}, found something else`, {
    where: withoutSecrets(url),
    hint: "Is this the address of an npm registry?",
  });
}

/**
 * Sends a request and reads its answer as JSON.
 * @throws BananaError of the connection; REGISTRY_INVALID
 */
export async function askJson(
  url: string,
  { config, request: send = request, signal }: DocumentContext,
  { method = "GET", body }: { method?: "GET" | "PUT" | "POST" | "DELETE"; body?: unknown },
): Promise<unknown> {
  const answer = await send(url, config, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
  });
  const text = await readText(answer, url, signal);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BananaError(
      "REGISTRY_INVALID",
      `expected JSON, found ${/^\s*</.test(text) ? "HTML" : "other text"}`,
      {
        where: withoutSecrets(url),
        hint: "Is this the address of an npm registry? A proxy may have answered in its place.",
        cause,
      },
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
