import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addUser } from "./add-user.js";
import { startRegistry } from "./start-registry.js";
import { card, publishBody, sampleFiles, signed, tarball } from "./testing/sample-peel.js";
import { testRegistry } from "./testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-peel-start-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("startRegistry", () => {
  it("frees its port when closed, even with an open connection, and closes twice", async () => {
    const first = await startRegistry({ storage: join(folder, "a") });
    await fetch(new URL("-/ping", first.url));
    await first.close();
    await first.close();
    const port = Number(new URL(first.url).port);
    const second = await startRegistry({ storage: join(folder, "a"), port });
    expect(new URL(second.url).port).toBe(String(port));
    await second.close();
  });

  it("refuses a taken port and a storage that can't be made", async () => {
    const first = await startRegistry({ storage: join(folder, "b") });
    const port = Number(new URL(first.url).port);
    await expect(startRegistry({ storage: join(folder, "c"), port })).rejects.toMatchObject({
      code: "LISTEN_FAILED",
    });
    await first.close();
    await writeFile(join(folder, "file"), "x");
    await expect(startRegistry({ storage: join(folder, "file") })).rejects.toMatchObject({
      code: "TARGET_READ_ONLY",
    });
  });

  it("refuses base cards that are missing or broken", async () => {
    await expect(startRegistry({ storage: folder, bases: [join(folder, "none")] })).rejects.toMatchObject({
      code: "FILE_MISSING",
    });
    await writeFile(join(folder, "base.json"), "{}");
    await expect(startRegistry({ storage: folder, bases: [folder] })).rejects.toMatchObject({
      code: expect.stringMatching(/SCHEMA_INVALID|FORMAT_VERSION_UNKNOWN/),
    });
  });

  it("lets the configured signers decide, and only them, for the names that they match", async () => {
    const { key: accepted } = await generateKey();
    const { key: other } = await generateKey();
    const registry = await testRegistry({ signers: { "@peels/*": [accepted.identity.fingerprint] } });
    const token = await registry.login("author");
    const send = async (by: typeof accepted, name: string, version: string) => {
      const files = await signed(sampleFiles({ name, version }), by);
      return registry.publish(publishBody(tarball(files), name, version), token);
    };
    const refused = await send(other, "@peels/sample", "1.0.0");
    expect(refused.status).toBe(422);
    expect(refused.body.problems[0]).toMatchObject({ rule: "SIGNER_NOT_TRUSTED" });
    expect(await registry.stored()).toEqual([]);
    expect((await send(accepted, "@peels/sample", "1.0.0")).status).toBe(201);
    expect((await send(other, "@else/sample", "1.0.0")).status).toBe(201);
    // The operator changes the accepted key: the old one is out, the new one in.
    await registry.restart({ signers: { "@peels/*": [other.identity.fingerprint] } });
    expect((await send(accepted, "@peels/sample", "1.0.1")).status).toBe(422);
    expect((await send(other, "@peels/sample", "1.0.1")).status).toBe(201);
    await registry.close();
  });

  it("warns when it knows no card for the peel's base", async () => {
    const registry = await testRegistry({ bases: [{ ...card, family: "other" }] });
    const token = await registry.login("author");
    const { key } = await generateKey();
    const answer = await registry.publish(publishBody(tarball(await signed(sampleFiles(), key))), token);
    expect(answer.status).toBe(201);
    expect(answer.body.problems.map((problem: { rule: string }) => problem.rule)).toEqual([
      "peel/base-unknown",
    ]);
    await registry.close();
  });

  it("stores nothing, and says 500, when a place in its storage is blocked", async () => {
    const registry = await testRegistry();
    const token = await registry.login("author");
    const { key } = await generateKey();
    const document = publishBody(tarball(await signed(sampleFiles(), key)));
    await writeFile(join(registry.storage, "owners"), "a file in place of the folder");
    expect((await registry.publish(document, token)).status).toBe(500);
    expect(await registry.stored()).toEqual(["owners"]);
    await rm(join(registry.storage, "owners"));
    await writeFile(join(registry.storage, "packages", "@peels"), "a file in place of the scope's folder");
    const failed = await registry.publish(document, token);
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(await registry.stored()).toEqual(["packages/@peels"]);
    await rm(join(registry.storage, "packages", "@peels"));
    expect((await registry.publish(document, token)).status).toBe(201);
    await registry.close();
  });
});

describe("addUser", () => {
  it("makes users whose token works, once for each name", async () => {
    const registry = await testRegistry({ maxUsers: 2 });
    const { name, password, token } = await addUser(registry.url, "ann");
    expect(password.length).toBeGreaterThan(20);
    expect((await registry.send("GET", "/-/whoami", { token })).body).toEqual({ username: name });
    await expect(addUser(registry.url, "ann")).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
    // npm login of a user who exists already goes on with the password.
    const basic = Buffer.from(`ann:${password}`).toString("base64");
    const again = await registry.send("PUT", "/-/user/org.couchdb.user:ann/-rev/1", {
      body: { name, password },
      headers: { authorization: `Basic ${basic}` },
    });
    expect(again).toMatchObject({ status: 201, body: { token: expect.any(String) } });
    await addUser(registry.url, "bob");
    await expect(addUser(registry.url, "eve")).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
    await registry.close();
    await expect(addUser(registry.url, "ann")).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  });
});
