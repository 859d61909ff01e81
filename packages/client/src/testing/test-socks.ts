import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { closeServer } from "./close-server.js";

/** A SOCKS5 proxy (RFC 1928, 1929) on a loopback port, of CONNECT alone. */
export interface TestSocks {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** What was asked of it, `host:port`; a name where it was to be looked up by the proxy. */
  readonly asked: string[];
  /** `name:password` that came. */
  readonly rights: string[];
  /** `name:password` that it wants; undefined: it wants none. */
  wants: string | undefined;
  /** Where every connection leads in truth, a port of this machine. */
  leadsTo: number | undefined;
  /** The reply that it refuses with, when it is set: RFC 1928, section 6. */
  refuses: number | undefined;
  close(): Promise<void>;
}

export async function startTestSocks(): Promise<TestSocks> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
    void serve(socket, proxy, sockets).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: TestSocks = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    rights: [],
    wants: undefined,
    leadsTo: undefined,
    refuses: undefined,
    close: () => closeServer(server, sockets),
  };
  return proxy;
}

async function serve(socket: Socket, proxy: TestSocks, sockets: Set<Socket>): Promise<void> {
  const read = reader(socket);
  const methods = await read((await read(2))[1]!);
  const method = proxy.wants === undefined ? 0 : 2;
  socket.write(Buffer.of(5, methods.includes(method) ? method : 0xff));
  if (!methods.includes(method)) return void socket.end();
  if (method === 2) {
    const name = await read((await read(2))[1]!);
    const password = await read((await read(1))[0]!);
    proxy.rights.push(`${name}:${password}`);
    const isRight = `${name}:${password}` === proxy.wants;
    socket.write(Buffer.of(1, isRight ? 0 : 1));
    if (!isRight) return void socket.end();
  }
  const kind = (await read(4))[3];
  const host = kind === 1 ? (await read(4)).join(".") : String(await read((await read(1))[0]!));
  const port = (await read(2)).readUInt16BE();
  proxy.asked.push(`${host}:${port}`);
  const reply = (code: number) => socket.write(Buffer.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0));
  if (proxy.refuses !== undefined) {
    reply(proxy.refuses);
    return void socket.end();
  }
  const onward = connect(proxy.leadsTo ?? port, "127.0.0.1", () => {
    reply(0);
    onward.pipe(socket).pipe(onward);
  });
  sockets.add(onward);
  onward.on("error", () => socket.destroy()).once("close", () => sockets.delete(onward));
  socket.once("close", () => onward.destroy());
}

/** Reads just so many bytes, as they come. */
function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  return async (bytes) => {
    for (;;) {
      const found = bytes === 0 ? Buffer.alloc(0) : (socket.read(bytes) as Buffer | null);
      if (found !== null) return found;
      await new Promise<void>((resolve, reject) => {
        socket.once("readable", resolve).once("end", () => reject(new Error("the client left")));
      });
    }
  };
}
