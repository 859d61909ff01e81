import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSafetensors } from "@banana-peel/format";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cleanEnv } from "../../client/src/testing/project.js";
import { sampleCard, writeBase } from "../../client/src/testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "../../client/src/testing/scratch.js";
import { kohyaModule } from "../../importer/src/testing/files.js";
import { readMap } from "./read-map.js";
import { run } from "./testing/run.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let root: string;
const cli = (...args: string[]) => run(args, { cwd: root, env: cleanEnv(root) });
const QUERY = "lora_unet_blocks_0_attn_q_proj";

beforeAll(async () => {
  root = await scratch();
  const [target] = sampleCard().targets;
  const targets = [
    target!,
    { ...target!, path: "blocks.0.attn.k_proj", node: "k_proj", weight: "k_proj.weight" },
  ];
  await writeBase(join(root, "base"), { ...sampleCard(), targets });
  const tensors = { ...kohyaModule(QUERY, 4, 8, 2, 2), ...kohyaModule("lora_unet_head", 5, 8) };
  await writeFile(join(root, "lora.safetensors"), writeSafetensors(new Map(Object.entries(tensors))));
});
afterAll(removeScratch);

describe("import", () => {
  it("makes a peel that validates when a licence and a description are given", async () => {
    const made = await cli(
      ...["import", "lora.safetensors", "--base", "base", "-o", "made", "--name", "@me/made"],
      ...["--version", "2.0.0", "--license", "CC0-1.0", "--description", "Made.", "--json"],
    );
    expect(made.status, made.stderr).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({
      name: "@me/made",
      version: "2.0.0",
      format: "kohya",
      rank: 2,
      alpha: 2,
      base: { family: "nano", version: "1.2.0" },
      coverage: {
        covered: [{ target: "blocks.0.attn.q_proj", module: QUERY, rank: 2 }],
        uncovered: ["blocks.0.attn.k_proj"],
        unmatched: [{ module: "lora_unet_head", why: "no-target" }],
      },
      problems: [],
    });
    expect((await cli("validate", "made", "--base", "base")).stdout).toContain("0 errors, 0 warnings");
    expect((await cli("pack", "made", "-o", "made.tgz")).status).toBe(0);
  });

  it("shows what is covered, and what the peel still lacks; claims no licence", async () => {
    const made = await cli(
      "import",
      "lora.safetensors",
      "-b",
      "base",
      "-o",
      "bare",
      "--map",
      "lora_unet_head=",
    );
    expect(made.status, made.stderr).toBe(0);
    for (const text of [
      "imported @peels/bare 0.1.0 into bare (kohya, rank 2)",
      "covers 1 of 2 targets of nano 1.2.0",
      `+ blocks.0.attn.q_proj  rank 2, from ${QUERY}`,
      "- blocks.0.attn.k_proj  not changed",
      "! lora_unet_head  left out: left out by the map",
      "before it can be published:\nerror peel/schema",
    ])
      expect(made.stdout).toContain(text);
    expect(await readFile(join(root, "bare/peel.json"), "utf8")).not.toContain("license");
  });

  it("computes a DoRA from the base's weights, and pins the base", async () => {
    const vectors = fileURLToPath(new URL("../../conformance/vectors/merge/channel-int8", import.meta.url));
    const tensors = {
      ...kohyaModule("lora_unet_layers_0_up", 40, 24, 2, 2),
      "lora_unet_layers_0_up.dora_scale": {
        dtype: "F32" as const,
        shape: [40, 1],
        data: new Uint8Array(new Float32Array(40).fill(1.5).buffer),
      },
    };
    await writeFile(join(root, "dora.safetensors"), writeSafetensors(new Map(Object.entries(tensors))));
    const made = await cli("import", "dora.safetensors", "-b", vectors, "-o", "dora", "--json");
    expect(made.status, made.stderr).toBe(0);
    const report = JSON.parse(made.stdout);
    expect(report).toMatchObject({ rank: 24, boundToWeights: true, approximation: [] });
    const manifest = JSON.parse(await readFile(join(root, "dora/peel.json"), "utf8"));
    expect(manifest.adapters[0].base.digest).toBe(report.base.digest);

    const small = await cli("import", "dora.safetensors", "-b", vectors, "-o", "small", "--max-rank", "4");
    expect(small.status, small.stderr).toBe(0);
    expect(small.stdout).toMatch(/~ layers\.0\.up {2}DoRA approximated with rank 4, relative error \d\d%/);

    // The base's card alone says nothing of its weights.
    await writeFile(join(root, "card.json"), await readFile(join(vectors, "base.json")));
    await mkdir(join(root, "card"));
    await rename(join(root, "card.json"), join(root, "card/base.json"));
    const without = await cli("import", "dora.safetensors", "-b", "card", "-o", "never");
    expect([without.status, without.stdout]).toEqual([3, ""]);
    expect(without.stderr).toContain("error BASE_FILE_MISSING");
  });

  it("makes a smaller peel of a rank that is asked for, and shows the error", async () => {
    const made = await cli("import", "lora.safetensors", "-b", "base", "-o", "cut", "--max-rank", "1");
    expect(made.status, made.stderr).toBe(0);
    expect(made.stdout).toContain("~ blocks.0.attn.q_proj  LoRA approximated with rank 1, relative error ");
  });

  it("refuses, and leaves nothing behind", async () => {
    const before = await snapshot(root);
    const cases: [string[], number, string][] = [
      [["lora.safetensors", "-b", "base", "-o", "base"], 7, "error FOLDER_EXISTS"],
      [
        ["lora.safetensors", "-b", "base", "-o", "x", "--map", `${QUERY}=blocks.9`],
        5,
        "error IMPORT_NO_TARGET",
      ],
      [["nowhere", "-b", "base", "-o", "x"], 3, "error FILE_MISSING"],
      [["lora.safetensors", "-b", "base", "-o", "x", "--max-rank", "many"], 2, "error USAGE"],
      [["lora.safetensors", "-o", "x"], 2, "'-b, --base <dir>' not specified"],
    ];
    for (const [args, status, text] of cases) {
      const failed = await cli("import", ...args);
      expect([args, failed.status, failed.stdout]).toEqual([args, status, ""]);
      expect(failed.stderr).toContain(text);
    }
    expect(await snapshot(root)).toEqual(before);
  });
});

describe("readMap", () => {
  it("divides at the last =, and takes nothing for leaving out", () => {
    expect(readMap(["a=b", "c=d=e", "f="])).toEqual({ a: "b", "c=d": "e", f: null });
    expect(() => readMap(["=b"])).toThrow("expected module=target");
  });
});
