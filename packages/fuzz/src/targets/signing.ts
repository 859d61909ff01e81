import { memorySource, type PeelSource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { fingerprint, generateKey, importPrivateKey } from "@banana-peel/signer";
import { signedPaths, verifyPeel } from "@banana-peel/signer/verify";
import { mutateBytes } from "../mutate/bytes.js";
import { mutateJson } from "../mutate/json.js";
import { mutateText } from "../mutate/text.js";
import type { Random } from "../random.js";
import { files, ROOT } from "./samples.js";
import { decode, encode, type FuzzTarget } from "./target.js";

const FIXTURES = "packages/signer/src/fixtures/python-1.1.1-p256";

/** Changes the bundle, or the statement inside of it. */
function mutateBundle(sample: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  if (random.once(4)) return mutateBytes(sample, random, other);
  const text = decode(sample);
  if (random.once(2)) return encode(mutateJson(text, random));
  const bundle = JSON.parse(text);
  const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString();
  bundle.dsseEnvelope.payload = Buffer.from(mutateJson(payload, random)).toString("base64");
  return encode(JSON.stringify(bundle));
}

const pem = (name: string, seeds: FuzzTarget["seeds"], read: (text: string) => unknown): FuzzTarget => ({
  name,
  seeds,
  mutate: (sample, random, other) =>
    random.once(2) ? mutateBytes(sample, random, other) : encode(mutateText(decode(sample), random)),
  read: (bytes) => read(decode(bytes)),
});

let signed: Promise<PeelSource> | undefined;
async function fixture(): Promise<PeelSource> {
  const source = folderSource(ROOT + FIXTURES);
  const paths = await source.list();
  return memorySource(
    new Map(await Promise.all(paths.map(async (path) => [path, await source.read(path)] as const))),
  );
}

export const signing: readonly FuzzTarget[] = [
  {
    name: "model.sig",
    seeds: () =>
      files(...["p256", "p384", "p521"].map((curve) => `${FIXTURES.slice(0, -4)}${curve}/model.sig`)),
    mutate: mutateBundle,
    async read(bytes) {
      signed ??= fixture();
      const source = await signed;
      await verifyPeel({
        ...source,
        read: (path, max) => (path === "model.sig" ? Promise.resolve(bytes) : source.read(path, max)),
      }).catch((error: unknown) => signedPaths(bytes).then(() => Promise.reject(error)));
    },
  },
  pem(
    "public.pem",
    () => files(...["p256", "p384", "p521"].map((curve) => `${FIXTURES.slice(0, -4)}${curve}/signer.pem`)),
    fingerprint,
  ),
  pem(
    "private.pem",
    async () => [encode((await generateKey()).privateKeyPem)],
    (text) => importPrivateKey(text),
  ),
];
