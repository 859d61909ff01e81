import type { InstalledPeel } from "@banana-peel/client";
import type { Colours } from "./colours.js";
import { bytes, plain } from "./format.js";
import { signedBy } from "./signer.js";

/** What a person wants to know of a peel that was added or installed. */
export function peelText(
  peel: InstalledPeel & {
    deprecated?: string | undefined;
    neededBy?: readonly string[] | undefined;
  },
  colours: Colours,
): string {
  const rows: [string, string][] = [
    ["signed by", signedBy(peel.signer.fingerprint, peel.signer.basis)],
    ["digest", peel.integrity],
    ["fits", peel.bases.map(({ family, version, file }) => `${family} ${version} (${file})`).join(", ")],
    ["licence", plain(peel.license)],
  ];
  if (peel.neededBy?.length) rows.unshift(["needed by", peel.neededBy.join(", ")]);
  if (peel.triggers.length > 0) rows.push(["triggers", peel.triggers.join(", ")]);
  if (peel.notice !== undefined) rows.push(["notice", colours.yellow(plain(peel.notice))]);
  if (peel.deprecated !== undefined) rows.push(["deprecated", colours.yellow(plain(peel.deprecated))]);
  const origin = peel.from === "store" ? "from the store" : `from ${peel.registry}`;
  const head = `${colours.green("+")} ${colours.bold(peel.name)} ${peel.version} ${colours.dim(`(${bytes(peel.bytes)}, ${origin})`)}`;
  return `${head}\n${rows.map(([name, value]) => `  ${colours.dim(name.padEnd(10))}  ${value}\n`).join("")}`;
}
