import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ERROR_CODES } from "@banana-peel/format";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cleanEnv } from "../../client/src/testing/project.js";
import { sampleCard, sampleFiles, writeBase, writeFiles } from "../../client/src/testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "../../client/src/testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../../client/src/testing/test-registry.js";
import { run } from "./testing/run.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let root: string;
let env: NodeJS.ProcessEnv;
const peel = () => join(root, "peel");
const app = () => join(root, "app");
const cli = (args: string[], cwd = root) => run(args, { cwd, env });
const parsed = (text: string) => JSON.parse(text) as Record<string, never>;

beforeAll(async () => {
  registry = await startTestRegistry();
  root = await scratch();
  env = { ...cleanEnv(root), XDG_CONFIG_HOME: join(root, "config"), BANANA_PEEL_STORE: join(root, "store") };
  await mkdir(app());
  await writeBase(join(app(), "base"));
  const options = { notice: "For tests\u001b[31m only.", triggers: [{ word: "test-word" }] };
  await writeFiles(peel(), sampleFiles(options));
  await writeFiles(join(root, "wide"), sampleFiles({ name: "@peels/wide", k: 16 }));
  await writeFiles(join(root, "broken"), new Map([["peel.json", Buffer.from('{"formatVersion":1}')]]));
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

describe("the way of a peel, command by command", () => {
  it("keygen makes a key that only its owner reads, and never overwrites one", async () => {
    const made = await cli(["keygen", "--json"]);
    expect(made).toMatchObject({ status: 0, stderr: "" });
    const report = parsed(made.stdout);
    expect(report).toEqual({
      privateKey: join(root, "config/banana-peel/key.pem"),
      publicKey: join(root, "config/banana-peel/key.pub.pem"),
      fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect((await stat(String(report.privateKey))).mode & 0o777).toBe(0o600);
    const again = await cli(["keygen"]);
    expect(again.status).toBe(2);
    expect(again.stderr).toMatch(/^error KEY_INVALID: .+\n {2}at .+\n {2}mend: .+\n$/);
    expect((await cli(["keygen", "--out", "other.pem"])).stdout).toContain("fingerprint  sha256:");
  });

  it("validate lists problems, with and without a base", async () => {
    expect(await cli(["validate", "peel", "--base", "app/base"])).toMatchObject({
      status: 0,
      stdout: "valid: peel with nano 1.2.0, 0 errors, 0 warnings\n",
    });
    expect((await cli(["validate", "wide"])).status).toBe(0);
    const wide = await cli(["validate", "wide", "--base", "app/base"]);
    expect(wide.status).toBe(3);
    expect(wide.stdout).toMatch(/^error peel\/base-shape: .+\n {2}at .+\n {2}mend: .+\n/);
    const broken = await cli(["validate", "broken", "--json"]);
    expect(broken.status).toBe(3);
    expect(parsed(broken.stdout)).toMatchObject({ valid: false, path: "broken", bases: [] });
    expect(parsed(broken.stdout).problems).toContainEqual(
      expect.objectContaining({
        rule: "peel/schema",
        severity: "error",
        where: expect.any(String),
        hint: expect.any(String),
      }),
    );
    const nowhere = await cli(["validate", "nowhere", "--json"]);
    expect([nowhere.status, parsed(nowhere.stdout).error]).toEqual([
      3,
      expect.objectContaining({ code: "FILE_MISSING" }),
    ]);
  });

  it("pack writes the same tarball twice", async () => {
    const first = await cli(["pack", "peel", "--json"]);
    const report = parsed(first.stdout);
    expect(report).toMatchObject({ name: "@peels/sample", version: "1.0.0", file: "peels-sample-1.0.0.tgz" });
    await cli(["pack", "peel", "-o", "again.tgz"]);
    const files = await Promise.all(
      ["peels-sample-1.0.0.tgz", "again.tgz"].map((file) => readFile(join(root, file))),
    );
    expect(files[0]?.equals(files[1]!)).toBe(true);
    expect(files[0]?.length).toBe(report.bytes);
    expect((await cli(["pack", "broken"])).status).toBe(3);
    const full = await cli(["pack", "peel", "-o", "/dev/full/x.tgz"]);
    expect([full.status, full.stderr]).toEqual([7, expect.stringContaining("TARGET_READ_ONLY")]);
  });

  it("sign signs a tarball and a folder, verify verifies them", async () => {
    expect((await cli(["verify", "again.tgz"])).stderr).toContain("SIGNATURE_MISSING");
    const signed = await cli(["sign", "again.tgz", "--key", "other.pem"]);
    expect(signed).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("signed @peels/sample 1.0.0 (6 files)"),
    });
    expect((await cli(["verify", "again.tgz"])).stdout).toMatch(/^verified @peels\/sample 1\.0\.0: 6 files/);

    await writeFiles(join(root, "signed"), sampleFiles());
    await cli(["sign", "signed"]);
    expect((await readdir(join(root, "signed"))).sort()).toEqual(
      [
        "LICENSE",
        "README.md",
        "adapter.safetensors",
        "model.sig",
        "package.json",
        "peel.json",
        "signer.pem",
      ].sort(),
    );
    const verified = parsed((await cli(["verify", "signed", "--json"])).stdout);
    expect(verified).toMatchObject({
      name: "@peels/sample",
      basis: "first-contact",
      root: expect.any(String),
    });
    await writeFile(join(root, "signed/README.md"), "changed");
    const changed = await cli(["verify", "signed"]);
    expect([changed.status, changed.stderr]).toEqual([4, expect.stringContaining("SIGNED_FILES_DIFFER")]);
    expect((await cli(["sign", "peel", "--key", "nowhere.pem"])).stderr).toContain("FILE_MISSING");
  });

  it("publish signs and sends, or only says what it would send", async () => {
    const dry = await cli(["publish", "peel", "--registry", registry.url, "--dry-run"]);
    expect(dry).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("would publish @peels/sample 1.0.0"),
    });
    expect(registry.published).toHaveLength(0);
    const sent = await cli(["publish", "peel", "--registry", registry.url, "--json"]);
    expect(sent.status, sent.stderr).toBe(0);
    expect(parsed(sent.stdout)).toMatchObject({
      name: "@peels/sample",
      tag: "latest",
      dryRun: false,
      registry: registry.url,
    });
    expect(await readdir(peel()), "the folder stays as it was").not.toContain("model.sig");
    const document = JSON.parse(registry.published[0]!.toString());
    const tarball = Buffer.from(document._attachments["@peels/sample-1.0.0.tgz"].data, "base64");
    const { unpackTarball, packPeel } = await import("@banana-peel/client");
    registry.put(await packPeel(await unpackTarball(tarball)));

    const bad = await cli(["publish", "broken", "--registry", registry.url, "--json"]);
    expect([bad.status, registry.published.length]).toEqual([3, 1]);
    const changed = await cli(["publish", "signed", "--registry", registry.url]);
    expect([changed.status, registry.published.length]).toEqual([4, 1]);
  });

  it("publish prints what the gate found", async () => {
    const problems = [
      {
        rule: "peel/base-shape",
        severity: "error",
        message: "expected K 8, found 16",
        where: "adapter.safetensors",
        hint: "Train it again.",
      },
    ];
    registry.intercept = (request, response) => {
      request.resume().on("end", () => {
        response.writeHead(422, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: "refused by the gate", problems }));
      });
      return true;
    };
    const refused = await cli(["publish", "peel", "--registry", registry.url, "--json"]);
    registry.intercept = undefined;
    expect(refused.status).toBe(6);
    expect(refused.stderr).toContain(
      "error peel/base-shape: expected K 8, found 16\n  at adapter.safetensors\n  mend: Train it again.\n",
    );
    expect(refused.stderr).toContain(
      "error REGISTRY_REFUSED: the registry answered 422: refused by the gate",
    );
    expect(parsed(refused.stdout).error).toMatchObject({
      code: "REGISTRY_REFUSED",
      details: { status: 422, problems },
    });
  });

  it("init names the base", async () => {
    const missing = await cli(["init", "--base", "."], app());
    expect([missing.status, missing.stderr]).toEqual([3, expect.stringContaining("FILE_MISSING")]);
    const done = await cli(["init", "--base", "base", "--json"], app());
    expect(parsed(done.stdout)).toMatchObject({
      bases: [{ path: "./base", family: "nano", version: "1.2.0" }],
    });
    expect(await readFile(join(app(), "banana.json"), "utf8")).toBe(
      '{\n  "formatVersion": 1,\n  "bases": [\n    "./base"\n  ],\n  "peels": {}\n}\n',
    );
  });

  it("add shows who signed, what it fits, its notice and its words; silent in a pipe on stderr", async () => {
    const added = await cli(["add", "sample", "--registry", registry.url], app());
    expect(added.status, added.stderr).toBe(0);
    expect(added.stderr).toBe("");
    expect(added.stdout).toMatch(/^\+ @peels\/sample 1\.0\.0 \(.+ from http:\/\/127\.0\.0\.1/);
    for (const text of [
      "first contact",
      "digest",
      "nano 1.2.0 (adapter.safetensors)",
      "test-word",
      "For tests [31m only.",
      "added 1 peel in",
    ])
      expect(added.stdout).toContain(text);
    expect(added.stdout, "no control character of the peel's reaches the terminal").not.toContain("\u001b");
    const again = parsed(
      (await cli(["add", "sample@^1.0.0", "--registry", registry.url, "--json"], app())).stdout,
    );
    expect(again.peels).toMatchObject([
      { name: "@peels/sample", from: "store", signer: { basis: "pinned" } },
    ]);
  });

  it("add explains what it can't do, and changes nothing", async () => {
    const before = await snapshot(app());
    const cases: [string[], number, string][] = [
      [["add", "smaple", "--registry", registry.url], 5, "mend: Did you mean @peels/sample?"],
      [["add", "sample@^2.0.0", "--registry", registry.url], 5, "error VERSION_UNSATISFIED"],
      [["add", "sample", "--registry", "http://127.0.0.1:1/"], 6, "error REGISTRY_UNREACHABLE"],
      [["add", "../evil", "--registry", registry.url], 2, "error NAME_INVALID"],
      [["add", "sample", "--registry", registry.url, "--accept-signer", "me"], 2, "error USAGE"],
    ];
    for (const [args, status, text] of cases) {
      const failed = await cli(args, app());
      expect([args, failed.status, failed.stdout]).toEqual([args, status, ""]);
      expect(failed.stderr).toContain(text);
    }
    expect(await snapshot(app())).toEqual(before);
  });

  it("list, info, verify NAME and install see it", async () => {
    expect((await cli(["list"], app())).stdout).toBe("@peels/sample  1.0.0  (^1.0.0; nano 1.2.0)  ok\n");
    expect(parsed((await cli(["list", "--json"], app())).stdout).peels).toMatchObject([
      { state: "ok", version: "1.0.0" },
    ]);
    expect((await cli(["info", "sample", "--registry", registry.url])).stdout).toContain(
      "  1.0.0  nano ^1.0.0\n",
    );
    expect((await cli(["verify", "sample"], app())).stdout).toContain("(as before)");
    expect((await cli(["verify", "nothing-here"], app())).stderr).toContain("FILE_MISSING");
    const { rm } = await import("node:fs/promises");
    await rm(join(app(), "peels"), { recursive: true });
    expect((await cli(["list"], app())).stdout).toContain("missing");
    expect((await cli(["install", "--frozen", "--offline"], app())).stdout).toContain(
      "installed 1 peel, 0 unchanged",
    );
    expect(parsed((await cli(["install", "--json"], app())).stdout)).toMatchObject({
      installed: [],
      unchanged: ["@peels/sample"],
    });
    await writeFile(
      join(app(), "banana.json"),
      '{"formatVersion":1,"bases":["./base"],"peels":{"@peels/sample":"^9.0.0"}}',
    );
    const frozen = await cli(["install", "--frozen"], app());
    expect([frozen.status, frozen.stderr]).toEqual([5, expect.stringContaining("LOCK_OUTDATED")]);
  });
});

describe("what every command has", () => {
  it("--version and --help, and help of each command with an example", async () => {
    expect((await cli(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await cli(["--version", "--json"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await cli(["--help"]);
    expect(await cli([])).toEqual(help);
    expect([help.status, help.stderr]).toEqual([0, ""]);
    const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) .*?(?=\n {2}\S|\n\n)/gms)].map(
      ([, name]) => name!,
    );
    expect(commands).toEqual(expect.arrayContaining(["keygen", "add", "install", "publish", "explain"]));
    const texts = await Promise.all(
      commands.filter((name) => name !== "help").map((name) => cli([name, "--help"])),
    );
    for (const text of texts)
      expect(text).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/Examples:\n {2}\$ banana-peel /),
      });
  }, 60_000);

  it("an error for a mistyped command or option, with the nearest", async () => {
    expect(await cli(["isntall"])).toEqual({
      status: 2,
      stdout: "",
      stderr: "error USAGE: unknown command 'isntall'\n  mend: Did you mean install?\n",
    });
    expect((await cli(["add", "x", "--registri", "y"])).stderr).toContain("mend: Did you mean --registry?");
    expect((await cli(["add"])).stderr).toContain("missing required argument 'peel'");
    const json = await cli(["frobnicate", "--json"]);
    expect(parsed(json.stdout).error).toMatchObject({ code: "USAGE", hint: expect.stringContaining("help") });
  });

  it("an explanation of every code and rule", async () => {
    const list = parsed((await cli(["explain", "--json"])).stdout);
    expect(list.errors).toEqual(ERROR_CODES);
    expect((await cli(["explain", "shape-mismatch"])).stdout).toMatch(
      /^SHAPE_MISMATCH: [\s\S]+Exit status 5\n$/,
    );
    expect((await cli(["explain", "peel/base-shape"])).stdout).toContain("docs/specification/peel.md#bases");
    expect((await cli(["explain", "SIGNER_CHANGD"])).stderr).toContain("Did you mean SIGNER_CHANGED?");
  });
});

describe("Ctrl-C", () => {
  it("ends a download with status 130 and nothing half-done", async () => {
    await writeFile(join(app(), "banana.json"), JSON.stringify({ formatVersion: 1, bases: ["./base"] }));
    const { rm } = await import("node:fs/promises");
    await rm(join(root, "store"), { recursive: true });
    const before = await snapshot(root);
    let stalled = () => {};
    const stalling = new Promise<void>((resolve) => {
      stalled = resolve;
    });
    registry.intercept = (request, response) => {
      if (!request.url?.endsWith(".tgz")) return false;
      response.writeHead(200, { "content-length": 10_000 });
      response.write("x".repeat(1000));
      setTimeout(stalled, 100);
      return true;
    };
    const stopped = await run(["add", "sample", "--registry", registry.url], {
      cwd: app(),
      env,
      onStart: (child) => stalling.then(() => child.kill("SIGINT")),
    });
    registry.intercept = undefined;
    expect([stopped.status, stopped.stderr]).toEqual([130, expect.stringContaining("error CANCELLED")]);
    expect(await snapshot(root)).toEqual(before);
  });
});

describe("a base of another family", () => {
  it("is said, with what the peel wants and what the project has", async () => {
    const other = join(root, "other-app");
    await writeBase(join(other, "base"), sampleCard({ family: "minilm", version: "3.0.0" }));
    await cli(["init", "--base", "base"], other);
    const failed = await cli(["add", "sample", "--registry", registry.url], other);
    expect(failed.status).toBe(5);
    expect(failed.stderr).toContain("which has minilm 3.0.0; 1.0.0 wants nano ^1.0.0");
  });
});
