/** 1.5 * 2^23: adding it leaves the nearest whole number in the low bits of a float of less than 2^22. */
const MAGIC: f32 = 12582912;
const MAGIC_BITS: i32 = 0x4b400000;

/** Writes the length of each row of float32 [count][padded] to `out`; rows are `padded` numbers, a multiple of 4. */
export function lengths(from: usize, count: i32, padded: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    let sum = f32x4.splat(0);
    for (let r = 0; r < padded; r += 4) {
      const v = v128.load(from + (<usize>r << 2));
      sum = f32x4.add(sum, f32x4.mul(v, v));
    }
    store<f32>(out, sqrt(lanes(sum)));
    out += 4;
    from += <usize>padded << 2;
  }
}

// @ts-ignore: decorator
@inline function lanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** The largest of length[i] * |inverse[i]|; `step` is the distance of the inverses in bytes. NaN where one is. */
export function longest(norms: usize, count: i32, inverses: usize, step: usize): f32 {
  let most: f32 = 0;
  for (let i = 0; i < count; i++) most = max(most, load<f32>(norms + (<usize>i << 2)) * abs(load<f32>(inverses + <usize>i * step)));
  return most;
}

// @ts-ignore: decorator
@inline export function exponent(x: f32): i32 {
  return (reinterpret<i32>(x) >>> 23) - 127;
}

/**
 * Puts rows of float32, each times its inverse and `factor`, on whole numbers of 16 bits. `width` rows lie together,
 * as pairs of numbers: [row / width][pair][row % width][2]. A group of rows that are all shorter than `most`, the
 * longest, is enlarged by up to 2^`room`; by which power of two goes to `shifts`, one for each group.
 * @returns a bound on the length of any row's rounding errors
 */
export function words(
  from: usize,
  count: i32,
  padded: i32,
  width: i32,
  norms: usize,
  inverses: usize,
  step: usize,
  factor: f32,
  most: f32,
  room: i32,
  out: usize,
  shifts: usize,
): f32 {
  const magic = f32x4.splat(MAGIC);
  const bits = i32x4.splat(MAGIC_BITS);
  const apart = <usize>width << 2;
  const pairs = (<usize>padded >> 1) * apart;
  let worst = f32x4.splat(0);
  for (let first = 0; first < count; first += width) {
    const rows = min(width, count - first);
    const long = longest(norms, rows, inverses, step);
    const shift = long > 0 ? max(0, min(room, exponent(most / long))) : 0;
    store<i32>(shifts, shift);
    shifts += 4;
    norms += <usize>rows << 2;
    const larger = factor * <f32>(1 << shift);
    for (let i = 0; i < rows; i++) {
      const by = f32x4.splat(load<f32>(inverses) * larger);
      inverses += step;
      let to = out + (<usize>i << 2);
      let wrong = f32x4.splat(0);
      for (let r = 0; r < padded; r += 4) {
        const x = f32x4.mul(v128.load(from), by);
        const t = f32x4.add(x, magic);
        const error = f32x4.sub(x, f32x4.sub(t, magic));
        wrong = f32x4.add(wrong, f32x4.mul(error, error));
        const whole = i32x4.sub(t, bits);
        const narrow = i16x8.narrow_i32x4_s(whole, whole);
        v128.store_lane<i32>(to, narrow, 0);
        v128.store_lane<i32>(to + apart, narrow, 1);
        to += apart << 1;
        from += 16;
      }
      worst = f32x4.max(worst, wrong);
    }
    out += pairs;
  }
  return sqrt(lanes(worst)) + 1 / 64;
}
