import { defineConfig } from "vitest/config";

/** What takes minutes: a thousand swaps. `npm run test:soak`. */
export default defineConfig({
  test: {
    include: ["slow/**/*.slow.ts"],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    env: { ORT_DISABLE_TELEMETRY: "1" },
  },
});
