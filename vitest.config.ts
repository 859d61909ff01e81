import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "registry/src/**/*.test.ts", "demo/src/**/*.test.ts"],
    // Tests that start Verdaccio, npm or onnxruntime take seconds on two busy cores; a benchmark is never a timed test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By default one core is left free, which on two cores halves the speed.
    maxWorkers: "100%",
    // Without this, onnxruntime-node 1.30 on Linux writes a device id and a database into the user's cache folder.
    env: { ORT_DISABLE_TELEMETRY: "1" },
  },
});
