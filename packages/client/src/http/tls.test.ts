import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TLSSocket, TlsOptions } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPeels } from "../add.js";
import type { PackedPeel } from "../tarball/pack.js";
import { type TestAuthority, testAuthority } from "../testing/certificates.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleProject } from "../testing/project.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";

let packed: PackedPeel;
let authority: TestAuthority;
let app: Awaited<ReturnType<typeof sampleProject>>;
let registry: TestRegistry;
const YEAR = 365 * 24 * 3600 * 1000;

beforeAll(async () => {
  packed = await samplePacked(await newKey());
  authority = testAuthority();
});
beforeEach(async () => {
  app = await sampleProject("unused");
});
afterEach(() => registry.close());
afterAll(removeScratch);

/** A registry behind TLS, and .npmrc of the project. */
async function serve(tls: TlsOptions, npmrc: (registry: string, host: string) => string[]): Promise<void> {
  registry = await startTestRegistry(tls);
  registry.put(packed);
  const { url } = registry;
  const lines = [`registry=${url}`, ...npmrc(url, new URL(url).host)];
  await writeFile(join(app.project, ".npmrc"), `${lines.join("\n")}\n`);
}
const add = () => {
  const { registry: _, ...options } = app.options;
  return addPeels({ ...options, requests: ["sample"] });
};
const file = async (name: string, text: string) => {
  await writeFile(join(app.root, name), text);
  return join(app.root, name);
};
const oneLine = (text: string) => JSON.stringify(text);

describe("a registry behind TLS", () => {
  it("is trusted by the authority in cafile, for document and tarball", async () => {
    const cafile = await file("ca.pem", testAuthority("Another").cert + authority.cert);
    await serve(authority.issue(), () => [`cafile=${cafile}`]);
    expect((await add()).peels[0]?.from).toBe("registry");
    expect(registry.requests).toHaveLength(2);
  });

  it("is trusted by the authority in ca, one or several", async () => {
    await serve(authority.issue(), () => [`ca=${oneLine(authority.cert)}`]);
    await add();
    await registry.close();
    app = await sampleProject("unused");
    const others = [testAuthority("Another").cert, authority.cert];
    await serve(authority.issue(), () => others.map((cert) => `ca[]=${oneLine(cert)}`));
    await add();
  });

  it("isn't trusted without, and then nothing of ours is sent", async () => {
    await serve(authority.issue(), (_, host) => [`//${host}/:_authToken=secret`]);
    const error = await expectCode(add(), "REGISTRY_CERTIFICATE");
    expect([error.message, error.hint]).toEqual([
      expect.stringContaining("authority that isn't"),
      expect.stringContaining("cafile"),
    ]);
    expect(registry.requests).toEqual([]);
  });

  it("isn't trusted by a cafile that isn't there, and that is said", async () => {
    const nowhere = join(app.root, "nowhere.pem");
    await serve(authority.issue(), () => [`cafile=${nowhere}`]);
    expect((await expectCode(add(), "REGISTRY_CERTIFICATE")).hint).toContain(`${nowhere}, which isn't there`);
  });

  it("isn't trusted by another authority, nor one that signed itself, nor one for another name", async () => {
    await serve(authority.issue(), () => [`ca=${oneLine(testAuthority("Another").cert)}`]);
    await expectCode(add(), "REGISTRY_CERTIFICATE");
    await registry.close();
    await serve({ cert: authority.cert, key: authority.key }, () => []);
    await expectCode(add(), "REGISTRY_CERTIFICATE");
    await registry.close();
    await serve(authority.issue({ names: ["elsewhere.example"] }), () => [`ca=${oneLine(authority.cert)}`]);
    expect((await expectCode(add(), "REGISTRY_CERTIFICATE")).message).toContain("other names");
    expect(registry.requests).toEqual([]);
  });

  it.each([
    ["has expired", { from: new Date(Date.now() - 9 * YEAR), until: new Date(Date.now() - 8 * YEAR) }],
    ["isn't valid yet", { from: new Date(Date.now() + 30 * YEAR), until: new Date(Date.now() + 31 * YEAR) }],
  ])("with a certificate that %s is refused with the clock's time", async (text, dates) => {
    await serve(authority.issue(dates), () => [`ca=${oneLine(authority.cert)}`]);
    const error = await expectCode(add(), "REGISTRY_CERTIFICATE");
    expect(error.message).toContain(text);
    expect(error.message).toContain(new Date().toISOString().slice(0, 10));
    expect(error.hint).toContain("clock");
  });

  it("is trusted blindly with strict-ssl=false, which the user has to ask for", async () => {
    await serve(authority.issue({ names: ["elsewhere.example"] }), () => ["strict-ssl=false"]);
    await add();
  });

  it("that doesn't speak TLS is unreachable by https", async () => {
    await serve(undefined as unknown as TlsOptions, () => []);
    const wrong = registry.url.replace("http:", "https:");
    const error = await expectCode(
      addPeels({ ...app.options, registry: wrong, requests: ["sample"] }),
      "REGISTRY_UNREACHABLE",
    );
    // Not OpenSSL's own line, with the address of a thread and a file of its source.
    expect(error.message).not.toContain("routines");
  });
});

describe("a registry that wants a client certificate", () => {
  const strict = () => ({
    ...authority.issue(),
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const trusted = () => `ca=${oneLine(authority.cert)}`;

  it("gets the one of its own key, certfile and keyfile", async () => {
    const { cert, key } = authority.issue({ names: ["ada"], client: true });
    const [certfile, keyfile] = [await file("ada.pem", cert), await file("ada.key", key)];
    await serve(strict(), (_, host) => [
      trusted(),
      `//${host}/:certfile=${certfile}`,
      `//${host}/:keyfile=${keyfile}`,
    ]);
    const seen: string[] = [];
    registry.intercept = (request) => {
      seen.push(String((request.socket as TLSSocket).getPeerCertificate().subject?.CN));
      return false;
    };
    await add();
    expect(seen).toEqual(["ada", "ada"]);
  });

  it("gets the older settings cert and key, which hold for every registry", async () => {
    const { cert, key } = authority.issue({ names: ["ada"], client: true });
    await serve(strict(), () => [trusted(), `cert=${oneLine(cert)}`, `key=${oneLine(key)}`]);
    await add();
  });

  it("refuses without one, with one of another authority, and with one of another registry's key", async () => {
    await serve(strict(), () => [trusted()]);
    const none = await expectCode(add(), "REGISTRY_UNREACHABLE");
    expect(none.message).toMatch(/: it wants a client certificate, and got none$/);
    expect(none.hint).toContain(":certfile=");
    await registry.close();
    const { cert, key } = testAuthority("Another").issue({ client: true });
    const [certfile, keyfile] = [await file("x.pem", cert), await file("x.key", key)];
    await serve(strict(), (_, host) => [
      trusted(),
      `//${host}/:certfile=${certfile}`,
      `//${host}/:keyfile=${keyfile}`,
    ]);
    await expectCode(add(), "REGISTRY_UNREACHABLE");
    await registry.close();
    const good = authority.issue({ client: true });
    const [goodCert, goodKey] = [await file("g.pem", good.cert), await file("g.key", good.key)];
    await serve(strict(), () => [
      trusted(),
      `//elsewhere.example/:certfile=${goodCert}`,
      `//elsewhere.example/:keyfile=${goodKey}`,
    ]);
    await expectCode(add(), "REGISTRY_UNREACHABLE");
    expect(registry.requests).toEqual([]);
  });

  it("says which file of .npmrc can't be read", async () => {
    await serve(strict(), (_, host) => [
      trusted(),
      `//${host}/:certfile=/nowhere.pem`,
      `//${host}/:keyfile=/nowhere.key`,
    ]);
    const error = await expectCode(add(), "PROJECT_INVALID");
    expect(error.message).toContain("/nowhere.pem");
    expect(error.where).toContain(":certfile");
  });
});
