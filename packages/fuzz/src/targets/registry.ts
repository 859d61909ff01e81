import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadRegistryConfig } from "@banana-peel/client";
import { isPeelName, parsePeelRequest } from "@banana-peel/format";
import { mutateBytes } from "../mutate/bytes.js";
import { mutateJson } from "../mutate/json.js";
import { mutateText } from "../mutate/text.js";
import { decode, encode, type FuzzTarget } from "./target.js";

const HASH = `sha512-${Buffer.alloc(64).toString("base64")}`;
const PACKUMENT = {
  name: "@peels/a",
  "dist-tags": { latest: "1.0.0" },
  versions: {
    "1.0.0": {
      name: "@peels/a",
      version: "1.0.0",
      deprecated: "use b",
      dist: { integrity: HASH, tarball: "http://localhost:4873/@peels/a/-/a-1.0.0.tgz" },
      bananaPeel: { formatVersion: 1, adapters: [{ family: "nano", range: "^1.0.0", digest: "sha256:00" }] },
    },
  },
};
const NPMRC = `registry=https://registry.example/npm/
@peels:registry=http://localhost:4873/
//localhost:4873/:_authToken=\${TOKEN}
//registry.example/npm/:_auth=dTpw
proxy=http://proxy.example:8080
cafile=./ca.pem
fetch-retries=2
; comment
`;

type ReadPackument = (text: string, name: string, registry: string) => unknown;
let reader: Promise<ReadPackument> | undefined;
/** The client's own reader, which it doesn't export. */
async function readPackument(text: string): Promise<unknown> {
  reader ??= import(new URL("../../../client/dist/registry/packument.js", import.meta.url).href).then(
    (module: { readPackument: ReadPackument }) => module.readPackument,
  );
  return (await reader)(text, "@peels/a", "http://localhost:4873/");
}

export const registry: readonly FuzzTarget[] = [
  {
    name: "packument",
    seeds: async () => [encode(JSON.stringify(PACKUMENT))],
    mutate: (sample, random, other) =>
      random.once(5) ? mutateBytes(sample, random, other) : encode(mutateJson(decode(sample), random)),
    read: (bytes) => readPackument(decode(bytes)),
  },
  {
    name: "npmrc",
    seeds: async () => [encode(NPMRC)],
    mutate: (sample, random) => encode(mutateText(decode(sample), random)),
    async read(bytes) {
      const folder = await mkdtemp(join(tmpdir(), "banana-fuzz-"));
      try {
        await writeFile(join(folder, ".npmrc"), bytes);
        const env = { HOME: folder, PREFIX: folder, npm_config_userconfig: join(folder, ".npmrc") };
        const config = await loadRegistryConfig({ cwd: folder, env });
        config.registryFor("@peels/a");
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
  {
    name: "names",
    seeds: async () =>
      ["medical-imaging", "@peels/x-ray@^1.2.0", "a@>=1 <2 || 3.x", "@a/b@latest", "a@1.0.0-rc.1+b"].map(
        encode,
      ),
    mutate: (sample, random) => encode(mutateText(decode(sample), random)),
    read(bytes) {
      const { name } = parsePeelRequest(decode(bytes));
      if (!isPeelName(name)) throw new Error(`accepted ${JSON.stringify(name)}, which is no name`);
    },
  },
];
