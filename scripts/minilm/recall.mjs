/** Dot product of two vectors of one length. */
export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * Share of the queries whose right name is the first, or among the first ten.
 * @param {Float32Array[]} queries
 * @param {Float32Array[]} names
 * @param {number[]} right index of each query's name
 */
export function recall(queries, names, right) {
  let [one, ten] = [0, 0];
  queries.forEach((query, i) => {
    const own = dot(query, names[right[i]]);
    let above = 0;
    for (const name of names) if (dot(query, name) > own) above++;
    if (above < 1) one++;
    if (above < 10) ten++;
  });
  return { "@1": one / queries.length, "@10": ten / queries.length };
}

/** Mean cosine of two lists of unit vectors. */
export function cosine(a, b) {
  return a.reduce((sum, vector, i) => sum + dot(vector, b[i]), 0) / a.length;
}
