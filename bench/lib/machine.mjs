import { cpus, totalmem } from "node:os";

/** The machine in words: processor, cores, memory, Node. No host name. */
export function machine() {
  const all = cpus();
  const model = all[0]?.model.trim() ?? "unknown";
  return `${process.platform} ${process.arch}, ${model}, ${all.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}
