import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPeels } from "../add.js";
import { loadRegistryConfig } from "../registry/npm-config.js";
import { readBody } from "../registry/read-body.js";
import { request } from "../registry/request.js";
import type { PackedPeel } from "../tarball/pack.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleProject } from "../testing/project.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch, snapshot } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";

const MiB = 1024 ** 2;
let packed: PackedPeel;
let app: Awaited<ReturnType<typeof sampleProject>>;
let registry: TestRegistry;
/** 200 MiB of spaces, as 200 kB. */
let bomb: Buffer;

beforeAll(async () => {
  packed = await samplePacked(await newKey(), { bytes: 200_000 });
  bomb = gzipSync(Buffer.alloc(200 * MiB, " "), { level: 9 });
});
beforeEach(async () => {
  registry = await startTestRegistry();
  registry.put(packed);
  app = await sampleProject(registry.url);
});
afterEach(() => registry.close());
afterAll(removeScratch);

/** Answers requests that end so in another way. */
function answer(end: string, reply: (response: ServerResponse) => void) {
  registry.intercept = (request, response) => {
    if (!request.url?.endsWith(end)) return false;
    reply(response);
    return true;
  };
}
async function refuses(code: Parameters<typeof expectCode>[1], env: Record<string, string> = {}) {
  const before = await snapshot(app.root);
  const options = { ...app.options, env: { ...app.options.env, ...env } };
  const error = await expectCode(addPeels({ ...options, requests: ["sample"] }), code);
  expect(await snapshot(app.root)).toEqual(before);
  return error;
}
/** Bytes of memory that work took at its highest, beside what was there before. */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  await work().finally(() => clearInterval(timer));
  return peak - before;
}

describe("bombs", () => {
  it("a document that unpacks to 200 MiB is refused at its limit", async () => {
    answer("sample", (response) =>
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "application/json" }).end(bomb),
    );
    expect((await refuses("REGISTRY_INVALID")).message).toContain("at most 67108864 bytes");
  });

  it("a refusal that unpacks to 200 MiB is its status, and takes no memory", async () => {
    answer("sample", (response) => response.writeHead(500, { "content-encoding": "gzip" }).end(bomb));
    const memory = await memoryOf(async () =>
      expect((await refuses("REGISTRY_REFUSED")).details?.status).toBe(500),
    );
    expect(memory).toBeLessThan(100 * MiB);
  });

  it("a tarball whose encoding unpacks to 200 MiB is refused, and takes no memory", async () => {
    answer(".tgz", (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
    const memory = await memoryOf(() => refuses("INTEGRITY_MISMATCH"));
    expect(memory).toBeLessThan(100 * MiB);
  });

  it("a refusal without end is its status", async () => {
    answer("sample", (response) => {
      response.writeHead(403);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(MiB, "x")));
      };
      response.on("drain", more);
      more();
    });
    expect((await refuses("REGISTRY_REFUSED")).details?.status).toBe(403);
  });

  it("endless headers are no answer", async () => {
    answer("sample", (response) => response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}`));
    await refuses("REGISTRY_UNREACHABLE");
  });
});

describe("encodings", () => {
  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["GZIP", gzipSync],
    ["identity", (bytes: Buffer) => bytes],
  ] as const)("%s is read, of documents and of tarballs", async (encoding, encode) => {
    const text = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
    const document = await text(`${registry.url}@peels%2fsample`);
    registry.intercept = (request, response) => {
      const bytes = request.url?.endsWith(".tgz") ? Buffer.from(packed.tarball) : document;
      response.writeHead(200, { "content-encoding": encoding }).end(encode(bytes));
      return true;
    };
    expect((await addPeels({ ...app.options, requests: ["sample"] })).peels[0]?.from).toBe("registry");
  });

  it.each(["zstd", "gzip, gzip", "x"])("%s is none that we asked for", async (encoding) => {
    answer("sample", (response) => response.writeHead(200, { "content-encoding": encoding }).end("{}"));
    expect((await refuses("REGISTRY_INVALID")).message).toContain(encoding);
  });

  it("bytes of another encoding than the answer says are refused; cut ones are a broken download", async () => {
    for (const encoding of ["gzip", "deflate", "br"]) {
      answer("sample", (response) =>
        response.writeHead(200, { "content-encoding": encoding }).end("no such bytes at all"),
      );
      await refuses("REGISTRY_INVALID");
    }
    const whole = gzipSync(JSON.stringify({ name: "@peels/sample", versions: {} }));
    answer("sample", (response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(whole.subarray(0, -12)),
    );
    await refuses("DOWNLOAD_FAILED");
  });
});

describe("lengths that lie", () => {
  const raw = (head: string[], body: string) => (response: ServerResponse) =>
    void response.socket?.end(`HTTP/1.1 200 OK\r\n${head.join("\r\n")}\r\nconnection: close\r\n\r\n${body}`);

  it("a document shorter than it says breaks off; one longer is cut, and no JSON", async () => {
    answer("sample", raw(["content-length: 1000"], '{"name":"@peels/sample"}'));
    expect((await refuses("DOWNLOAD_FAILED")).message).toContain("1000 bytes");
    answer("sample", raw(["content-length: 10"], '{"name":"@peels/sample","versions":{}}'));
    await refuses("REGISTRY_INVALID");
  });

  it.each([
    ["two lengths", ["content-length: 2", "content-length: 3"]],
    ["a length that is none", ["content-length: -1"]],
    ["a length and chunks", ["content-length: 2", "transfer-encoding: chunked"]],
    ["chunks that are none", ["transfer-encoding: chunked"]],
  ])("%s are no answer (request smuggling, CWE-444)", async (_name, head) => {
    answer("sample", raw(head, "{}"));
    const error = await refuses("REGISTRY_UNREACHABLE").catch(() => refuses("DOWNLOAD_FAILED"));
    expect(["REGISTRY_UNREACHABLE", "DOWNLOAD_FAILED"]).toContain(error.code);
  });

  it("what isn't HTTP is no answer", async () => {
    answer("sample", (response) => void response.socket?.end("220 mail.example ESMTP\r\n"));
    await refuses("REGISTRY_UNREACHABLE");
  });
});

describe("servers that take their time", () => {
  it("no answer at all ends at fetch-timeout", async () => {
    answer("sample", () => undefined);
    const started = performance.now();
    expect((await refuses("REGISTRY_UNREACHABLE", { npm_config_fetch_timeout: "150" })).message).toContain(
      "none came in time",
    );
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("headers that drip end at fetch-timeout", async () => {
    answer("sample", (response) => {
      const timer = setInterval(() => response.socket?.write("x"), 20);
      response.socket?.once("close", () => clearInterval(timer));
      response.socket?.write("HTTP/1.1 200 OK\r\nx: ");
    });
    await refuses("REGISTRY_UNREACHABLE", { npm_config_fetch_timeout: "150" });
  });

  it("a host that takes connections and says nothing, as https too, ends at fetch-timeout", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const env = { ...app.options.env, npm_config_fetch_timeout: "150" };
    for (const protocol of ["http", "https"]) {
      const address = `${protocol}://127.0.0.1:${port}/`;
      const adding = addPeels({ ...app.options, env, registry: address, requests: ["sample"] });
      await expectCode(adding, "REGISTRY_UNREACHABLE");
    }
    silent.close();
  });

  it("a body that drips is given up by its speed, and by its time", async () => {
    answer("drip", (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 10);
      response.once("close", () => clearInterval(timer));
    });
    const config = await loadRegistryConfig({ cwd: app.project, env: app.options.env });
    const read = async (more: { slowMs?: number; totalMs?: number }) => {
      const url = `${registry.url}drip`;
      const limits = { maxBytes: MiB, idleMs: 1_000, ...more };
      for await (const _chunk of readBody(await request(url, config), url, limits));
    };
    expect((await expectCode(read({ slowMs: 100 }), "DOWNLOAD_FAILED")).message).toContain("in 0.1 s");
    expect((await expectCode(read({ totalMs: 100 }), "DOWNLOAD_FAILED")).message).toContain(
      "not whole after",
    );
  });

  it("a body comes no faster than it is read", async () => {
    let sent = 0;
    answer("large", (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && sent < 256 * MiB) {
          sent += MiB;
          if (!response.write(Buffer.alloc(MiB))) break;
        }
      };
      response.on("drain", more);
      more();
    });
    const config = await loadRegistryConfig({ cwd: app.project, env: app.options.env });
    const url = `${registry.url}large`;
    const { body } = await request(url, config);
    for await (const _chunk of readBody({ status: 200, header: () => undefined, body }, url, {
      maxBytes: 1e9,
      idleMs: 1e4,
    })) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      break;
    }
    expect(sent).toBeLessThan(32 * MiB);
  });
});

describe("another try", () => {
  const env = {
    npm_config_fetch_retries: "2",
    npm_config_fetch_retry_mintimeout: "1",
    npm_config_fetch_retry_maxtimeout: "20",
  };
  const add = () => addPeels({ ...app.options, env: { ...app.options.env, ...env }, requests: ["sample"] });

  it.each([408, 420, 429, 500, 502, 503, 504])(
    "is made after %i, as often as fetch-retries says",
    async (status) => {
      let left = 2;
      registry.intercept = (_, response) => {
        if (left-- <= 0) return false;
        response.writeHead(status, { "retry-after": "0" }).end();
        return true;
      };
      await add();
      left = 9;
      app = await sampleProject(registry.url);
      await expectCode(add(), "REGISTRY_REFUSED");
      expect(left).toBe(6);
    },
  );

  it.each([400, 401, 403, 404, 410, 451])("isn't made after %i", async (status) => {
    registry.intercept = (request, response) => {
      if (request.url?.includes("search")) return false;
      response.writeHead(status).end();
      return true;
    };
    await expect(add()).rejects.toMatchObject({ code: status === 404 ? "PEEL_UNKNOWN" : "REGISTRY_REFUSED" });
    expect(registry.requests.filter((line) => line.endsWith("sample"))).toHaveLength(1);
  });

  it("waits no longer than fetch-retry-maxtimeout, whatever the registry asks", async () => {
    let first = true;
    registry.intercept = (_, response) => {
      if (!first) return false;
      first = false;
      response.writeHead(503, { "retry-after": "99999" }).end();
      return true;
    };
    await add();
  });

  it("is stopped by the user while it waits", async () => {
    registry.intercept = (_, response) => {
      response.writeHead(503, { "retry-after": "9" }).end();
      return true;
    };
    const slow = { ...app.options.env, ...env, npm_config_fetch_retry_maxtimeout: "9000" };
    const signal = AbortSignal.timeout(200);
    await expectCode(addPeels({ ...app.options, env: slow, signal, requests: ["sample"] }), "CANCELLED");
  });

  it("over a connection that was kept and closed meanwhile counts as none", async () => {
    const config = await loadRegistryConfig({ cwd: app.project, env: app.options.env });
    let asked = 0;
    registry.intercept = (incoming, response) => {
      if (!incoming.url?.endsWith("kept")) return false;
      asked++;
      if (asked === 2) response.socket?.destroy();
      else response.end("{}");
      return true;
    };
    for (let i = 0; i < 2; i++) {
      const { body } = await request(`${registry.url}kept`, config);
      for await (const _chunk of body);
    }
    expect(asked).toBe(3);
  });
});
