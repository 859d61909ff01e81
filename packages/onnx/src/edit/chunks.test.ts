import { expect, it } from "vitest";
import { nodeMessage } from "./messages.js";

it("a message that can't be written leaves nothing to the next", () => {
  const node = { name: "a", opType: "Add", inputs: ["x", "y"], outputs: ["z"] };
  const before = nodeMessage(node);
  expect(() => nodeMessage({ ...node, ints: { axis: 0.5 } })).toThrow();
  expect(nodeMessage(node)).toEqual(before);
});
