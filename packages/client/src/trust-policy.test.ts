import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { searchPeels } from "./search.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { json, startTestRegistry } from "./testing/test-registry.js";
import { addTrust, removeTrust, trustPolicy } from "./trust-policy.js";

afterAll(removeScratch);
const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;

it("adds and removes signers of names and scopes in banana.json", async () => {
  const { project } = await sampleProject("http://127.0.0.1:1/");
  const before = await readFile(join(project, "banana.json"), "utf8");
  await addTrust({ project, rule: "sample", signer: A.toUpperCase().replace("SHA256", "sha256") });
  await addTrust({ project, rule: "@team/*", signer: A });
  await addTrust({ project, rule: "@team/*", signer: B });
  await addTrust({ project, rule: "@team/*", signer: B });
  expect(await trustPolicy({ project })).toEqual({ "@peels/sample": [A], "@team/*": [A, B] });
  expect(await removeTrust({ project, rule: "@team/*", signer: A })).toMatchObject({ "@team/*": [B] });
  const full = await snapshot(project);
  await expectCode(removeTrust({ project, rule: "@team/*", signer: A }), "USAGE");
  await expectCode(removeTrust({ project, rule: "other" }), "USAGE");
  await expectCode(addTrust({ project, rule: "sample@1", signer: A }), "USAGE");
  await expectCode(addTrust({ project, rule: "../*", signer: A }), "NAME_INVALID");
  await expectCode(addTrust({ project, rule: "__proto__", signer: A }), "NAME_INVALID");
  await expectCode(addTrust({ project, rule: "sample", signer: "me" }), "USAGE");
  expect(await snapshot(project)).toEqual(full);
  await removeTrust({ project, rule: "@team/*" });
  expect(await removeTrust({ project, rule: "sample", signer: A })).toEqual({});
  expect(await readFile(join(project, "banana.json"), "utf8")).toBe(before);
});

it("searches by npm's protocol, and leaves out what is no peel", async () => {
  const registry = await startTestRegistry();
  try {
    const { options } = await sampleProject(registry.url);
    const hit = (name: unknown, more = {}) => ({ package: { name, ...more } });
    let answer: unknown = {
      objects: [
        hit("@peels/a", { version: "1.0.0", description: "A.", keywords: ["banana-peel"] }),
        hit("@peels/b", { keywords: ["something-else"] }),
        hit("left-pad"),
        hit(7),
        null,
        hit("@peels/c"),
      ],
    };
    registry.intercept = (_, response) => {
      json(response, 200, answer);
      return true;
    };
    const search = (...words: string[]) => searchPeels({ ...options, words });
    expect(await search("two", "words & more")).toEqual({
      registry: registry.url,
      peels: [
        { name: "@peels/a", version: "1.0.0", description: "A." },
        { name: "@peels/c", version: undefined, description: undefined },
      ],
    });
    expect(registry.requests.at(-1)).toContain("/-/v1/search?text=two%20words%20%26%20more&size=20");
    for (answer of [null, [], { objects: {} }, "text"]) await expectCode(search("x"), "REGISTRY_INVALID");
    await expectCode(search(" "), "USAGE");
  } finally {
    await registry.close();
  }
});
