import { defineConfig } from "vitest/config";

/** The templates as a user has them: installed by npm, type-checked, built and run, the page in Chromium. */
export default defineConfig({
  test: {
    include: ["slow/**/*.slow.ts"],
    testTimeout: 300_000,
    // npm install of four templates, from an empty cache.
    hookTimeout: 600_000,
    env: { ORT_DISABLE_TELEMETRY: "1" },
  },
});
