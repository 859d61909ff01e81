import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await testRegistry();
});
afterAll(() => registry.close());

it("an answer before the body's end is not lost to a sender that goes on sending", async () => {
  const { hostname, port, host } = new URL(registry.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const failures: string[] = [];
  socket.on("error", ({ message }) => failures.push(message));
  const pieces = 20;
  socket.write(
    `PUT /-/banana-peel/peels/@peels%2fsample/1.0.0 HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${pieces * 1000}\r\ncontent-type: application/octet-stream\r\n\r\n`,
  );
  for (let piece = 0; piece < pieces; piece++) {
    socket.write(Buffer.alloc(1000));
    await wait(10);
  }
  // Only now does it listen.
  const [first] = (await once(socket, "data")) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 401 /);
  expect(failures).toEqual([]);
  socket.destroy();
});
