import { createHash } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { generateKey, type SigningKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addUser } from "./add-user.js";
import { startRegistry } from "./start-registry.js";
import { type Json, publishBody, sampleFiles, signed, tarball } from "./testing/sample-peel.js";
import { stateOf } from "./testing/state.js";
import { type Act, type Death, type Outcome, runVictim } from "./testing/victim.js";

/** At every operation, at 10 random instants of each request, and with a disk that is full from every third on, with
 * `npm run test:kill`; otherwise at a few of two. */
const THOROUGH = process.env.BANANA_PEEL_KILL === "all";
const RANDOM = THOROUGH ? 10 : 1;
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 120_000 });

const NAME = "@peels/sample";
const PATH = "@peels%2fsample";
let root: string;
let saved: string;
let token: string;
let key: SigningKey;
let document: Json;

const send = async (url: string, method: string, path: string, body?: unknown, headers = {}) => {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(body === undefined
      ? {}
      : { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};
const packed = async (version: string, name = NAME) =>
  tarball(await signed(sampleFiles({ name, version }), key));
const upload =
  (name: string, version: string, bytes: Buffer): Act =>
  (url) => {
    const body = Buffer.concat([bytes, createHash("sha512").update(bytes).digest()]);
    return send(url, "PUT", `-/banana-peel/peels/${name.replace("/", "%2f")}/${version}`, body, {
      "content-type": "application/octet-stream",
      "banana-peel-integrity": "at-end",
    });
  };
const changed = (change: (document: Json) => void): Json => {
  const sent = structuredClone(document);
  change(sent);
  return sent;
};

/** The requests that write; each again answers one of the statuses and changes nothing. */
const ACTS: Record<string, { act: () => Promise<Act>; again: readonly number[] }> = {
  "the first publish of a name": {
    act: async () => upload("@peels/other", "1.0.0", await packed("1.0.0", "@peels/other")),
    again: [409],
  },
  publish: { act: async () => upload(NAME, "1.2.0", await packed("1.2.0")), again: [409] },
  "npm publish": {
    act: async () => {
      const body = publishBody(await packed("1.2.0"), NAME, "1.2.0");
      return (url) => send(url, "PUT", PATH, body);
    },
    again: [409],
  },
  deprecate: {
    act: async () => {
      const sent = changed((d) => (d.versions["1.0.0"].deprecated = "blurred"));
      return (url) => send(url, "PUT", PATH, sent);
    },
    again: [201],
  },
  "unpublish of a version": {
    act: async () => {
      const sent = changed((d) => {
        delete d.versions["1.1.0"];
        d["dist-tags"] = { latest: "1.0.0" };
      });
      return (url) => send(url, "PUT", `${PATH}/-rev/1`, sent);
    },
    again: [201],
  },
  "unpublish of all": {
    act: async () => (url) => send(url, "DELETE", `${PATH}/-rev/1`),
    again: [404],
  },
  "a tag": {
    act: async () => (url) => send(url, "PUT", `-/package/${PATH}/dist-tags/beta`, "1.0.0"),
    again: [201],
  },
  login: {
    act: async () => async (url) => {
      await addUser(url, "newcomer", "long-enough-for-anybody");
      return { status: 201, body: {} };
    },
    again: [201],
  },
};

let sites = 0;
const NAMES = THOROUGH ? Object.keys(ACTS) : ["publish", "login"];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-peel-kill-"));
  saved = join(root, "saved");
  ({ key } = await generateKey());
  const registry = await startRegistry({ storage: saved });
  ({ token } = await addUser(registry.url, "author"));
  for (const version of ["1.0.0", "1.1.0"])
    expect((await upload(NAME, version, await packed(version))(registry.url)).status).toBe(201);
  document = (await send(registry.url, "GET", `${PATH}?write=true`)).body;
  await registry.close();
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.concurrent.each(NAMES)("a registry during %s", (name) => {
  let act: Act;
  let old: Record<string, unknown>;
  let fresh: Record<string, unknown>;
  let whole: Outcome;
  beforeAll(async () => {
    act = await ACTS[name]!.act();
    const { storage, restore, restarted } = site();
    await restore();
    old = await restarted();
    whole = await runVictim(storage, act, undefined);
    expect(whole.answer).toMatchObject({ status: 201 });
    fresh = await restarted();
    expect(fresh).not.toEqual(old);
  });
  /** A storage of its own, so that the tests can run beside each other. */
  const site = () => {
    const storage = join(root, `storage-${++sites}`);
    const restore = async () => {
      await rm(storage, { recursive: true, force: true });
      await cp(saved, storage, { recursive: true });
    };
    /** The state that a registry started anew finds and leaves; it must serve. */
    const restarted = async (use: (url: string) => Promise<void> = async () => undefined) => {
      const errors: unknown[] = [];
      const registry = await startRegistry({ storage, onError: (error) => errors.push(error) });
      try {
        expect(await send(registry.url, "GET", "-/whoami")).toMatchObject({ body: { username: "author" } });
        await use(registry.url);
      } finally {
        await registry.close();
      }
      expect(errors).toEqual([]);
      return stateOf(storage);
    };
    /** Old or new after a restart; new where the client was told so; and the request can be made again. */
    const check = async ({ answer }: Outcome, label: string) => {
      const state = await restarted();
      const isNew = isDeepStrictEqual(state, fresh);
      if (!isNew) expect(state, label).toEqual(old);
      if (answer !== undefined && answer.status < 400) expect(isNew, `${label}: acknowledged`).toBe(true);
      const { again } = ACTS[name]!;
      const after = await restarted(async (url) => {
        // addUser throws for a name that is taken.
        const { status } = await act(url).catch(() => ({ status: 201 }));
        expect(isNew ? again : [201], label).toContain(status);
      });
      expect(after, label).toEqual(fresh);
    };
    return { storage, restore, restarted, check };
  };

  it("that is killed at any operation on the file system has the old state or the new one", async () => {
    const { operations } = whole;
    const { storage, restore, check } = site();
    const deaths = operations.flatMap((operation, i): Extract<Death, { step: number }>[] => [
      { step: i + 1, how: "before" },
      ...(operation === "writeFile" ? [{ step: i + 1, how: "middle" as const }] : []),
    ]);
    const first = Math.floor(Math.random() * deaths.length);
    for (const death of THOROUGH ? deaths : deaths.slice(first, first + 1)) {
      await restore();
      const outcome = await runVictim(storage, act, death);
      await check(outcome, `${death.how} ${operations[death.step - 1]}, operation ${death.step}`);
    }
    if (THOROUGH) console.log(`${name}: killed at ${deaths.length} operations`);
  });

  it("that is killed at a random instant has the old state or the new one", async () => {
    const { storage, restore, check } = site();
    for (let i = 0; i < RANDOM; i++) {
      const after = Math.random() * (whole.milliseconds + 5);
      await restore();
      await check(await runVictim(storage, act, { after }), `after ${after} ms`);
    }
    if (THOROUGH) console.log(`${name}: killed at ${RANDOM} instants`);
  });

  it("whose disk fills says so, and has the old state", async () => {
    const { storage, restore, restarted, check } = site();
    const steps = whole.operations.map((_, i) => i + 1);
    const first = Math.floor(Math.random() * steps.length);
    for (const step of THOROUGH ? steps.filter((step) => step % 3 === first % 3) : [first + 1]) {
      await restore();
      const { answer } = await runVictim(storage, act, { step, how: "full" });
      const label = `full from operation ${step}, ${whole.operations[step - 1]}`;
      // Where nothing more is written, a full disk does no harm. A login's refusal is thrown by addUser.
      if (answer !== undefined && answer.status >= 400) {
        expect(answer.status, label).toBe(name === "a tag" ? 500 : 507);
        if (answer.status === 507) expect(answer.body).toMatchObject({ problems: [{ rule: "DISK_FULL" }] });
        expect(await restarted(), label).toEqual(old);
      }
      await check({ ...whole, answer }, label);
    }
  });
});
