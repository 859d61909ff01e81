import { BananaError, isBananaError } from "@banana-peel/format";
import type { RegistryConfig } from "./npm-config.js";

/** An answer with a status below 400; its body is read once. */
export interface Answer {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What a request may carry. */
export interface RequestOptions {
  method?: "GET" | "PUT" | "POST" | "DELETE";
  headers?: Record<string, string>;
  /** A string, or a stream of known length. */
  body?: string | NodeJS.ReadableStream;
  signal?: AbortSignal | undefined;
  /** Milliseconds until the answer begins; 0 for no limit, the default is npm's. */
  timeout?: number;
}

/** One request to a registry with npm's configuration; the default is npm-registry-fetch. */
export type Requester = (url: string, config: RegistryConfig, options?: RequestOptions) => Promise<Answer>;

/**
 * Sends one request by npm-registry-fetch, which adds the credentials that the configuration has for the address,
 * follows redirects and tries again after a broken connection.
 * @throws BananaError REGISTRY_UNREACHABLE, REGISTRY_REFUSED, CANCELLED
 */
export const request: Requester = async (url, config, options = {}) => {
  const { default: send } = await import("npm-registry-fetch");
  try {
    options.signal?.throwIfAborted();
    const response = await send(url, { ...config.options, ...options } as Parameters<typeof send>[1]);
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      body: response.body as unknown as AsyncIterable<Uint8Array>,
    };
  } catch (error) {
    throw requestError(error, url, options.signal);
  }
};

/** The coded error for what a request threw; the status is in `details.status`. */
export function requestError(error: unknown, url: string, signal?: AbortSignal): BananaError {
  if (isBananaError(error)) return error;
  if (signal?.aborted) return cancelled(error);
  const { statusCode, message, body } = error as { statusCode?: number; message: string; body?: unknown };
  const where = withoutSecrets(url);
  if (statusCode === undefined)
    return new BananaError(
      "REGISTRY_UNREACHABLE",
      `expected an answer from ${new URL(url).host}: ${reason(error)}`,
      {
        where,
        hint: "Check the address of the registry and the connection, then try again; nothing was changed.",
        cause: error,
      },
    );
  const answer = (typeof body === "object" && body !== null && !Buffer.isBuffer(body) ? body : {}) as {
    error?: unknown;
    reason?: unknown;
    problems?: unknown;
  };
  const said = [answer.reason, answer.error].find((text) => typeof text === "string" && text !== "");
  const problems = Array.isArray(answer.problems) ? answer.problems.slice(0, 1000) : undefined;
  return new BananaError(
    "REGISTRY_REFUSED",
    `the registry answered ${statusCode}${said ? `: ${String(said).slice(0, 500)}` : ""}`,
    {
      where,
      hint:
        HINTS[statusCode] ??
        (statusCode >= 500
          ? "It is the registry's fault: try again later."
          : `See what ${message.split("\n")[0]} means.`),
      details: { status: statusCode, ...(problems ? { problems } : {}) },
      cause: error,
    },
  );
}

const HINTS: Readonly<Record<number, string>> = {
  401: "Log in: put a token into .npmrc, as in //HOST/:_authToken=TOKEN (npm login does it).",
  403: "This account may not do that: ask the registry's operator, or use another account's token in .npmrc.",
  404: "Check the address of the registry and the name.",
  409: "This version is there already: raise the version in peel.json.",
  413: "The peel is larger than the registry accepts: ask its operator.",
  422: "Mend the problems that are listed, then publish again.",
  429: "Too many requests: wait a little.",
};

/** CANCELLED, for a request or a command that its signal stopped. */
export function cancelled(cause?: unknown): BananaError {
  return new BananaError("CANCELLED", "stopped before the end; nothing was changed", { cause });
}

/** An address without user name, password and query, for messages. */
export function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function reason(error: unknown): string {
  const { code, message, type } = error as { code?: string; message?: string; type?: string };
  if (type === "request-timeout" || code === "ETIMEDOUT" || code === "ERR_SOCKET_TIMEOUT")
    return "none came in time";
  if (code === "ECONNREFUSED") return "the connection was refused";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "the host's name is unknown";
  return message ?? String(error);
}
