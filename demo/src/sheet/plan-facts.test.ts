import { expect, test } from "vitest";
import { plan } from "../testing/report.js";
import { planFacts } from "./plan-facts.js";

test("names what is attached and what is merged, and what is kept", () => {
  expect(planFacts(plan("merge", 0.98, 0.125))).toEqual({
    short: "2 merged: 98.0%",
    targets: "2 merged",
    gain: "min 0.980, median 0.980",
    error: "max 12.5%, median 12.5%",
  });
  expect(planFacts({ ...plan("attach"), totals: { attached: 1, merged: 1, promoted: 0 } }).targets).toBe(
    "1 attached, 1 merged",
  );
});

test("says so when there is nothing", () => {
  expect(planFacts({ ...plan("attach"), totals: { attached: 0, merged: 0, promoted: 0 } }).targets).toBe(
    "none",
  );
});
