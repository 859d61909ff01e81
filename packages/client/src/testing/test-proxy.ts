import { createServer, request as overHttp } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { closeServer } from "./close-server.js";

/** A proxy on a loopback port: plain requests by their whole address, and tunnels by CONNECT. */
export interface TestProxy {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** What was asked of it: `GET http://host/path` or `CONNECT host:port`. */
  readonly asked: string[];
  /** Values of proxy-authorization that came. */
  readonly rights: (string | undefined)[];
  /** Where every tunnel leads in truth, so that names which no server knows can be asked for. */
  leadsTo: number | undefined;
  /** Refuses with this status when it is set. */
  refuses: number | undefined;
  close(): Promise<void>;
}

export async function startTestProxy(): Promise<TestProxy> {
  const server = createServer((request, response) => {
    proxy.asked.push(`${request.method} ${request.url}`);
    proxy.rights.push(request.headers["proxy-authorization"]);
    if (proxy.refuses !== undefined) {
      response.writeHead(proxy.refuses).end();
      return;
    }
    const { pathname, search, port } = new URL(request.url!);
    const { "proxy-authorization": _, ...headers } = request.headers;
    const onward = overHttp(
      {
        host: "127.0.0.1",
        port: proxy.leadsTo ?? port,
        path: pathname + search,
        method: request.method!,
        headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.on("connect", (request, socket) => {
    proxy.asked.push(`CONNECT ${request.url}`);
    proxy.rights.push(request.headers["proxy-authorization"]);
    socket.on("error", () => undefined);
    if (proxy.refuses !== undefined) {
      socket.end(`HTTP/1.1 ${proxy.refuses} Refused\r\n\r\n`);
      return;
    }
    const onward = connect(proxy.leadsTo ?? Number(request.url!.split(":").at(-1)), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  // A tunnel is no connection of the server's any more.
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: TestProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    rights: [],
    leadsTo: undefined,
    refuses: undefined,
    close: () => closeServer(server, sockets),
  };
  return proxy;
}
