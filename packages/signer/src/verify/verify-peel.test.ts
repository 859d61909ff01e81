import { memorySource } from "@banana-peel/format";
import { beforeAll, describe, expect, it } from "vitest";
import { signPeel } from "../sign/sign-peel.js";
import { generateKey, type SigningKey } from "../sign/signing-key.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleFiles, signedFiles } from "../testing/sample-peel.js";
import { isVerifiedPeel, verifyPeel } from "./verify-peel.js";

let key: SigningKey;
let signed: Map<string, Uint8Array>;

beforeAll(async () => {
  ({ key } = await generateKey());
  signed = await signedFiles(key);
});

/** Verifies a copy of the signed sample after a change. */
async function verifyChanged(change: (files: Map<string, Uint8Array>) => unknown) {
  const files = new Map([...signed].map(([path, bytes]) => [path, bytes.slice()]));
  await change(files);
  return verifyPeel(memorySource(files));
}

describe("verifyPeel", () => {
  it.each(["P-256", "P-384", "P-521"] as const)("accepts what signPeel made with %s", async (curve) => {
    const { key } = await generateKey(curve);
    const files = await signedFiles(key);
    const peel = await verifyPeel(memorySource(files, "here"));
    expect(peel.signer).toEqual(key.identity);
    expect(peel.signer.algorithm).toBe(`ECDSA ${curve}`);
    expect(peel.manifest.name).toBe("@peels/sample");
    expect(peel.label).toBe("here");
    expect(peel.root).toMatch(/^[0-9a-f]{64}$/);
    expect([...peel.files.keys()].sort()).toEqual(
      [...files.keys()].filter((path) => path !== "model.sig").sort(),
    );
    expect(await peel.read("README.md")).toEqual(files.get("README.md"));
    expect(peel.files.get("previews/one.png")!.bytes).toBe(4);
  });

  it("accepts a peel that is signed again, by another key", async () => {
    const { key: other } = await generateKey();
    const files = new Map([...signed, ...(await signPeel(memorySource(signed), other))]);
    expect((await verifyPeel(memorySource(files))).signer).toEqual(other.identity);
  });

  it("gives the same root for the same files, whoever signs", async () => {
    const again = await verifyPeel(memorySource(await signedFiles(key)));
    expect((await verifyPeel(memorySource(signed))).root).toBe(again.root);
  });

  it("makes peels that can't be forged or changed", async () => {
    const peel = await verifyPeel(memorySource(signed));
    expect(isVerifiedPeel(peel)).toBe(true);
    expect(isVerifiedPeel({ ...peel })).toBe(false);
    expect(isVerifiedPeel(Object.create(peel))).toBe(false);
    expect(isVerifiedPeel(undefined)).toBe(false);
    expect(() => Object.assign(peel, { manifest: {} })).toThrow(TypeError);
    expect(() => Object.assign(peel.manifest.adapters[0]!, { file: "other" })).toThrow(TypeError);
    (peel.files as Map<string, unknown>).set("README.md", { bytes: 1, sha256: "0".repeat(64) });
    expect(await peel.read("README.md")).toEqual(signed.get("README.md"));
  });

  it("hashes again at each read", async () => {
    const files = new Map(signed);
    const peel = await verifyPeel(memorySource(files));
    await peel.read("LICENSE");
    files.set("LICENSE", new TextEncoder().encode("CC1\n"));
    await expectCode(peel.read("LICENSE"), "SIGNED_FILES_DIFFER");
    files.set("LICENSE", new TextEncoder().encode("CC0\nand more"));
    await expectCode(peel.read("LICENSE"), "SIGNED_FILES_DIFFER");
    files.delete("LICENSE");
    await expectCode(peel.read("LICENSE"), "SIGNED_FILES_DIFFER");
    files.set("new.txt", new Uint8Array(1));
    await expectCode(peel.read("new.txt"), "FILE_MISSING");
    await expectCode(peel.read("model.sig"), "FILE_MISSING");
    await expectCode(peel.read("../LICENSE"), "FILE_MISSING");
  });
});

describe("verifyPeel notices", () => {
  it("one changed byte anywhere in any file", async () => {
    for (const [path, bytes] of signed) {
      for (let i = 0; i < bytes.length; i++) {
        for (const flip of [0x01, 0x20]) {
          const copy = bytes.slice();
          copy[i]! ^= flip;
          const error = await verifyPeel(memorySource(new Map([...signed, [path, copy]]))).then(
            () => undefined,
            (reason) => reason,
          );
          const codes =
            path === "model.sig" || path === "signer.pem"
              ? ["SIGNATURE_INVALID", "JSON_INVALID"]
              : ["SIGNED_FILES_DIFFER"];
          expect(codes, `${path} byte ${i} ^ ${flip}`).toContain(error?.code);
        }
      }
    }
  }, 300_000);

  it("a file cut short, emptied, or made longer", async () => {
    for (const path of sampleFiles().keys()) {
      const bytes = signed.get(path)!;
      for (const other of [bytes.slice(0, -1), new Uint8Array(), Uint8Array.from([...bytes, 0])])
        await expectCode(
          verifyChanged((files) => files.set(path, other)),
          "SIGNED_FILES_DIFFER",
          "FILE_TOO_LARGE",
        );
    }
  });

  it("a missing signature or key", async () => {
    for (const path of ["model.sig", "signer.pem"]) {
      const error = await expectCode(
        verifyChanged((files) => void files.delete(path)),
        "SIGNATURE_MISSING",
      );
      expect(error.where).toBe(path);
      expect(error.exitStatus).toBe(4);
    }
    await expectCode(verifyPeel(memorySource(sampleFiles())), "SIGNATURE_MISSING");
    await expectCode(verifyPeel(memorySource(new Map())), "SIGNATURE_MISSING");
  });

  it("a removed, an added and a renamed file", async () => {
    const removed = await expectCode(
      verifyChanged((files) => void files.delete("previews/one.png")),
      "SIGNED_FILES_DIFFER",
    );
    expect(removed.where).toBe("previews/one.png");
    const added = await expectCode(
      verifyChanged((files) => files.set("previews/two.png", Uint8Array.of(1))),
      "SIGNED_FILES_DIFFER",
    );
    expect(added.where).toBe("previews/two.png");
    await expectCode(
      verifyChanged((files) => {
        files.set("previews/uno.png", files.get("previews/one.png")!);
        files.delete("previews/one.png");
      }),
      "SIGNED_FILES_DIFFER",
    );
    await expectCode(
      verifyChanged((files) => files.set("model.sig.bak", new Uint8Array())),
      "SIGNED_FILES_DIFFER",
    );
  });

  it("two files that changed places", async () => {
    await expectCode(
      verifyChanged((files) => {
        const readme = files.get("README.md")!;
        files.set("README.md", files.get("LICENSE")!);
        files.set("LICENSE", readme);
      }),
      "SIGNED_FILES_DIFFER",
    );
  });

  it("files that ignore_paths would hide in other tools", async () => {
    for (const path of [
      ".git/config",
      ".gitattributes",
      ".github/x",
      "a/../b",
      "/etc/passwd",
      "a\\b",
      "C:x",
      "..",
    ])
      await expectCode(
        verifyChanged((files) => files.set(path, new Uint8Array())),
        "PATH_INVALID",
      );
  });

  it("a path listed twice by the source, and too many files", async () => {
    const twice = memorySource(signed);
    await expectCode(
      verifyPeel({ ...twice, list: async () => [...(await twice.list()), "LICENSE"] }),
      "PATH_INVALID",
    );
    const many = new Map(signed);
    for (let i = 0; i < 1000; i++) many.set(`f${i}`, new Uint8Array());
    await expectCode(verifyPeel(memorySource(many)), "FILE_TOO_LARGE");
  });

  it("the signature of another key, of other files, or the key swapped", async () => {
    const { key: other } = await generateKey();
    const theirs = await signedFiles(other);
    await expectCode(
      verifyChanged((files) => files.set("model.sig", theirs.get("model.sig")!)),
      "SIGNATURE_INVALID",
    );
    await expectCode(
      verifyChanged((files) => files.set("signer.pem", theirs.get("signer.pem")!)),
      "SIGNATURE_INVALID",
    );
    const changed = sampleFiles().set("README.md", new TextEncoder().encode("# Other\n"));
    const overOthers = (await signPeel(memorySource(changed), key)).get("model.sig")!;
    await expectCode(
      verifyChanged((files) => files.set("model.sig", overOthers)),
      "SIGNED_FILES_DIFFER",
    );
  });

  it("a key in another form or of another kind", async () => {
    const pem = new TextDecoder().decode(signed.get("signer.pem"));
    for (const other of [pem.replaceAll("\n", "\r\n"), pem.trim(), `${pem}\n`, ` ${pem}`, "", "key"])
      await expectCode(
        verifyChanged((files) => files.set("signer.pem", new TextEncoder().encode(other))),
        "SIGNATURE_INVALID",
      );
  });

  it("a source that shows one key first and another later", async () => {
    const { key: other } = await generateKey();
    const source = memorySource(signed);
    let reads = 0;
    const shifty = {
      ...source,
      read: async (path: string, max?: number) =>
        path === "signer.pem" && ++reads > 1
          ? new TextEncoder().encode(other.identity.publicKeyPem)
          : source.read(path, max),
    };
    await expectCode(verifyPeel(shifty), "SIGNED_FILES_DIFFER");
    expect(reads).toBe(2);
  });

  it("a signature file that is huge", async () => {
    await expectCode(
      verifyChanged((files) => files.set("model.sig", new Uint8Array(4 * 1024 * 1024 + 1))),
      "FILE_TOO_LARGE",
    );
  });

  it("a signed peel.json without an identity", async () => {
    // A source of a dishonest signer: signPeel itself would refuse these.
    for (const [manifest, code] of [
      ["[]", "SCHEMA_INVALID"],
      ["{", "JSON_INVALID"],
      ['{"formatVersion":2,"name":"@a/b","version":"1.0.0"}', "FORMAT_VERSION_UNKNOWN"],
      ['{"formatVersion":1,"name":"b","version":"1.0.0"}', "SCHEMA_INVALID"],
      ['{"formatVersion":1,"name":"@a/b","version":"v1"}', "SCHEMA_INVALID"],
      ['{"formatVersion":1,"name":"@a/b","name":"@a/c","version":"1.0.0"}', "JSON_INVALID"],
    ] as const)
      await expectCode(
        signedFiles(key, sampleFiles().set("peel.json", new TextEncoder().encode(manifest))),
        code,
      );
    const without = sampleFiles();
    without.delete("peel.json");
    await expectCode(signedFiles(key, without), "FILE_MISSING");
  });
});
