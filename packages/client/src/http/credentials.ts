import { readFileSync } from "node:fs";
import { BananaError } from "@banana-peel/format";
import { text } from "./text.js";

/** npm's flat options: what .npmrc and the environment say, keys of one registry (`//host/path/:key`) among them. */
export type NpmOptions = Readonly<Record<string, unknown>>;

/** What one request proves who asks with. */
export interface Credentials {
  /** Value of the header, `Bearer ...` or `Basic ...`. */
  readonly authorization: string | undefined;
  /** One-time password; goes along with `authorization` only. */
  readonly otp: string | undefined;
  /** Client certificate and its key, PEM. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Kinds of a registry's keys, the stronger first; each is one or two entries. */
const AUTHORIZATIONS = [["_authToken"], ["_auth"], ["username", "_password"]] as const;

/**
 * The rights that .npmrc gives for one address, as npm looks them up: the keys of the address itself, then up its path;
 * where there are none, those of the registry that named the address, if it is of the same origin. So nothing of one
 * host is ever sent to another, unless that has keys of its own. What belongs to a registry that is reached by https is
 * never sent without it.
 * Source: npm-registry-fetch, lib/auth.js; docs.npmjs.com/cli/configuring-npm/npmrc, "Auth related configuration".
 * @param registry the registry that named the address
 * @throws BananaError PROJECT_INVALID for what can't be sent or read
 */
export function credentialsFor(url: URL, options: NpmOptions, registry: URL = url): Credentials {
  const none = { authorization: undefined, otp: undefined, cert: undefined, key: undefined };
  if (registry.protocol === "https:" && url.protocol === "http:") return none;
  const find = <T>(read: (key: string) => T | undefined): T | undefined =>
    lookUp(url, read) ?? (registry.origin === url.origin ? lookUp(registry, read) : undefined);
  const authorization = find((key) => authorizationOf(key, options));
  const pair = url.protocol === "https:" ? find((key) => certificateOf(key, options)) : undefined;
  return {
    authorization,
    otp: authorization === undefined ? undefined : text(options.otp),
    // Certificate and key for every registry: npm's older settings.
    cert: pair?.cert ?? text(options.cert),
    key: pair?.key ?? text(options.key),
  };
}

/** Asks for `//host/path/`, `//host/path`, `//host/`, `//host`, in this order. */
function lookUp<T>(url: URL, read: (key: string) => T | undefined): T | undefined {
  for (let key = `//${url.host}${url.pathname}`; key.length > 2; key = key.replace(/(?:[^/]+|\/)$/, "")) {
    const found = read(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function authorizationOf(key: string, options: NpmOptions): string | undefined {
  for (const names of AUTHORIZATIONS) {
    const values = names.map((name) => text(options[`${key}:${name}`]));
    const [first, second] = values;
    if (values.includes(undefined)) continue;
    const where = `${key}:${names.at(-1)}`;
    if (names[0] === "_authToken") return `Bearer ${printable(first!, where)}`;
    if (names[0] === "_auth") return `Basic ${printable(first!, where)}`;
    const password = Buffer.from(second!, "base64").toString("utf8");
    return `Basic ${Buffer.from(`${first}:${password}`, "utf8").toString("base64")}`;
  }
  return undefined;
}

function certificateOf(key: string, options: NpmOptions): { cert: string; key: string } | undefined {
  const cert = text(options[`${key}:certfile`]);
  const keyFile = text(options[`${key}:keyfile`]);
  if (cert === undefined || keyFile === undefined) return undefined;
  return { cert: pem(cert, `${key}:certfile`), key: pem(keyFile, `${key}:keyfile`) };
}

function pem(path: string, where: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new BananaError("PROJECT_INVALID", `expected to read ${path}, found ${(cause as Error).message}`, {
      where: `.npmrc: ${where}`,
      hint: "Correct the path, or take the entry out.",
      cause,
    });
  }
}

/** A header's value; the message never shows it. */
function printable(value: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new BananaError("PROJECT_INVALID", "expected printable characters only, found others", {
    where: `.npmrc: ${where}`,
    hint: "Log in again: banana-peel login NAME",
  });
}
