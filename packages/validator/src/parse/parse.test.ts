import { BananaError, type ErrorCode } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { conformanceCard } from "../testing/conformance.js";
import { parseBaseCard, parseLockfile, parseManifest, parseProject } from "./parse.js";

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
function refused(run: () => unknown, code: ErrorCode): BananaError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(BananaError);
    expect((error as BananaError).code).toBe(code);
    return error as BananaError;
  }
  throw new Error(`expected ${code}, nothing was thrown`);
}

const peel = {
  formatVersion: 1,
  name: "@a/b",
  version: "1.0.0",
  description: "d",
  license: "MIT",
  adapters: [{ file: "a.safetensors", base: { family: "nano", range: "^1.0.0" }, rank: 1, alpha: 1 }],
};
const card = JSON.parse(new TextDecoder().decode(await conformanceCard()));
const digest = `sha256:${"0".repeat(64)}`;
const lock = {
  lockVersion: 1,
  peels: {
    "@a/b": {
      version: "1.0.0",
      registry: "http://localhost/",
      integrity: `sha512-${"A".repeat(86)}==`,
      signer: digest,
      adapters: [{ file: "a.safetensors", family: "nano", version: "1.0.0", digest }],
    },
  },
};

describe("each parser", () => {
  it("gives the document", () => {
    expect(parseManifest(bytes(peel))).toEqual(peel);
    expect(parseBaseCard(bytes(card))).toEqual(card);
    expect(parseProject(bytes({ formatVersion: 1 }))).toEqual({ formatVersion: 1 });
    expect(parseLockfile(bytes(lock))).toEqual(lock);
  });

  const parsers = [
    ["peel.json", parseManifest, "formatVersion"],
    ["base.json", parseBaseCard, "formatVersion"],
    ["banana.json", parseProject, "formatVersion"],
    ["banana.lock", parseLockfile, "lockVersion"],
  ] as const;

  it.each(parsers)("of %s says that a version is newer before it judges the rest", (file, parse, field) => {
    const error = refused(() => parse(bytes({ [field]: 2, other: true })), "FORMAT_VERSION_UNKNOWN");
    expect(error).toMatchObject({ message: `expected ${field} 1, found 2`, where: `${file}:/${field}` });
  });

  it.each(parsers)("of %s refuses a version that is no version by the schema", (_, parse, field) => {
    for (const version of ["2", 0, -1, 1.5, null, [2], {}])
      refused(() => parse(bytes({ [field]: version })), "SCHEMA_INVALID");
  });

  it.each(parsers)("of %s refuses what is not one strict JSON document", (_, parse) => {
    for (const text of ["", "{", '{"a":1,"a":2}', "\ufeff{}"])
      refused(() => parse(bytes(text)), "JSON_INVALID");
    for (const text of ["null", "[]", "1", '"x"']) refused(() => parse(bytes(text)), "SCHEMA_INVALID");
  });

  it.each(parsers)("of %s names the file as it is told", (_, parse) => {
    expect(refused(() => parse(bytes("[]"), "here.json"), "SCHEMA_INVALID").where).toBe("here.json");
  });
});

describe("parseManifest", () => {
  it("has a limit before anything is parsed", () => {
    refused(() => parseManifest(new Uint8Array(1024 * 1024 + 1)), "FILE_TOO_LARGE");
  });

  it("gives every problem in details, the first in the message", () => {
    const error = refused(() => parseManifest(bytes({ ...peel, rank: 1, title: "" })), "SCHEMA_INVALID");
    expect(error.message).toMatch(/\(and 1 more\)$/);
    expect(error.details?.problems).toHaveLength(2);
  });

  it("checks what the schema can't say", () => {
    const error = refused(() => parseManifest(bytes({ ...peel, version: "v1" })), "SCHEMA_INVALID");
    expect(error).toMatchObject({
      where: "peel.json:/version",
      details: { problems: [{ rule: "peel/version-not-semver" }] },
    });
  });
});

describe("parseLockfile", () => {
  it("wants exact versions", () => {
    for (const version of ["^1.0.0", "1.0", "latest", "1.0.0+b"]) {
      const entry = { ...lock.peels["@a/b"], version };
      refused(() => parseLockfile(bytes({ lockVersion: 1, peels: { "@a/b": entry } })), "SCHEMA_INVALID");
    }
  });

  it("takes a peel called like a property of Object's only with its scope", () => {
    refused(() => parseLockfile(bytes('{"lockVersion":1,"peels":{"__proto__":{}}}')), "SCHEMA_INVALID");
  });
});

describe("parseLockfile and parseProject", () => {
  const at = (name: string, changes: object) =>
    bytes({ lockVersion: 1, peels: { [name]: { ...lock.peels["@a/b"], ...changes } } });

  it("want an address of a registry without secrets", () => {
    for (const registry of ["", "registry", "file:///etc", "javascript:1", "http://me:secret@localhost/"])
      expect(refused(() => parseLockfile(at("@a/b", { registry })), "SCHEMA_INVALID")).toMatchObject({
        where: "banana.lock:/peels/@a~1b/registry",
      });
  });

  it("refuse names that are no folders", () => {
    for (const name of ["@a/con", "@a/b.", "@nul/x", "@a/node_modules"]) {
      refused(() => parseLockfile(at(name, {})), "SCHEMA_INVALID");
      refused(() => parseLockfile(at("@a/b", { dependencies: { [name]: "*" } })), "SCHEMA_INVALID");
      refused(() => parseProject(bytes({ formatVersion: 1, peels: { [name]: "*" } })), "SCHEMA_INVALID");
      refused(() => parseProject(bytes({ formatVersion: 1, overrides: { [name]: "*" } })), "SCHEMA_INVALID");
    }
    for (const name of ["../b", "@a/../b", "--global", "@\u0430/b", "@a/b/c", "b"])
      refused(() => parseLockfile(at(name, {})), "SCHEMA_INVALID");
  });

  it("want ranges and dist-tags, and no addresses", () => {
    const peels = { "@a/b": "^1.0.0", "@a/c": "latest", "@a/d": ">=1 <2 || 3.x" };
    expect(parseProject(bytes({ formatVersion: 1, peels }))).toEqual({ formatVersion: 1, peels });
    for (const range of ["../b", "file:b", "https://x.example/b.tgz", "npm:c", "a b", "--force", "v-1?"])
      expect(
        refused(() => parseProject(bytes({ formatVersion: 1, peels: { "@a/b": range } })), "SCHEMA_INVALID"),
      ).toMatchObject({ where: "banana.json:/peels/@a~1b" });
    refused(
      () => parseProject(bytes({ formatVersion: 1, overrides: { "@a/b": "latest" } })),
      "SCHEMA_INVALID",
    );
  });
});
