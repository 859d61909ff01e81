/** Rounds of orthogonal iteration: the first directions of hidden states stand far apart, so these are plenty. */
const ROUNDS = 16;

/**
 * The first eigenvectors of X^T X / m, each at the length of the root of its eigenvalue, by orthogonal iteration.
 * @param rows X, m rows of K numbers
 * @returns [rank][K]
 */
export function mainDirections(rows: readonly Float32Array[], k: number, rank: number): Float64Array[] {
  let basis = Array.from({ length: rank }, (_, r) => start(k, r));
  orthonormal(basis);
  let lengths = basis.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    const next = basis.map(() => new Float64Array(k));
    for (const row of rows)
      basis.forEach((direction, r) => {
        let along = 0;
        for (let i = 0; i < k; i++) along += row[i]! * direction[i]!;
        const own = next[r]!;
        for (let i = 0; i < k; i++) own[i]! += (along / rows.length) * row[i]!;
      });
    lengths = orthonormal(next);
    basis = next;
  }
  return basis.map((direction, r) => direction.map((value) => value * Math.sqrt(lengths[r]!)));
}

/** Numbers to begin with that are the same every time and the same for no two directions. */
function start(k: number, r: number): Float64Array {
  return Float64Array.from(
    { length: k },
    (_, i) => ((i * 7919 + (r + 1) * (i + 3) * 104729) % 1009) / 1009 - 0.5,
  );
}

/** Gram and Schmidt, in place. @returns the lengths that were left of each */
function orthonormal(basis: readonly Float64Array[]): number[] {
  return basis.map((direction, r) => {
    for (const before of basis.slice(0, r)) {
      let along = 0;
      for (let i = 0; i < direction.length; i++) along += direction[i]! * before[i]!;
      for (let i = 0; i < direction.length; i++) direction[i]! -= along * before[i]!;
    }
    const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let i = 0; i < direction.length; i++) direction[i]! /= length;
    return length;
  });
}
