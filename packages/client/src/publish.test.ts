import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memorySource, type PeelSource } from "@banana-peel/format";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { peelInfo } from "./info.js";
import { publishPeel } from "./publish.js";
import { expectCode } from "./testing/expect-code.js";
import { cleanEnv } from "./testing/project.js";
import { newKey, sampleFiles, samplePacked, signFiles } from "./testing/sample-peel.js";
import { removeScratch, scratch } from "./testing/scratch.js";
import { json, startTestRegistry, type TestRegistry } from "./testing/test-registry.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let project: string;
beforeAll(async () => {
  key = await newKey();
});
beforeEach(async () => {
  registry = await startTestRegistry();
  project = await scratch();
});
afterEach(() => registry.close());
afterAll(removeScratch);

async function publish(files: Map<string, Uint8Array>, more = {}) {
  return publishPeel({
    source: memorySource(files),
    project,
    registry: registry.url,
    env: cleanEnv(project),
    ...more,
  });
}

describe("publishPeel", () => {
  it("comes again, with the whole, when the registry says that it is too busy", async () => {
    const files = await signFiles(sampleFiles({ bytes: 200_000 }), key);
    for (const status of [503, 429]) {
      let refusals = 2;
      registry.intercept = (request, response) => {
        if (request.method !== "PUT" || refusals-- <= 0) return false;
        response.setHeader("retry-after", "0");
        json(response, status, { error: "too many publishes at once" });
        request.resume();
        return true;
      };
      const env = {
        ...cleanEnv(project),
        npm_config_fetch_retries: "2",
        npm_config_fetch_retry_mintimeout: "1",
      };
      await publish(files, { env });
      const [body] = registry.published.splice(0);
      expect(JSON.parse(body!.toString("utf8")).name).toBe("@peels/sample");
      refusals = 3;
      const error = await expectCode(publish(files, { env }), "REGISTRY_REFUSED");
      expect(error.details).toMatchObject({ status, retryAfter: "0" });
      expect(registry.published).toEqual([]);
    }
  });

  it("doesn't come again after any other refusal, nor before the time that is asked for", async () => {
    const files = await signFiles(sampleFiles(), key);
    const env = {
      ...cleanEnv(project),
      npm_config_fetch_retries: "2",
      npm_config_fetch_retry_mintimeout: "1",
    };
    let puts = 0;
    let status = 500;
    registry.intercept = (request, response) => {
      if (request.method !== "PUT") return false;
      puts++;
      response.setHeader("retry-after", "30");
      json(response, status, {});
      return true;
    };
    for (status of [401, 413, 422, 500, 502, 507])
      await expectCode(publish(files, { env }), "REGISTRY_REFUSED");
    expect(puts).toBe(6);
    status = 503;
    await expectCode(publish(files, { env, signal: AbortSignal.timeout(700) }), "CANCELLED");
    expect(puts).toBe(7);
  });

  it("sends npm's document with the tarball as its attachment", async () => {
    const files = await signFiles(
      new Map([...sampleFiles(), ["README.md", Buffer.from('# "data":"" \\u0000 ü\n')]]),
      key,
    );
    const report = await publish(files);
    expect(registry.requests).toEqual(["GET /-/banana-peel", "PUT /@peels%2fsample"]);
    const body = registry.published[0]!;
    expect(registry.lastHeaders["content-length"]).toBe(String(body.length));
    const document = JSON.parse(body.toString("utf8"));
    expect(document).toMatchObject({
      _id: "@peels/sample",
      name: "@peels/sample",
      "dist-tags": { latest: "1.0.0" },
      versions: {
        "1.0.0": {
          name: "@peels/sample",
          version: "1.0.0",
          bananaPeel: { adapters: [{ family: "nano", range: "^1.0.0" }] },
          readme: '# "data":"" \\u0000 ü\n',
          dist: { integrity: report.integrity },
        },
      },
    });
    const attachment = document._attachments["@peels/sample-1.0.0.tgz"];
    expect(attachment.length).toBe(report.bytes);
    const { packPeel } = await import("./tarball/pack.js");
    const { tarball } = await packPeel(memorySource(files));
    expect(Buffer.from(attachment.data, "base64").equals(tarball)).toBe(true);
    expect(report).toMatchObject({
      tag: "latest",
      signer: key.identity.fingerprint,
      dryRun: false,
      registry: registry.url,
    });
  });

  it.each([true, false])(
    "sends the tarball as it is where that is taken; its digest behind it: %s",
    async (digestAtEnd) => {
      const files = await signFiles(sampleFiles({ bytes: 1_000_000 }), key);
      const { packPeel } = await import("./tarball/pack.js");
      const { tarball, integrity } = await packPeel(memorySource(files));
      let refusals = 1;
      registry.intercept = (request, response) => {
        if (request.method === "GET") {
          json(response, 200, { protocol: 1, publish: { maxBytes: tarball.length, digestAtEnd } });
          return true;
        }
        if (refusals-- <= 0) return false;
        response.setHeader("retry-after", "0");
        json(response, 503, {});
        request.resume();
        return true;
      };
      const env = {
        ...cleanEnv(project),
        npm_config_fetch_retries: "1",
        npm_config_fetch_retry_mintimeout: "1",
      };
      const report = await publish(files, { env, tag: "beta" });
      expect(report).toMatchObject({ integrity, bytes: tarball.length });
      const put = "PUT /-/banana-peel/peels/@peels%2fsample/1.0.0?tag=beta";
      expect(registry.requests).toEqual(["GET /-/banana-peel", put, put]);
      const digest = Buffer.from(integrity.slice("sha512-".length), "base64");
      const sent = digestAtEnd ? Buffer.concat([tarball, digest]) : Buffer.from(tarball);
      expect(registry.published.map((body) => body.equals(sent))).toEqual([true]);
      expect(registry.lastHeaders).toMatchObject({
        "banana-peel-integrity": digestAtEnd ? "at-end" : integrity,
        "content-length": String(sent.length),
      });
    },
  );

  it("hears the answer of a registry that doesn't wait for the body, and closes the files", async () => {
    const files = await signFiles(sampleFiles({ bytes: 8_000_000 }), key);
    let open = 0;
    const source: PeelSource = {
      ...memorySource(files),
      async *stream(path) {
        open++;
        try {
          const bytes = files.get(path)!;
          for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
        } finally {
          open--;
        }
      },
    };
    registry.intercept = (request, response) => {
      if (request.method === "GET")
        json(response, 200, { protocol: 1, publish: { maxBytes: 2 ** 31, digestAtEnd: true } });
      // Nothing of the body is read: it fills the connection and stays.
      else json(response.setHeader("connection", "keep-alive"), 409, { error: "there is one" });
      return true;
    };
    const error = await expectCode(publish(files, { source }), "REGISTRY_REFUSED");
    expect(error.details).toMatchObject({ status: 409 });
    await vi.waitFor(() => expect(open).toBe(0));
  });

  it("tags a prerelease next, and anything as asked", async () => {
    const files = await signFiles(sampleFiles({ version: "1.0.0-rc.1" }), key);
    expect((await publish(files)).tag).toBe("next");
    expect((await publish(files, { tag: "beta" })).tag).toBe("beta");
  });

  it("signs with a key that it is given, though another signed before", async () => {
    const other = await newKey();
    const files = await signFiles(sampleFiles(), other);
    files.set("package.json", Buffer.from("{}"));
    expect((await publish(files, { key })).signer).toBe(key.identity.fingerprint);
  });

  it("sends nothing on a dry run", async () => {
    const report = await publish(await signFiles(sampleFiles(), key), { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, bytes: expect.any(Number) });
    expect(registry.requests).toEqual([]);
  });

  it("sends nothing that is unsigned, changed or invalid", async () => {
    await expectCode(publish(sampleFiles()), "SIGNATURE_MISSING");
    const files = await signFiles(sampleFiles(), key);
    await expectCode(
      publish(new Map([...files, ["README.md", Buffer.from("changed")]])),
      "SIGNED_FILES_DIFFER",
    );
    const noReadme = sampleFiles();
    noReadme.set("adapter.safetensors", Buffer.from("not safetensors"));
    const error = await expectCode(publish(await signFiles(noReadme, key)), "PEEL_INVALID");
    expect(error.details?.problems).toBeInstanceOf(Array);
    expect(registry.requests).toEqual([]);
  });

  it("passes on the gate's problems", async () => {
    const problems = [
      {
        rule: "peel/base-shape",
        severity: "error",
        message: "expected K 8, found 16",
        where: "adapter.safetensors",
        hint: "Train it again.",
      },
    ];
    registry.intercept = (request, response) => {
      request.resume().on("end", () => json(response, 422, { error: "the peel is invalid", problems }));
      return true;
    };
    const error = await expectCode(publish(await signFiles(sampleFiles(), key)), "REGISTRY_REFUSED");
    expect(error.details).toEqual({ status: 422, problems });
    expect(error.message).toContain("the peel is invalid");
  });

  it.each([
    [401, /Log in/],
    [403, /account/],
    [409, /raise the version/],
    [413, /larger/],
    [503, /later/],
  ])("explains %i", async (status, hint) => {
    registry.intercept = (request, response) => {
      request.resume().on("end", () => json(response, status, { error: "no" }));
      return true;
    };
    const error = await expectCode(publish(await signFiles(sampleFiles(), key)), "REGISTRY_REFUSED");
    expect(error.hint).toMatch(hint);
  });

  it("says when the registry can't be reached, and when it hangs up", async () => {
    const files = await signFiles(sampleFiles(), key);
    registry.intercept = (_request, response) => {
      response.destroy();
      return true;
    };
    await expectCode(publish(files), "REGISTRY_UNREACHABLE");
    await expectCode(publish(files, { registry: "http://127.0.0.1:1/" }), "REGISTRY_UNREACHABLE");
    await expectCode(publish(files, { signal: AbortSignal.abort() }), "CANCELLED");
  });
});

describe("the configuration in .npmrc", () => {
  it("chooses the scope's registry and sends the token for it, and only there", async () => {
    const host = registry.url.slice("http:".length);
    await writeFile(
      join(project, ".npmrc"),
      `registry=http://127.0.0.1:1/\n@peels:registry=${registry.url}\n${host}:_authToken=\${TOKEN}\n`,
    );
    const env = { ...cleanEnv(project), npm_config_userconfig: "/nowhere", TOKEN: "secret-token" };
    await publish(await signFiles(sampleFiles(), key), { registry: undefined, env });
    expect(registry.lastHeaders.authorization).toBe("Bearer secret-token");
    expect(registry.lastHeaders["user-agent"]).toMatch(/^banana-peel\//);
    const elsewhere = await signFiles(sampleFiles({ name: "@other/sample" }), key);
    await expectCode(publish(elsewhere, { registry: undefined, env }), "REGISTRY_UNREACHABLE");
  });

  it("is read from the environment, with name and password", async () => {
    const host = registry.url.slice("http:".length);
    const env = {
      ...cleanEnv(project),
      npm_config_registry: registry.url,
      [`npm_config_${host}:username`]: "ada",
      [`npm_config_${host}:_password`]: Buffer.from("lovelace").toString("base64"),
    };
    registry.put(await samplePacked(key));
    expect((await peelInfo({ name: "sample", project, env })).versions).toHaveLength(1);
    expect(registry.lastHeaders.authorization).toBe(
      `Basic ${Buffer.from("ada:lovelace").toString("base64")}`,
    );
  });

  it("is refused when npm refuses it", async () => {
    await writeFile(join(project, ".npmrc"), "_authToken=naked\n");
    const env = { ...cleanEnv(project), npm_config_userconfig: "/nowhere" };
    await expectCode(peelInfo({ name: "sample", project, env }), "PROJECT_INVALID");
  });
});

describe("peelInfo", () => {
  it("tells what the registry has, and names the nearest of an unknown name", async () => {
    registry.put(await samplePacked(key));
    registry.put(await samplePacked(key, { version: "1.1.0" }), { deprecated: "Use 2." });
    const options = { project, registry: registry.url, env: cleanEnv(project) };
    const entry = await peelInfo({ name: "sample", ...options });
    expect(entry.versions.map(({ version, deprecated }) => [version, deprecated])).toEqual([
      ["1.0.0", undefined],
      ["1.1.0", "Use 2."],
    ]);
    expect((await expectCode(peelInfo({ name: "simple", ...options }), "PEEL_UNKNOWN")).hint).toContain(
      "@peels/sample",
    );
  });
});
