import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPeels } from "../add.js";
import type { PackedPeel } from "../tarball/pack.js";
import { testAuthority } from "../testing/certificates.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleProject } from "../testing/project.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";

let packed: PackedPeel;
let app: Awaited<ReturnType<typeof sampleProject>>;
/** The registry of .npmrc, and another host: on one machine, another port is one. */
let registry: TestRegistry;
let other: TestRegistry;
const authority = testAuthority();

beforeAll(async () => {
  packed = await samplePacked(await newKey());
});
beforeEach(async () => {
  app = await sampleProject("unused");
  [registry, other] = await Promise.all([startTestRegistry(), startTestRegistry()]);
  registry.put(packed);
  other.put(packed);
});
afterEach(async () => {
  await Promise.all([registry.close(), other.close()]);
});
afterAll(removeScratch);

const hostOf = ({ url }: TestRegistry) => new URL(url).host;
const TARBALL = "@peels/sample/-/1.0.0.tgz";

async function add(...npmrc: string[]) {
  await writeFile(join(app.project, ".npmrc"), `registry=${registry.url}\n${npmrc.join("\n")}\n`);
  const { registry: _, ...options } = app.options;
  return addPeels({ ...options, requests: ["sample"] });
}
/** Lets the registry name a tarball elsewhere. */
const tarballAt = (url: string) =>
  registry.put(packed, { dist: { integrity: packed.integrity, shasum: packed.shasum, tarball: url } });
/** Lets the registry send requests that end so elsewhere. */
function redirect(end: string, to: string, status = 302) {
  registry.intercept = (request, response) => {
    if (!request.url?.endsWith(end)) return false;
    response.writeHead(status, { location: to }).end();
    return true;
  };
}
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("the rights of .npmrc go with every request to their registry", () => {
  it.each([
    ["a token", () => [`//${hostOf(registry)}/:_authToken=abc`], "Bearer abc"],
    [
      "_auth",
      () => [`//${hostOf(registry)}/:_auth=${Buffer.from("ada:x").toString("base64")}`],
      basic("ada:x"),
    ],
    [
      "a name and a password",
      () => [
        `//${hostOf(registry)}/:username=ada`,
        `//${hostOf(registry)}/:_password=${Buffer.from("pässword").toString("base64")}`,
      ],
      basic("ada:pässword"),
    ],
  ])("%s", async (_name, lines, right) => {
    await add(...lines());
    expect(registry.rights).toEqual([right, right]);
  });

  it("a token out of the environment", async () => {
    process.env.NET_TEST_TOKEN = "from-env";
    app.options.env.NET_TEST_TOKEN = "from-env";
    await add(`//${hostOf(registry)}/:_authToken=\${NET_TEST_TOKEN}`);
    delete process.env.NET_TEST_TOKEN;
    expect(registry.rights).toEqual(["Bearer from-env", "Bearer from-env"]);
  });

  it("a token of a path holds for what lies below it, the nearest first", async () => {
    const host = hostOf(registry);
    registry.intercept = (request) => {
      request.url = request.url!.replace("/team/npm", "");
      return false;
    };
    tarballAt(`${registry.url}team/npm/${TARBALL}`);
    await add(
      `registry=${registry.url}team/npm/`,
      `//${host}/:_authToken=whole`,
      `//${host}/team/npm/:_authToken=near`,
      `//${host}/team/npmx/:_authToken=beside`,
    );
    expect(registry.rights).toEqual(["Bearer near", "Bearer near"]);
  });

  it("a registry's token holds for tarballs at another path of its origin, as with npm", async () => {
    registry.intercept = (request) => {
      request.url = request.url!.replace("/team/npm", "").replace("/files", "");
      return false;
    };
    tarballAt(`${registry.url}files/${TARBALL}`);
    await add(`registry=${registry.url}team/npm/`, `//${hostOf(registry)}/team/npm/:_authToken=near`);
    expect(registry.rights).toEqual(["Bearer near", "Bearer near"]);
  });

  it("what can't be sent is refused, and not shown", async () => {
    const error = await expectCode(add(`//${hostOf(registry)}/:_authToken=ge heim`), "PROJECT_INVALID");
    expect(JSON.stringify(error)).not.toContain("heim");
    expect(registry.requests).toEqual([]);
  });

  it("a password in the registry's address is refused: it would be written into banana.lock", async () => {
    await expectCode(add(`registry=http://ada:geheim@${hostOf(registry)}/`), "USAGE");
    expect(registry.requests).toEqual([]);
  });
});

describe("they go to nobody else", () => {
  it("not to the host that a registry names for its tarballs", async () => {
    tarballAt(other.url + TARBALL);
    await add(`//${hostOf(registry)}/:_authToken=secret`);
    expect(other.rights).toEqual([undefined]);
    expect(registry.rights).toEqual(["Bearer secret"]);
  });

  it("unless that has a key of its own", async () => {
    tarballAt(other.url + TARBALL);
    await add(`//${hostOf(registry)}/:_authToken=secret`, `//${hostOf(other)}/:_authToken=own`);
    expect(other.rights).toEqual(["Bearer own"]);
  });

  it.each([301, 302, 303, 307, 308])(
    "not after a redirect (%i), of the document or of the tarball",
    async (status) => {
      redirect(".tgz", other.url + TARBALL, status);
      await add(`//${hostOf(registry)}/:_authToken=secret`);
      expect(other.rights).toEqual([undefined]);
      app = await sampleProject("unused");
      redirect("sample", `${other.url}@peels%2fsample`, status);
      other.put(packed, { dist: { integrity: packed.integrity, tarball: other.url + TARBALL } });
      await add(`//${hostOf(registry)}/:_authToken=secret`, `//${hostOf(other)}/:_authToken=own`);
      expect(other.rights).toEqual([undefined, "Bearer own", "Bearer own"]);
    },
  );

  it("not by way of a third host and back again", async () => {
    redirect(".tgz", `${other.url}around`);
    other.intercept = (request, response) => {
      if (request.url !== "/around") return false;
      registry.intercept = undefined;
      response.writeHead(302, { location: registry.url + TARBALL }).end();
      return true;
    };
    await add(`//${hostOf(registry)}/:_authToken=secret`);
    expect(other.rights).toEqual([undefined]);
    expect(registry.rights).toEqual(["Bearer secret", "Bearer secret", "Bearer secret"]);
  });

  it("not over http when the registry is one of https: such a redirect is refused, such a tarball is asked for by https", async () => {
    await registry.close();
    registry = await startTestRegistry(authority.issue());
    registry.put(packed);
    const ca = `ca=${JSON.stringify(authority.cert)}`;
    const token = `//${hostOf(registry)}/:_authToken=secret`;
    redirect(".tgz", other.url + TARBALL);
    expect((await expectCode(add(ca, token), "REGISTRY_INVALID")).message).toContain("stays with https");
    registry.intercept = undefined;
    tarballAt(registry.url.replace("https:", "http:") + TARBALL);
    await add(ca, token);
    app = await sampleProject("unused");
    // Another port of the same host, as plain as it is: without rights, even where it has a key.
    tarballAt(other.url + TARBALL);
    await add(ca, token, `//${hostOf(other)}/:_authToken=own`);
    expect(other.rights).toEqual([undefined]);
  });

  it("not into banana.lock, nor into the messages of errors", async () => {
    registry.intercept = (_, response) => {
      response.writeHead(403).end();
      return true;
    };
    const error = await expectCode(add(`//${hostOf(registry)}/:_authToken=secret`), "REGISTRY_REFUSED");
    expect(`${error.message}${error.hint}${error.where}${JSON.stringify(error.details)}`).not.toContain(
      "secret",
    );
    registry.intercept = undefined;
    await add(`//${hostOf(registry)}/:_authToken=secret`);
    expect(await readFile(join(app.project, "banana.lock"), "utf8")).not.toContain("secret");
  });
});

describe("a redirect that leads nowhere good", () => {
  it.each([
    ["in a circle", () => registry.url + TARBALL, /at most 5 redirects/],
    ["to a file", () => "file:///etc/passwd", /http or https/],
    ["to data", () => "data:text/plain,x", /http or https/],
    ["to another scheme", () => "gopher://127.0.0.1/", /http or https/],
    ["to no address", () => "http://", /address of a redirect/],
    ["to nothing", () => "", /at most 5 redirects|address/],
  ])("%s", async (_name, to, message) => {
    redirect(".tgz", to());
    expect((await expectCode(add(), "REGISTRY_INVALID")).message).toMatch(message);
    expect(registry.requests.length).toBeLessThanOrEqual(7);
  });

  it("without an address", async () => {
    registry.intercept = (_, response) => {
      response.writeHead(302).end();
      return true;
    };
    expect((await expectCode(add(), "REGISTRY_INVALID")).message).toContain("found none");
  });

  it("is no answer to what changes something", async () => {
    const { login } = await import("../login.js");
    registry.intercept = (_, response) => {
      response.writeHead(307, { location: `${other.url}-/user/x` }).end();
      return true;
    };
    const { project, env } = app.options;
    const wish = { project, env, registry: registry.url, username: "ada", password: "geheim" };
    await expectCode(login(wish), "REGISTRY_INVALID");
    expect(other.requests).toEqual([]);
  });
});
