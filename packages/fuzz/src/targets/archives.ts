import { gunzipSync, gzipSync } from "node:zlib";
import { packPeel, unpackTarball } from "@banana-peel/client";
import { memorySource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { validatePeel } from "@banana-peel/validator";
import { mutateBytes } from "../mutate/bytes.js";
import { ROOT } from "./samples.js";
import type { FuzzTarget } from "./target.js";

const LIMITS = { totalBytes: 64 * 1024 * 1024 };

export const archives: readonly FuzzTarget[] = [
  {
    name: "tarball",
    async seeds() {
      const cases = ["full", "minimal"].map((name) =>
        folderSource(`${ROOT}packages/conformance/cases/valid/${name}/peel`),
      );
      const packed = await Promise.all(cases.map((source) => packPeel(source).catch(() => undefined)));
      return packed.filter((each) => each !== undefined).map(({ tarball }) => new Uint8Array(tarball));
    },
    mutate(sample, random, other) {
      if (random.once(4)) return mutateBytes(sample, random, other);
      // Inside the gzip, where its checksum doesn't stop everything.
      return new Uint8Array(
        gzipSync(mutateBytes(new Uint8Array(gunzipSync(sample)), random, other), { level: 1 }),
      );
    },
    read: (bytes) => unpackTarball(bytes, LIMITS, "fuzz.tgz"),
  },
  {
    name: "preview",
    async seeds() {
      const source = folderSource(`${ROOT}bases/nano/peels/medical-imaging`);
      const paths = (await source.list()).filter((path) => path.endsWith(".png"));
      return Promise.all(paths.slice(0, 1).map((path) => source.read(path)));
    },
    mutate: mutateBytes,
    read: (bytes) =>
      validatePeel(
        memorySource(
          new Map([
            ["peel.json", new TextEncoder().encode('{"previews":[{"file":"a.png","alt":"a"}]}')],
            ["a.png", bytes],
          ]),
        ),
      ),
  },
];
