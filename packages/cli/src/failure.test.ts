import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BananaError } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { reportFailure } from "./failure.js";
import { run } from "./testing/run.js";
import { coloursFor } from "./ui/colours.js";

const problem = (rule: string, message: string, where: string) => ({
  rule,
  message,
  where,
  hint: `mend ${where}`,
});

/** What is printed on stderr for an error. */
function printed(error: BananaError): string[] {
  const pieces: string[] = [];
  const stderr = { write: (piece: string) => pieces.push(piece) > 0 };
  const io = { stdout: { write: () => true }, stderr, colours: coloursFor({}) };
  expect(reportFailure(io, error, { json: false })).toBe(error.exitStatus);
  return pieces.join("").trimEnd().split("\n");
}

describe("an error with its problems", () => {
  it("says each once, and then how many there are", () => {
    const problems = [problem("a/b", "expected 1, found 2", "x"), problem("c/d", "expected a, found b", "y")];
    const text = "expected 1, found 2 (and 1 more)";
    const error = new BananaError("SCHEMA_INVALID", text, {
      where: "x",
      hint: "mend x",
      details: { problems },
    });
    expect(printed(error)).toEqual([
      "error a/b: expected 1, found 2",
      "  at x",
      "  mend: mend x",
      "error c/d: expected a, found b",
      "  at y",
      "  mend: mend y",
      "error SCHEMA_INVALID: 2 problems listed above",
    ]);
  });

  it("of one alone names that", () => {
    const problems = [problem("a/b", "expected 1, found 2", "x")];
    const error = new BananaError("SCHEMA_INVALID", "expected 1, found 2", {
      where: "x",
      details: { problems },
    });
    expect(printed(error).at(-1)).toBe("error SCHEMA_INVALID: the problem listed above");
  });

  it("keeps what the problems don't say", () => {
    const problems = [problem("a/b", "expected 1, found 2", "x")];
    const error = new BananaError("SCHEMA_INVALID", "expected a peel, found none", {
      where: "z",
      details: { problems },
    });
    expect(printed(error).slice(-2)).toEqual(["error SCHEMA_INVALID: expected a peel, found none", "  at z"]);
  });
});

describe("a mistake in banana.json", () => {
  it.each([
    [
      '{"formatVersion":1,"peels":{"@peels/a":"not a range"}}',
      "expected a semver range or a dist-tag",
      "SCHEMA_INVALID",
    ],
    ['{"formatVersion":1,"bases":4}', "expected an array, found a number, 4", "SCHEMA_INVALID"],
    ['{"formatVersion":2}', "expected formatVersion 1, found 2", "FORMAT_VERSION_UNKNOWN"],
    ['{"formatVersion":1', "found a mistake", "JSON_INVALID"],
  ])("is said once: %s", async (text, message, code) => {
    const folder = await mkdtemp(join(tmpdir(), "banana-peel-failure-"));
    try {
      await writeFile(join(folder, "banana.json"), text);
      const { status, stderr } = await run(["list"], { cwd: folder, env: process.env });
      expect([status, stderr.split(message).length - 1, stderr.split("mend:").length - 1]).toEqual([3, 1, 1]);
      expect(stderr).toContain(`error ${code}: `);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
