/** Seeded randomness: the same picture index gives the same picture on every machine. */

/** mulberry32, a 32-bit generator; returns floats in [0, 1). */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One element, all equally likely. */
export function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

/** A float in [low, high). */
export function between(random, low, high) {
  return low + (high - low) * random();
}

/** A colour near `hex`: each channel moves by at most `amount` of 255. */
export function jitter(random, hex, amount) {
  return [0, 2, 4]
    .map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) + between(random, -amount, amount);
      return Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, "0");
    })
    .join("");
}
