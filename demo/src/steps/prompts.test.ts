import { expect, test } from "vitest";
import { requestsOf } from "./prompts.js";

const preview = (prompt?: string, seed?: number, steps?: number) => ({
  file: "p.png",
  alt: "a",
  ...(prompt === undefined ? {} : { prompt }),
  ...(seed === undefined ? {} : { seed }),
  ...(steps === undefined ? {} : { steps }),
});

test("draws what the previews show, the first as the main one, each once", () => {
  const previews = [
    preview("a", 1, 4),
    preview("a", 1),
    preview("b", 2, 2),
    preview("a", 3),
    preview("d", 4),
    preview("e"),
  ];
  expect(requestsOf({ previews })).toEqual({
    main: { prompt: "a", seed: 1, steps: 4 },
    more: [
      { prompt: "b", seed: 2, steps: 2 },
      { prompt: "a", seed: 3, steps: undefined },
      { prompt: "d", seed: 4, steps: undefined },
    ],
  });
});

test("fills up with other seeds of the main prompt, within 32 bits", () => {
  const { more } = requestsOf({ previews: [preview("a", 4294967294, 2)] });
  expect(more).toEqual([4294967295, 0, 1].map((seed) => ({ prompt: "a", seed, steps: 2 })));
});

test("without previews that say how, takes the trigger words", () => {
  const { main, more } = requestsOf({
    previews: [preview()],
    triggers: [{ word: "brain-mri" }, { word: "axial" }],
  });
  expect(main).toEqual({ prompt: "brain-mri, axial", seed: 0, steps: undefined });
  expect(more).toHaveLength(3);
  expect(requestsOf({}).main.prompt).toBe("");
});
