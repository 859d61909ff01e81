import { memorySource } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { generateKey } from "../sign/signing-key.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleFiles, signedFiles } from "../testing/sample-peel.js";
import { isUnsafePeel, unsafeUnverifiedPeel } from "./unsafe-peel.js";
import { isVerifiedPeel, verifyPeel } from "./verify-peel.js";

describe("unsafeUnverifiedPeel", () => {
  it("opens an unsigned peel and never passes for a verified one", async () => {
    const peel = await unsafeUnverifiedPeel(memorySource(sampleFiles()));
    expect(peel.manifest.version).toBe("1.2.3");
    expect(isUnsafePeel(peel)).toBe(true);
    expect(isUnsafePeel({ ...peel })).toBe(false);
    expect(isVerifiedPeel(peel)).toBe(false);
    expect(await peel.read("LICENSE")).toEqual(sampleFiles().get("LICENSE"));
  });

  it("has the root that a signature over the same files has", async () => {
    const files = await signedFiles((await generateKey()).key);
    const { root } = await verifyPeel(memorySource(files));
    expect((await unsafeUnverifiedPeel(memorySource(files))).root).toBe(root);
  });

  it("still refuses odd paths, missing manifests and files that change", async () => {
    await expectCode(unsafeUnverifiedPeel(memorySource(new Map())), "FILE_MISSING");
    await expectCode(
      unsafeUnverifiedPeel(memorySource(sampleFiles().set("../x", new Uint8Array()))),
      "PATH_INVALID",
    );
    await expectCode(
      unsafeUnverifiedPeel(memorySource(sampleFiles().set("peel.json", new Uint8Array(1024 * 1024 + 1)))),
      "FILE_TOO_LARGE",
    );
    const files = sampleFiles();
    const peel = await unsafeUnverifiedPeel(memorySource(files));
    files.set("LICENSE", Uint8Array.of(1));
    await expectCode(peel.read("LICENSE"), "SIGNED_FILES_DIFFER");
  });
});
