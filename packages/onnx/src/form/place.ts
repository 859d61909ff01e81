/** Where the elements of a [K,N] weight lie in its initializer. */
export interface Layout {
  readonly k: number;
  readonly n: number;
  /** [K,N], [N,K], or [channels, N / groups, kernel] of ConvTranspose with K = channels / groups * positions. */
  readonly layout: "kn" | "nk" | "cns";
  /** Groups of a convolution; 1 when absent. */
  readonly groups?: number | undefined;
  /** Positions of a convolution's kernel; 1 when absent. */
  readonly positions?: number | undefined;
}

/** Gives the index of element (row, column) of a [K,N] weight among the stored elements. */
export function placeOf({
  k,
  n,
  layout,
  groups = 1,
  positions = 1,
}: Layout): (row: number, column: number) => number {
  if (layout === "kn") return (row, column) => row * n + column;
  if (layout === "nk") return (row, column) => column * k + row;
  const channels = k / positions;
  const width = n / groups;
  return (row, column) => {
    const position = row % positions;
    const channel = (row - position) / positions;
    const group = Math.floor(column / width);
    return ((group * channels + channel) * width + (column - group * width)) * positions + position;
  };
}
