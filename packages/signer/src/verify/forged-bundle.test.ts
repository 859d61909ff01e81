import { memorySource, sha256Hex } from "@banana-peel/format";
import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64, toBase64 } from "../base64.js";
import { preAuthEncoding } from "../oms/pae.js";
import { rootDigest } from "../oms/statement.js";
import { generateKey, type SigningKey } from "../sign/signing-key.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleFiles, signedFiles } from "../testing/sample-peel.js";
import { verifyPeel } from "./verify-peel.js";

// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests take apart.
type Json = any;

let key: SigningKey;
let signed: Map<string, Uint8Array>;
let bundle: Json;
let statement: Json;

beforeAll(async () => {
  ({ key } = await generateKey());
  signed = await signedFiles(key);
  bundle = JSON.parse(new TextDecoder().decode(signed.get("model.sig")));
  statement = JSON.parse(new TextDecoder().decode(fromBase64(bundle.dsseEnvelope.payload)));
});

/** Verifies the sample with another model.sig, not signed again. */
function withBundle(change: (bundle: Json) => void, files = signed) {
  const copy = structuredClone(bundle);
  change(copy);
  return withText(JSON.stringify(copy), files);
}

function withText(text: string, files = signed) {
  return verifyPeel(memorySource(new Map([...files, ["model.sig", new TextEncoder().encode(text)]])));
}

/** Verifies the sample with another statement, signed by the very key: what a dishonest signer can make. */
async function withStatement(change: (statement: Json) => void | Promise<void>, files = signed) {
  const copy = structuredClone(statement);
  await change(copy);
  return withPayload(new TextEncoder().encode(JSON.stringify(copy)), files);
}

async function withPayload(payload: Uint8Array, files = signed) {
  const sig = toBase64(await key.sign(preAuthEncoding(payload)));
  return withBundle((b) => {
    b.dsseEnvelope.payload = toBase64(payload);
    b.dsseEnvelope.signatures[0].sig = sig;
  }, files);
}

/** Replaces the resources and makes the root right again. */
async function relist(s: Json, change: (resources: Json[]) => Json[]): Promise<void> {
  s.predicate.resources = change(s.predicate.resources);
  const digests = s.predicate.resources.map((r: Json, i: number) => [String(i), r.digest]);
  s.subject[0].digest.sha256 = await rootDigest(new Map(digests));
}

describe("a bundle", () => {
  it("verifies through these helpers when nothing is changed", async () => {
    await withBundle(() => {});
    await withStatement(() => {});
  });

  it("may be written by other hands: spaces, other order, keyid and tlogEntries left out", async () => {
    await withText(JSON.stringify(bundle, null, 2));
    await withBundle((b) => {
      delete b.dsseEnvelope.signatures[0].keyid;
      delete b.verificationMaterial.tlogEntries;
    });
    const { mediaType, ...rest } = bundle;
    await withText(JSON.stringify({ ...rest, mediaType }));
  });

  it.each<[string, (b: Json) => void]>([
    [
      "another media type",
      (b) => {
        b.mediaType = b.mediaType.replace("0.3", "0.2");
      },
    ],
    [
      "no media type",
      (b) => {
        delete b.mediaType;
      },
    ],
    [
      "an unknown member",
      (b) => {
        b.extra = 1;
      },
    ],
    [
      "no verification material",
      (b) => {
        delete b.verificationMaterial;
      },
    ],
    [
      "no key",
      (b) => {
        delete b.verificationMaterial.publicKey;
      },
    ],
    [
      "a certificate",
      (b) => {
        b.verificationMaterial = { certificate: { rawBytes: "AA==" } };
      },
    ],
    [
      "a certificate beside the key",
      (b) => {
        b.verificationMaterial.x509CertificateChain = {};
      },
    ],
    [
      "a log entry",
      (b) => {
        b.verificationMaterial.tlogEntries.push({});
      },
    ],
    [
      "no hint",
      (b) => {
        delete b.verificationMaterial.publicKey.hint;
      },
    ],
    [
      "an empty hint",
      (b) => {
        b.verificationMaterial.publicKey.hint = "";
      },
    ],
    [
      "a hint in capitals",
      (b) => {
        b.verificationMaterial.publicKey.hint = b.verificationMaterial.publicKey.hint.toUpperCase();
      },
    ],
    [
      "a number as hint",
      (b) => {
        b.verificationMaterial.publicKey.hint = 1;
      },
    ],
    [
      "no envelope",
      (b) => {
        delete b.dsseEnvelope;
      },
    ],
    [
      "a message signature",
      (b) => {
        b.messageSignature = {};
      },
    ],
    [
      "another payload type",
      (b) => {
        b.dsseEnvelope.payloadType = "application/json";
      },
    ],
    [
      "no payload",
      (b) => {
        delete b.dsseEnvelope.payload;
      },
    ],
    [
      "an empty payload",
      (b) => {
        b.dsseEnvelope.payload = "";
      },
    ],
    [
      "payload in url-safe base64",
      (b) => {
        b.dsseEnvelope.payload = b.dsseEnvelope.payload.replaceAll("=", "");
        b.dsseEnvelope.payload += "-_";
      },
    ],
    [
      "a line break in base64",
      (b) => {
        b.dsseEnvelope.payload = `${b.dsseEnvelope.payload.slice(0, 64)}\n${b.dsseEnvelope.payload.slice(64)}`;
      },
    ],
    [
      "no signatures",
      (b) => {
        b.dsseEnvelope.signatures = [];
      },
    ],
    [
      "two signatures",
      (b) => {
        b.dsseEnvelope.signatures.push(b.dsseEnvelope.signatures[0]);
      },
    ],
    [
      "signatures as object",
      (b) => {
        b.dsseEnvelope.signatures = { 0: b.dsseEnvelope.signatures[0] };
      },
    ],
    [
      "an empty signature",
      (b) => {
        b.dsseEnvelope.signatures[0].sig = "";
      },
    ],
    [
      "a key id",
      (b) => {
        b.dsseEnvelope.signatures[0].keyid = "x";
      },
    ],
    [
      "null",
      (b) => {
        b.dsseEnvelope.signatures[0] = null;
      },
    ],
  ])("is refused with %s", async (_what, change) => {
    await expectCode(withBundle(change), "SIGNATURE_INVALID");
  });

  it.each([
    ["null", "null", "SIGNATURE_INVALID"],
    ["an array", "[]", "SIGNATURE_INVALID"],
    ["a string", '"x"', "SIGNATURE_INVALID"],
    ["nothing", "", "JSON_INVALID"],
    ["half of it", "{", "JSON_INVALID"],
    ["deep nesting", "[".repeat(100_000), "JSON_INVALID"],
  ] as const)("is refused when it is %s", async (_what, text, code) => {
    await expectCode(withText(text), code);
  });

  it("is refused with a member twice", async () => {
    const text = JSON.stringify(bundle).replace('"keyid":""', '"keyid":"","keyid":""');
    await expectCode(withText(text), "JSON_INVALID");
  });

  it("is refused when its signature is in another encoding of the same numbers", async () => {
    const der = [...fromBase64(bundle.dsseEnvelope.signatures[0].sig)!];
    const rLength = der[3]!;
    const variants: Record<string, number[]> = {
      "long length": [0x30, 0x81, der[1]!, ...der.slice(2)],
      "trailing byte": [...der, 0],
      "trailing byte inside": [0x30, der[1]! + 1, ...der.slice(2), 0],
      "padded r": [0x30, der[1]! + 1, 0x02, rLength + 1, 0, ...der.slice(4)],
    };
    for (const [what, bytes] of Object.entries(variants)) {
      const error = await expectCode(
        withBundle((b) => {
          b.dsseEnvelope.signatures[0].sig = toBase64(Uint8Array.from(bytes));
        }),
        "SIGNATURE_INVALID",
      );
      expect(error.where, what).toBe("model.sig:/dsseEnvelope/signatures/0/sig");
    }
  });
});

describe("a statement by the very key", () => {
  it("may say more in its predicate", async () => {
    await withStatement((s) => {
      s.predicate.note = "ignored";
      s.predicate.serialization.ignore_paths = [".git", "model.sig", "README.md"];
    });
  });

  it("may list its files in any order", async () => {
    await withStatement((s) => relist(s, (resources) => resources.reverse()));
  });

  it.each<[string, (s: Json) => void]>([
    [
      "another type",
      (s) => {
        s._type = "https://in-toto.io/Statement/v0.1";
      },
    ],
    [
      "another predicate",
      (s) => {
        s.predicateType = "https://model_signing/Digests/v0.1";
      },
    ],
    [
      "no predicate",
      (s) => {
        delete s.predicate;
      },
    ],
    [
      "no subject",
      (s) => {
        s.subject = [];
      },
    ],
    [
      "two subjects",
      (s) => {
        s.subject.push(s.subject[0]);
      },
    ],
    [
      "a root of other files",
      (s) => {
        s.subject[0].digest.sha256 = "0".repeat(64);
      },
    ],
    [
      "another hash beside none",
      (s) => {
        s.subject[0].digest = { sha512: "0".repeat(128) };
      },
    ],
    [
      "no name",
      (s) => {
        delete s.subject[0].name;
      },
    ],
    [
      "shards",
      (s) => {
        s.predicate.serialization.method = "shards";
      },
    ],
    [
      "blake2",
      (s) => {
        s.predicate.serialization.hash_type = "blake2b";
      },
    ],
    [
      "links followed",
      (s) => {
        s.predicate.serialization.allow_symlinks = true;
      },
    ],
    [
      "links as text",
      (s) => {
        s.predicate.serialization.allow_symlinks = "false";
      },
    ],
    [
      "no serialization",
      (s) => {
        delete s.predicate.serialization;
      },
    ],
    [
      "no resources",
      (s) => {
        s.predicate.resources = {};
      },
    ],
    [
      "one resource in another hash",
      (s) => {
        s.predicate.resources[0].algorithm = "blake3";
      },
    ],
    [
      "a digest in capitals",
      (s) => {
        s.predicate.resources[0].digest = s.predicate.resources[0].digest.toUpperCase();
      },
    ],
    [
      "a short digest",
      (s) => {
        s.predicate.resources[0].digest = "00";
      },
    ],
    [
      "a resource that is null",
      (s) => {
        s.predicate.resources[0] = null;
      },
    ],
  ])("is refused with %s", async (_what, change) => {
    await expectCode(withStatement(change), "SIGNATURE_INVALID");
  });

  it.each([["../escape", "/abs", "a//b", ".hidden", "model.sig", "", "a\\b", "a/./b"]])(
    "is refused when it lists odd paths",
    async (...paths) => {
      for (const name of paths)
        await expectCode(
          withStatement((s) => relist(s, (resources) => [...resources, { ...resources[0], name }])),
          "SIGNATURE_INVALID",
        );
    },
  );

  it("is refused when it lists a file twice, with the same or another digest", async () => {
    for (const digest of [statement.predicate.resources[0].digest, "0".repeat(64)])
      await expectCode(
        withStatement((s) => relist(s, (resources) => [...resources, { ...resources[0], digest }])),
        "SIGNATURE_INVALID",
      );
  });

  it("is refused when it leaves out peel.json or the key, even where it says to ignore them", async () => {
    for (const path of ["peel.json", "signer.pem", "README.md"]) {
      const error = await expectCode(
        withStatement(async (s) => {
          await relist(s, (resources) => resources.filter((r) => r.name !== path));
          s.predicate.serialization.ignore_paths.push(path);
        }),
        "SIGNED_FILES_DIFFER",
      );
      expect(error.where).toBe(path);
    }
  });

  it("is refused when its manifest has no identity", async () => {
    for (const [text, code] of [
      ['{"formatVersion":1,"name":"nope","version":"1.0.0"}', "SCHEMA_INVALID"],
      ['{"formatVersion":9}', "FORMAT_VERSION_UNKNOWN"],
    ] as const) {
      const manifest = new TextEncoder().encode(text);
      const digest = await sha256Hex(manifest);
      const files = new Map([...signed, ["peel.json", manifest]]);
      await expectCode(
        withStatement(
          (s) => relist(s, (rs) => rs.map((r) => (r.name === "peel.json" ? { ...r, digest } : r))),
          files,
        ),
        code,
      );
    }
  });

  it("is refused when the payload is not JSON, or says a thing twice", async () => {
    await expectCode(withPayload(new TextEncoder().encode("x")), "JSON_INVALID");
    const twice = JSON.stringify(statement).replace('"_type"', '"_type":"x","_type"');
    await expectCode(withPayload(new TextEncoder().encode(twice)), "JSON_INVALID");
  });

  it("is refused when it lists more files than a peel may have", async () => {
    await expectCode(
      withStatement((s) =>
        relist(s, (resources) => [
          ...resources,
          ...Array.from({ length: 1000 }, (_, i) => ({ ...resources[0], name: `f${i}` })),
        ]),
      ),
      "SIGNATURE_INVALID",
    );
  });

  it("is refused when signed with the payload alone, without its encoding", async () => {
    const payload = fromBase64(bundle.dsseEnvelope.payload)!;
    const sig = toBase64(await key.sign(payload));
    await expectCode(
      withBundle((b) => {
        b.dsseEnvelope.signatures[0].sig = sig;
      }),
      "SIGNATURE_INVALID",
    );
  });

  it("covers every file of the sample", () => {
    const listed = statement.predicate.resources.map((r: Json) => r.name);
    expect(listed).toEqual([...sampleFiles().keys(), "signer.pem"].sort());
  });
});
