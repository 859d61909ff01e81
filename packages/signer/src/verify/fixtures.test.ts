import { readdirSync } from "node:fs";
import { join } from "node:path";
import { memorySource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { describe, expect, it } from "vitest";
import { expectCode } from "../testing/expect-code.js";
import { verifyPeel } from "./verify-peel.js";

const fixtures = join(import.meta.dirname, "../fixtures");
const names = readdirSync(fixtures).filter((name) => name.startsWith("python-"));

/** Signed by the OpenSSF's Python tool; scripts/make-fixtures.mjs made them. */
describe("peels signed by model_signing", () => {
  it("are here for each curve", () => {
    expect(names.sort()).toEqual(["python-1.1.1-p256", "python-1.1.1-p384", "python-1.1.1-p521"]);
  });

  it.each(names)("verify: %s", async (name) => {
    const peel = await verifyPeel(folderSource(join(fixtures, name)));
    expect(peel.signer.algorithm).toBe(`ECDSA P-${name.slice(-3)}`);
    expect([...peel.files.keys()]).toEqual([
      "LICENSE",
      "README.md",
      "Z-last.txt",
      "adapter.safetensors",
      "package.json",
      "peel.json",
      "previews/one.png",
      "signer.pem",
    ]);
  });

  it.each(names)("don't verify with one file changed: %s", async (name) => {
    const source = folderSource(join(fixtures, name));
    const files = new Map<string, Uint8Array>();
    for (const path of await source.list()) files.set(path, await source.read(path));
    await verifyPeel(memorySource(files));
    const adapter = Uint8Array.from(files.get("adapter.safetensors")!);
    adapter[1234]! ^= 1;
    files.set("adapter.safetensors", adapter);
    await expectCode(verifyPeel(memorySource(files)), "SIGNED_FILES_DIFFER");
  });
});
