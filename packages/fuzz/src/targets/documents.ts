import { parseBaseCard, parseLockfile, parseManifest, parseProject } from "@banana-peel/validator";
import { mutateBytes } from "../mutate/bytes.js";
import { mutateJson } from "../mutate/json.js";
import { files } from "./samples.js";
import { decode, encode, type FuzzTarget } from "./target.js";

function json(name: string, paths: readonly string[], read: (bytes: Uint8Array) => unknown): FuzzTarget {
  return {
    name,
    seeds: () => files(...paths),
    mutate: (sample, random, other) =>
      random.once(4) ? mutateBytes(sample, random, other) : encode(mutateJson(decode(sample), random)),
    read,
  };
}
const tests = (name: string) => [
  `schemas/tests/valid/${name}/full.json`,
  `schemas/tests/valid/${name}/minimal.json`,
];

/** The four documents of the format. */
export const documents: readonly FuzzTarget[] = [
  json("peel.json", [...tests("peel"), "bases/nano/peels/medical-imaging/peel.json"], (bytes) =>
    parseManifest(bytes),
  ),
  json("base.json", [...tests("base"), "packages/conformance/vectors/forms/nbits4/base.json"], (bytes) =>
    parseBaseCard(bytes),
  ),
  json("banana.json", tests("project"), (bytes) => parseProject(bytes)),
  json("banana.lock", tests("lock"), (bytes) => parseLockfile(bytes)),
];
