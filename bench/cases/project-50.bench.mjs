import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openMarket } from "../lib/market.mjs";
import { row } from "../lib/row.mjs";
import { median } from "../lib/time.mjs";

const ROUNDS = 3;
const PEELS = 50;
const ADD = { "banana-peel": ["add"], npm: ["install"], pnpm: ["add"] };
const FROZEN = {
  "banana-peel": ["install", "--frozen"],
  npm: ["ci"],
  pnpm: ["install", "--frozen-lockfile"],
};
const INSTALLED = { "banana-peel": "peels", npm: "node_modules", pnpm: "node_modules" };

/** A project of 50 peels of 64 KiB, installed from its lockfile: with empty caches, and with full ones. */
export default async function project50() {
  const market = await openMarket();
  try {
    const names = Array.from({ length: PEELS }, (_, i) => `@peels/p${i}`);
    for (const name of names) await market.publish({ name, bytes: 65_536 });
    const peers = Object.keys(ADD).filter((who) => who !== "pnpm" || market.hasPnpm);
    const runs = Object.fromEntries(peers.map((who) => [who, { cold: [], warm: [] }]));
    for (const who of peers) {
      const project = await market.project();
      await market.run(who, project, ...ADD[who], ...names);
      await rm(join(project, INSTALLED[who]), { recursive: true });
      for (let round = 0; round < ROUNDS; round++) {
        await market.forget();
        for (const state of ["cold", "warm"]) {
          const copy = join(market.folder, `copy-${who}-${round}-${state}`);
          await cp(project, copy, { recursive: true });
          runs[who][state].push((await market.run(who, copy, ...FROZEN[who])).milliseconds);
        }
      }
    }
    return ["cold", "warm"].flatMap((state) =>
      peers
        .filter((who) => who !== "banana-peel")
        .map((who) =>
          row({
            name: `project of 50 peels, ${state}, beside ${who}`,
            ours: median(runs["banana-peel"][state]),
            beside: median(runs[who][state]),
            besideName: `${who} ${FROZEN[who].join(" ")}`,
            ...(who === "npm" && { goal: "<= 1x", met: (ratio) => ratio <= 1 }),
            unit: "ms",
          }),
        ),
    );
  } finally {
    await market.close();
  }
}
