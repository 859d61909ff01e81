// A peel of 1 GB goes the whole way, each step in constant memory: `npm run test:large`. Needs 8 GB of disk for a minute.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { addUser } from "@banana-peel/registry";
import { command } from "../../../bench/lib/command.mjs";

const RANK = 1024;
const WIDTH = 4096;
/** Bytes of one factor of a target. */
const FACTOR = RANK * WIDTH * 4;
/** Targets: 32 MiB each. */
const SIZES = { small: 1, large: 32 };
/** MiB that a step may need for the large peel beyond what it needs for the small one. */
const MORE = 300;
const DISK = 8e9;

const cli = fileURLToPath(new URL("../bin/banana-peel.js", import.meta.url));
const peak = fileURLToPath(new URL("../../../bench/lib/peak.cjs", import.meta.url));
let folder;
let env;
let base;

before(async () => {
  const { bavail, bsize } = await statfs(tmpdir());
  assert.ok(bavail * bsize > DISK, `expected ${DISK} bytes free in ${tmpdir()}`);
  folder = await mkdtemp(join(tmpdir(), "banana-peel-large-"));
  base = join(folder, "base");
  await mkdir(base);
  await writeFile(join(base, "base.json"), JSON.stringify(card()));
  env = {
    PATH: process.env.PATH,
    HOME: folder,
    npm_config_userconfig: join(folder, "npmrc"),
    npm_config_fetch_retries: "0",
    BANANA_PEEL_STORE: join(folder, "store"),
  };
});
after(() => rm(folder, { recursive: true, force: true }));

const peaks = {};

for (const [size, targets] of Object.entries(SIZES))
  test(`a ${size} peel of ${targets * 32} MiB is packed, signed, published, added after a cut, verified and linked`, async () => {
    const registry = await startRegistry(size);
    const wire = await cuttingProxy(new URL(registry.url).port);
    const steps = {};
    const run = async (step, cwd, ...args) => {
      const { mebibytes, stdout } = await command([cli, ...args], { cwd, env });
      steps[step] = mebibytes;
      return stdout;
    };
    try {
      const { token } = await addUser(registry.url, "author");
      await writeFile(
        env.npm_config_userconfig,
        `registry=${wire.url}\n//${new URL(wire.url).host}/:_authToken=${token}\n`,
      );
      const peel = await writePeel(size, targets);
      await run("keygen", folder, "keygen", "--out", join(folder, `${size}.pem`));
      await run("sign", folder, "sign", peel, "--key", join(folder, `${size}.pem`));
      await run("pack", folder, "pack", peel, "--out", join(folder, `${size}.tgz`));
      const { size: bytes } = await stat(join(folder, `${size}.tgz`));
      await rm(join(folder, `${size}.tgz`));
      await run("publish", folder, "publish", peel);

      const project = join(folder, `app-${size}`);
      await mkdir(project);
      await writeFile(join(project, "banana.json"), JSON.stringify({ formatVersion: 1, bases: ["../base"] }));
      wire.cutAfter(bytes / 2);
      await assert.rejects(
        run("add", project, "add", `@peels/${size}`),
        /DOWNLOAD_FAILED|REGISTRY_UNREACHABLE/,
      );
      assert.deepEqual(await readdir(project), ["banana.json"]);
      wire.cutAfter(Number.POSITIVE_INFINITY);
      const passed = wire.bytes();
      await run("add", project, "add", `@peels/${size}`);
      const again = wire.bytes() - passed;
      assert.ok(
        again < bytes * 0.6,
        `expected to go on in the middle, ${again} bytes of ${bytes} came again`,
      );

      const place = join(project, "peels/@peels", size);
      await run("verify", project, "verify", place);
      assert.match(await run("list", project, "list"), new RegExp(size));
      const { nlink, size: length } = await stat(join(place, "adapter.safetensors"));
      assert.equal(nlink, 2, "a hard link to the store");
      assert.equal(length, (await stat(join(peel, "adapter.safetensors"))).size);
      assert.ok(await same(join(place, "adapter.safetensors"), join(peel, "adapter.safetensors")));
      steps.registry = await registry.stop();
      peaks[size] = steps;
    } finally {
      wire.close();
      await registry.stop();
    }
    console.log(
      size,
      Object.entries(steps)
        .map(([step, mebibytes]) => `${step} ${Math.round(mebibytes)} MiB`)
        .join(", "),
    );
    if (size === "large")
      for (const [step, mebibytes] of Object.entries(peaks.large))
        assert.ok(
          mebibytes < peaks.small[step] + MORE,
          `${step}: ${mebibytes} MiB, small: ${peaks.small[step]} MiB`,
        );
  });

/** A registry in a process of its own; `stop` ends it as Ctrl-C does and says its peak of memory in MiB. */
async function startRegistry(size) {
  const file = join(folder, `peak-${size}`);
  const storage = join(folder, `storage-${size}`);
  const args = [cli, "registry", "start", "--storage", storage, "--port", "0", "--base", base, "--json"];
  const child = spawn(process.execPath, args, {
    env: { ...env, NODE_OPTIONS: `--require ${peak}`, BENCH_PEAK_FILE: file },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [text] = await once(child.stdout, "data");
  return {
    url: JSON.parse(String(text)).url,
    async stop() {
      child.kill("SIGINT");
      const [status] = await ended;
      assert.equal(status, 0);
      return Math.max(...readFileSync(file, "utf8").trim().split("\n").map(Number)) / 1024;
    },
  };
}

/** Passes bytes on to a port, and cuts every connection once so many came from there. */
async function cuttingProxy(port) {
  let came = 0;
  let limit = Number.POSITIVE_INFINITY;
  const server = createServer((near) => {
    const far = connect(Number(port), "127.0.0.1");
    const end = () => {
      near.destroy();
      far.destroy();
    };
    far.on("data", (chunk) => {
      came += chunk.length;
      if (came > limit) end();
    });
    near.on("error", end).on("close", end).pipe(far);
    far.on("error", end).on("close", end).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    cutAfter(bytes) {
      limit = came + bytes;
    },
    bytes: () => came,
    close: () => server.close(),
  };
}

function card() {
  const scheme = {
    form: "qdq",
    bits: 8,
    signed: true,
    granularity: "tensor",
    scale: "scale",
    min: -127,
    max: 127,
  };
  return {
    formatVersion: 1,
    family: "large",
    version: "1.0.0",
    description: "A base of square targets.",
    license: "CC0-1.0",
    files: [{ path: "model.onnx", bytes: 1, sha256: "0".repeat(64) }],
    graphs: { backbone: { model: "model.onnx" } },
    targets: Array.from({ length: SIZES.large }, (_, i) => ({
      ...{ path: `blocks.${i}.proj`, graph: "backbone", node: `proj${i}`, operator: "MatMul" },
      ...{ k: WIDTH, n: WIDTH, layout: "kn", weight: `proj${i}.weight`, scheme },
      ...{ input: `proj${i}.in`, output: `proj${i}.out` },
    })),
  };
}

/** Writes a peel of noise: random signs and fractions, exponents of 2^-7. */
async function writePeel(name, targets) {
  const place = join(folder, `peel-${name}`);
  await mkdir(place);
  const tensors = {};
  let at = 0;
  for (let i = 0; i < targets; i++)
    for (const [factor, shape] of [
      ["lora_A", [RANK, WIDTH]],
      ["lora_B", [WIDTH, RANK]],
    ]) {
      tensors[`blocks.${i}.proj.${factor}.weight`] = { dtype: "F32", shape, data_offsets: [at, at + FACTOR] };
      at += FACTOR;
    }
  let header = JSON.stringify(tensors);
  header = header.padEnd(Math.ceil(header.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = await open(join(place, "adapter.safetensors"), "wx");
  await file.write(Buffer.concat([length, Buffer.from(header)]));
  const words = new Uint32Array(FACTOR / 4);
  for (let i = 0; i < 2 * targets; i++) {
    randomFillSync(words);
    for (let j = 0; j < words.length; j++) words[j] = (words[j] & 0x807fffff) | (120 << 23);
    await file.write(words);
  }
  await file.close();
  const manifest = {
    formatVersion: 1,
    name: `@peels/${name}`,
    version: "1.0.0",
    description: "A peel of noise.",
    license: "CC0-1.0",
    adapters: [
      { file: "adapter.safetensors", base: { family: "large", range: "^1.0.0" }, rank: RANK, alpha: 1 },
    ],
  };
  await writeFile(join(place, "peel.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(place, "LICENSE"), "CC0 1.0 Universal\n");
  await writeFile(join(place, "README.md"), `# ${name}\n\nNoise.\n`);
  return place;
}

async function same(one, other) {
  const theirs = createReadStream(other, { highWaterMark: 1 << 20 })[Symbol.asyncIterator]();
  for await (const chunk of createReadStream(one, { highWaterMark: 1 << 20 }))
    if (!chunk.equals((await theirs.next()).value)) return false;
  return (await theirs.next()).done;
}
