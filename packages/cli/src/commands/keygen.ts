import { interruptible, print } from "../io.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `keygen`: makes a key pair. */
export const keygenCommand: Register = (program, io) =>
  program
    .command("keygen")
    .description("make a key pair to sign peels with; an existing key is never overwritten")
    .option("-o, --out <file>", "file of the private key (default: your configuration folder)")
    .addHelpText(
      "after",
      examples(
        ["keygen", "the key that sign and publish use unless told otherwise"],
        ["keygen --out team.pem", "another one; its public key is team.pub.pem"],
      ),
    )
    .action(async (options: { out?: string; json?: boolean }) => {
      const { createKeyFile, defaultKeyPath } = await import("@banana-peel/signer/node");
      const path = options.out ?? defaultKeyPath();
      const { key, publicKeyPath } = await interruptible(io, () => createKeyFile(path));
      const report = { privateKey: path, publicKey: publicKeyPath, fingerprint: key.identity.fingerprint };
      print(
        io,
        options,
        report,
        () =>
          `${io.colours.green("made")} ${path} ${io.colours.dim("(secret: keep it safe and to yourself)")}\n` +
          `  public key   ${publicKeyPath}\n  fingerprint  ${report.fingerprint}\n` +
          "Publish the fingerprint where people trust you, so that they can compare it.\n",
      );
    });
