import { type Disk, nodeDisk } from "../disk/disk.js";

/** A disk that has no room left for the nth file that is written. */
export function fullAt(nth: number): Disk {
  let files = 0;
  return {
    ...nodeDisk,
    async open(path, flags, mode) {
      const file = await nodeDisk.open(path, flags, mode);
      if (flags !== "r" && ++files === nth)
        file.writeFile = async () => {
          throw Object.assign(new Error("ENOSPC: made up"), { code: "ENOSPC" });
        };
      return file;
    },
  };
}
