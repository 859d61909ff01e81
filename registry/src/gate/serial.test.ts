import { describe, expect, it } from "vitest";
import { Serial } from "./serial.js";

describe("Serial", () => {
  it("runs tasks of a key in order and others beside them, also after failures", async () => {
    const serial = new Serial();
    const log: string[] = [];
    const task = (name: string, milliseconds: number) => async () => {
      log.push(`${name}+`);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      log.push(`${name}-`);
      if (name === "b") throw new Error("b");
      return name;
    };
    const results = await Promise.allSettled([
      serial.run("x", task("a", 20)),
      serial.run("x", task("b", 1)),
      serial.run("x", task("c", 1)),
      serial.run("y", task("d", 1)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(log.filter((entry) => !entry.startsWith("d"))).toEqual(["a+", "a-", "b+", "b-", "c+", "c-"]);
    expect(log.indexOf("d-")).toBeLessThan(log.indexOf("a-"));
  });
});
