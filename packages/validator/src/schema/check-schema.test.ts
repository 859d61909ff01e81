import { expect, it } from "vitest";
import { checkSchema } from "./check-schema.js";

const adapter = { file: "a.safetensors", base: { family: "nano", range: "^1.0.0" }, rank: 1, alpha: 1 };
const peel = {
  formatVersion: 1,
  name: "@a/b",
  version: "1.0.0",
  description: "d",
  license: "MIT",
  adapters: [adapter],
};
const first = (data: unknown) => {
  const { message, where, hint } = checkSchema("peel", data)[0]!;
  return { message, where, hint };
};

it("names the nearest property for an unknown one", () => {
  expect(first({ ...peel, adapters: [{ ...adapter, Rnak: 3 }] })).toEqual({
    message: 'expected only properties that the schema knows, found "Rnak"',
    where: "peel.json:/adapters/0/Rnak",
    hint: 'Did you mean "rank"? If not, remove it.',
  });
});

it("lists the known properties when none is near", () => {
  expect(
    first({ ...peel, adapters: [{ ...adapter, base: { ...adapter.base, quantisation: 8 } }] }).hint,
  ).toBe("Remove it; the properties here are family, range, digest.");
});

it("says what a missing property is for", () => {
  expect(first({ ...peel, adapters: [{ ...adapter, rank: undefined }] })).toEqual({
    message: 'expected the property "rank", found none',
    where: "peel.json:/adapters/0",
    hint: 'Add "rank": Largest rank of the adapter\'s targets.',
  });
});

it("names the kind and the value for a wrong type", () => {
  expect(first({ ...peel, description: null }).message).toBe("expected a string, found null");
  expect(first({ ...peel, description: ["d"] }).message).toBe('expected a string, found an array, ["d"]');
  expect(first({ ...peel, adapters: [{ ...adapter, rank: 1.5 }] }).message).toBe(
    "expected a whole number, found a number, 1.5",
  );
});

it("names the nearest allowed value", () => {
  expect(first({ ...peel, adapters: [{ ...adapter, training: { method: "merge_aware" } }] })).toMatchObject({
    message: 'expected one of "plain", "merge-aware", found "merge_aware"',
    hint: 'Did you mean "merge-aware"?',
  });
});

it("points into keys of maps, escaped", () => {
  const [problem] = checkSchema("project", { formatVersion: 1, trust: { "@a/*": ["x"] } });
  expect(problem!.where).toBe("banana.json:/trust/@a~1*/0");
});

it("reports every problem", () => {
  expect(checkSchema("peel", {})).toHaveLength(6);
});

it("takes the file's name from its caller", () => {
  expect(checkSchema("base", 1, "bases/nano/base.json")[0]!.where).toBe("bases/nano/base.json");
});
