import { type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { duplexPair } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A request to Verdaccio that doesn't come from outside. */
export interface InnerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Iterable<string | Uint8Array>;
  /** Address of who asks: Verdaccio counts logins by it. Default: this machine's own. */
  readonly from?: string | undefined;
}

/** What Verdaccio answered. */
export interface InnerAnswer {
  readonly status: number;
  readonly body: string;
}

/** Verdaccio, without a port of its own: requests from outside reach it only through the gate. */
export interface Inner {
  /** Hands on a request from outside as it is. */
  pass(incoming: IncomingMessage, response: ServerResponse): void;
  /** Asks Verdaccio through memory. */
  ask(inner: InnerRequest): Promise<InnerAnswer>;
}

/** Wraps Verdaccio's server, which must not listen. */
export function innerRegistry(server: Server): Inner {
  return {
    pass: (incoming, response) => void server.emit("request", incoming, response),
    async ask({ method, path, headers = {}, body = [], from = "127.0.0.1" }) {
      const [ours, theirs] = duplexPair();
      Object.assign(theirs, { remoteAddress: from });
      // https://nodejs.org/api/http.html#event-connection: any Duplex may be injected.
      server.emit("connection", theirs);
      const outgoing = request({
        createConnection: () => ours,
        method,
        path,
        headers: { ...headers, connection: "close" },
      });
      const answered = new Promise<InnerAnswer>((resolve, reject) => {
        outgoing.on("error", reject);
        outgoing.on("response", (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () =>
            resolve({ status: answer.statusCode!, body: Buffer.concat(chunks).toString("utf8") }),
          );
        });
      });
      try {
        const [answer] = await Promise.all([answered, pipeline(body, outgoing)]);
        return answer;
      } finally {
        ours.destroy();
        theirs.destroy();
      }
    },
  };
}
