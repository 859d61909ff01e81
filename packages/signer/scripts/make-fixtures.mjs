// Makes src/fixtures/python-*: peels signed by the OpenSSF's Python tool, with keys that are thrown away.
// `node packages/signer/scripts/make-fixtures.mjs`; the committed ones are kept for ever, so add, don't replace.
import { generateKeyPairSync } from "node:crypto";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installTool } from "./python-tool.mjs";
import { writeSample } from "./sample-folder.mjs";

const fixtures = fileURLToPath(new URL("../src/fixtures/", import.meta.url));
const tool = await installTool();
const keys = await mkdtemp(join(tmpdir(), "banana-peel-keys-"));
try {
  for (const [name, namedCurve] of [
    ["p256", "prime256v1"],
    ["p384", "secp384r1"],
    ["p521", "secp521r1"],
  ]) {
    const folder = join(fixtures, `python-1.1.1-${name}`);
    if (
      await access(folder).then(
        () => true,
        () => false,
      )
    ) {
      console.log(`kept ${folder}`);
      continue;
    }
    await writeSample(folder);
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    const keyFile = join(keys, "key.pem");
    await writeFile(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    await writeFile(join(folder, "signer.pem"), publicKey.export({ type: "spki", format: "pem" }));
    await tool.sign(folder, keyFile);
    console.log(`wrote ${folder}`);
  }
} finally {
  await rm(keys, { recursive: true, force: true });
}
