import { expect, it } from "vitest";
import { biasPath, nodePath, scopePath, weightPath } from "./module-path.js";

it.each([
  ["/encoder/layer.0/attention/self/query/MatMul", "MatMul", "encoder.layer.0.attention.self.query"],
  ["/encoder/layer.0/output/dense/MatMul_quant", "MatMulInteger", "encoder.layer.0.output.dense"],
  ["/model/layers.0/attn/q_proj/MatMul_Q4", "MatMulNBits", "model.layers.0.attn.q_proj"],
  ["/model/layers.0/attn/q_proj/MatMulNBits", "MatMulNBits", "model.layers.0.attn.q_proj"],
  ["/layers/0/up/MatMul_matmul_Q4", "MatMul", "layers.0.up"],
  ["/down_blocks.0/attn/to_out.0/Gemm_1", "Gemm", "down_blocks.0.attn.to_out.0"],
])("reads the node %s", (name, opType, path) => {
  expect(nodePath({ name, opType })).toBe(path);
});

it.each([
  ["", "MatMul"],
  ["node_linear_2", "MatMul"],
  ["MatMul_17", "MatMul"],
  ["/MatMul", "MatMul"],
  ["/encoder/layer.0/attention/self/query", "MatMul"],
  ["/a//b/MatMul", "MatMul"],
  ["/a b/MatMul", "MatMul"],
  [`/${"a/".repeat(300)}MatMul`, "MatMul"],
])("finds no module in the node %s", (name, opType) => {
  expect(nodePath({ name, opType })).toBeUndefined();
});

it.each([
  ["encoder.layer.0.output.dense.weight", "encoder.layer.0.output.dense"],
  ["embeddings.word_embeddings.weight_quantized", "embeddings.word_embeddings"],
  ["layers.0.up.weight_Q4", "layers.0.up"],
  ["layers.0.up.weight_DQ_Q8", "layers.0.up"],
  ["model.layers.0.attn.q_proj.MatMulNBits.qweight", "model.layers.0.attn.q_proj"],
  ["model.layers.0.attn.q_proj.MatMul.weight", "model.layers.0.attn.q_proj"],
  ["onnx::MatMul_712_quantized", undefined],
  ["val_8_Q4", undefined],
  ["weight", undefined],
  ["layers.0.norm.scale", undefined],
])("reads the weight %s", (name, path) => {
  expect(weightPath(name)).toBe(path);
});

it("reads biases, and what the exporter noted", () => {
  expect(biasPath("model.layers.0.attn.q_proj.Add.bias")).toBe("model.layers.0.attn.q_proj");
  expect(biasPath("a.b.bias_quantized")).toBe("a.b");
  expect(biasPath("onnx::Add_12")).toBeUndefined();
  expect(scopePath({ scopes: ["", "blocks.0", "blocks.0.fc", "linear_3"] })).toBe("blocks.0.fc");
  expect(scopePath({ scopes: ["", "linear_3"] })).toBeUndefined();
  expect(scopePath({ scopes: ["linear_3"] })).toBeUndefined();
  expect(scopePath({ scopes: ["", "blocks[0]", "linear"] })).toBeUndefined();
  expect(scopePath({})).toBeUndefined();
});
