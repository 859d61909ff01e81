/**
 * Vectors that a back end of onnxruntime-web 1.30.0 doesn't run, with its own words. The suite fails when one more is
 * refused, or one fewer. WebGPU: of SwiftShader's adapter, which lacks the feature "shader-f16".
 */
export const UNAVAILABLE: Readonly<Record<"wasm" | "webgpu", Readonly<Record<string, string>>>> = {
  wasm: {},
  webgpu: {
    "forms/float16":
      "failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: Non-zero status code returned while running MatMul node. Name:'/layers/0/up/MatMul' Status Message: shader_helper.cc:416 GenerateSourceCode Program MatMul requires f16 but the device does not support it.",
  },
};
