import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { nodeDisk } from "../disk/disk.js";
import { removeScratch, scratch } from "../testing/scratch.js";
import { cleanCache } from "./cache.js";
import { openDocuments } from "./documents.js";

const run = promisify(execFile);
const REGISTRY = "http://127.0.0.1:9/";
const INTEGRITY = `sha512-${"A".repeat(86)}==`;
afterAll(removeScratch);

/** Writes and reads the same few names over and over in a process of its own; ends with how often it read a whole one. */
const WRITER = `
  const { openDocuments } = await import(process.argv[1]);
  const { nodeDisk } = await import(process.argv[2]);
  const [root, who, rounds] = process.argv.slice(3);
  let whole = 0;
  for (let round = 0; round < Number(rounds); round++) {
    const documents = openDocuments(root, nodeDisk);
    for (let i = 0; i < 4; i++) {
      const name = "@peels/p" + i;
      const versions = Array.from({ length: 1 + (round % 40) }, (_, patch) => ({
        version: "1.0." + patch, integrity: ${JSON.stringify(INTEGRITY)}, tarball: ${JSON.stringify(REGISTRY)} + who + ".tgz",
        adapters: [{ family: "nano", range: "*" }], dependencies: {}, conflicts: {}, roles: [],
      }));
      const entry = { name, registry: ${JSON.stringify(REGISTRY)}, distTags: { count: "1.0." + (versions.length - 1) }, versions };
      documents.remember(${JSON.stringify(REGISTRY)}, name, round % 7 === 6 ? undefined : { entry, etag: who + "-" + versions.length });
    }
    await documents.keep();
    const found = await openDocuments(root, nodeDisk).find(${JSON.stringify(REGISTRY)}, "@peels/p" + (round % 4));
    if (found === undefined) continue;
    // Of one writer, never of two: length, tag and etag belong together.
    const { versions, distTags } = found.entry;
    const writer = versions[0].tarball.slice(${REGISTRY.length}, -4);
    if (distTags.count !== "1.0." + (versions.length - 1) || found.etag !== writer + "-" + versions.length)
      throw new Error("torn: " + JSON.stringify(found).slice(0, 500));
    whole++;
  }
  console.log(whole);
`;

it("many processes keep, read, forget and clean the same documents, and each is always whole", async () => {
  const root = await scratch();
  const url = (path: string) => new URL(path, import.meta.url).href;
  const modules = [url("../../dist/store/documents.js"), url("../../dist/disk/disk.js")];
  const rounds = 30;
  const writers = ["a", "b", "c", "d"].map((who) =>
    run(process.execPath, ["--input-type=module", "-e", WRITER, ...modules, root, who, String(rounds)]),
  );
  let isOver = false;
  const cleaning = (async () => {
    while (!isOver) {
      await cleanCache(root, "all");
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  })();
  const outcomes = await Promise.all(writers);
  isOver = true;
  await cleaning;
  expect(Math.max(...outcomes.map(({ stdout }) => Number(stdout)))).toBeGreaterThan(rounds / 4);
  expect(await readdir(join(root, "v1"))).not.toContain("tmp");
});

it("gives back what a registry said, without what isn't needed, and nothing of another registry or name", async () => {
  const root = await scratch();
  const entry = {
    name: "@peels/sample",
    registry: REGISTRY,
    distTags: { latest: "1.0.0" },
    versions: [
      {
        version: "1.0.0",
        integrity: INTEGRITY,
        tarball: `${REGISTRY}x.tgz`,
        adapters: [{ family: "nano", range: "^1.0.0" }],
        dependencies: { "@peels/other": "^1.0.0" },
        conflicts: {},
        roles: ["style"],
        deprecated: "use another",
      },
      { version: "0.9.0", integrity: INTEGRITY, tarball: `${REGISTRY}y.tgz`, adapters: undefined },
    ],
  };
  const documents = openDocuments(root, nodeDisk);
  documents.remember(REGISTRY, entry.name, { entry, etag: undefined });
  expect(await readdir(root)).toEqual([]);
  await documents.keep();
  const found = await openDocuments(root, nodeDisk).find(REGISTRY, entry.name);
  expect(found?.entry.versions[0]).toEqual(entry.versions[0]);
  expect(found?.entry.versions[1]).toMatchObject({ version: "0.9.0", adapters: undefined });
  expect(await openDocuments(root, nodeDisk).find("http://127.0.0.1:10/", entry.name)).toBeUndefined();
  expect(await openDocuments(root, nodeDisk).find(REGISTRY, "@peels/other")).toBeUndefined();
  const [file] = await readdir(join(root, "v1/documents"));
  expect(JSON.parse(await readFile(join(root, "v1/documents", file!), "utf8")).formatVersion).toBe(1);
});
