import { exactElement, measureAll } from "./exact";
import { current, Job, job } from "./job";
import { begin, four, one } from "./strip";
import { exponent, lengths, longest, words } from "./words";

export { job };

/** The first byte that the host may use. */
export function heap(): usize {
  return __heap_base;
}

/** Columns of words that fit beside the rest in the first-level cache: 16 KiB of them. */
const TILE_BYTES: i32 = 16384;
/** Largest 16-bit number. */
const WHOLE: f32 = 32767;
/** Most fraction bits: a start of 2^29 and a sum of 2^30 stay within 32 bits. */
const MOST_SHIFT: i32 = 29;

/**
 * Folds the update of the job into its plane, from src to dst. A sum in 16-bit factors decides where it can: its
 * error has a bound, and what lies within that bound of a tie is worked out in doubles. So the bytes are those of
 * doubles, whatever machine runs this.
 */
export function fold(): void {
  const job = current();
  begin(job);
  lengths(job.leftFloats, job.rows, job.padded, job.leftNorms);
  lengths(job.rightFloats, job.cols, job.padded, job.rightNorms);
  const along = job.along;
  const most = along == 3 ? job.blockSize : job.rows;
  const size = along == 4 ? job.blockSize : job.cols;
  for (let i = 0; i < job.rows; i += most) {
    const rows = min(most, job.rows - i);
    for (let j = 0; j < job.cols; j += size) segment(job, i, rows, j, min(size, job.cols - j));
  }
}

/** Makes the words of a segment in which scales depend on the row alone or on the column alone, and works it out. */
function segment(job: Job, i: i32, rows: i32, j: i32, cols: i32): void {
  const along = job.along;
  let leftInverses = ONES;
  let leftStep: usize = 0;
  let rightInverses = ONES;
  let rightStep: usize = 0;
  const inverses = <usize>job.inverses;
  if (along == 0) rightInverses = inverses;
  else if (along == 1) {
    leftInverses = inverses + (<usize>i << 2);
    leftStep = 4;
  } else if (along == 2) {
    rightInverses = inverses + (<usize>j << 2);
    rightStep = 4;
  } else if (along == 3) {
    rightInverses = inverses + (<usize>((i / job.blockSize) * job.cols + j) << 2);
    rightStep = 4;
  } else {
    const blocks = (job.cols + job.blockSize - 1) / job.blockSize;
    leftInverses = inverses + (<usize>(i * blocks + j / job.blockSize) << 2);
    leftStep = <usize>blocks << 2;
  }
  const pitch = <usize>job.padded << 2;
  const lefts = <usize>job.leftFloats + <usize>i * pitch;
  const rights = <usize>job.rightFloats + <usize>j * pitch;
  const leftNorms = <usize>job.leftNorms + (<usize>i << 2);
  const rightNorms = <usize>job.rightNorms + (<usize>j << 2);
  const longLeft = longest(leftNorms, rows, leftInverses, leftStep);
  const longRight = longest(rightNorms, cols, rightInverses, rightStep);
  let shift = MOST_SHIFT;
  let leftFactor: f32 = 0;
  let rightFactor: f32 = 0;
  if (longLeft > 1e-30 && longRight > 1e-30) {
    leftFactor = WHOLE / longLeft;
    const room = leftFactor * (WHOLE / longRight);
    if (!(room >= 256 && room < 1e30)) return exactly(job, i, rows, j, cols);
    shift = min(MOST_SHIFT, exponent(room));
    rightFactor = <f32>(<f64>(1 << shift) / <f64>leftFactor);
  } else if (!(longLeft < 1e20 && longRight < 1e20)) return exactly(job, i, rows, j, cols);
  const free = MOST_SHIFT - shift;
  const leftError = words(lefts, rows, job.padded, 4, leftNorms, leftInverses, leftStep, leftFactor, longLeft, free >> 1, job.leftWords, job.leftShifts);
  const rightError = words(rights, cols, job.padded, 8, rightNorms, rightInverses, rightStep, rightFactor, longRight, free - (free >> 1), job.rightWords, job.rightShifts);
  const bound = leftError * (WHOLE + rightError) + rightError * WHOLE + 512;
  if (bound * 4 > <f32>(1 << shift)) return exactly(job, i, rows, j, cols);
  strips(job, i, rows, j, cols, shift, <i32>bound + 1);
}

const ONES = memory.data<f32>([1], 16);

function exactly(job: Job, i: i32, rows: i32, j: i32, cols: i32): void {
  for (let row = i; row < i + rows; row++) for (let col = j; col < j + cols; col++) exactElement(job, row, col);
}

function strips(job: Job, i: i32, rows: i32, j: i32, cols: i32, shift: i32, bound: i32): void {
  const whole = job.bits == 2 ? 0 : cols & ~7;
  const signed = job.signed != 0;
  if (job.rounding == 0) {
    if (job.bits == 8) {
      if (signed) tiles(job, 8, true, false, i, rows, j, whole, shift, bound);
      else tiles(job, 8, false, false, i, rows, j, whole, shift, bound);
    } else if (signed) tiles(job, 4, true, false, i, rows, j, whole, shift, bound);
    else tiles(job, 4, false, false, i, rows, j, whole, shift, bound);
  } else {
    if (job.bits == 8) {
      if (signed) tiles(job, 8, true, true, i, rows, j, whole, shift, bound);
      else tiles(job, 8, false, true, i, rows, j, whole, shift, bound);
    } else if (signed) tiles(job, 4, true, true, i, rows, j, whole, shift, bound);
    else tiles(job, 4, false, true, i, rows, j, whole, shift, bound);
  }
  for (let row = i; row < i + rows; row++) for (let col = j + whole; col < j + cols; col++) exactElement(job, row, col);
}

// @ts-ignore: decorator
@inline function tiles(job: Job, bits: i32, signed: bool, dithered: bool, i: i32, rows: i32, j: i32, cols: i32, shift: i32, bound: i32): void {
  const group = <usize>job.padded << 4;
  const wide = max(8, (TILE_BYTES / (job.padded << 1)) & ~7);
  const rowWords = <usize>job.padded << 3;
  const leftWords = <usize>job.leftWords;
  const rightWords = <usize>job.rightWords;
  const leftShifts = <usize>job.leftShifts;
  const rightShifts = <usize>job.rightShifts;
  const least = i16x8.splat(<i16>job.min);
  const most = i16x8.splat(<i16>job.max);
  for (let first = 0; first < cols; first += wide) {
    const last = min(cols, first + wide);
    for (let row = 0; row < rows; row += 4) {
      const left = leftWords + <usize>(row >> 2) * rowWords;
      const own = shift + load<i32>(leftShifts + row);
      const whole = rows - row >= 4;
      for (let col = first; col < last; col += 8) {
        const right = rightWords + <usize>(col >> 3) * group;
        const by = own + load<i32>(rightShifts + (col >> 1));
        if (whole) four(job, bits, signed, dithered, i + row, j + col, left, right, by, bound, least, most);
        else
          for (let rest = 0; rest < rows - row; rest++)
            one(job, bits, signed, dithered, i + row + rest, j + col, left + (rest << 2), right, by, bound, least, most);
      }
    }
  }
}

/** Adds to the job's sums how the change from src to dst matches the update. */
export function measure(): void {
  measureAll(current());
}

/** Whether dst differs from src in `bytes` bytes. */
export function differs(bytes: i32): bool {
  const job = current();
  const src = <usize>job.src;
  const dst = <usize>job.dst;
  let at: usize = 0;
  const whole = <usize>bytes & ~15;
  for (; at < whole; at += 16) if (v128.any_true(v128.xor(v128.load(src + at), v128.load(dst + at)))) return true;
  for (; at < <usize>bytes; at++) if (load<u8>(src + at) != load<u8>(dst + at)) return true;
  return false;
}
