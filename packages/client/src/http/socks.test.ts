import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PackedPeel } from "../tarball/pack.js";
import { addSample } from "../testing/add-sample.js";
import { testAuthority } from "../testing/certificates.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleProject } from "../testing/project.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";
import { startTestSocks, type TestSocks } from "../testing/test-socks.js";

let packed: PackedPeel;
let app: Awaited<ReturnType<typeof sampleProject>>;
let registry: TestRegistry;
let proxy: TestSocks;
const authority = testAuthority();

beforeAll(async () => {
  packed = await samplePacked(await newKey());
});
beforeEach(async () => {
  app = await sampleProject("unused");
  proxy = await startTestSocks();
});
afterEach(async () => {
  await Promise.all([registry.close(), proxy.close()]);
});
afterAll(removeScratch);

async function serve(tls: boolean) {
  registry = await startTestRegistry(tls ? authority.issue({}) : undefined);
  registry.put(packed);
}
const add = (npmrc: string[], env?: Record<string, string>) =>
  addSample({ app, registry, authority }, npmrc, env);

describe("a registry behind a SOCKS proxy", () => {
  it.each([
    ["http", false, "socks5", "proxy of .npmrc"],
    ["https", true, "socks5", "proxy of .npmrc"],
    ["https", true, "socks", "HTTPS_PROXY"],
  ])("is asked by it over %s (%s, %s, %s)", async (_protocol, tls, scheme, place) => {
    await serve(tls);
    const address = `${scheme}://${proxy.host}`;
    const token = `//${new URL(registry.url).host}/:_authToken=secret`;
    if (place === "HTTPS_PROXY") await add([token], { HTTPS_PROXY: address });
    else await add([token, `proxy=${address}`]);
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(registry.url).host]));
    expect(registry.rights).toEqual(["Bearer secret", "Bearer secret"]);
  });

  it("by a name that only the proxy knows, with socks5h", async () => {
    await serve(false);
    const { port } = new URL(registry.url);
    proxy.leadsTo = Number(port);
    const address = `http://registry.internal.example:${port}/`;
    registry.put(packed, {
      dist: { integrity: packed.integrity, tarball: `${address}@peels/sample/-/1.0.0.tgz` },
    });
    await add([`registry=${address}`, `proxy=socks5h://${proxy.host}`]);
    expect(new Set(proxy.asked)).toEqual(new Set([`registry.internal.example:${port}`]));
  });

  it("gets name and password of the proxy's address, and the registry doesn't", async () => {
    proxy.wants = "ada:x y";
    await serve(false);
    await add([`proxy=socks5://ada:x%20y@${proxy.host}`]);
    expect(new Set(proxy.rights)).toEqual(new Set(["ada:x y"]));
    expect(JSON.stringify(registry.lastHeaders)).not.toMatch(/ada|x y/);
  });

  it.each([
    ["refuses name and password", { wants: "ada:another" }],
    ["wants none of them and allows nothing", { refuses: 2 }],
    ["doesn't reach the registry", { refuses: 5 }],
  ])("that %s is an error with a code, and names no secret", async (_what, state) => {
    Object.assign(proxy, state);
    await serve(true);
    const error = await expectCode(
      add([`https-proxy=socks5://ada:hush-hush@${proxy.host}`]),
      "REGISTRY_UNREACHABLE",
    );
    expect(error.message).toMatch(/the proxy/);
    expect(registry.requests).toEqual([]);
    // As a host app's log would show it, causes and their fields included.
    const shown = inspect(error, { depth: 50, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toMatch(/hush-hush|\bada\b/);
  });

  it("that isn't there is an error with a code, and names no secret", async () => {
    await serve(false);
    const error = await expectCode(add(["proxy=socks5://ada:hush-hush@127.0.0.1:9"]), "REGISTRY_UNREACHABLE");
    expect(inspect(error, { depth: 50, showHidden: true })).not.toMatch(/hush-hush|\bada\b/);
  });
});
