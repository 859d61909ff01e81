import { readdir, readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nodeDisk } from "./disk/disk.js";
import { fetchPeel } from "./fetch-peel.js";
import { loadRegistryConfig } from "./registry/npm-config.js";
import { placesOf } from "./store/places.js";
import { openStore } from "./store/store.js";
import { sweepStore } from "./store/sweep.js";
import type { PackedPeel } from "./tarball/pack.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";

let registry: TestRegistry;
let packed: PackedPeel;
let app: Awaited<ReturnType<typeof sampleProject>>;
/** The `range` header of each request for the tarball. */
let ranges: (string | undefined)[];
/** Answers to the tarball's requests, in order; then it is served as usual. */
let answers: ((response: ServerResponse, from: number) => void)[];

beforeAll(async () => {
  packed = await samplePacked(await newKey(), { bytes: 200_000 });
});
beforeEach(async () => {
  registry = await startTestRegistry();
  registry.put(packed);
  app = await sampleProject(registry.url);
  ranges = [];
  answers = [];
  registry.intercept = (request, response) => {
    if (!request.url?.endsWith(".tgz")) return false;
    const { range } = request.headers;
    ranges.push(range);
    const answer = answers.shift();
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (answer) answer(response, from);
    else partial(response, from);
    return true;
  };
});
afterEach(() => registry.close());
afterAll(removeScratch);

/** A right answer to a range. */
function partial(response: ServerResponse, from: number, until = packed.tarball.length) {
  const { length } = packed.tarball;
  response.writeHead(from === 0 ? 200 : 206, {
    "content-length": length - from,
    ...(from === 0 ? {} : { "content-range": `bytes ${from}-${length - 1}/${length}` }),
  });
  response.write(packed.tarball.subarray(from, until), () => {
    if (until < length) setTimeout(() => response.destroy(), 20);
    else response.end();
  });
}
const cutAt = (until: number) => (response: ServerResponse, from: number) => partial(response, from, until);

async function fetched(retries = 0, signal?: AbortSignal) {
  const env = { ...app.options.env, npm_config_fetch_retries: String(retries) };
  const config = await loadRegistryConfig({ cwd: app.project, env });
  const retry = { ...(config.options.retry as object), minTimeout: 1 };
  const patient = { ...config, options: { ...config.options, retry } };
  const { version, name } = packed.manifest;
  const wanted = {
    name,
    version,
    integrity: packed.integrity,
    tarball: async () => `${registry.url}x.tgz`,
  };
  const store = openStore(app.store, nodeDisk, { partialBytes: 10_000 });
  const peel = await fetchPeel(wanted, { store, config: patient, signal });
  await peel.keep();
  return peel;
}
const kept = () => readdir(join(app.store, "v1/partial")).catch(() => []);
async function expectClean() {
  const paths = Object.keys(await snapshot(app.store));
  expect(paths.filter((path) => /^v1\/(?:tmp|partial)/.test(path))).toEqual([]);
}

describe("a download that breaks", () => {
  it("goes on where it broke off, twice, within one command", async () => {
    answers = [cutAt(20_000), cutAt(40_000)];
    await fetched(2);
    expect(ranges).toEqual([undefined, "bytes=20000-", "bytes=40000-"]);
    await expectClean();
  });

  it("goes on with a server that has no ranges", async () => {
    answers = [cutAt(20_000), (response) => partial(response, 0)];
    await fetched(1);
    expect(ranges.length).toBe(2);
    await expectClean();
  });

  it("gives up after the retries that .npmrc grants, and the next command goes on", async () => {
    answers = [cutAt(20_000), cutAt(30_000), cutAt(30_000)];
    await expectCode(fetched(2), "DOWNLOAD_FAILED");
    expect(await kept()).toHaveLength(1);
    await fetched();
    expect(ranges.at(-1)).toBe("bytes=30000-");
    await expectClean();
  });

  it("is kept when the user stops it", async () => {
    const stop = new AbortController();
    answers = [
      (response) => {
        partial(response, 0, 20_000);
        setTimeout(() => stop.abort(), 15);
      },
    ];
    await expectCode(fetched(0, stop.signal), "CANCELLED");
    await fetched();
    expect(ranges).toEqual([undefined, "bytes=20000-"]);
    await expectClean();
  });

  it("is kept by the next command when a kill left it, and taken by whoever wants those bytes", async () => {
    answers = [cutAt(20_000)];
    await expectCode(fetched(), "DOWNLOAD_FAILED");
    const [name] = await kept();
    const { rename, mkdir } = await import("node:fs/promises");
    const { ownName } = await import("@banana-peel/format/node");
    const dead = ownName().replace(/\.\d+\./, ".999999999.");
    await mkdir(join(app.store, "v1/tmp"), { recursive: true });
    await rename(join(app.store, "v1/partial", name!), join(app.store, "v1/tmp", `${dead}.${name}.part`));
    await openStore(app.store, nodeDisk, { partialBytes: 10_000 }).sweep();
    expect(await kept()).toEqual([name]);
    await fetched();
    expect(ranges.at(-1)).toBe("bytes=20000-");
    await expectClean();
  });

  it("is forgotten when it is small, or has been old for a week", async () => {
    answers = [cutAt(5_000)];
    await expectCode(fetched(), "DOWNLOAD_FAILED");
    expect(await kept()).toEqual([]);
    answers = [cutAt(20_000)];
    await expectCode(fetched(), "DOWNLOAD_FAILED");
    const [name] = await kept();
    const days = (number: number) =>
      sweepStore(nodeDisk, placesOf(app.store), 10_000, Date.now() + number * 24 * 3600 * 1000);
    for (const number of [0, 6, 8, 14]) await days(number);
    expect(await kept()).toEqual([name]);
    await days(16);
    expect(await kept()).toEqual([]);
    expect(await readdir(join(app.store, "v1")).catch(() => [])).not.toContain("old.json");
  });
});

describe("what an earlier try left", () => {
  beforeEach(async () => {
    answers = [cutAt(20_000)];
    await expectCode(fetched(), "DOWNLOAD_FAILED");
    ranges = [];
  });

  it("is done without when it isn't what was promised", async () => {
    const path = join(app.store, "v1/partial", (await kept())[0]!);
    const bytes = await readFile(path);
    bytes[100]! ^= 1;
    await writeFile(path, bytes);
    await fetched();
    expect(ranges).toEqual(["bytes=20000-", undefined]);
    await expectClean();
  });

  it("is enough when it is the whole", async () => {
    await writeFile(join(app.store, "v1/partial", (await kept())[0]!), packed.tarball);
    answers = [(response) => response.writeHead(416).end()];
    await fetched();
    expect(ranges).toEqual([`bytes=${packed.tarball.length}-`]);
    await expectClean();
  });

  it.each([
    ["another range", "bytes 10000-49999/50000"],
    ["no range", undefined],
    ["nonsense", "bytes x"],
  ])("isn't joined with %s", async (_name, range) => {
    answers = [
      (response) => response.writeHead(206, range === undefined ? {} : { "content-range": range }).end("x"),
    ];
    await expectCode(fetched(), "REGISTRY_INVALID");
    await expectClean();
  });

  it("doesn't help when the registry now serves other bytes", async () => {
    const other = Buffer.from(packed.tarball);
    other[40_000]! ^= 1;
    const lie = (response: ServerResponse, from: number) =>
      response
        .writeHead(from === 0 ? 200 : 206, {
          "content-range": `bytes ${from}-${other.length - 1}/${other.length}`,
        })
        .end(other.subarray(from));
    answers = [lie, lie];
    await expectCode(fetched(), "INTEGRITY_MISMATCH");
    expect(ranges).toEqual(["bytes=20000-", undefined]);
    await expectClean();
  });
});
