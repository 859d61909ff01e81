import type { IncomingMessage, ServerResponse } from "node:http";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import type { PackedPeel } from "./tarball/pack.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { json, startTestRegistry, type TestRegistry } from "./testing/test-registry.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let packed: PackedPeel;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  key = await newKey();
  packed = await samplePacked(key, { bytes: 200_000 });
});
beforeEach(async () => {
  registry = await startTestRegistry();
  registry.put(packed);
  app = await sampleProject(registry.url);
});
afterEach(() => registry.close());
afterAll(removeScratch);

async function refuses(code: Parameters<typeof expectCode>[1], more = {}) {
  const before = await snapshot(app.root);
  const error = await expectCode(addPeels({ ...app.options, requests: ["sample"], ...more }), code);
  expect(await snapshot(app.root)).toEqual(before);
  return error;
}
/** Answers the tarball's request in another way. */
function tarball(answer: (response: ServerResponse) => void) {
  registry.intercept = (request, response) => {
    if (!request.url?.endsWith(".tgz")) return false;
    answer(response);
    return true;
  };
}
/** Answers every request in another way. */
function all(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  registry.intercept = (request, response) => {
    answer(response, request);
    return true;
  };
}

describe("a registry that fails", () => {
  it("isn't there", async () => {
    await registry.close();
    expect((await refuses("REGISTRY_UNREACHABLE")).message).toContain("refused");
    expect(
      (await refuses("REGISTRY_UNREACHABLE", { registry: "http://no-such-host.invalid/" })).exitStatus,
    ).toBe(6);
    registry = await startTestRegistry();
  });

  it("is no address", async () => {
    await refuses("USAGE", { registry: "localhost:4873" });
    await refuses("USAGE", { registry: "file:///etc" });
  });

  it("hangs up before it answers", () => {
    all((response) => response.destroy());
    return refuses("REGISTRY_UNREACHABLE");
  });

  it.each([
    [401, "REGISTRY_REFUSED", /Log in/],
    [403, "REGISTRY_REFUSED", /account/],
    [429, "REGISTRY_REFUSED", /Too many/],
    [500, "REGISTRY_REFUSED", /later/],
    [404, "PEEL_UNKNOWN", /spelling/],
  ] as const)("answers %i", async (status, code, hint) => {
    all((response) => json(response, status, { error: "as the test asks" }));
    const error = await refuses(code);
    expect(error.hint).toMatch(hint);
    if (status !== 404) expect(error.details?.status).toBe(status);
  });

  it.each([
    ["HTML", "<!doctype html><h1>Sign in to the hotel's network</h1>", /HTML/],
    ["nothing", "", /JSON/],
    ["JSON that is no document", "[]", /document/],
    ["another name's document", '{"name":"@peels/other","versions":{}}', /other/],
    ["a document without versions", '{"name":"@peels/sample"}', /versions/],
  ])("answers with %s", async (_name, body, message) => {
    all((response) => response.writeHead(200, { "content-type": "text/html" }).end(body));
    expect((await refuses("REGISTRY_INVALID")).message).toMatch(message);
  });

  it("has versions without a SHA-512, or with an address that is none", async () => {
    registry.put(packed, { dist: { shasum: packed.shasum, tarball: `${registry.url}x.tgz` } });
    await refuses("VERSION_UNSATISFIED");
    registry.put(packed, { dist: { integrity: packed.integrity, tarball: "file:///etc/passwd" } });
    await refuses("VERSION_UNSATISFIED");
  });

  it("dies half-way through the document", () => {
    all((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": 10_000 });
      response.write('{"name":');
      setTimeout(() => response.destroy(), 30);
    });
    return refuses("DOWNLOAD_FAILED");
  });
});

describe("a download that fails", () => {
  const half = () => packed.tarball.subarray(0, packed.tarball.length / 2);

  it("dies half-way", async () => {
    tarball((response) => {
      response.writeHead(200, { "content-length": packed.tarball.length });
      response.write(half());
      setTimeout(() => response.destroy(), 30);
    });
    expect((await refuses("DOWNLOAD_FAILED")).message).toContain(`${packed.tarball.length} bytes`);
  });

  it("dies half-way without having said its length", () => {
    tarball((response) => {
      response.write(half());
      setTimeout(() => response.destroy(), 30);
    });
    return refuses("DOWNLOAD_FAILED");
  });

  it("ends early as if it were whole", () => {
    tarball((response) => response.end(half()));
    return refuses("INTEGRITY_MISMATCH");
  });

  it("says a shorter length, or goes on after the end", async () => {
    tarball((response) => {
      response.socket?.end(
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${half().length}\r\n\r\n`),
          packed.tarball,
        ]),
      );
    });
    // What lies behind the length belongs to no answer (RFC 9112, 6.3): the digest finds what is missing.
    await refuses("INTEGRITY_MISMATCH");
    tarball((response) => response.end(Buffer.concat([packed.tarball, Buffer.alloc(100)])));
    await refuses("INTEGRITY_MISMATCH");
  });

  it("is HTML, or refused", async () => {
    tarball((response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>"));
    await refuses("INTEGRITY_MISMATCH");
    tarball((response) => json(response, 404, {}));
    await refuses("REGISTRY_REFUSED");
  });

  it("stalls, and is given up", async () => {
    tarball((response) => {
      response.writeHead(200, { "content-length": packed.tarball.length });
      response.write(half());
    });
    const { downloadTarball } = await import("./registry/download.js");
    const { loadRegistryConfig } = await import("./registry/npm-config.js");
    const config = await loadRegistryConfig({ cwd: app.project, env: app.options.env });
    const url = `${registry.url}@peels/sample/-/1.0.0.tgz`;
    const reading = (async () => {
      for await (const _ of downloadTarball({ url, integrity: packed.integrity, config, idleMs: 100 }));
    })();
    expect((await expectCode(reading, "DOWNLOAD_FAILED")).message).toContain("no byte for 0.1 s");
  });

  it("is stopped by the user, before and while it runs", async () => {
    await refuses("CANCELLED", { signal: AbortSignal.abort() });
    const stop = new AbortController();
    tarball((response) => {
      response.writeHead(200, { "content-length": packed.tarball.length });
      response.write(half());
      setTimeout(() => stop.abort(), 50);
    });
    await refuses("CANCELLED", { signal: stop.signal });
    const early = new AbortController();
    all(() => setTimeout(() => early.abort(), 50));
    await refuses("CANCELLED", { signal: early.signal });
  });

  it("is followed through a redirect, without the token for another host", async () => {
    tarball((response) => {
      registry.intercept = undefined;
      response.writeHead(302, { location: `${registry.url}@peels/sample/-/1.0.0.tgz` }).end();
    });
    const report = await addPeels({ ...app.options, requests: ["sample"] });
    expect(report.peels[0]?.from).toBe("registry");
  });
});
