import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";

const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** A name for a temporary file that says whose it is: `<host>.<pid>.<random>`. */
export function ownName(): string {
  return `${HOST}.${process.pid}.${randomUUID().slice(0, 8)}`;
}

/** True when the process that made a name of `ownName` ran on this machine and its id is in use. */
export function isAtWork(name: string): boolean {
  return name.startsWith(`${HOST}.`) && !isAbandoned(name);
}

/**
 * True when the process that made a name of `ownName` is certainly gone: it ran on this machine and its id is free.
 * A name of another form is nobody's.
 */
export function isAbandoned(name: string): boolean {
  const [host, pid] = name.split(".");
  const id = Number(pid);
  if (host === undefined || !Number.isSafeInteger(id) || id <= 0) return true;
  if (host !== HOST) return false;
  try {
    process.kill(id, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
