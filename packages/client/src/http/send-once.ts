import { type ClientRequest, type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import type { Connection } from "./connection.js";

/** One request as it goes out. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A string, or pieces, each valid until the next is asked for. */
  readonly body: string | AsyncIterable<Uint8Array> | undefined;
  readonly connection: Connection;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds until the answer begins; 0 for no limit. */
  readonly timeout: number;
}

/** No answer came in time. */
export class AnswerTimeout extends Error {
  override readonly name = "AnswerTimeout";
  readonly code = "ETIMEDOUT";
}

/** A proxy that opens no tunnel. Its answer is no answer of the registry: nobody proved to be that. */
export class ProxyRefusal extends Error {
  override readonly name = "ProxyRefusal";
  readonly code = "ERR_PROXY_REFUSED";
  constructor(status: number) {
    super(`the proxy answered ${status}`);
  }
}

/** Sends one request and waits for the beginning of its answer; the body comes only as fast as it is read. */
export function sendOnce(outgoing: Outgoing): Promise<IncomingMessage> {
  const { url, method, headers, body, connection, signal, timeout } = outgoing;
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? overHttps : overHttp;
    const { agent, tls } = connection;
    const request = send(url, { method, headers, agent, signal, ...(url.protocol === "https:" ? tls : {}) });
    let timer: NodeJS.Timeout | undefined;
    const watch = () => {
      clearTimeout(timer);
      if (timeout > 0)
        timer = setTimeout(() => request.destroy(new AnswerTimeout("no answer in time")), timeout);
    };
    watch();
    // Waiting for another request's connection doesn't count.
    request.once("socket", watch);
    // https-proxy-agent would hand on the proxy's refusal, unproved, as if the registry had sent it.
    request.once("proxyConnect", ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) request.destroy(new ProxyRefusal(statusCode));
    });
    request.once("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    request.on("error", (error) => {
      clearTimeout(timer);
      reject(Object.assign(error, { onReusedSocket: request.reusedSocket }));
    });
    if (body === undefined || typeof body === "string") request.end(body);
    // Its errors come out of the request.
    else writeBody(body, request).catch((error: Error) => request.destroy(error));
  });
}

/** Writes a body piece by piece: the next is asked for when this process has handed over the last. */
async function writeBody(body: AsyncIterable<Uint8Array>, request: ClientRequest): Promise<void> {
  const closed = new Promise<true>((resolve) => request.once("close", () => resolve(true)));
  for await (const piece of body) {
    const written = new Promise<false>((resolve) => request.write(piece, () => resolve(false)));
    if (await Promise.race([closed, written])) return;
  }
  request.end();
}
