import { interruptible, print } from "../io.js";
import { readPassword } from "../read-password.js";
import { plain } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

interface AccountFlags {
  registry?: string;
  json?: boolean;
}
const REGISTRY = ["-r, --registry <url>", "registry (default: as .npmrc says)"] as const;

/** `login`: a token into the user's .npmrc. */
export const loginCommand: Register = (program, io) =>
  program
    .command("login")
    .description("log in to a registry, and keep the token in your .npmrc")
    .argument("<user>", "your name at the registry; a new one makes an account where that is allowed")
    .option(...REGISTRY)
    .option("--password-stdin", "read the password from standard input")
    .addHelpText("after", examples(["login ada", "asks for the password"]))
    .action(async (username: string, options: AccountFlags & { passwordStdin?: boolean }) => {
      const { login } = await import("@banana-peel/client");
      const password = await readPassword(options.passwordStdin ?? false);
      const { registry } = options;
      const report = await interruptible(io, ({ signal }) =>
        login({ username, password, registry, project: process.cwd(), signal }),
      );
      print(io, options, report, () => `logged in to ${report.registry} as ${username} (${report.file})\n`);
    });

/** `logout`: takes the token away. */
export const logoutCommand: Register = (program, io) =>
  program
    .command("logout")
    .description("take a registry's token out of your .npmrc, and have the registry forget it")
    .option(...REGISTRY)
    .addHelpText("after", examples(["logout", "of the registry of .npmrc"]))
    .action(async (options: AccountFlags) => {
      const { logout } = await import("@banana-peel/client");
      const report = await logout({ registry: options.registry, project: process.cwd() });
      const kept = report.revoked ? "" : "; the registry may still accept the token";
      print(io, options, report, () => `logged out of ${report.registry}${kept}\n`);
    });

/** `whoami`: the name at the registry. */
export const whoamiCommand: Register = (program, io) =>
  program
    .command("whoami")
    .description("print your name at the registry")
    .option(...REGISTRY)
    .addHelpText("after", examples(["whoami", "at the registry of .npmrc"]))
    .action(async (options: AccountFlags) => {
      const { whoami } = await import("@banana-peel/client");
      const report = await whoami({ registry: options.registry, project: process.cwd() });
      print(io, options, report, () => `${plain(report.username)}\n`);
    });
