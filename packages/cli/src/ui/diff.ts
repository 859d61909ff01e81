import type { PeelDiff } from "@banana-peel/client";
import type { Colours } from "./colours.js";
import { bytes, plain, plural } from "./format.js";
import { table } from "./table.js";

/** Characters of a value in peel.json that are shown. */
const MAX_VALUE = 60;

/** What differs, for people. */
export function diffText(report: PeelDiff, colours: Colours): string {
  const { from, to, manifest, files, adapters } = report;
  const mark = { added: colours.green("+"), removed: colours.red("-"), changed: colours.yellow("~") };
  const lines = [
    `${colours.bold(`${from.name} ${from.version}`)} -> ${colours.bold(`${to.name} ${to.version}`)}`,
  ];
  if (from.signer !== to.signer)
    lines.push(`${mark.changed} signer  ${from.signer ?? "not signed"} -> ${to.signer ?? "not signed"}`);
  for (const { path, before, after } of manifest)
    lines.push(
      before === undefined
        ? `${mark.added} peel.json ${path}  ${show(after)}`
        : after === undefined
          ? `${mark.removed} peel.json ${path}  ${show(before)}`
          : `${mark.changed} peel.json ${path}  ${show(before)} -> ${show(after)}`,
    );
  for (const { path, change, bytes: size } of files) {
    const sizes = [size.before, size.after].flatMap((count) => (count === undefined ? [] : [bytes(count)]));
    lines.push(`${mark[change]} ${path}  ${sizes.join(" -> ")}`);
  }
  for (const adapter of adapters) lines.push(...adapterLines(adapter, colours));
  if (lines.length === 1) lines.push("nothing differs");
  return `${lines.join("\n")}\n`;
}

function adapterLines(
  { family, before, after, targets, triggers }: PeelDiff["adapters"][number],
  colours: Colours,
): string[] {
  if (before === undefined)
    return [`${colours.green("+")} for ${family}: ${plural(targets.length, "target")}`];
  if (after === undefined) return [`${colours.red("-")} for ${family}: ${plural(targets.length, "target")}`];
  const moved = targets.filter(({ change }) => change !== "same");
  const words = Object.entries(triggers).flatMap(([kind, list]) =>
    list.map((word: string) => `  trigger ${word} ${kind}`),
  );
  const head = `for ${family}: ${moved.length} of ${plural(targets.length, "target")} moved`;
  if (moved.length === 0) return words.length === 0 ? [] : [head, ...words];
  const rows = moved.map((target) => [
    target.path,
    target.change,
    both(target.rank.before, target.rank.after, String),
    target.moved === undefined ? "-" : percent(target.moved),
    target.change === "changed" ? target.cosine.toFixed(3) : "-",
    both(target.norm.before, target.norm.after, (value) => value.toPrecision(3)),
  ]);
  const text = table(["target", "change", "rank", "moved", "cosine", "norm"], rows, colours);
  return [head, text.trimEnd(), ...words];
}

function both(
  before: number | undefined,
  after: number | undefined,
  text: (value: number) => string,
): string {
  const [old, own] = [before, after].map((value) => (value === undefined ? "-" : text(value)));
  return old === own ? String(old) : `${old} -> ${own}`;
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(3)}%`;
}

function show(value: unknown): string {
  const text = plain(JSON.stringify(value) ?? "nothing");
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;
}
