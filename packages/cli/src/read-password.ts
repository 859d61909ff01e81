import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { BananaError } from "@banana-peel/format";

/** Characters of a password from a pipe. */
const MAX = 10_000;

/**
 * A password: the first line of standard input when asked for, else typed on the terminal without echo.
 * @throws BananaError USAGE without a terminal; CANCELLED
 */
export async function readPassword(fromStdin: boolean): Promise<string> {
  const { stdin, stderr } = process;
  if (fromStdin) {
    let text = "";
    for await (const part of stdin.setEncoding("utf8")) {
      text += part;
      if (text.length > MAX) break;
    }
    return text.split(/\r?\n/)[0] ?? "";
  }
  if (!stdin.isTTY)
    throw new BananaError("USAGE", "expected a terminal to type the password on, found none", {
      hint: "Give it on standard input with --password-stdin.",
    });
  stderr.write("Password: ");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => reject(new BananaError("CANCELLED", "stopped; nothing was changed")));
    });
  } finally {
    lines.close();
    stderr.write("\n");
  }
}
