import { createHash } from "node:crypto";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  card,
  type Files,
  type Json,
  publishBody,
  sampleFiles,
  signed,
  signedAnyway,
  tarball,
  text,
} from "../testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let token: string;
let key: SigningKey;
let valid: Files;

beforeAll(async () => {
  registry = await testRegistry({
    bases: [card],
    maxBodyBytes: 1024 * 1024,
    maxUnpackedBytes: 4 * 1024 * 1024,
  });
  token = await registry.login("author");
  ({ key } = await generateKey());
  valid = await signed(sampleFiles(), key);
});
afterAll(() => registry.close());
afterEach(() => {
  expect(registry.errors).toEqual([]);
});

/** Publishes files and expects a refusal that leaves no trace; returns the rules. */
async function refused(document: Json, status = 422): Promise<string[]> {
  const before = await registry.stored();
  const answer = await registry.publish(document, token);
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  expect(await registry.stored()).toEqual(before);
  expect(answer.body.error).toEqual(expect.any(String));
  for (const problem of answer.body.problems)
    expect(problem).toEqual({
      rule: expect.any(String),
      severity: expect.stringMatching(/^(error|warning)$/),
      message: expect.any(String),
      where: expect.any(String),
      hint: expect.any(String),
    });
  return answer.body.problems.map((problem: Json) => problem.rule);
}

const refusedFiles = (files: Files) => refused(publishBody(tarball(files)));

describe("the gate refuses, and nothing is stored,", () => {
  it("a promised sha512 or sha1 that is not the tarball's", async () => {
    const fake = publishBody(tarball(valid));
    fake.versions["1.0.0"].dist.integrity = `sha512-${createHash("sha512").update("x").digest("base64")}`;
    expect(await refused(fake)).toEqual(["INTEGRITY_MISMATCH"]);
    const wrong = publishBody(tarball(valid));
    wrong.versions["1.0.0"].dist.shasum = "0".repeat(40);
    expect(await refused(wrong)).toEqual(["INTEGRITY_MISMATCH"]);
    const changed = tarball(valid);
    changed[changed.length >> 1]! ^= 1;
    const document = publishBody(tarball(valid));
    Object.assign(Object.values<Json>(document._attachments)[0], { data: changed.toString("base64") });
    expect(await refused(document)).toEqual(["INTEGRITY_MISMATCH", "INTEGRITY_MISMATCH"]);
  });

  it("an unsigned peel", async () => {
    expect(await refusedFiles(sampleFiles())).toContain("SIGNATURE_MISSING");
  });

  it("one changed byte in each file, an added and a removed file", async () => {
    for (const [path, bytes] of valid) {
      const changed = bytes.slice();
      changed[changed.length >> 1]! ^= 1;
      const rules = await refusedFiles(new Map([...valid, [path, changed]]));
      expect(rules.join(), path).toMatch(/SIGNED_FILES_DIFFER|SIGNATURE_INVALID|JSON_INVALID/);
    }
    expect(await refusedFiles(new Map([...valid, ["extra.txt", text("x")]]))).toContain(
      "SIGNED_FILES_DIFFER",
    );
    const removed = new Map(valid);
    removed.delete("README.md");
    expect(await refusedFiles(removed)).toContain("SIGNED_FILES_DIFFER");
  });

  it("the signature of another key over the same files", async () => {
    const { key: other } = await generateKey();
    const theirs = await signed(sampleFiles(), other);
    expect(await refusedFiles(new Map([...valid, ["model.sig", theirs.get("model.sig")!]]))).toContain(
      "SIGNATURE_INVALID",
    );
  });

  it("another name or version in the tarball than in the request", async () => {
    expect(await refused(publishBody(tarball(valid), "@peels/other"))).toContain("PUBLISH_INVALID");
    expect(await refused(publishBody(tarball(valid), "@peels/sample", "1.0.1"))).toContain("PUBLISH_INVALID");
  });

  it("a package that is none of a peel, and names without a scope", async () => {
    const plain = new Map([["package.json", text('{"name":"@peels/sample","version":"1.0.0"}')]]);
    expect(await refusedFiles(plain)).toEqual(["NOT_A_PEEL"]);
    expect(await refused(publishBody(tarball(plain), "sample"))).toEqual(["NAME_INVALID"]);
    expect(await refused(publishBody(tarball(plain), "@Peels/Sample"))).toEqual(["NAME_INVALID"]);
  });

  it("scripts and other additions to package.json, signed or not", async () => {
    const files = sampleFiles();
    const packageJson = JSON.parse(new TextDecoder().decode(files.get("package.json")));
    for (const [addition, rule] of [
      [{ scripts: { postinstall: "node x.js" } }, "peel/package-json-scripts"],
      [{ dependencies: { left: "1.0.0" } }, /peel\/package-json/],
    ] as const) {
      files.set("package.json", text(JSON.stringify({ ...packageJson, ...addition })));
      const rules = await refusedFiles(await signedAnyway(files, key));
      expect(rules.join()).toMatch(rule);
    }
    files.delete("package.json");
    expect(await refusedFiles(await signedAnyway(files, key))).toContain("FILE_MISSING");
  });

  it("code, and other files that a peel may not hold", async () => {
    const files = sampleFiles();
    files.set("install.js", text("process.exit()"));
    expect(await refusedFiles(await signedAnyway(files, key))).toContain("peel/file-not-allowed");
  });

  it("shapes that don't fit the base card", async () => {
    expect(await refusedFiles(await signed(sampleFiles({}, { k: 4, n: 3 }), key))).toContain(
      "peel/base-shape",
    );
  });

  it("paths that leave the package, whoever signed them", async () => {
    for (const path of ["../evil.txt", "a/../../evil.txt", ".npmrc"]) {
      const files = new Map([...valid, [path, text("x")]]);
      expect((await refusedFiles(files)).join()).toMatch(/TARBALL_INVALID|PATH_INVALID|peel\/path/);
    }
  });

  it("what is no tarball: text, HTML, nothing, half of one, bare tar", async () => {
    const whole = tarball(valid);
    for (const bytes of [
      Buffer.from("hello"),
      Buffer.from("<!doctype html><title>Log in</title>"),
      Buffer.alloc(0),
      whole.subarray(0, whole.length >> 1),
      gzipSync("<!doctype html>"),
    ])
      expect(await refused(publishBody(bytes))).toEqual(["TARBALL_INVALID"]);
    expect(await refused(publishBody(tarball(valid, "other/")))).toEqual(["TARBALL_INVALID"]);
  });

  it("a gzip bomb", async () => {
    const bomb = new Map([...valid, ["zeros.txt", new Uint8Array(64 * 1024 * 1024)]]);
    expect(await refused(publishBody(tarball(bomb)))).toEqual(["TARBALL_INVALID"]);
  });

  it("a request that is too large, said or not said beforehand", async () => {
    const document = { ...publishBody(tarball(valid)), padding: "x".repeat(2 * 1024 * 1024) };
    expect(await refused(document, 413)).toEqual(["FILE_TOO_LARGE"]);
    const response = await fetch(new URL("@peels%2fsample", registry.url), {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: new Blob([JSON.stringify(document)]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(await registry.stored()).toEqual([]);
  });

  it("a request that breaks off", async () => {
    const { host, hostname, port } = new URL(registry.url);
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify(publishBody(tarball(valid)));
    socket.write(
      `PUT /@peels%2fsample HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, -10)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await registry.stored()).toEqual([]);
  });

  it("documents that npm wouldn't send", async () => {
    const cases: [string, (d: Json) => void][] = [
      [
        "another name inside",
        (d) => {
          d.versions["1.0.0"].name = "@peels/other";
        },
      ],
      [
        "another version inside",
        (d) => {
          d.versions["1.0.0"].version = "2.0.0";
        },
      ],
      [
        "two versions",
        (d) => {
          d.versions["2.0.0"] = d.versions["1.0.0"];
        },
      ],
      [
        "no versions",
        (d) => {
          delete d.versions;
        },
      ],
      [
        "two attachments",
        (d) => {
          d._attachments.other = {};
        },
      ],
      [
        "no integrity",
        (d) => {
          delete d.versions["1.0.0"].dist.integrity;
        },
      ],
      [
        "a weaker integrity",
        (d) => {
          d.versions["1.0.0"].dist.integrity = "sha1-aaaa";
        },
      ],
      [
        "a tag of another version",
        (d) => {
          d["dist-tags"].latest = "9.9.9";
        },
      ],
      [
        "two tags",
        (d) => {
          d["dist-tags"].next = "1.0.0";
        },
      ],
      [
        "a tag that reads as a version",
        (d) => {
          d["dist-tags"] = { v1: "1.0.0" };
        },
      ],
      [
        "a wrong length",
        (d) => {
          Object.values<Json>(d._attachments)[0].length = 1;
        },
      ],
      [
        "data that is no text",
        (d) => {
          Object.values<Json>(d._attachments)[0].data = 1;
        },
      ],
      [
        "null",
        (d) => {
          d.versions["1.0.0"] = null;
        },
      ],
    ];
    for (const [what, change] of cases) {
      const document = publishBody(tarball(valid));
      change(document);
      expect(await refused(document), what).toEqual(["PUBLISH_INVALID"]);
    }
    for (const body of ["", "x", "[]", "null", "<html>"]) {
      const answer = await registry.send("PUT", "/@peels%2fsample", { token, body });
      expect(answer.status, body).toBe(422);
    }
    // Without a tarball it can only be a change of what is published, and nothing is.
    const change = await registry.publish({ ...publishBody(tarball(valid)), _attachments: {} }, token);
    expect(change.status).toBe(404);
    const renamed = await registry.send("PUT", "/@peels%2fother", {
      token,
      body: publishBody(tarball(valid)),
    });
    expect(renamed.body.problems[0].rule).toBe("PUBLISH_INVALID");
  });

  it("bodies in other types and encodings", async () => {
    for (const headers of [{ "content-type": "text/html" }, { "content-encoding": "gzip" }] as Record<
      string,
      string
    >[])
      expect((await registry.send("PUT", "/@peels%2fsample", { token, body: "{}", headers })).status).toBe(
        415,
      );
  });

  it("anonymous publishes and unknown tokens", async () => {
    for (const wrong of [undefined, "nonsense"]) {
      const answer = await registry.publish(publishBody(tarball(valid)), wrong);
      expect(answer.status).toBe(401);
    }
    const basic = await registry.send("PUT", "/@peels%2fsample", {
      body: publishBody(tarball(valid)),
      headers: { authorization: `Basic ${Buffer.from("author:wrong").toString("base64")}` },
    });
    expect(basic.status).toBe(401);
    expect(await registry.stored()).toEqual([]);
  });
});
