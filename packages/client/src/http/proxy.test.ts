import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PackedPeel } from "../tarball/pack.js";
import { addSample } from "../testing/add-sample.js";
import { testAuthority } from "../testing/certificates.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleProject } from "../testing/project.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch } from "../testing/scratch.js";
import { startTestProxy, type TestProxy } from "../testing/test-proxy.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";
import { proxyFor } from "./proxy.js";

let packed: PackedPeel;
let app: Awaited<ReturnType<typeof sampleProject>>;
let registry: TestRegistry;
let proxy: TestProxy;
const authority = testAuthority();

beforeAll(async () => {
  packed = await samplePacked(await newKey());
});
beforeEach(async () => {
  app = await sampleProject("unused");
  proxy = await startTestProxy();
});
afterEach(async () => {
  await Promise.all([registry.close(), proxy.close()]);
});
afterAll(removeScratch);

async function serve(tls: boolean, names?: string[]) {
  registry = await startTestRegistry(tls ? authority.issue(names ? { names } : {}) : undefined);
  registry.put(packed);
}
const add = (npmrc: string[], env?: Record<string, string>) =>
  addSample({ app, registry, authority }, npmrc, env);

describe("a registry behind a proxy", () => {
  it.each([
    ["proxy of .npmrc", () => [`proxy=${proxy.url}`], {}],
    ["https-proxy of .npmrc", () => [`https-proxy=${proxy.url}`], {}],
    ["HTTP_PROXY", () => [], { HTTP_PROXY: "" }],
    ["https_proxy", () => [], { https_proxy: "" }],
  ])("is asked by it over http: %s", async (_name, lines, names) => {
    await serve(false);
    await add(lines(), Object.fromEntries(Object.keys(names).map((name) => [name, proxy.url])));
    expect(proxy.asked).toEqual([
      `GET ${registry.url}@peels%2fsample`,
      `GET ${registry.url}@peels/sample/-/1.0.0.tgz`,
    ]);
  });

  it.each([
    ["https-proxy of .npmrc", () => [`https-proxy=${proxy.url}`], {}],
    ["proxy of .npmrc", () => [`proxy=${proxy.url}`], {}],
    ["HTTPS_PROXY", () => [], { HTTPS_PROXY: "" }],
  ])("is asked through its tunnel over https, by one connection: %s", async (_name, lines, names) => {
    await serve(true);
    const token = `//${new URL(registry.url).host}/:_authToken=secret`;
    await add([...lines(), token], Object.fromEntries(Object.keys(names).map((name) => [name, proxy.url])));
    expect(proxy.asked).toEqual([`CONNECT ${new URL(registry.url).host}`]);
    expect(registry.rights).toEqual(["Bearer secret", "Bearer secret"]);
  });

  it("by the name that only the proxy knows, whose certificate counts", async () => {
    await serve(true, ["registry.internal.example"]);
    const { port } = new URL(registry.url);
    proxy.leadsTo = Number(port);
    const address = `https://registry.internal.example:${port}/`;
    registry.put(packed, {
      dist: { integrity: packed.integrity, tarball: `${address}@peels/sample/-/1.0.0.tgz` },
    });
    await add([`registry=${address}`, `https-proxy=${proxy.url}`]);
    expect(proxy.asked).toEqual([`CONNECT registry.internal.example:${port}`]);
  });

  it("whose tunnel leads elsewhere is found out by the certificate", async () => {
    await serve(true, ["elsewhere.example"]);
    await expectCode(add([`https-proxy=${proxy.url}`]), "REGISTRY_CERTIFICATE");
    expect(registry.requests).toEqual([]);
  });

  it("gets name and password of the proxy's address, and the registry doesn't", async () => {
    await serve(false);
    const rights = `Basic ${Buffer.from("ada:x y").toString("base64")}`;
    await add([`proxy=${proxy.url.replace("//", "//ada:x%20y@")}`]);
    expect(new Set(proxy.rights)).toEqual(new Set([rights]));
    expect(registry.lastHeaders["proxy-authorization"]).toBeUndefined();
    await registry.close();
    app = await sampleProject("unused");
    await serve(true);
    await add([`https-proxy=${proxy.url.replace("//", "//ada:x%20y@")}`]);
    expect(new Set(proxy.rights)).toEqual(new Set([rights]));
  });

  it.each([
    ["noproxy", ["noproxy=127.0.0.1,example.com"], {}],
    ["NO_PROXY", [], { NO_PROXY: "example.com, 127.0.0.1" }],
    ["no_proxy=*", [], { no_proxy: "*" }],
  ])("is asked directly where %s says so", async (_name, lines, env) => {
    await serve(false);
    await add([`proxy=${proxy.url}`, ...lines], env);
    expect(proxy.asked).toEqual([]);
  });

  it("is asked directly with proxy=false, whatever the environment says", async () => {
    await serve(false);
    await add(["proxy=false"], { HTTP_PROXY: proxy.url });
    expect(proxy.asked).toEqual([]);
  });

  it.each([403, 407, 502])("that refuses (%i) is an error with a code", async (status) => {
    proxy.refuses = status;
    await serve(false);
    const error = await expectCode(add([`proxy=${proxy.url}`]), "REGISTRY_REFUSED");
    expect(error.details?.status).toBe(status);
    if (status === 407) expect(error.message).toBe("the proxy answered 407");
    await registry.close();
    await serve(true);
    const tunnel = await expectCode(add([`https-proxy=${proxy.url}`]), "REGISTRY_UNREACHABLE");
    expect(tunnel.message).toContain(`the proxy answered ${status}`);
  });

  it.each([204, 302, 404])("that answers in the registry's place (%i) is no registry", async (status) => {
    proxy.refuses = status;
    await serve(true);
    await expectCode(add([`https-proxy=${proxy.url}`]), "REGISTRY_UNREACHABLE");
  });

  it("that isn't there, or is no address, is an error with a code", async () => {
    await serve(false);
    const gone = await expectCode(add(["proxy=http://ada:secret@127.0.0.1:9/"]), "REGISTRY_UNREACHABLE");
    expect(gone.message).toContain("by the proxy http://127.0.0.1:9/: the connection was refused");
    expect(gone.hint).toContain("noproxy");
    await expectCode(add([], { HTTP_PROXY: "not an address" }), "PROJECT_INVALID");
    await expectCode(add([], { HTTP_PROXY: "file:///etc" }), "PROJECT_INVALID");
    expect(registry.requests).toEqual([]);
  });
});

it.each([
  ["http://a.example/", "example", true],
  ["http://a.example/", ".example", true],
  ["http://a.example/", "*.example", true],
  ["http://a.example/", "A.EXAMPLE", true],
  ["http://a.example/", "a.example:80", true],
  ["http://a.example/", "a.example:81", false],
  ["https://a.example:4873/", "a.example:4873", true],
  ["http://a.example/", "xample", false],
  ["http://a.example/", "b.a.example", false],
  ["http://a.example/", ", ,", false],
  ["http://[::1]:4873/", "[::1]", true],
])("%s with noproxy=%s is direct: %s", (url, noProxy, direct) => {
  const found = proxyFor(new URL(url), { proxy: "http://p.example/", noProxy });
  expect(found === undefined).toBe(direct);
});
