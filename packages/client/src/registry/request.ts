import type { IncomingMessage } from "node:http";
import { connectionFor } from "../http/connection.js";
import { type Credentials, credentialsFor } from "../http/credentials.js";
import { decodeBody } from "../http/decode-body.js";
import { isRedirect, redirectTarget } from "../http/redirect.js";
import { mayPass, mayRecover, type Retry, waitToRetry } from "../http/retry.js";
import { sendOnce } from "../http/send-once.js";
import { text } from "../http/text.js";
import { withoutSecrets } from "../http/without-secrets.js";
import type { RegistryConfig } from "./npm-config.js";
import { readRefusal } from "./refusal.js";
import { cancelled, unreachable } from "./request-error.js";

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
  /** A string, or pieces of known length together, each valid until the next is asked for. */
  body?: string | AsyncIterable<Uint8Array>;
  signal?: AbortSignal | undefined;
  /** Milliseconds until the answer begins; 0 for no limit, the default is npm's. */
  timeout?: number;
  /** Address of the registry that named `url`; its rights hold for other paths of its origin too. */
  registry?: string | undefined;
}

/** One request to a registry with npm's configuration; the default is `request`. */
export type Requester = (url: string, config: RegistryConfig, options?: RequestOptions) => Promise<Answer>;

/**
 * Sends one request as npm's configuration says: with the credentials that it has for the address, by its proxies,
 * trusting its certificates. Redirects are followed, each with the rights of its own address only; what may pass is
 * tried again.
 * @throws BananaError REGISTRY_UNREACHABLE, REGISTRY_CERTIFICATE, REGISTRY_REFUSED, REGISTRY_INVALID, PROJECT_INVALID,
 *   CANCELLED
 */
export const request: Requester = async (address, config, options = {}) => {
  const { method = "GET", body, signal } = options;
  const canRepeat = body === undefined || typeof body === "string";
  const registry = options.registry === undefined ? undefined : new URL(options.registry);
  let url = new URL(address);
  for (let redirects = 0; ; redirects++) {
    const rights = credentialsFor(url, config.options, registry);
    const response = await persistently(url, config, { ...options, method, canRepeat, rights });
    const status = response.statusCode ?? 0;
    const where = withoutSecrets(url.href);
    if (isRedirect(status)) {
      response.destroy();
      const { location } = response.headers;
      url = redirectTarget(url, { status, location }, { method, canRepeat, redirects });
      continue;
    }
    if (status >= 400) {
      const { authorization = options.headers?.authorization } = rights;
      throw await readRefusal(response, url.href, { signal, hadRights: authorization !== undefined });
    }
    const { headers } = response;
    return {
      status,
      header: (name) => [headers[name.toLowerCase()]].flat()[0],
      body: decodeBody(response, where),
    };
  }
};

type Sending = RequestOptions & { method: string; canRepeat: boolean; rights: Credentials };

/** Sends to one address, and again where another try may better it. */
async function persistently(
  url: URL,
  config: RegistryConfig,
  { method, headers = {}, body, signal, canRepeat, timeout, rights }: Sending,
): Promise<IncomingMessage> {
  const { options } = config;
  const retry = options.retry as Retry;
  const retries = canRepeat && method !== "POST" ? retry.retries : 0;
  const connection = await connectionFor(url, options, rights);
  const outgoing = {
    url,
    method,
    headers: {
      "user-agent": String(options.userAgent),
      "accept-encoding": "gzip, deflate",
      ...(typeof body === "string" ? { "content-length": String(Buffer.byteLength(body)) } : {}),
      ...(typeof options.authType === "string" ? { "npm-auth-type": options.authType } : {}),
      ...(rights.authorization === undefined ? {} : { authorization: rights.authorization }),
      ...(rights.otp === undefined ? {} : { "npm-otp": rights.otp }),
      ...headers,
    },
    body,
    connection,
    signal,
    timeout: timeout ?? Number(options.timeout),
  };
  for (let failures = 1; ; failures++) {
    let retryAfter: string | undefined;
    try {
      if (signal?.aborted) throw cancelled(signal.reason);
      const response = await sendOnce(outgoing);
      if (!mayPass(response.statusCode ?? 0) || failures > retries) return response;
      retryAfter = response.headers["retry-after"];
      response.destroy();
    } catch (error) {
      if (signal?.aborted) throw cancelled(error);
      // A kept connection that the registry had closed meanwhile: no failure yet.
      if (canRepeat && (error as { onReusedSocket?: boolean }).onReusedSocket) {
        failures--;
        continue;
      }
      if (!mayRecover(error) || failures > retries)
        throw unreachable(error, url.href, { proxy: connection.proxy, noCafile: text(options.noCafile) });
    }
    await waitToRetry(retry, failures, { retryAfter, signal }).catch((error: unknown) => {
      throw cancelled(error);
    });
  }
}
