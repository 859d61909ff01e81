import type { Agent } from "node:http";
import { SocksProxyAgent } from "socks-proxy-agent";

/** A SOCKS proxy that can't be reached, or opens no connection. */
class SocksRefusal extends Error {
  override readonly name = "SocksRefusal";
  readonly code = "ERR_PROXY_REFUSED";
}

/** Connections by a SOCKS proxy, whose failures say nothing of its name and password: the library's own carry both. */
class QuietSocksAgent extends SocksProxyAgent {
  override async connect(...args: Parameters<SocksProxyAgent["connect"]>) {
    try {
      return await super.connect(...args);
    } catch (error) {
      // Of the library's own failures alone: a name that isn't known, or a certificate, is the registry's.
      if (!("options" in (error as object))) throw error;
      throw new SocksRefusal(`the proxy: ${(error as Error).message}`);
    }
  }
}

/** @param proxy `socks`, `socks4`, `socks4a`, `socks5` or `socks5h`, with name and password where it wants them */
export function socksAgent(proxy: URL, options: object): Agent {
  return new QuietSocksAgent(proxy, options);
}
