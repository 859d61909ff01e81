import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, makeSandbox, type Sandbox, startDemo, survivors, waitFor } from "./sandbox.js";

/** Seconds that the demo may take on two cores, once everything is built. */
const LIMIT = 60;

let sandbox: Sandbox;
let ended: Ended;
beforeAll(async () => {
  sandbox = makeSandbox();
  ended = await waitFor(startDemo(sandbox));
});
afterAll(() => sandbox.remove());

describe("npm run demo", () => {
  test("ends well, in time, and tells of every step", () => {
    expect({ status: ended.status, errors: ended.errors }).toEqual({ status: 0, errors: expect.any(String) });
    const steps = ended.events.filter(({ event }) => event === "step");
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1));
    expect(steps.length).toBeGreaterThanOrEqual(10);
    const done = ended.events.at(-1)!;
    expect(done.event).toBe("done");
    expect(done.ms).toBeLessThan(LIMIT * 1000);
  });

  test("runs the very command, and the last picture is the first", () => {
    const titles = ended.events.map(({ title }) => title);
    expect(titles).toContain("$ banana-peel add medical-imaging");
    const details = ended.events.flatMap(({ details }) => (details as string[] | undefined) ?? []);
    expect(details).toContain("the first and the last picture are equal, byte for byte");
  });

  test("writes the contact sheet and the page, and nothing else anywhere", () => {
    expect(readdirSync(sandbox.out).sort()).toEqual(["contact-sheet.png", "index.html"]);
    expect(readFileSync(join(sandbox.out, "contact-sheet.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(readdirSync(sandbox.temp)).toEqual([]);
    expect(readdirSync(sandbox.home)).toEqual([]);
    expect(survivors(sandbox)).toEqual([]);
  });
});

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

describe("the page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  test.each([
    [360, "light"],
    [360, "dark"],
    [768, "light"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)(
    "at %d px, %s: every picture loads, nothing overflows, nothing is fetched",
    async (width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const trouble: string[] = [];
      page.on("console", (message) => trouble.push(message.text()));
      page.on("pageerror", (error) => trouble.push(String(error)));
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) trouble.push(request.url());
      });
      await page.goto(`file://${join(sandbox.out, "index.html")}`);
      await page.locator("summary").click();
      const found = await page.evaluate(() => ({
        images: [...document.images].map(
          ({ complete, naturalWidth, alt }) => complete && naturalWidth > 1 && alt.length > 10,
        ),
        overflow: document.documentElement.scrollWidth - window.innerWidth,
        targets: document.querySelectorAll("details tbody tr").length,
        background: getComputedStyle(document.body).backgroundColor,
      }));
      expect(trouble).toEqual([]);
      expect(found.images.length).toBeGreaterThanOrEqual(7);
      expect(found.images).not.toContain(false);
      expect(found.overflow).toBeLessThanOrEqual(0);
      expect(found.targets).toBeGreaterThan(0);
      expect(found.background).toBe(colorScheme === "dark" ? "rgb(23, 21, 15)" : "rgb(255, 253, 245)");
      await page.close();
    },
  );
});
