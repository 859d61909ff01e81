import { describe, expect, it } from "vitest";
import { makeInput } from "./make-input.js";
import { TARGETS } from "./targets/index.js";
import type { FuzzTarget } from "./targets/target.js";
import { tryInput } from "./try-input.js";

/** Inputs of each reader: `npm run fuzz` tries more. */
const INPUTS = 25;

describe("what reads bytes of strangers", () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    "reads what it should, or says with a code why not: %s",
    async (_, target) => {
      for (let iteration = 0; iteration < INPUTS; iteration++) {
        const found = await tryInput(target, await makeInput(target, "npm test", iteration));
        expect(
          found,
          `npm run fuzz -- --seed "npm test" --target ${target.name} --iteration ${iteration}`,
        ).toBe(undefined);
      }
    },
  );
});

describe("the fuzzer", () => {
  const reader = (read: FuzzTarget["read"]): FuzzTarget => ({ ...TARGETS[0]!, read });
  const input = new Uint8Array([1]);

  it("makes the same input from the same seed, and others from others", async () => {
    const target = TARGETS.find(({ name }) => name === "safetensors") ?? TARGETS[0]!;
    expect(await makeInput(target, "a", 3)).toEqual(await makeInput(target, "a", 3));
    expect(await makeInput(target, "a", 3)).not.toEqual(await makeInput(target, "b", 3));
  });

  it("finds an error without a code, and bytes that are kept", async () => {
    const bare = () => {
      throw new TypeError("x is undefined");
    };
    expect(await tryInput(reader(bare), input)).toMatch(/^threw TypeError: x is undefined/);
    const kept: Uint8Array[] = [];
    const hoard = () => void kept.push(new Uint8Array(300 * 1024 * 1024));
    expect(await tryInput(reader(hoard), input)).toMatch(/^kept \d+ bytes/);
  });
});
