import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { packageJsonBytes } from "@banana-peel/format";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import { parseBaseCard } from "@banana-peel/validator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type Files,
  type Json,
  publishBody,
  signed,
  signedAnyway,
  tarball,
  text,
} from "../testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "../testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CASES = join(import.meta.dirname, "../../../packages/conformance/cases");

let registry: TestRegistry;
let token: string;
let key: SigningKey;
beforeAll(async () => {
  const card = parseBaseCard(await readFile(join(CASES, "base", "base.json")));
  registry = await testRegistry({ bases: [card] });
  token = await registry.login("author");
  ({ key } = await generateKey());
});
afterAll(() => registry.close());

async function readPeel(kind: string, name: string): Promise<Files> {
  const folder = join(CASES, kind, name, "peel");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Files = new Map();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).split(sep).join("/"), await readFile(path));
  }
  return files;
}

/** Name and version that a case claims, as far as it can be read. */
function claims(files: Files): [name: string, version: string] {
  try {
    const { name, version } = JSON.parse(new TextDecoder().decode(files.get("peel.json")));
    if (/^@[a-z]+\/[a-z-]+$/.test(name) && /^\d+\.\d+\.\d+$/.test(version)) return [name, version];
  } catch {
    // Cases with a broken peel.json claim nothing.
  }
  return ["@peels/sample", "1.0.0"];
}

const names = async (kind: string) => (await readdir(join(CASES, kind))).sort();

describe("the conformance cases", async () => {
  it.each(await names("invalid"))("gets no invalid peel in, however well it is signed: %s", async (name) => {
    const expected = JSON.parse(await readFile(join(CASES, "invalid", name, "expect.json"), "utf8"));
    const peel = await readPeel("invalid", name);
    const files = peel.has("model.sig") || peel.has("signer.pem") ? peel : await signedAnyway(peel, key);
    const answer = await registry.publish(publishBody(tarball(files), ...claims(files)), token);
    expect(answer.status).toBe(422);
    const found = answer.body.problems.map((problem: Json) => problem.rule) as string[];
    // What stops at the name or the tarball, or lacks peel.json, never meets the validator's rules.
    const early = ["TARBALL_INVALID", "NOT_A_PEEL", "NAME_INVALID"];
    expect(
      expected.rules.some((rule: string) => found.includes(rule)) ||
        found.some((rule) => early.includes(rule)),
      `expected ${expected.rules}, found ${found}`,
    ).toBe(true);
    expect(await registry.stored()).toEqual([]);
    expect(registry.errors).toEqual([]);
  });
});

describe("valid conformance cases", async () => {
  it.each(await names("valid"))("get in, under a name of their own: %s", async (name) => {
    const files = await readPeel("valid", name);
    const manifest = JSON.parse(new TextDecoder().decode(files.get("peel.json")));
    manifest.name = `@cases/${name}`;
    files.set("peel.json", text(JSON.stringify(manifest)));
    files.set("package.json", packageJsonBytes(manifest));
    const document = publishBody(tarball(await signed(files, key)), manifest.name, manifest.version);
    const answer = await registry.publish(document, token);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  });
});
