// Generated from schemas/ by `npm run generate`. Do not edit.

export type FilePath = string;

/**
 * base.json, the base card: what a quantised ONNX model is and where an adapter can change it. Specification: docs/specification/base.md.
 */
export interface BaseCard {
  $schema?: string;
  formatVersion: 1;
  /**
   * Name of the line of models that share shapes and module paths.
   */
  family: string;
  /**
   * Semantic version of the base.
   */
  version: string;
  title?: string;
  description: string;
  /**
   * SPDX expression.
   */
  license: string;
  /**
   * Every file that the base needs, with size and digest. The base digest is made from this list (docs/specification/base.md, Digest).
   *
   * @minItems 1
   * @maxItems 1000
   */
  files: {
    path: FilePath;
    bytes: number;
    sha256: string;
  }[];
  /**
   * The ONNX models, by name.
   */
  graphs: {
    [k: string]: {
      model: FilePath;
      /**
       * Files of external data; each path is also the location that the model names.
       *
       * @maxItems 100
       */
      externalData?: FilePath[];
    };
  };
  /**
   * The module paths that an adapter can change.
   *
   * @maxItems 100000
   */
  targets: Target[];
  /**
   * safetensors file of the second moments of the targets' inputs, for calibrated rounding. Not one of files: it isn't needed to run the base, and the base digest doesn't depend on it.
   */
  moments?: {
    path: FilePath;
    bytes: number;
    sha256: string;
  };
  image?: Image;
}
export interface Target {
  /**
   * Module path in canonical form, as in blocks.0.attn.q_proj.
   */
  path: string;
  /**
   * Name of the graph that holds the target.
   */
  graph: string;
  /**
   * Name of the node that consumes the weight.
   */
  node: string;
  /**
   * Operator of that node; MatMulNBits, DynamicQuantizeMatMul, MatMulIntegerToFloat, QGemm and GatherBlockQuantized are of the domain com.microsoft.
   */
  operator:
    | "MatMul"
    | "Gemm"
    | "MatMulNBits"
    | "MatMulInteger"
    | "DynamicQuantizeMatMul"
    | "MatMulIntegerToFloat"
    | "QLinearMatMul"
    | "QGemm"
    | "Conv"
    | "ConvTranspose"
    | "ConvInteger"
    | "QLinearConv"
    | "Gather"
    | "GatherBlockQuantized";
  /**
   * Input features: columns of lora_A. Of a convolution, input channels of a group times positions of the kernel; of Gather, rows of the table.
   */
  k: number;
  /**
   * Output features: rows of lora_B. Of a convolution, output channels; of Gather, the width of a row.
   */
  n: number;
  /**
   * Sizes of a convolution's kernel, as in [3,3]; present for convolutions and for nothing else.
   *
   * @minItems 1
   * @maxItems 3
   */
  kernel?: number[];
  /**
   * Groups of a convolution; absent means 1.
   */
  groups?: number;
  /**
   * Order of the stored weight: kn is [K,N], nk is [N,K], row-major; nk for MatMulNBits, in its blocks, and for Conv, with K as [channels of a group, kernel]. cns, of ConvTranspose, is [input channels, N / groups, kernel].
   */
  layout: "kn" | "nk" | "cns";
  /**
   * Initializer that holds the quantised weight.
   */
  weight: string;
  scheme: Scheme;
  /**
   * Tensor that the branch of an attached adapter reads: [..., K], the layer's input before its quantisation; [batch, channels, ...] of a convolution; the indices of Gather.
   */
  input: string;
  /**
   * Tensor that the branch is added to: [..., N], the layer's output after its bias; [batch, N, ...] of a convolution.
   */
  output: string;
}
/**
 * How the weight is stored: w = (q - zeroPoint) * scale.
 */
export interface Scheme {
  /**
   * qdq: an initializer followed by DequantizeLinear, for Gather perhaps behind it. matmulnbits: the operator MatMulNBits. integer: a product of whole numbers that is scaled afterwards. qlinear: an operator that reads weight, scale and zero point and gives quantised values. gatherblock: the operator GatherBlockQuantized. float: floating-point numbers, not quantised.
   */
  form: "qdq" | "matmulnbits" | "integer" | "qlinear" | "gatherblock" | "float";
  bits: 2 | 4 | 8 | 16 | 32;
  signed: boolean;
  /**
   * One scale for the tensor, one for each output feature, or one for each block of input features of an output feature (of a table, of a row).
   */
  granularity: "tensor" | "channel" | "block";
  /**
   * Values along the axis that share a scale, for granularity block.
   */
  blockSize?: number;
  /**
   * Axis of the stored weight that the scales run along, for granularity channel; for block, the axis that is cut into blocks: that of K, of a table either.
   */
  axis?: number;
  /**
   * Initializer of the scales; absent for the form float.
   */
  scale?: string;
  /**
   * Initializer of the zero points; absent means 0, and 2^(bits-1) for the form matmulnbits and for a gatherblock of bytes.
   */
  zeroPoint?: string;
  /**
   * Smallest stored value that the scheme uses; absent for the form float.
   */
  min?: number;
  /**
   * Largest stored value that the scheme uses; absent for the form float.
   */
  max?: number;
}
/**
 * Present when the base draws pictures from tags.
 */
export interface Image {
  /**
   * Width and height of a decoded picture, in pixels.
   */
  size: number;
  /**
   * Name of the graph that predicts x0 from latent [B,T,C], time [B], guidance [B] and context [B,rows,width].
   */
  backbone: string;
  /**
   * Name of the graph that turns latent [B,T,C] into image [B,3,size,size] in [-1,1].
   */
  decoder: string;
  latent: {
    tokens: number;
    channels: number;
  };
  conditioning: {
    /**
     * Rows of context, one a tag; the rest hold the null row.
     */
    rows: number;
    width: number;
    /**
     * JSON file {null: 0, tags: [...]}; tag i is row i + 1 of the embedding.
     */
    vocabulary: string;
    /**
     * safetensors file with the tensor embedding F32 [V,width].
     */
    embedding: string;
  };
  sampler: {
    /**
     * x0 = f(x,t); x = (1-t') x0 + t' noise for the next time t'. Latent consistency models, arXiv:2310.04378.
     */
    kind: "consistency";
    /**
     * Times in (0,1], descending, by number of steps.
     */
    schedules: {
      /**
       * @minItems 1
       * @maxItems 999
       */
      [k: string]: number[];
    };
    defaultSteps: number;
    guidance: {
      default: number;
      min: number;
      max: number;
    };
  };
}
