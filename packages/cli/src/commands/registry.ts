import { examples } from "./examples.js";
import type { Register } from "./table.js";

interface StartFlags {
  storage?: string;
  port: string;
  host: string;
  base: string[];
  trust?: string;
  log: string;
  json?: boolean;
}

/** `registry`: a registry on this machine. */
export const registryCommand: Register = (program, _io, fail) => {
  const registry = program
    .command("registry")
    .description("host a registry for peels on this machine")
    .addHelpText("after", examples(["registry start", "on http://127.0.0.1:4873/"]));
  registry
    .command("start")
    .description("start a registry that only lets valid, signed peels in; Ctrl-C stops it")
    .option("-s, --storage <dir>", "where packages, users and owners are kept (default: your data folder)")
    .option("-p, --port <number>", "port; 0 takes a free one", "4873")
    .option("--host <address>", "address to listen on; 0.0.0.0 for all networks", "127.0.0.1")
    .option("-b, --base <dir...>", "check peels against the base in this folder", [])
    .option("--trust <file>", "a banana.json whose trust policy names the accepted signers")
    .option("--log <level>", "fatal, error, warn, http, info, debug or trace", "fatal")
    .addHelpText(
      "after",
      examples(
        ["registry start", "then: banana-peel login NAME -r http://127.0.0.1:4873/"],
        ["registry start --base ./bases/nano --port 0", "check peels for nano; a free port"],
      ),
    )
    .action(async (options: StartFlags) => {
      const { dataFolder, runRegistry } = await import("../run-registry.js");
      const { storage = dataFolder(), port, host, base, trust, log, json } = options;
      const status = await runRegistry([
        ...["--storage", storage, "--port", port, "--host", host, "--log", log],
        ...base.flatMap((folder) => ["--bases", folder]),
        ...(trust === undefined ? [] : ["--trust", trust]),
        ...(json ? ["--json"] : []),
      ]);
      if (status !== 0) fail(status);
    });
  return registry;
};
