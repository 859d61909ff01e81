import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packPeel } from "@banana-peel/client";
import { memorySource } from "@banana-peel/format";
import { generateKey } from "@banana-peel/signer";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { addUser } from "./add-user.js";
import { publishBody, sampleFiles, signed } from "./testing/sample-peel.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PROGRAM = fileURLToPath(new URL("../bin/banana-peel-registry.js", import.meta.url));
const MIB = 1024 ** 2;
const PUBLISHES = 6;
/** Bytes of each adapter. */
const BYTES = 20 * MIB;

let storage: string;
let child: ReturnType<typeof spawn>;
let url: string;
let token: string;

beforeAll(async () => {
  storage = await mkdtemp(join(tmpdir(), "banana-peel-parallel-"));
  child = spawn(process.execPath, [PROGRAM, "--storage", storage, "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [text] = await once(child.stdout!, "data");
  ({ url } = JSON.parse(String(text)) as { url: string });
  ({ token } = await addUser(url, "author"));
});
afterAll(async () => {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  await rm(storage, { recursive: true, force: true });
});

/** Bytes of memory that the registry has had at most. */
async function peak(): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

it.skipIf(process.platform !== "linux")(
  "publishes that come at once don't gather in the registry's memory, by either protocol",
  async () => {
    const { key } = await generateKey();
    const requests = await Promise.all(
      Array.from({ length: PUBLISHES }, async (_, i) => {
        const name = `@peels/large-${i}`;
        const files = await signed(sampleFiles({ name }, { k: BYTES / 4, n: 1 }), key);
        const tarball = Buffer.from((await packPeel(memorySource(files))).tarball);
        expect(tarball.length).toBeGreaterThan(BYTES);
        const asNpm = i % 3 === 0;
        return {
          path: asNpm
            ? name.replace("/", "%2f")
            : `-/banana-peel/peels/${name.replace("/", "%2f")}/1.0.0?tag=latest`,
          type: asNpm ? "application/json" : "application/octet-stream",
          body: asNpm
            ? JSON.stringify(publishBody(tarball, name, "1.0.0"))
            : new Uint8Array(Buffer.concat([tarball, createHash("sha512").update(tarball).digest()])),
        };
      }),
    );
    const before = await peak();
    const statuses = await Promise.all(
      requests.map(async ({ path, type, body }) => {
        const headers = {
          authorization: `Bearer ${token}`,
          "content-type": type,
          "banana-peel-integrity": "at-end",
        };
        const response = await fetch(url + path, { method: "PUT", headers, body });
        await response.text();
        return response.status;
      }),
    );
    expect(statuses).toEqual(requests.map(() => 201));
    // Half of what came; it takes about a third of that.
    expect((await peak()) - before).toBeLessThan((PUBLISHES * BYTES) / 2);
  },
);
