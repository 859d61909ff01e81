import picocolors from "picocolors";

export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream: on a terminal only, and never with NO_COLOR (no-color.org). */
export function coloursFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Colours {
  const wanted = stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  return picocolors.createColors(wanted);
}
