import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { PublishReport } from "@banana-peel/client";
import type { Base, LoadedPeel } from "@banana-peel/runtime";
import { ROOT } from "../options.js";
import type { DemoReport, DemoStep } from "../report.js";
import type { AddedPeel } from "./host-app.js";

/** What the steps found. */
export interface Found {
  readonly published: PublishReport;
  readonly added: AddedPeel;
  readonly base: Base;
  readonly peel: LoadedPeel;
  readonly drawn: Pick<DemoReport, "main" | "more" | "plans" | "times">;
  readonly steps: readonly DemoStep[];
}

/** Puts together what is shown at the end. */
export function makeReport({ published, added, base, peel, drawn, steps }: Found): DemoReport {
  const { manifest, entry } = peel;
  const { card } = base;
  return {
    ...drawn,
    peel: {
      name: manifest.name,
      version: manifest.version,
      signer: peel.signer,
      title: manifest.title ?? manifest.name,
      notice: manifest.notice,
      license: manifest.license,
      credits: manifest.credits ?? [],
      integrity: added.locked.integrity,
      adapterSha256: added.verified.files.get(entry.file)!.sha256,
      tarballBytes: published.bytes,
      rank: entry.rank,
    },
    base: {
      family: card.family,
      version: card.version,
      title: card.title ?? card.family,
      digest: base.digest,
    },
    steps,
    versions: versions(),
  };
}

function versions(): DemoReport["versions"] {
  const read = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  const require = createRequire(import.meta.url);
  return {
    node: process.versions.node,
    onnxruntime: read(require.resolve("onnxruntime-node/package.json")),
    bananaPeel: read(join(ROOT, "packages/cli/package.json")),
  };
}
