import { type IncomingMessage, STATUS_CODES } from "node:http";
import { BananaError } from "@banana-peel/format";
import { decodeBody } from "../http/decode-body.js";
import { withoutSecrets } from "../http/without-secrets.js";
import { readBody } from "./read-body.js";
import { cancelled } from "./request-error.js";

/** Bytes of a refusal that are read: the problems of a gate fit; more only wastes memory (CWE-770). */
const REFUSAL_BYTES = 4 * 1024 * 1024;
/** Milliseconds in which a refusal has to come. */
const REFUSAL_MS = 10_000;

/**
 * Reads an answer of a status from 400 on, as far as it can be read.
 * @param options.hadRights whether a token or a password was sent
 * @returns REGISTRY_REFUSED with the status in `details.status`, and the problems that a gate found, in `details.retryAfter` the
 *   header Retry-After; CANCELLED
 */
export async function readRefusal(
  response: IncomingMessage,
  url: string,
  { signal, hadRights = false }: { signal?: AbortSignal | undefined; hadRights?: boolean } = {},
): Promise<BananaError> {
  const status = response.statusCode ?? 0;
  const where = withoutSecrets(url);
  const chunks: Uint8Array[] = [];
  try {
    const answer = {
      status,
      header: (name: string) => [response.headers[name]].flat()[0],
      body: decodeBody(response, where),
    };
    const limits = { maxBytes: REFUSAL_BYTES, idleMs: REFUSAL_MS, totalMs: REFUSAL_MS };
    for await (const chunk of readBody(answer, url, limits, signal)) chunks.push(chunk);
  } catch (error) {
    if (signal?.aborted) return cancelled(error);
    // The status says enough.
    chunks.length = 0;
  }
  const retryAfter = response.headers["retry-after"];
  const { said, problems } = readAnswer(Buffer.concat(chunks).toString("utf8"));
  return new BananaError(
    "REGISTRY_REFUSED",
    `the ${status === 407 ? "proxy" : "registry"} answered ${status}${said === undefined ? "" : `: ${said.slice(0, 500)}`}`,
    {
      where,
      hint:
        (status === 401 && hadRights ? NOT_ACCEPTED : HINTS[status]) ??
        (status >= 500 ? SERVERS_FAULT : `See what ${STATUS_CODES[status] ?? status} means.`),
      details: {
        status,
        ...(problems === undefined ? {} : { problems }),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      },
    },
  );
}

function readAnswer(text: string): { said: string | undefined; problems: unknown[] | undefined } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { said: undefined, problems: undefined };
  }
  const { error, reason, problems } = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const said = [reason, error].find((item): item is string => typeof item === "string" && item !== "");
  return {
    said: said?.replaceAll(/\p{Cc}+/gu, " "),
    problems: Array.isArray(problems) ? problems.slice(0, 1000) : undefined,
  };
}

const SERVERS_FAULT = "It is the registry's fault: try again later.";
/** For a right that was sent and not accepted. */
export const NOT_ACCEPTED =
  "The token or password of .npmrc was not accepted: it has expired or was revoked, or a clock is wrong (banana-peel doctor compares it with the registry's). Log in again: banana-peel login NAME";
const HINTS: Readonly<Record<number, string>> = {
  401: "Log in: banana-peel login NAME; or put a token into .npmrc, as in //HOST/:_authToken=TOKEN.",
  403: "This account may not do that: ask the registry's operator, or use another account's token in .npmrc.",
  404: "Check the address of the registry and the name.",
  407: "The proxy wants a user name and a password: put them into .npmrc, as in https-proxy=http://NAME:PASSWORD@HOST/.",
  409: "This version is there already: raise the version in peel.json.",
  413: "The peel is larger than the registry accepts: ask its operator.",
  422: "Mend the problems that are listed, then publish again.",
  429: "Too many requests: wait a little.",
  503: "The registry is too busy: try again later.",
  507: "The registry's disk is full and nothing was stored: tell its operator, then try again.",
};
