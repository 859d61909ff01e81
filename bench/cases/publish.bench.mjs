import { openMarket } from "../lib/market.mjs";
import { row } from "../lib/row.mjs";
import { median } from "../lib/time.mjs";

const MB = 1_000_000;
const ROUNDS = 3;

/** Publishing a 60 MB peel: ours validates, signs, packs and sends a folder; npm sends a tarball that is made already. */
export default async function publish() {
  const market = await openMarket();
  try {
    const ours = [];
    const npm = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const one = await market.writePeel({ name: "@peels/ours", version: `1.0.${round}`, bytes: 60 * MB });
      ours.push(
        await market.run("banana-peel", market.folder, "publish", one, "--key", `${market.folder}/key.pem`),
      );
      const packed = await market.pack(
        await market.writePeel({ name: "@peels/theirs", version: `1.0.${round}`, bytes: 60 * MB }),
      );
      bytes = packed.bytes;
      npm.push(await market.run("npm", market.folder, "publish", packed.file));
    }
    const time = (runs) => median(runs.map(({ milliseconds }) => milliseconds));
    const memory = (runs) => median(runs.map(({ mebibytes }) => mebibytes));
    return [
      row({
        name: "publish 60 MB",
        ours: time(ours),
        beside: time(npm),
        besideName: "npm publish of the packed tarball",
        goal: "<= 1/4",
        met: (ratio) => ratio <= 0.25,
        unit: "ms",
      }),
      row({
        name: "publish 60 MB, peak memory",
        ours: memory(ours),
        beside: bytes / 2 ** 20,
        besideName: "the tarball",
        goal: "<= 2x",
        met: (ratio) => ratio <= 2,
        unit: "MiB",
        note: `npm publish: ${Math.round(memory(npm))} MiB`,
      }),
    ];
  } finally {
    await market.close();
  }
}
