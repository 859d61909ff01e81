import { BananaError } from "@banana-peel/format";
import type { NpmOptions } from "./credentials.js";
import { text } from "./text.js";

/**
 * The proxy for an address, or undefined: `https-proxy` and `proxy` of .npmrc, each for its protocol first, then
 * HTTPS_PROXY, HTTP_PROXY and PROXY of the environment; `proxy=false` forbids all. `noproxy` (or NO_PROXY) lists hosts
 * and domains that are reached directly, with a port where one is meant, or `*`.
 * Source: docs.npmjs.com/cli/using-npm/config; the environment as curl and npm read it.
 * @throws BananaError PROJECT_INVALID for an address that is none
 */
export function proxyFor(url: URL, options: NpmOptions): URL | undefined {
  const { proxy, httpsProxy, environment, noProxy } = options;
  if (proxy === false) return undefined;
  const env = variables(environment as NodeJS.ProcessEnv | undefined);
  const chosen =
    url.protocol === "https:"
      ? (text(httpsProxy) ?? text(proxy) ?? env.https_proxy)
      : (text(proxy) ?? text(httpsProxy) ?? env.http_proxy ?? env.https_proxy ?? env.proxy);
  if (chosen === undefined || isDirect(url, text(noProxy) ?? env.no_proxy ?? "")) return undefined;
  if (URL.canParse(chosen) && /^(?:https?|socks[45]?[ah]?):$/.test(new URL(chosen).protocol))
    return new URL(chosen);
  throw new BananaError("PROJECT_INVALID", "expected the address of a proxy, found something else", {
    where: ".npmrc: https-proxy, proxy; HTTPS_PROXY, HTTP_PROXY",
    hint: "Write it with its protocol: http://proxy.example:3128/",
  });
}

function isDirect(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return list
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((item) => item !== "")
    .some((item) => {
      if (item === "*") return true;
      const [, name = "", wanted] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(item) ?? [];
      const domain = name.replace(/^\*?\.+/, "");
      if (domain === "" || (wanted !== undefined && wanted !== port)) return false;
      return host === domain || host.endsWith(`.${domain}`);
    });
}

/** The environment's variables in lower case; one that is written so goes first, as with curl. */
function variables(env: NodeJS.ProcessEnv = {}): Record<string, string | undefined> {
  const names = ["https_proxy", "http_proxy", "proxy", "no_proxy"];
  return Object.fromEntries(names.map((name) => [name, text(env[name]) ?? text(env[name.toUpperCase()])]));
}
