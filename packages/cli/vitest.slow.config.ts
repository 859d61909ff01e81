import { defineConfig } from "vitest/config";

/** The templates as a user has them: type-checked, built and run, the page in Chromium. */
export default defineConfig({
  test: {
    include: ["slow/**/*.slow.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    env: { ORT_DISABLE_TELEMETRY: "1" },
  },
});
