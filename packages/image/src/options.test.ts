import { expect, test } from "vitest";
import { type GenerateOptions, readSettings } from "./options.js";
import { fakeCard } from "./testing/fake-base.js";

const image = fakeCard().image!;
const read = (options: Partial<GenerateOptions> = {}) => readSettings({ prompt: "", ...options }, image);

test("takes what is missing from the card", () => {
  expect(read()).toEqual({ seed: 0, times: [1, 0.5], guidance: 2 });
});

test("takes what is given", () => {
  expect(read({ seed: 4294967295, steps: 1, guidance: 4 })).toEqual({
    seed: 4294967295,
    times: [1],
    guidance: 4,
  });
});

test.each([-1, 1.5, 4294967296, Number.NaN, Number.POSITIVE_INFINITY, "1" as never])(
  "refuses the seed %s",
  (seed) => {
    expect(() => read({ seed })).toThrow(expect.objectContaining({ code: "INPUT_INVALID", where: "seed" }));
  },
);

test.each([0, 3, -1, 1.5, Number.NaN, "toString" as never])("refuses %s steps", (steps) => {
  expect(() => read({ steps })).toThrow(
    expect.objectContaining({
      code: "INPUT_INVALID",
      where: "steps",
      message: `expected one of 1, 2, 4, found ${steps}`,
    }),
  );
});

test.each([0.99, 4.01, Number.NaN, Number.POSITIVE_INFINITY, "2" as never])(
  "refuses a guidance of %s",
  (guidance) => {
    expect(() => read({ guidance })).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", where: "guidance" }),
    );
  },
);

test.each([undefined, null, 7, ["smile"]])("refuses a prompt that is no text: %j", (prompt) => {
  expect(() => readSettings({ prompt } as never, image)).toThrow(
    expect.objectContaining({ code: "PROMPT_INVALID" }),
  );
});
