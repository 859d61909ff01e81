// Interop with the OpenSSF's Python tool, both ways: `npm run test:oms` (installs it; needs Python 3.10+ and pip).
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { folderSource } from "@banana-peel/format/node";
import { importPrivateKey, signPeel } from "@banana-peel/signer";
import { verifyPeel } from "@banana-peel/signer/verify";
import { installTool } from "./python-tool.mjs";
import { writeSample } from "./sample-folder.mjs";

let tool;
let root;

before(async () => {
  tool = await installTool();
  root = await mkdtemp(join(tmpdir(), "banana-peel-oms-"));
});
after(() => root && rm(root, { recursive: true, force: true }));

const CURVES = { "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" };

async function setUp(name, namedCurve) {
  const folder = join(root, name);
  const paths = await writeSample(folder);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  const publicPem = publicKey.export({ type: "spki", format: "pem" });
  const keyFile = `${folder}.key.pem`;
  const publicFile = `${folder}.pub.pem`;
  await writeFile(keyFile, pem, { mode: 0o600 });
  await writeFile(publicFile, publicPem);
  return { folder, paths: [...paths, "signer.pem"], pem, publicPem, keyFile, publicFile };
}

const oursRejects = (folder) =>
  assert.rejects(
    verifyPeel(folderSource(folder)),
    (error) => /^SIGN/.test(error.code) || error.code === "JSON_INVALID",
  );
const theirsRejects = (folder, publicFile) => assert.rejects(tool.verify(folder, publicFile), { code: 1 });

/** Every kind of tampering must be seen by both; the folder is whole again afterwards. */
async function bothNotice({ folder, paths, publicFile }) {
  const notice = async () => {
    await oursRejects(folder);
    await theirsRejects(folder, publicFile);
  };
  for (const path of paths) {
    const file = join(folder, path);
    const bytes = await readFile(file);
    const changed = Buffer.from(bytes);
    changed[bytes.length >> 1] ^= 1;
    await writeFile(file, changed);
    await notice();
    await writeFile(file, bytes);
  }
  await writeFile(join(folder, "extra.txt"), "x");
  await notice();
  await unlink(join(folder, "extra.txt"));
  const licence = await readFile(join(folder, "LICENSE"));
  await unlink(join(folder, "LICENSE"));
  await notice();
  await writeFile(join(folder, "LICENSE"), licence);
  const signature = await readFile(join(folder, "model.sig"), "utf8");
  const bundle = JSON.parse(signature);
  const sig = Buffer.from(bundle.dsseEnvelope.signatures[0].sig, "base64");
  sig[sig.length - 1] ^= 1;
  bundle.dsseEnvelope.signatures[0].sig = sig.toString("base64");
  await writeFile(join(folder, "model.sig"), JSON.stringify(bundle));
  await notice();
  await writeFile(join(folder, "model.sig"), signature);
}

for (const [curve, namedCurve] of Object.entries(CURVES)) {
  describe(curve, { timeout: 1_800_000 }, () => {
    it("signed here is verified there, and tampering is seen by both", async () => {
      const peel = await setUp(`ours-${curve}`, namedCurve);
      const key = await importPrivateKey(peel.pem);
      for (const [path, bytes] of await signPeel(folderSource(peel.folder), key))
        await writeFile(join(peel.folder, path), bytes);
      await tool.verify(peel.folder, peel.publicFile);
      await verifyPeel(folderSource(peel.folder));
      await bothNotice(peel);
      await tool.verify(peel.folder, peel.publicFile);
    });

    it("signed there is verified here, and tampering is seen by both", async () => {
      const peel = await setUp(`theirs-${curve}`, namedCurve);
      await writeFile(join(peel.folder, "signer.pem"), peel.publicPem);
      await tool.sign(peel.folder, peel.keyFile);
      const { signer } = await verifyPeel(folderSource(peel.folder));
      assert.equal(signer.algorithm, `ECDSA ${curve}`);
      await bothNotice(peel);
      await verifyPeel(folderSource(peel.folder));
    });
  });
}
