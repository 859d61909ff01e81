import type { Command } from "commander";
import type { Io } from "../io.js";

/** What a command's module makes of the program; `fail` sets another exit status than 0 after a report. */
export type Register = (program: Command, io: Io, fail: (status: number) => void) => Command;

/** A command and the module that knows it. Modules are loaded when they are needed, so that starting is cheap. */
export interface CommandEntry {
  readonly name: string;
  /** Heading in the help. */
  readonly group: string;
  readonly load: () => Promise<Register>;
}

const group = (
  heading: string,
  entries: readonly (readonly [name: string, load: () => Promise<Register>])[],
): CommandEntry[] => entries.map(([name, load]) => ({ name, group: heading, load }));

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  ...group("Make a peel:", [
    ["new", async () => (await import("./new.js")).newCommand],
    ["keygen", async () => (await import("./keygen.js")).keygenCommand],
    ["import", async () => (await import("./import.js")).importCommand],
    ["validate", async () => (await import("./validate.js")).validateCommand],
    ["pack", async () => (await import("./pack.js")).packCommand],
    ["sign", async () => (await import("./sign.js")).signCommand],
    ["publish", async () => (await import("./publish.js")).publishCommand],
    ["deprecate", async () => (await import("./deprecate.js")).deprecateCommand],
    ["unpublish", async () => (await import("./unpublish.js")).unpublishCommand],
  ]),
  ...group("Use peels in an app:", [
    ["init", async () => (await import("./init.js")).initCommand],
    ["add", async () => (await import("./add.js")).addCommand],
    ["remove", async () => (await import("./remove.js")).removeCommand],
    ["install", async () => (await import("./install.js")).installCommand],
    ["update", async () => (await import("./update.js")).updateCommand],
    ["outdated", async () => (await import("./outdated.js")).outdatedCommand],
    ["list", async () => (await import("./list.js")).listCommand],
    ["why", async () => (await import("./why.js")).whyCommand],
    ["audit", async () => (await import("./audit.js")).auditCommand],
    ["verify", async () => (await import("./verify.js")).verifyCommand],
    ["trust", async () => (await import("./trust.js")).trustCommand],
  ]),
  ...group("Look at bases and models:", [
    ["plan", async () => (await import("./plan.js")).planCommand],
    ["merge", async () => (await import("./merge.js")).mergeCommand],
    ["generate", async () => (await import("./generate.js")).generateCommand],
    ["diff", async () => (await import("./diff.js")).diffCommand],
    ["base", async () => (await import("./base/base.js")).baseCommand],
  ]),
  ...group("Registries:", [
    ["search", async () => (await import("./search.js")).searchCommand],
    ["info", async () => (await import("./info.js")).infoCommand],
    ["login", async () => (await import("./account.js")).loginCommand],
    ["logout", async () => (await import("./account.js")).logoutCommand],
    ["whoami", async () => (await import("./account.js")).whoamiCommand],
    ["registry", async () => (await import("./registry.js")).registryCommand],
  ]),
  ...group("This machine:", [
    ["cache", async () => (await import("./cache.js")).cacheCommand],
    ["doctor", async () => (await import("./doctor.js")).doctorCommand],
    ["completion", async () => (await import("./completion.js")).completionCommand],
    ["explain", async () => (await import("./explain.js")).explainCommand],
  ]),
];
