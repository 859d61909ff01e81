import { Job } from "./job";

/** 1.5 * 2^52: adding and taking it away rounds a double to the nearest whole number, ties to even. */
const MAGIC: f64 = 6755399441055744;

// @ts-ignore: decorator
@inline function lowbias32(word: u32): u32 {
  let x = word;
  x = (x ^ (x >>> 16)) * 0x7feb352d;
  x = (x ^ (x >>> 15)) * 0x846ca68b;
  return x ^ (x >>> 16);
}

/** packages/onnx/src/quant/dither.ts, for an index below 2^32. */
// @ts-ignore: decorator
@inline function hash(job: Job, index: u32): u32 {
  return lowbias32(lowbias32(<u32>job.seedLow ^ index) ^ <u32>job.seedHigh);
}

// @ts-ignore: decorator
@inline export function stored(job: Job, plane: usize, i: i32, j: i32): i32 {
  if (job.bits == 8) {
    const at = plane + <usize>i * job.stride + j;
    return job.signed ? <i32>load<i8>(at) : <i32>load<u8>(at);
  }
  const bit = j * job.bits;
  const byte = <i32>load<u8>(plane + <usize>i * job.stride + (bit >> 3));
  const value = (byte >> (bit & 7)) & ((1 << job.bits) - 1);
  const half = 1 << (job.bits - 1);
  return job.signed ? (value ^ half) - half : value;
}

function put(job: Job, i: i32, j: i32, value: i32): void {
  if (job.bits == 8) {
    store<u8>(<usize>job.dst + <usize>i * job.stride + j, <u8>value);
    return;
  }
  const bit = j * job.bits;
  const at = <usize>job.dst + <usize>i * job.stride + (bit >> 3);
  const mask = ((1 << job.bits) - 1) << (bit & 7);
  store<u8>(at, <u8>((<i32>load<u8>(at) & ~mask) | ((value << (bit & 7)) & mask)));
}

// @ts-ignore: decorator
@inline function groupOf(job: Job, i: i32, j: i32): usize {
  let at = 0;
  if (job.along == 1) at = i;
  else if (job.along == 2) at = j;
  else if (job.along == 3) at = (i / job.blockSize) * job.cols + j;
  else if (job.along == 4) at = i * ((job.cols + job.blockSize - 1) / job.blockSize) + j / job.blockSize;
  return <usize>at << 2;
}

// @ts-ignore: decorator
@inline function scaleOf(job: Job, i: i32, j: i32): f32 {
  return load<f32>(<usize>job.scales + groupOf(job, i, j));
}

// @ts-ignore: decorator
@inline function fraction(job: Job, i: i32, j: i32): f64 {
  const index = <u32>job.index + <u32>i * <u32>job.indexRow + <u32>j * <u32>job.indexCol;
  return <f64>hash(job, index) / 4294967296;
}

// @ts-ignore: decorator
@inline function update(job: Job, i: i32, j: i32): f64 {
  const rank = job.rank;
  const left = <usize>job.left + ((<usize>i * rank) << 3);
  const right = <usize>job.right + ((<usize>j * rank) << 3);
  let sum: f64 = 0;
  for (let r = 0; r < rank; r++) sum += load<f64>(left + (r << 3)) * load<f64>(right + (r << 3));
  return sum;
}

/** One element in doubles, in the order of docs/specification/base.md, Merging: this is what every path must give. */
export function exactElement(job: Job, i: i32, j: i32): void {
  const u = update(job, i, j);
  const q = stored(job, job.src, i, j);
  job.exact++;
  if (u == 0) return put(job, i, j, q);
  const scale = <f64>scaleOf(job, i, j);
  let value = <f64>q + (scale == 0 ? 0 : u / scale);
  value = max(<f64>job.min, min(value, <f64>job.max));
  if (job.rounding == 0) value = value + MAGIC - MAGIC;
  else value = floor(value + fraction(job, i, j));
  put(job, i, j, <i32>value);
}

/**
 * One element in floats where their error leaves no doubt, else in doubles. A sum of p products of floats is off by
 * less than (p + 8) * 2^-23 of the product of the factors' lengths.
 */
export function nearElement(job: Job, i: i32, j: i32): void {
  const q = stored(job, job.src, i, j);
  if (q < job.min || q > job.max) return exactElement(job, i, j);
  const inverse = load<f32>(<usize>job.inverses + groupOf(job, i, j));
  const lengths = load<f32>(<usize>job.leftNorms + (<usize>i << 2)) * load<f32>(<usize>job.rightNorms + (<usize>j << 2));
  const doubt = <f64>(lengths * abs(inverse)) * ((<f64>job.padded + 8) / 8388608) + 1e-9;
  const steps = floatUpdate(job, i, j) * <f64>inverse;
  const shifted = steps + (job.rounding == 0 ? 0.5 : fraction(job, i, j));
  const whole = floor(shifted);
  const over = shifted - whole;
  if (!(over > doubt && over < 1 - doubt && abs(whole) < 100000)) return exactElement(job, i, j);
  put(job, i, j, max(job.min, min(q + <i32>whole, job.max)));
}

/** The update of one element in floats. */
// @ts-ignore: decorator
@inline function floatUpdate(job: Job, i: i32, j: i32): f64 {
  const padded = <usize>job.padded;
  const left = <usize>job.leftFloats + ((<usize>i * padded) << 2);
  const right = <usize>job.rightFloats + ((<usize>j * padded) << 2);
  let sums = f32x4.splat(0);
  for (let at: usize = 0; at < padded << 2; at += 16)
    sums = f32x4.add(sums, f32x4.mul(v128.load(left + at), v128.load(right + at)));
  sums = f32x4.add(sums, i8x16.shuffle(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return <f64>(f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1));
}

/** Sums up over the whole plane how the change applied from src to dst matches the update, in floats. */
export function measureAll(job: Job): void {
  let intended: f64 = 0;
  let product: f64 = 0;
  let rest: f64 = 0;
  for (let i = 0; i < job.rows; i++)
    for (let j = 0; j < job.cols; j++) {
      const u = floatUpdate(job, i, j);
      const steps = stored(job, job.dst, i, j) - stored(job, job.src, i, j);
      const applied = <f64>steps * <f64>scaleOf(job, i, j);
      intended += u * u;
      product += applied * u;
      rest += (applied - u) * (applied - u);
    }
  job.intended = intended;
  job.product = product;
  job.rest = rest;
}
