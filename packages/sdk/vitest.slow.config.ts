import { defineConfig } from "vitest/config";

/** The SDK where it will run: pages of Chromium, and an app's empty folder. */
export default defineConfig({
  test: {
    include: ["slow/**/*.slow.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    env: { ORT_DISABLE_TELEMETRY: "1" },
  },
});
