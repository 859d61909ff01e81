/**
 * Made-up feeds of a graph of a base: symbolic sizes take those of `sizes` in the order in which their names come up.
 * @param base what openBase gave
 * @param graph name of the graph
 * @param sizes for the first, second, ... symbolic size; 1 beyond them
 */
export function madeUpFeeds(base, graph, sizes) {
  const known = new Map();
  const size = (dim) => {
    if (typeof dim === "number") return dim;
    if (!known.has(dim)) known.set(dim, sizes[known.size] ?? 1);
    return known.get(dim);
  };
  return Object.fromEntries(
    base.inputs(graph).map(({ name, type, dims }) => {
      const own = dims.map(size);
      const length = own.reduce((product, each) => product * each, 1);
      return [name, { data: elements(name, type, length), dims: own }];
    }),
  );
}

function elements(name, type, length) {
  if (type !== "int64") return Float32Array.from({ length }, (_, i) => Math.sin(i));
  if (/mask/.test(name)) return new BigInt64Array(length).fill(1n);
  if (/type/.test(name)) return new BigInt64Array(length);
  return BigInt64Array.from({ length }, (_, i) => BigInt(1000 + ((i * 37) % 20_000)));
}
