import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isVerifiedPeel } from "@banana-peel/signer/verify";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openPackagedPeel } from "./packaged-peel.js";
import { unpackTarball } from "./tarball/unpack.js";
import { expectCode } from "./testing/expect-code.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch, scratch } from "./testing/scratch.js";

let app: string;
let signer: string;
let installed: string;

/** Puts a signed sample where `npm install` would. */
async function npmInstall(into: string, name = "@peels/sample"): Promise<string> {
  const key = await newKey();
  const folder = join(into, "node_modules", ...name.split("/"));
  await mkdir(folder, { recursive: true });
  const { tarball } = await samplePacked(key);
  const files = await unpackTarball(tarball);
  for (const path of await files.list()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), await files.read(path));
  }
  installed = folder;
  return key.identity.fingerprint;
}

beforeEach(async () => {
  app = join(await scratch(), "app");
  await mkdir(join(app, "src"), { recursive: true });
  signer = await npmInstall(app);
});
afterAll(removeScratch);

describe("openPackagedPeel", () => {
  it("gives a verified peel of the signer who was named, from folders below too", async () => {
    for (const from of [app, join(app, "src")])
      for (const name of ["sample", "@peels/sample"]) {
        const peel = await openPackagedPeel(from, name, { signer });
        expect(isVerifiedPeel(peel)).toBe(true);
        expect(peel.manifest.name).toBe("@peels/sample");
      }
  });

  it("takes the signer from the trust policy of banana.json", async () => {
    const policy = (fingerprint: string) =>
      writeFile(
        join(app, "banana.json"),
        JSON.stringify({ formatVersion: 1, trust: { "@peels/*": [fingerprint] } }),
      );
    await policy(signer);
    await expect(openPackagedPeel(app, "sample")).resolves.toBeDefined();
    await policy(`sha256:${"0".repeat(64)}`);
    await expectCode(openPackagedPeel(app, "sample"), "SIGNER_NOT_TRUSTED");
    await expectCode(openPackagedPeel(app, "sample", { signer }), "SIGNER_NOT_TRUSTED");
  });

  it("trusts nobody by itself, and says who signed", async () => {
    const error = await expectCode(openPackagedPeel(app, "sample"), "SIGNER_NOT_TRUSTED");
    expect(error.message).toContain(signer);
    await expectCode(
      openPackagedPeel(app, "sample", { signer: `sha256:${"0".repeat(64)}` }),
      "SIGNER_NOT_TRUSTED",
    );
  });

  it("takes anybody's when it is told to, but nobody whom the policy leaves out", async () => {
    await expect(openPackagedPeel(app, "sample", { anySigner: true })).resolves.toBeDefined();
    const trust = { "@peels/*": [`sha256:${"0".repeat(64)}`] };
    await writeFile(join(app, "banana.json"), JSON.stringify({ formatVersion: 1, trust }));
    await expectCode(openPackagedPeel(app, "sample", { anySigner: true }), "SIGNER_NOT_TRUSTED");
  });

  it("refuses one that was changed, isn't there, or has another name", async () => {
    const missing = await expectCode(openPackagedPeel(app, "other", { signer }), "FILE_MISSING");
    expect(missing.hint).toContain("npm install @peels/other");
    await cp(installed, join(app, "node_modules/@peels/other"), { recursive: true });
    await expectCode(openPackagedPeel(app, "other", { signer }), "PEEL_INVALID");
    await rm(join(installed, "README.md"));
    await writeFile(join(installed, "README.md"), "other words");
    await expectCode(openPackagedPeel(app, "sample", { signer }), "SIGNED_FILES_DIFFER");
  });
});
