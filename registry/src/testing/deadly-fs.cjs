// Loaded into the registry's process with --require by kill.test.ts, before anything else: counts what the process does
// to the file system, Verdaccio's part too, and lets it die, or find its disk full, at one of these operations.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

let names = [];
/** @type {{step: number, how: "before" | "middle" | "full"} | undefined} */
let death;

function die() {
  process.kill(process.pid, "SIGKILL");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function full(name) {
  return Object.assign(new Error(`ENOSPC: made up for ${name}`), { code: "ENOSPC" });
}

const PROMISES = ["rename", "mkdir", "rm", "rmdir", "unlink", "writeFile", "open", "copyFile"];
const CALLBACKS = ["rename", "mkdir", "rm", "rmdir", "unlink", "writeFile", "open", "copyFile", "fdatasync"];
const SYNC = [
  "renameSync",
  "mkdirSync",
  "rmSync",
  "rmdirSync",
  "unlinkSync",
  "writeFileSync",
  "openSync",
  "writeSync",
];
const HANDLES = ["writeFile", "write", "sync", "datasync"];
/** A full disk still removes and renames. */
const GROWS = /^(?:mkdir|write|writeFile|open|copyFile|sync|f?datasync)(?:Sync)?$/;

/** True for what changes nothing, or isn't of the storage. */
function passes(name, [target, flags]) {
  if (name.startsWith("open")) return typeof flags !== "string" || !/[wa]/.test(flags);
  return name === "writeSync" && (target === 1 || target === 2);
}

/** Half of what `writeFile` of a path or of an open file should write. */
function writeHalf(args, handle) {
  const [target, data] = handle ? [handle.fd, args[0]] : args;
  realWriteSync(target, String(data).slice(0, String(data).length / 2));
}

/** Counts one operation, and ends the process where it must. @returns the error that it meets instead */
function meet(name, args, handle) {
  if (passes(name, args)) return undefined;
  names.push(name);
  if (death === undefined || names.length < death.step) return undefined;
  // A disk that is full stays so.
  if (death.how === "full") return GROWS.test(name) ? full(name) : undefined;
  if (names.length > death.step) return undefined;
  if (death.how === "middle" && /^writeFile/.test(name)) writeHalf(args, handle);
  die();
}
const realWriteSync = fs.writeFileSync;

for (const name of PROMISES) {
  const real = fs.promises[name];
  fs.promises[name] = async (...args) => {
    const error = meet(name, args);
    if (error) throw error;
    return real(...args);
  };
}
for (const name of CALLBACKS) {
  const real = fs[name];
  fs[name] = (...args) => {
    const error = meet(name, args);
    if (error) process.nextTick(args.at(-1), error);
    else real(...args);
  };
}
for (const name of SYNC) {
  const real = fs[name];
  fs[name] = (...args) => {
    const error = meet(name, args);
    if (error) throw error;
    return real(...args);
  };
}
syncBuiltinESMExports();
const probe = fs.openSync(__filename, "r");
fs.closeSync(probe);
const ready = fs.promises.open(__filename, "r").then(async (handle) => {
  const kind = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of HANDLES) {
    const real = kind[name];
    kind[name] = async function (...args) {
      const error = meet(name, args, this);
      if (error) throw error;
      return real.apply(this, args);
    };
  }
});

process.on("message", async (message) => {
  await ready;
  if (message.arm) {
    names = [];
    death = message.death;
    process.send({ armed: true });
  } else process.send({ names });
});
process.channel.unref();
