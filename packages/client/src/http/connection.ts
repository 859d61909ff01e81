import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Credentials, NpmOptions } from "./credentials.js";
import { proxyFor } from "./proxy.js";
import { withoutSecrets } from "./without-secrets.js";

/** How a request reaches its host. */
export interface Connection {
  readonly agent: HttpAgent;
  /** What TLS needs; undefined values leave Node's own. */
  readonly tls: {
    readonly ca: string | string[] | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly rejectUnauthorized: boolean;
  };
  /** The proxy's address without its secrets; undefined for none. */
  readonly proxy: string | undefined;
}

/** Connections at once to one host where .npmrc doesn't say; npm's number. */
const MAX_SOCKETS = 15;
/** Agents by what makes a difference between their connections: no request goes over one of other rights. */
const agents = new Map<string, HttpAgent>();

/** The connection to an address: kept alive between requests, by a proxy where one is set. */
export async function connectionFor(
  url: URL,
  options: NpmOptions,
  { cert, key }: Pick<Credentials, "cert" | "key">,
): Promise<Connection> {
  const proxy = proxyFor(url, options);
  const tls = {
    ca: (options.ca as string | string[] | null | undefined) ?? undefined,
    cert,
    key,
    rejectUnauthorized: options.strictSSL !== false,
  };
  const maxSockets = Number(options.maxSockets) || MAX_SOCKETS;
  const name = JSON.stringify([url.protocol, proxy?.href, tls, maxSockets]);
  let agent = agents.get(name);
  if (agent === undefined) {
    const common = { keepAlive: true, maxSockets, ...tls };
    if (proxy !== undefined) agent = await proxyAgent(url, proxy, common);
    else
      agent =
        url.protocol === "https:" ? new HttpsAgent(common) : new HttpAgent({ keepAlive: true, maxSockets });
    agents.set(name, agent);
  }
  return { agent, tls, proxy: proxy && withoutSecrets(proxy.href) };
}

/** Loaded only where there is a proxy. */
async function proxyAgent(url: URL, proxy: URL, options: object): Promise<HttpAgent> {
  if (proxy.protocol.startsWith("socks")) {
    const { socksAgent } = await import("./socks-proxy.js");
    return socksAgent(proxy, options);
  }
  if (url.protocol === "https:") {
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return new HttpsProxyAgent(proxy, options);
  }
  const { HttpProxyAgent } = await import("http-proxy-agent");
  return new HttpProxyAgent(proxy, options);
}
