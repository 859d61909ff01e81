import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { nodeDisk } from "./disk/disk.js";
import { placesOf } from "./store/places.js";
import { openStore } from "./store/store.js";
import { sweepStore } from "./store/sweep.js";
import type { PackedPeel } from "./tarball/pack.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { json, startTestRegistry, type TestRegistry } from "./testing/test-registry.js";
import { updatePeels } from "./update.js";

let key: SigningKey;
const peels: Record<string, PackedPeel> = {};
let registry: TestRegistry;
let other: TestRegistry;
let app: Awaited<ReturnType<typeof sampleProject>>;
let options: Omit<typeof app.options, "registry">;

beforeAll(async () => {
  key = await newKey();
  peels.one = await samplePacked(key);
  peels.two = await samplePacked(key, { version: "1.1.0" });
  peels.plain = await samplePacked(key, { name: "@peels/plain" });
  peels.team = await samplePacked(key, { name: "@team/style" });
  peels.rival = await samplePacked(key, { name: "@peels/rival", conflicts: { "@team/style": "*" } });
});
beforeEach(async () => {
  [registry, other] = await Promise.all([startTestRegistry(), startTestRegistry()]);
  app = await sampleProject(registry.url);
  const { registry: _, ...rest } = app.options;
  options = rest;
  await writeFile(join(app.project, ".npmrc"), `registry=${registry.url}\n@team:registry=${other.url}\n`);
  for (const name of ["one", "plain", "rival"]) registry.put(peels[name]!);
  other.put(peels.team!);
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all([registry.close(), other.close()]);
});
afterAll(removeScratch);

const add = (name: string, more = {}) => addPeels({ ...options, ...more, requests: [name] });
const update = (more = {}) => updatePeels({ ...options, ...more });
const lock = async () => JSON.parse(await readFile(join(app.project, "banana.lock"), "utf8"));
/** Lets the other registry answer everything so. */
const answer = (reply: (response: ServerResponse) => void) => {
  other.intercept = (_, response) => {
    reply(response);
    return true;
  };
};
const documents = () => readdir(join(app.store, "v1/documents")).catch(() => []);
async function refuses(work: () => Promise<unknown>, code: Parameters<typeof expectCode>[1]) {
  const before = await snapshot(app.root);
  const error = await expectCode(work(), code);
  expect(await snapshot(app.root)).toEqual(before);
  return error;
}

describe("the registry of another peel, which is locked", () => {
  beforeEach(async () => {
    await add("@team/style");
  });

  it.each([
    ["isn't there", () => other.close()],
    ["refuses", () => answer((response) => json(response, 500, {}))],
    ["wants a login", () => answer((response) => json(response, 401, {}))],
    ["answers HTML", () => answer((response) => response.end("<h1>Hotel</h1>"))],
  ])("may be one that %s: the peel stays as it is, and the report says so", async (_name, breaks) => {
    await breaks();
    const before = (await lock()).peels["@team/style"];
    const report = await add("sample");
    expect(report.unasked).toMatchObject([{ name: "@team/style", registry: other.url }]);
    expect((await lock()).peels["@team/style"]).toEqual(before);
    other = await startTestRegistry();
  });

  it("may be gone with the store and with the installed peel too", async () => {
    await other.close();
    await rm(app.store, { recursive: true });
    expect((await add("sample")).unasked).toHaveLength(1);
    await rm(join(app.project, "peels/@team"), { recursive: true });
    expect((await add("plain")).unasked).toHaveLength(1);
    other = await startTestRegistry();
  });

  it("still counts: what conflicts with it can't be added", async () => {
    await other.close();
    await refuses(() => add("rival"), "RESOLUTION_CONFLICT");
    other = await startTestRegistry();
  });

  it("isn't done without when the peel itself is asked for", async () => {
    await other.close();
    await refuses(() => add("@team/style"), "REGISTRY_UNREACHABLE");
    await refuses(() => update(), "REGISTRY_UNREACHABLE");
    expect((await update({ names: ["sample"] }).catch((error) => error)).code).toBe("PEEL_NOT_ADDED");
    other = await startTestRegistry();
  });
});

describe("offline", () => {
  it("add takes the newest version that the store has, without a request", async () => {
    await add("sample");
    registry.put(peels.two!);
    const elsewhere = await sampleProject("unused");
    await writeFile(join(elsewhere.project, ".npmrc"), await readFile(join(app.project, ".npmrc")));
    const before = registry.requests.length;
    const report = await addPeels({
      ...elsewhere.options,
      registry: undefined,
      store: app.store,
      offline: true,
      requests: ["sample"],
    });
    expect(report.peels).toMatchObject([{ version: "1.0.0", from: "store" }]);
    expect(registry.requests.length).toBe(before);
  });

  it("update knows of a newer version and leaves it where the store lacks it", async () => {
    await add("sample");
    await add("plain");
    registry.put(peels.two!);
    await add("plain", { preferOffline: false });
    expect((await update({ offline: true })).updated).toEqual([]);
    expect((await update()).updated).toMatchObject([{ name: "@peels/sample", version: "1.1.0" }]);
  });

  it.each([
    ["a name that it never saw", "plain", /nothing is known of @peels\/plain/],
    ["a version that it hasn't", "sample@1.1.0", /1\.0\.0|VERSION/],
  ])("says what is missing: %s", async (_name, request, message) => {
    await add("sample");
    const code = request === "plain" ? "REGISTRY_UNREACHABLE" : "VERSION_UNSATISFIED";
    expect((await refuses(() => add(request, { offline: true }), code)).message).toMatch(message);
  });

  it("says so when the document is there and no tarball", async () => {
    await add("sample");
    const elsewhere = await sampleProject("unused");
    await writeFile(join(elsewhere.project, ".npmrc"), await readFile(join(app.project, ".npmrc")));
    for (const entry of await readdir(join(app.store, "v1")))
      if (/^[0-9a-f]{2}$/.test(entry)) await rm(join(app.store, "v1", entry), { recursive: true });
    const wish = { ...elsewhere.options, registry: undefined, store: app.store, offline: true };
    const error = await expectCode(addPeels({ ...wish, requests: ["sample"] }), "REGISTRY_UNREACHABLE");
    expect(error.details).toMatchObject({ name: "@peels/sample", versions: ["1.0.0"], offline: true });
  });

  it("is npm's offline and prefer-offline of .npmrc too", async () => {
    await writeFile(join(app.project, ".npmrc"), `registry=${registry.url}\noffline=true\n`);
    await refuses(() => add("sample"), "REGISTRY_UNREACHABLE");
    expect(registry.requests).toEqual([]);
  });
});

describe("prefer-offline", () => {
  it("asks only for what the store doesn't know", async () => {
    await add("sample");
    registry.put(peels.two!);
    const before = registry.requests.length;
    expect((await add("sample", { preferOffline: true })).peels[0]?.version).toBe("1.0.0");
    expect(registry.requests.length).toBe(before);
    expect((await add("plain", { preferOffline: true })).peels[0]?.from).toBe("registry");
    expect((await add("sample")).peels[0]?.version).toBe("1.1.0");
  });
});

describe("what registries said last", () => {
  it("is asked for by its ETag, and taken when nothing has changed", async () => {
    const seen: (string | undefined)[] = [];
    let etag = '"a"';
    registry.intercept = (request, response) => {
      if (!request.url?.endsWith("sample")) return false;
      seen.push(request.headers["if-none-match"]);
      response.setHeader("etag", etag);
      if (request.headers["if-none-match"] !== etag) return false;
      response.writeHead(304).end();
      return true;
    };
    await add("sample");
    await add("sample");
    etag = '"b"';
    registry.put(peels.two!);
    expect((await add("sample")).peels[0]?.version).toBe("1.1.0");
    expect(seen).toEqual([undefined, '"a"', '"a"']);
  });

  it("is kept only by a command that succeeded, and forgotten when the registry has it no more", async () => {
    registry.intercept = (request, response) => {
      if (!request.url?.endsWith(".tgz")) return false;
      response.destroy();
      return true;
    };
    await refuses(() => add("sample"), "REGISTRY_UNREACHABLE");
    registry.intercept = undefined;
    await add("sample");
    expect(await documents()).toHaveLength(1);
    await add("plain");
    expect(await documents()).toHaveLength(2);
  });

  it.each([
    ["cut", (text: string) => text.slice(0, -20)],
    ["empty", () => ""],
    ["of a future version", (text: string) => text.replace('"formatVersion":1', '"formatVersion":2')],
    ["of another registry", (text: string) => text.replace("127.0.0.1", "elsewhere.example")],
    ["of another name", (text: string) => text.replace("@peels/sample", "@peels/other")],
    ["nonsense", () => "[1,2,3]"],
  ])("counts as nothing when it is %s", async (_name, change) => {
    await add("sample");
    const [name] = await documents();
    const path = join(app.store, "v1/documents", name!);
    await writeFile(path, change(await readFile(path, "utf8")));
    const elsewhere = await sampleProject(registry.url);
    const wish = { ...elsewhere.options, store: app.store, requests: ["sample"] };
    await expectCode(addPeels({ ...wish, offline: true }), "REGISTRY_UNREACHABLE");
    expect((await addPeels(wish)).peels[0]?.from).toBe("store");
  });

  it("can't slip in another tarball: digest and signature decide", async () => {
    await add("sample");
    const [name] = await documents();
    const path = join(app.store, "v1/documents", name!);
    await writeFile(
      path,
      (await readFile(path, "utf8")).replace(/sha512-[^"]{86}/, `sha512-${"A".repeat(86)}`),
    );
    const elsewhere = await sampleProject(registry.url);
    const wish = { ...elsewhere.options, store: app.store, requests: ["sample"], preferOffline: true };
    await expectCode(addPeels(wish), "INTEGRITY_MISMATCH");
  });
});

describe("a clock that is wrong", () => {
  it.each([
    ["30 years behind", -30],
    ["30 years ahead", 30],
  ])("by %s doesn't matter to adding, updating, signatures and what is kept", async (_name, years) => {
    await add("sample");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + years * 365 * 24 * 3600 * 1000 });
    expect(new Date().getFullYear()).not.toBe(new Date(performance.timeOrigin).getFullYear());
    const signedNow = await samplePacked(await newKey(), { name: "@peels/now" });
    registry.put(signedNow);
    await add("now");
    registry.put(peels.two!);
    vi.useRealTimers();
    await add("now@1.0.0");
    expect((await update()).updated).toMatchObject([{ version: "1.1.0" }]);
    expect((await add("sample", { offline: true })).peels[0]?.version).toBe("1.1.0");
  });

  it("takes nothing away from a command that is at work, and forgets what bears a time far ahead", async () => {
    const store = openStore(app.store, nodeDisk, { partialBytes: 10 });
    const partial = await store.partial(peels.one!.integrity);
    partial.append(new Uint8Array(100), 1000);
    const far = new Date(Date.now() + 30 * 365 * 24 * 3600 * 1000);
    const [own] = await readdir(join(app.store, "v1/tmp"));
    await utimes(join(app.store, "v1/tmp", own!), far, far);
    await openStore(app.store, nodeDisk, { partialBytes: 10 }).sweep();
    expect(await readdir(join(app.store, "v1/tmp"))).toEqual([own]);
    await partial.keep();
    const [kept] = await readdir(join(app.store, "v1/partial"));
    await utimes(join(app.store, "v1/partial", kept!), far, far);
    const sweep = (days: number) =>
      sweepStore(nodeDisk, placesOf(app.store), 10, Date.now() + days * 24 * 3600 * 1000);
    for (const days of [0, 5]) await sweep(days);
    expect(await readdir(join(app.store, "v1/partial"))).toEqual([kept]);
    await sweep(10);
    expect(await readdir(join(app.store, "v1")).catch(() => [])).not.toContain("partial");
  });

  it("forgets nothing fresh, however it jumps", async () => {
    const partial = await openStore(app.store, nodeDisk, { partialBytes: 10 }).partial(peels.one!.integrity);
    partial.append(new Uint8Array(100), 1000);
    await partial.keep();
    const kept = await readdir(join(app.store, "v1/partial"));
    // Another machine's work, of which only its time says anything.
    const other = join(app.store, "v1/tmp/elsewhere.1.0123456789abcdef");
    await mkdir(other, { recursive: true });
    const day = 24 * 3600 * 1000;
    for (const days of [30 * 365, -30 * 365, 0, 9, -9, 40 * 365, 40 * 365 + 1, 0, -3 * 365])
      await sweepStore(nodeDisk, placesOf(app.store), 10, Date.now() + days * day);
    expect(await readdir(join(app.store, "v1/partial"))).toEqual(kept);
    expect(await readdir(join(app.store, "v1/tmp"))).toHaveLength(1);
    await sweepStore(nodeDisk, placesOf(app.store), 10);
    expect(await readdir(join(app.store, "v1"))).not.toContain("old.json");
  });
});
