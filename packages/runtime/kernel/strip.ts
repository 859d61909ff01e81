import { nearElement } from "./exact";
import { Job } from "./job";

// @ts-ignore: decorator
@inline function mix(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/** Four dithers as fractions of `shift` bits, plus `bound`. */
// @ts-ignore: decorator
@inline function ditherStart(job: Job, index: u32, shift: i32, bound: v128): v128 {
  const step = job.indexCol;
  const lanes = i32x4.add(i32x4.splat(index), i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(step)));
  const hashed = mix(v128.xor(mix(v128.xor(lanes, i32x4.splat(job.seedLow))), i32x4.splat(job.seedHigh)));
  return i32x4.add(i32x4.shr_u(hashed, 32 - shift), bound);
}

/** Eight stored values as 16-bit numbers. */
// @ts-ignore: decorator
@inline function take(bits: i32, signed: bool, at: usize): v128 {
  if (bits == 8) return signed ? v128.load_ext<i8>(at) : v128.load_ext<u8>(at);
  const bytes = v128.load32_zero(at);
  const spread = i8x16.shuffle(bytes, i32x4.splat(0), 0, 16, 0, 16, 1, 16, 1, 16, 2, 16, 2, 16, 3, 16, 3, 16);
  const values = v128.and(
    i16x8.shr_u(i16x8.mul(spread, i16x8(16, 1, 16, 1, 16, 1, 16, 1)), 4),
    i16x8.splat(15),
  );
  return signed ? i16x8.sub(v128.xor(values, i16x8.splat(8)), i16x8.splat(8)) : values;
}

/** Puts eight 16-bit numbers where they were stored. */
// @ts-ignore: decorator
@inline function give(bits: i32, signed: bool, at: usize, values: v128): void {
  if (bits == 8) {
    v128.store_lane<i64>(at, signed ? i8x16.narrow_i16x8_s(values, values) : i8x16.narrow_i16x8_u(values, values), 0);
    return;
  }
  const nibbles = v128.and(values, i16x8.splat(15));
  const pairs = i32x4.dot_i16x8_s(nibbles, i16x8(1, 16, 1, 16, 1, 16, 1, 16));
  const narrow = i16x8.narrow_i32x4_s(pairs, pairs);
  v128.store_lane<i32>(at, i8x16.narrow_i16x8_u(narrow, narrow), 0);
}

/** What every strip of a job needs at hand. */
let src: usize = 0;
let dst: usize = 0;
let stride: usize = 0;

/** Takes these from the job; before the first strip. */
export function begin(job: Job): void {
  src = job.src;
  dst = job.dst;
  stride = job.stride;
}

/** Rounds the sums of eight elements, adds them to the stored values, and works out in doubles what is too near a tie. */
// @ts-ignore: decorator
@inline function finish(job: Job, bits: i32, signed: bool, i: i32, j: i32, at: usize, x0: v128, x1: v128, shift: i32, twice: v128, least: v128, most: v128): void {
  const mask = i32x4.splat((1 << shift) - 1);
  const steps = i16x8.narrow_i32x4_s(i32x4.shr_s(x0, shift), i32x4.shr_s(x1, shift));
  const q = take(bits, signed, src + at);
  const kept = i16x8.max_s(i16x8.min_s(q, most), least);
  give(bits, signed, dst + at, i16x8.max_s(i16x8.min_s(i16x8.add_sat_s(q, steps), most), least));
  const near = v128.or(
    i16x8.narrow_i32x4_s(i32x4.lt_s(v128.and(x0, mask), twice), i32x4.lt_s(v128.and(x1, mask), twice)),
    v128.xor(q, kept),
  );
  if (v128.any_true(near)) {
    let left = i16x8.bitmask(i16x8.ne(near, i16x8.splat(0)));
    while (left != 0) {
      nearElement(job, i, j + ctz(left));
      left &= left - 1;
    }
  }
}

// @ts-ignore: decorator
@inline function start(job: Job, dithered: bool, i: i32, j: i32, shift: i32, bound: i32): v128 {
  if (!dithered) return i32x4.splat((1 << (shift - 1)) + bound);
  const index = <u32>job.index + <u32>i * <u32>job.indexRow + <u32>j * <u32>job.indexCol;
  return ditherStart(job, index, shift, i32x4.splat(bound));
}

/** Four rows times eight columns. `left` are the words of the rows, `right` those of the columns. */
// @ts-ignore: decorator
@inline export function four(job: Job, bits: i32, signed: bool, dithered: bool, i: i32, j: i32, left: usize, right: usize, shift: i32, bound: i32, least: v128, most: v128): void {
  const twice = i32x4.splat(2 * bound);
  let a0 = start(job, dithered, i, j, shift, bound);
  let a1 = start(job, dithered, i, j + 4, shift, bound);
  let b0 = start(job, dithered, i + 1, j, shift, bound);
  let b1 = start(job, dithered, i + 1, j + 4, shift, bound);
  let c0 = start(job, dithered, i + 2, j, shift, bound);
  let c1 = start(job, dithered, i + 2, j + 4, shift, bound);
  let d0 = start(job, dithered, i + 3, j, shift, bound);
  let d1 = start(job, dithered, i + 3, j + 4, shift, bound);
  const end = left + (<usize>job.padded << 3);
  while (left < end) {
    const r0 = v128.load(right);
    const r1 = v128.load(right, 16);
    const a = v128.load_splat<i32>(left);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, r0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, r1));
    const b = v128.load_splat<i32>(left, 4);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, r0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, r1));
    const c = v128.load_splat<i32>(left, 8);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(c, r0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(c, r1));
    const d = v128.load_splat<i32>(left, 12);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(d, r0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(d, r1));
    left += 16;
    right += 32;
  }
  let at = <usize>i * stride + (<usize>(j * bits) >> 3);
  finish(job, bits, signed, i, j, at, a0, a1, shift, twice, least, most);
  at += stride;
  finish(job, bits, signed, i + 1, j, at, b0, b1, shift, twice, least, most);
  at += stride;
  finish(job, bits, signed, i + 2, j, at, c0, c1, shift, twice, least, most);
  at += stride;
  finish(job, bits, signed, i + 3, j, at, d0, d1, shift, twice, least, most);
}

/** One row, `lane` of its group of four, times eight columns. */
// @ts-ignore: decorator
@inline export function one(job: Job, bits: i32, signed: bool, dithered: bool, i: i32, j: i32, left: usize, right: usize, shift: i32, bound: i32, least: v128, most: v128): void {
  const twice = i32x4.splat(2 * bound);
  let a0 = start(job, dithered, i, j, shift, bound);
  let a1 = start(job, dithered, i, j + 4, shift, bound);
  const end = left + (<usize>job.padded << 3);
  while (left < end) {
    const a = v128.load_splat<i32>(left);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, v128.load(right)));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, v128.load(right, 16)));
    left += 16;
    right += 32;
  }
  const at = <usize>i * stride + (<usize>(j * bits) >> 3);
  finish(job, bits, signed, i, j, at, a0, a1, shift, twice, least, most);
}
