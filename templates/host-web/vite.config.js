import { defineConfig } from "vite";

export default defineConfig({
  // onnxruntime-web finds its WebAssembly beside its own module, so it must stay where it is.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  build: { target: "es2022" },
});
