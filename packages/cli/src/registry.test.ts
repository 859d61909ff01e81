import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addUser, type Registry, startRegistry } from "@banana-peel/registry";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cleanEnv } from "../../client/src/testing/project.js";
import { sampleCard, sampleFiles, writeBase, writeFiles } from "../../client/src/testing/sample-peel.js";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { run } from "./testing/run.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let registry: Registry;
let root: string;
let env: NodeJS.ProcessEnv;
const cli = (args: string[], cwd = root) => run(args, { cwd, env });

beforeAll(async () => {
  root = await scratch();
  registry = await startRegistry({ storage: join(root, "registry"), bases: [sampleCard()] });
  const { token } = await addUser(registry.url, "ada");
  env = { ...cleanEnv(root), XDG_CONFIG_HOME: join(root, "config"), BANANA_PEEL_STORE: join(root, "store") };
  await writeFile(
    join(root, ".npmrc"),
    `registry=${registry.url}\n//${new URL(registry.url).host}/:_authToken=${token}\n`,
  );
  await mkdir(join(root, "app"));
  await writeBase(join(root, "app/base"));
  await writeFiles(join(root, "peel"), sampleFiles());
  await writeFiles(join(root, "wide"), sampleFiles({ name: "@peels/wide", k: 16 }));
  await cli(["keygen"]);
});
afterAll(async () => {
  await registry?.close();
  await removeScratch();
});

describe("with the real registry", () => {
  it("a peel is published once, found, added and verified", async () => {
    const published = await cli(["publish", "peel"]);
    expect(published.status, published.stderr).toBe(0);
    expect(published.stdout).toContain(`published @peels/sample 1.0.0`);
    const again = await cli(["publish", "peel"]);
    expect([again.status, again.stderr]).toEqual([6, expect.stringContaining("raise the version")]);
    expect((await cli(["info", "sample"])).stdout).toContain("1.0.0  nano ^1.0.0");

    const app = join(root, "app");
    await cli(["init", "--base", "base"], app);
    const added = await cli(["add", "sample"], app);
    expect(added.status, added.stderr).toBe(0);
    expect(added.stdout).toContain("first contact");
    expect((await cli(["verify", "sample"], app)).status).toBe(0);
    expect((await cli(["list"], app)).stdout).toContain("ok");
    const mistyped = await cli(["add", "smaple"], app);
    expect([mistyped.status, mistyped.stderr]).toEqual([
      5,
      expect.stringContaining("Did you mean @peels/sample?"),
    ]);
  });

  it("a version is deprecated, audited, and taken away by its publisher", async () => {
    const app = join(root, "app");
    expect((await cli(["audit"], app)).stdout).toMatch(/^audited 1 peel in .+: 0 errors, 0 warnings\n$/);
    const dry = await cli(["deprecate", "sample@1", "use another", "--dry-run"]);
    expect([dry.status, dry.stdout]).toEqual([0, expect.stringContaining("would have deprecated 1 version")]);
    const marked = await cli(["deprecate", "sample@1", "use another", "--json"]);
    expect([marked.status, JSON.parse(marked.stdout)]).toMatchObject([0, { changed: ["1.0.0"] }]);
    expect((await cli(["deprecate", "sample@1", "use another"])).stdout).toContain(
      "1 version had it already",
    );
    expect((await cli(["info", "sample"])).stdout).toContain("use another");
    const warned = await cli(["audit"], app);
    expect([warned.status, warned.stdout]).toEqual([
      0,
      expect.stringMatching(/^warning deprecated: .+\n.+1\.0\.0\n {2}mend: /),
    ]);
    expect((await cli(["audit", "--strict"], app)).status).toBe(1);
    expect((await cli(["deprecate", "sample", ""])).stdout).toContain(
      "took back the deprecation of 1 version",
    );

    const last = await cli(["unpublish", "sample@1.0.0"]);
    expect([last.status, last.stderr]).toEqual([2, expect.stringContaining("--all")]);
    expect((await cli(["unpublish", "sample"])).status).toBe(2);
    expect((await cli(["unpublish", "sample", "--all", "--dry-run"])).stdout).toContain(
      "would unpublish 1 version",
    );
    const gone = await cli(["unpublish", "sample", "--all"]);
    expect([gone.status, gone.stdout]).toEqual([
      0,
      expect.stringMatching(/^unpublished 1 version of @peels\/sample: 1\.0\.0\n {2}nothing/),
    ]);
    expect((await cli(["info", "sample"])).status).toBe(5);
    await rm(join(app, "peels/@peels/sample/README.md"), { force: true });
    const broken = await cli(["audit", "--offline"], app);
    expect([broken.status, broken.stdout]).toEqual([1, expect.stringMatching(/^error unverifiable: /)]);
  });

  it("the gate's problems are printed, and nothing is published without a login", async () => {
    const wide = await cli(["publish", "wide"]);
    expect(wide.status).toBe(6);
    expect(wide.stderr).toMatch(/error peel\/base-shape: .+16/);
    expect(wide.stderr).toContain("error REGISTRY_REFUSED: the registry answered 422");
    await writeFiles(join(root, "next"), sampleFiles({ version: "1.1.0" }));
    await writeFile(join(root, ".npmrc"), `registry=${registry.url}\n`);
    const stranger = await cli(["publish", "next"]);
    expect([stranger.status, stranger.stderr]).toEqual([
      6,
      expect.stringContaining("error REGISTRY_REFUSED: the registry answered 401"),
    ]);
  });
});
