import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sampleProject } from "../../client/src/testing/project.js";
import { newKey, samplePacked } from "../../client/src/testing/sample-peel.js";
import { removeScratch } from "../../client/src/testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../../client/src/testing/test-registry.js";
import { run } from "./testing/run.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let app: Awaited<ReturnType<typeof sampleProject>>;
const cli = (...args: string[]) =>
  run(args, { cwd: app.project, env: { ...app.options.env, BANANA_PEEL_STORE: app.store } });

beforeAll(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
  const key = await newKey();
  registry.put(await samplePacked(key, { name: "@peels/bones", version: "1.0.0" }));
  registry.put(await samplePacked(key, { name: "@peels/bones", version: "2.0.0" }));
  const needs = (range: string) => ({ dependencies: { "@peels/bones": range } });
  registry.put(await samplePacked(key, { name: "@peels/hand", ...needs("^1.0.0") }));
  registry.put(await samplePacked(key, { name: "@peels/foot", ...needs("^2.0.0") }));
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

describe("peels that need peels, as a person sees them", () => {
  it("add, list, why and remove name them", async () => {
    const added = await cli("add", "hand", "--registry", registry.url);
    expect(added.status, added.stderr).toBe(0);
    expect(added.stdout).toMatch(/\+ @peels\/bones 1\.0\.0 [^\n]+\n {2}needed by +@peels\/hand\n/);
    expect(added.stdout).toMatch(/added 1 peel, 1 with it in /);
    expect((await cli("list")).stdout).toMatch(
      /@peels\/bones +1\.0\.0 +\(for @peels\/hand; nano 1\.2\.0\) +ok\n/,
    );
    expect((await cli("why", "bones")).stdout).toContain(
      "needed by  @peels/hand ^1.0.0 > @peels/bones ^1.0.0\n",
    );
  });

  it("a conflict is explained line by line, with a way out", async () => {
    const { status, stderr } = await cli("add", "foot", "--registry", registry.url);
    expect(status).toBe(5);
    expect(stderr).toContain("RESOLUTION_CONFLICT");
    for (const line of [
      "banana.json asks for @peels/foot",
      "@peels/foot 1.0.0 needs @peels/bones ^2.0.0",
      "@peels/hand 1.0.0 needs @peels/bones ^1.0.0",
      "so no version of @peels/bones is in ^2.0.0 and in ^1.0.0",
    ])
      expect(stderr).toContain(`\n    ${line}\n`);
    expect(stderr).toContain('mend: Put "overrides": {"@peels/bones": "^2.0.0"} into banana.json');
  });

  it("remove takes with a peel what only it needed", async () => {
    const needed = await cli("remove", "bones");
    expect([needed.status, needed.stderr]).toEqual([5, expect.stringContaining("PEEL_NEEDED")]);
    const { stdout } = await cli("remove", "hand");
    expect(stdout).toMatch(
      /^- @peels\/hand 1\.0\.0\n- @peels\/bones 1\.0\.0, which nothing else needs\nremoved 2 peels in /,
    );
    expect((await cli("list")).stdout).toContain("no peels");
  });
});
