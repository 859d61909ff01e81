import { describe, expect, it } from "vitest";
import { coloursFor } from "./colours.js";
import { bytes, duration, plain } from "./format.js";
import { progressLine } from "./progress.js";

describe("format", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1300, "1.3 kB"],
    [60_000_000, "60 MB"],
    [999_900, "1.0 MB"],
    [123_456_789, "123 MB"],
    [4_294_967_296, "4.3 GB"],
  ])("%i bytes are %s", (count, text) => expect(bytes(count)).toBe(text));

  it("shows times", () => {
    expect([0.4, 340, 1234, 99_949, 125_400].map(duration)).toEqual([
      "0 ms",
      "340 ms",
      "1.2 s",
      "99.9 s",
      "2 min 5 s",
    ]);
  });

  it("takes control and reordering characters out of others' texts", () => {
    expect(plain("a\u001b[2Jb\r\nc\u202ed\u0000")).toBe("a [2Jb c d");
  });
});

describe("colours", () => {
  it("are for terminals, without NO_COLOR", () => {
    const red = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv) => coloursFor(stream, env).red("x");
    expect(red({ isTTY: true }, {})).toBe("\u001b[31mx\u001b[39m");
    expect(red({ isTTY: true }, { NO_COLOR: "1" })).toBe("x");
    expect(red({ isTTY: true }, { TERM: "dumb" })).toBe("x");
    expect(red({}, {})).toBe("x");
  });
});

describe("progressLine", () => {
  it("is silent in a pipe", () => {
    let text = "";
    const { onProgress, clear } = progressLine({ write: (more) => (text += more) });
    onProgress({ kind: "resolving", names: ["@peels/x"] });
    clear();
    expect(text).toBe("");
  });

  it("shows how much, how fast and how long, not more often than it can be read", () => {
    const lines: string[] = [];
    let time = 0;
    const { onProgress, clear } = progressLine(
      { isTTY: true, columns: 200, write: (text) => lines.push(text) },
      () => time,
    );
    const at = (now: number, received: number, total?: number) => {
      time = now;
      onProgress({ kind: "download", name: "@peels/x", version: "1.0.0", received, total });
    };
    at(0, 0, 60_000_000);
    at(10, 1_000_000, 60_000_000);
    at(1000, 30_000_000, 60_000_000);
    at(2000, 60_000_000, 60_000_000);
    clear();
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain("30 MB of 60 MB  30 MB/s  1.0 s left");
    expect(lines[1]).toContain("████████████░░░░░░░░░░░░");
    expect(lines[3]).toBe("\r\u001b[K");
    at(5000, 5);
    expect(lines.at(-1)).not.toContain("of");
  });

  /** What a terminal shows last, for each of some events. */
  function shown(
    columns: number,
    events: readonly [now: number, name: string, bytes: number | "verified"][],
  ) {
    let text = "";
    let time = 0;
    const { onProgress } = progressLine({ isTTY: true, columns, write: (more) => (text = more) }, () => time);
    return events.map(([now, name, received]) => {
      time = now;
      const peel = { name, version: "1.0.0" };
      if (received === "verified") onProgress({ kind: "verified", ...peel });
      else onProgress({ kind: "download", ...peel, received, total: 60_000_000 });
      return text.slice("\r\u001b[K".length);
    });
  }

  it.each([40, 60, 80, 100])("says speed and time left within %i columns, whatever the name", (columns) => {
    const name = `@team/${"long-name-".repeat(6)}`;
    const line = shown(columns, [
      [0, name, 0],
      [1000, name, 20_000_000],
    ])[1]!;
    expect(line.length).toBeLessThan(columns);
    expect(line).toContain("20 MB of 60 MB  20 MB/s  2.0 s left");
    if (columns >= 60) expect(line).toMatch(/^@team.*… {2}██+░+ {2}20 MB/);
  });

  it("doesn't take for speed what a resumed download had before", () => {
    const [first, second] = shown(80, [
      [0, "@peels/x", 40_000_000],
      [1000, "@peels/x", 50_000_000],
    ]);
    expect(first).not.toContain("/s");
    expect(second).toContain("50 MB of 60 MB  10 MB/s  1.0 s left");
  });

  it("follows a network that slows down", () => {
    const events = Array.from({ length: 60 }, (_, i): [number, string, number] => [
      i * 500,
      "@peels/x",
      i < 4 ? i * 5_000_000 : 15_000_000 + i * 250_000,
    ]);
    expect(shown(80, events).at(-1)).toContain("  500 kB/s  60.5 s left");
  });

  it("adds several downloads up in one line", () => {
    const lines = shown(80, [
      [0, "@peels/x", 0],
      [100, "@peels/y", 0],
      [1000, "@peels/x", 60_000_000],
      [1100, "@peels/x", "verified"],
      [2000, "@peels/y", 30_000_000],
      [3000, "@peels/y", "verified"],
    ]);
    expect(lines[2]).toMatch(/^0 of 2 peels {2}█+░+ {2}60 MB of 120 MB {2}60 MB\/s {2}1.0 s left$/);
    expect(lines[3]).toBe(lines[2]);
    expect(lines[4]).toMatch(/^1 of 2 peels {2}█+░+ {2}90 MB of 120 MB {2}45 MB\/s/);
    expect(lines[5]).toBe("verified @peels/y@1.0.0");
  });
});
