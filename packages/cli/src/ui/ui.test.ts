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
    expect([duration(0.4), duration(340), duration(1234)]).toEqual(["0 ms", "340 ms", "1.2 s"]);
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
});
