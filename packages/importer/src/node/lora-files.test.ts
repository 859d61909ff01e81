import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { caught } from "../testing/caught.js";
import { loraFiles } from "./lora-files.js";

describe("loraFiles", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lora-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("lists what an import looks at, of a folder", async () => {
    for (const name of ["adapter_model.safetensors", "adapter_config.json", "README.md", "optimizer.pt"])
      await writeFile(join(folder, name), name);
    await mkdir(join(folder, "checkpoint-1"));
    const source = await loraFiles(folder);
    expect(await source.list()).toEqual(["adapter_config.json", "adapter_model.safetensors", "optimizer.pt"]);
    expect(new TextDecoder().decode(await source.read("adapter_config.json"))).toBe("adapter_config.json");
  });

  it("opens one file of any name, through a link", async () => {
    await writeFile(join(folder, "blob"), "abc");
    await symlink(join(folder, "blob"), join(folder, "My LoRA (v1).safetensors"));
    await writeFile(join(folder, "adapter_config.json"), "{}");
    const source = await loraFiles(join(folder, "My LoRA (v1).safetensors"));
    expect(await source.list()).toEqual(["My LoRA (v1).safetensors"]);
    expect((await source.read("My LoRA (v1).safetensors")).length).toBe(3);
  });

  it("takes PEFT's configuration along with PEFT's weights", async () => {
    await writeFile(join(folder, "adapter_model.safetensors"), "");
    await writeFile(join(folder, "adapter_config.json"), "{}");
    const source = await loraFiles(join(folder, "adapter_model.safetensors"));
    expect(await source.list()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
  });

  it("refuses what isn't there, what is too large, and what isn't a plain file", async () => {
    expect((await caught(() => loraFiles(join(folder, "none")))).code).toBe("FILE_MISSING");
    await writeFile(join(folder, "a.safetensors"), "abcd");
    await mkdir(join(folder, "b.safetensors"));
    const source = await loraFiles(folder);
    expect((await caught(() => source.read("a.safetensors", 3))).code).toBe("FILE_TOO_LARGE");
    expect((await caught(() => source.read("b.safetensors"))).code).toBe("FILE_MISSING");
    expect((await caught(() => source.read("../x"))).code).toBe("FILE_MISSING");
  });
});
