import { defineConfig } from "vitest/config";

/** The demo as a person runs it: minutes, a browser, and signals. `npm run test:demo`. */
export default defineConfig({
  test: {
    include: ["slow/**/*.slow.ts"],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
