// Plain JavaScript: the child process of kill.test.ts runs it with Node as it is, on what was built.
import { nodeDisk } from "../../dist/disk/disk.js";

/**
 * The file system of this machine, until the nth operation: then the process kills itself with SIGKILL, before the
 * operation or just after it.
 * @param {number} nth
 * @param {"before" | "after"} when
 * @returns {import("../../dist/disk/disk.js").Disk}
 */
export function deadlyDisk(nth, when) {
  let calls = 0;
  const die = () => process.kill(process.pid, "SIGKILL");
  const wrap = (operation) =>
    function deadly(...args) {
      const turn = ++calls === nth;
      if (turn && when === "before") die();
      const result = operation(...args);
      if (!turn) return result;
      if (!(result instanceof Promise)) die();
      return result.finally(die);
    };
  return Object.fromEntries(
    Object.entries(nodeDisk).map(([name, value]) => [
      name,
      typeof value === "function" ? wrap(value) : value,
    ]),
  );
}
