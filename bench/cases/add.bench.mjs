import { openMarket } from "../lib/market.mjs";
import { row } from "../lib/row.mjs";
import { median } from "../lib/time.mjs";

const MB = 1_000_000;
const ROUNDS = 3;
const COMMANDS = { "banana-peel": "add", npm: "install", pnpm: "add" };

/** Adding a 60 MB peel to an empty project, verified: with empty caches, and with what the last project left in them. */
export default async function add() {
  const market = await openMarket();
  try {
    await market.publish({ name: "@peels/large", bytes: 60 * MB });
    const peers = Object.keys(COMMANDS).filter((who) => who !== "pnpm" || market.hasPnpm);
    const runs = Object.fromEntries(peers.map((who) => [who, { cold: [], warm: [] }]));
    for (let round = 0; round < ROUNDS; round++)
      for (const who of peers) {
        await market.forget();
        for (const state of ["cold", "warm"])
          runs[who][state].push(await market.run(who, await market.project(), COMMANDS[who], "@peels/large"));
      }
    const of = (who, state, what) => median(runs[who][state].map((run) => run[what]));
    return ["cold", "warm"].flatMap((state) =>
      peers
        .filter((who) => who !== "banana-peel")
        .flatMap((who) =>
          [
            ["milliseconds", "ms", ""],
            ["mebibytes", "MiB", ", peak memory"],
          ].map(([what, unit, suffix]) =>
            row({
              name: `add 60 MB, ${state}${suffix}, beside ${who}`,
              ours: of("banana-peel", state, what),
              beside: of(who, state, what),
              besideName: `${who} ${COMMANDS[who]}`,
              ...(who === "npm" && { goal: "<= 1x", met: (ratio) => ratio <= 1 }),
              unit,
            }),
          ),
        ),
    );
  } finally {
    await market.close();
  }
}
