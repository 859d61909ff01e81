import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors, writeSafetensors } from "@banana-peel/format";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { runHere as cli } from "./testing/run-here.js";

const NANO = fileURLToPath(new URL("../../../bases/nano", import.meta.url));
const TINY = fileURLToPath(new URL("../../conformance/vectors/merge/channel-int8", import.meta.url));

let root: string;
let peel: string;
beforeAll(async () => {
  root = await scratch();
  peel = join(root, "peel");
  await cp(join(NANO, "peels/medical-imaging"), peel, { recursive: true });
});
afterAll(removeScratch);

const at = (name: string) => join(root, name);
const parsed = (text: string) => JSON.parse(text) as Record<string, never>;

describe("plan", () => {
  it("shows a row a target, as a table, as JSON, and as a picture", async () => {
    const shown = await cli(
      "plan",
      peel,
      "--base",
      NANO,
      "--strategy",
      "attach",
      "--picture",
      at("plan.svg"),
    );
    expect([shown.status, shown.stderr]).toEqual([0, ""]);
    expect(shown.stdout).toMatch(
      /^@peels\/medical-imaging 1\.0\.0 at weight 1 \(not signed\) on nano 0\.1\.0\ntarget /,
    );
    expect(shown.stdout.match(/^blocks\.\d.+ attach +16 +1\.000 +0\.000$/gm)).toHaveLength(48);
    expect(shown.stdout).toContain("48 targets: 48 attached; gain at least 1.000");
    expect((await readFile(at("plan.svg"), "utf8")).match(/<g>/g)).toHaveLength(48);
    const json = await cli("plan", peel, "--base", NANO, "--weight", "9", "--json");
    expect([json.status, parsed(json.stdout).error]).toMatchObject([2, { code: "WEIGHT_INVALID" }]);
    const two = await cli("plan", peel, peel, "-b", NANO, "-w", "0.5", "0.25", "-s", "attach", "--json");
    expect(parsed(two.stdout)).toMatchObject({
      base: { family: "nano" },
      peels: [{ weight: 0.5, signed: false }, { weight: 0.25 }],
      plan: { totals: { attached: 48 } },
    });
  });

  it.each<[string[], number, string]>([
    [["plan", "peel", "--base", "NANO", "--weight", "much"], 2, "expected a number as weight"],
    [["plan", "peel", "--base", "NANO", "--weight", "1", "1"], 2, "at most one weight a peel"],
    [["plan", "peel", "--base", "NANO", "--strategy", "merg"], 2, "Did you mean merge?"],
    [["plan", "peel"], 2, "--base DIR"],
    [["plan", "peel", "--base", "NANO", "--target", "blocks.0=mrge"], 2, "expected path=strategy"],
    [["plan", "peel", "--base", "NANO", "--target", "blocks.9.x=merge"], 2, "found blocks.9.x"],
    [["plan", "nothing-of-that-name", "--base", "NANO"], 3, "banana-peel add"],
    [["plan", "peel", "--base", "TINY"], 5, "BASE_INCOMPATIBLE"],
    [["plan", "peel", "--base", "NANO", "-s", "attach", "--picture", "plan.gif"], 2, ".svg, .html or .png"],
    [["merge", "peel", "--base", "NANO"], 2, "--out"],
    [["generate", "peel", "--base", "TINY", "-o", "x.png", "-p", "cat"], 3, "image section"],
    [["generate", "peel", "--base", "NANO", "-p", "cat"], 2, "one of --out"],
    [["generate", "peel", "--base", "NANO", "-o", "x.png"], 2, "expected --prompt"],
    [["generate", "peel", "--base", "NANO", "-p", "x", "--preview", "one"], 2, "--alt"],
    [["generate", "--base", "NANO", "--previews"], 2, "folder of one peel"],
    [["generate", "peel", "--base", "NANO", "-p", "x", "-o", "x.png", "--steps", "3"], 2, "one of 1, 2, 4"],
    [["diff", "peel", "nowhere"], 3, "FILE_MISSING"],
  ])("%j ends with %i and says %s", async (args, status, words) => {
    const real = args.map((arg) => ({ NANO, TINY, peel })[arg] ?? arg);
    const failed = await cli(...real, "-C", root);
    expect([failed.status, failed.stderr]).toEqual([status, expect.stringContaining(words)]);
  });
});

describe("merge", () => {
  it("writes a base that plain onnxruntime loads and generate draws with, trigger words and all", async () => {
    const merged = await cli("merge", peel, "--base", NANO, "--out", at("merged"), "--json");
    expect(merged.status, merged.stderr).toBe(0);
    const report = parsed(merged.stdout) as unknown as { models: Record<string, string>; tags: string[] };
    expect(report.tags).toContain("brain-mri");
    const session = await ort.InferenceSession.create(report.models.backbone!);
    expect(session.inputNames).toContain("latent");
    await session.release();
    expect(await readFile(at("merged/NOTICE"), "utf8")).toContain("Not for diagnostic use.");
    const prompt = ["--prompt", "brain-mri axial", "--seed", "1", "--steps", "1"];
    for (const [name, args] of [
      ["merged", ["--base", at("merged")]],
      ["peel", [peel, "--base", NANO]],
      ["base", ["--base", NANO]],
    ] as const) {
      const drawn = await cli("generate", ...args, ...prompt, "--out", at(`${name}.png`));
      expect(drawn.status, drawn.stderr).toBe(0);
      if (name === "base") expect(drawn.stdout).toContain('warning: the base knows no tag "brain-mri"');
    }
    // Both merge by the same plan: the picture is the same, bit for bit.
    expect(await readFile(at("merged.png"))).toEqual(await readFile(at("peel.png")));
    expect(await readFile(at("base.png"))).not.toEqual(await readFile(at("peel.png")));
    const baked = await cli(
      "merge",
      ...[peel, "--base", NANO, "--out", at("baked"), "--target", "blocks.0.mlp.fc1=attach", "--json"],
    );
    expect(baked.status, baked.stderr).toBe(0);
    expect(parsed(baked.stdout).plan).toMatchObject({ totals: { attached: 1 } });
    const card = parsed(await readFile(at("baked/base.json"), "utf8")) as unknown as {
      targets: { path: string }[];
    };
    expect(card.targets.map(({ path }) => path)).not.toContain("blocks.0.mlp.fc1");
    const again = await cli("merge", peel, "--base", NANO, "--out", at("merged"));
    expect([again.status, again.stderr]).toEqual([7, expect.stringContaining("FOLDER_EXISTS")]);
    expect((await readdir(root)).filter((name) => name.includes("partial"))).toEqual([]);
  });
});

describe("previews", () => {
  it("are drawn into the peel's folder, which stays valid, and drawn again without a change", async () => {
    const flags = ["--prompt", "brain-mri coronal", "--seed", "7", "--steps", "1", "--weight", "0.9"];
    const made = await cli(
      "generate",
      peel,
      "-b",
      NANO,
      ...flags,
      "--preview",
      "mine",
      "--alt",
      "An invented slice.",
    );
    expect(made.status, made.stderr).toBe(0);
    const text = await readFile(join(peel, "peel.json"), "utf8");
    expect(JSON.parse(text).previews.at(-1)).toEqual({
      file: "previews/mine.png",
      alt: "An invented slice.",
      prompt: "brain-mri coronal",
      seed: 7,
      steps: 1,
      weight: 0.9,
    });
    expect((await cli("validate", peel, "-b", NANO)).stdout).toContain("0 errors, 0 warnings");
    const picture = await readFile(join(peel, "previews/mine.png"));
    await writeFile(join(peel, "previews/mine.png"), "");
    const all = await cli("generate", peel, "-b", NANO, "--previews");
    expect([all.status, all.stdout.match(/^drew /gm)?.length]).toEqual([0, 5]);
    expect(await readFile(join(peel, "previews/mine.png"))).toEqual(picture);
    expect(await readFile(join(peel, "peel.json"), "utf8")).toBe(text);
  });
});

describe("diff", () => {
  it("says what moved, and by how much", async () => {
    const next = at("next");
    await cp(join(NANO, "peels/medical-imaging"), next, { recursive: true });
    const manifest = JSON.parse(await readFile(join(next, "peel.json"), "utf8"));
    await writeFile(join(next, "peel.json"), JSON.stringify({ ...manifest, version: "1.1.0", title: "MRI" }));
    const bytes = await readFile(join(next, "adapter.safetensors"));
    const { tensors } = readSafetensors(bytes, "adapter");
    const name = "blocks.3.mlp.fc1.lora_B.weight";
    const tensor = tensors.get(name)!;
    const changed = new Map(tensors).set(name, { ...tensor, data: new Uint8Array(tensor.data.length) });
    await writeFile(join(next, "adapter.safetensors"), writeSafetensors(changed));
    const shown = await cli("diff", join(NANO, "peels/medical-imaging"), next);
    expect(shown.status, shown.stderr).toBe(0);
    expect(shown.stdout).toContain('~ peel.json /title  "Medical imaging" -> "MRI"\n');
    expect(shown.stdout).toContain("for nano: 1 of 48 targets moved\n");
    expect(shown.stdout).toMatch(/^blocks\.3\.mlp\.fc1 +changed +16 +100% +0\.000 +[\d.]+ -> 0\.00$/m);
    const json = parsed((await cli("diff", next, next, "--json")).stdout);
    expect(json).toMatchObject({ manifest: [], files: [] });
    expect((await cli("diff", next, next)).stdout).toMatch(/1\.1\.0\nnothing differs\n$/);
  });
});
