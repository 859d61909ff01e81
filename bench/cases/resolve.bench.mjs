/**
 * Resolution of a project of 500 peels with 20 versions each, which need, refuse and exclude each other, against the
 * time that `semver.maxSatisfying` alone takes to pick one version of each of the 500 names, without looking at bases,
 * dependencies, conflicts or roles. The catalogue is in memory: no network, no JSON.
 *
 * The first resolution of a process is what a command line pays; the median is what a server or an editor pays.
 */
import { resolve } from "@banana-peel/resolver";
import semver from "semver";
import { row } from "../lib/row.mjs";
import { median, milliseconds } from "../lib/time.mjs";

const NAMES = 500;
const VERSIONS = 20;
const LIMIT_MS = 100;
const ROUNDS = 15;
const base = { family: "nano", version: "1.4.2", digest: `sha256:${"a".repeat(64)}` };

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A catalogue of its own for each seed, so that nothing that was remembered of the last one helps. */
function makeProject(seed) {
  const random = randomOf(seed);
  const pick = (items) => items[Math.floor(random() * items.length)];
  const nameOf = (i) => `@peels/peel-${String(i).padStart(3, "0")}`;
  const entries = new Map();
  for (let i = 0; i < NAMES; i++) {
    const versions = [];
    for (let v = 0; v < VERSIONS; v++) {
      const dependencies = {};
      for (let d = Math.floor(random() * 4); d > 0; d--) {
        const other = i + 1 + Math.floor(random() * 30);
        if (other < NAMES)
          dependencies[nameOf(other)] = pick(["^1.0.0", "^2.0.0 || ^1.3.0", ">=1.2.0 <3", "*"]);
      }
      const major = 1 + Math.floor(v / 12);
      versions.push({
        version: `${major}.${v % 12}.${Math.floor(random() * 30)}`,
        integrity: `sha512-${i}-${v}`,
        tarball: `http://registry.test/${i}/${v}.tgz`,
        adapters: [
          { family: "nano", range: pick(["^1.0.0", "^1.2.0", ">=1.0.0 <3", "^2.0.0"]) },
          { family: "minilm", range: "^3.0.0" },
        ],
        dependencies,
        ...(random() < 0.05 ? { conflicts: { [nameOf(Math.floor(random() * NAMES))]: "<1.2.0" } } : {}),
        ...(random() < 0.01 ? { deprecated: "old" } : {}),
      });
    }
    const latest = versions.at(-1).version;
    entries.set(nameOf(i), {
      name: nameOf(i),
      registry: "http://registry.test/",
      distTags: { latest },
      versions,
    });
  }
  return {
    entries,
    requests: [...entries.keys()].map((name) => ({
      name,
      range: pick(["*", "^1.0.0", ">=1.0.0", undefined]),
    })),
  };
}

async function resolved({ entries, requests }) {
  const catalogue = { versions: async (name) => entries.get(name) };
  const { peels } = await resolve({ requests, bases: [base], catalogue });
  if (peels.length !== NAMES) throw new Error(`expected ${NAMES} peels, found ${peels.length}`);
}

function pickedAlone({ entries, requests }) {
  for (const { name, range } of requests) {
    const versions = entries.get(name).versions.map(({ version }) => version);
    if (semver.maxSatisfying(versions, range ?? "*") === null) throw new Error(`nothing of ${name}`);
  }
}

export default async function run() {
  const first = makeProject(1);
  const firstOurs = await milliseconds(() => resolved(first));
  const firstBeside = await milliseconds(() => pickedAlone(first));
  const ours = [];
  const beside = [];
  for (let seed = 2; seed < 2 + ROUNDS; seed++) {
    const project = makeProject(seed);
    ours.push(await milliseconds(() => resolved(project)));
    beside.push(await milliseconds(() => pickedAlone(project)));
  }
  const common = {
    besideName: "semver.maxSatisfying of each name",
    goal: `under ${LIMIT_MS} ms`,
    met: (_, time) => time < LIMIT_MS,
    unit: "ms",
  };
  return [
    row({ name: "resolve 500 peels x 20 versions", ours: median(ours), beside: median(beside), ...common }),
    row({
      name: "resolve 500 peels x 20 versions, first in a process",
      ours: firstOurs,
      beside: firstBeside,
      ...common,
      note: "beside is measured after ours, so that it finds semver compiled",
    }),
  ];
}
