import type { TrustPolicy } from "@banana-peel/client";
import type { Command } from "commander";
import { type CommonOptions, interruptible, print } from "../io.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

interface TrustFlags extends CommonOptions {
  project: string;
}

/** `trust`: the trust policy of a project. */
export const trustCommand: Register = (program, io) => {
  const trust = program
    .command("trust")
    .description("show and change which signers an app accepts, in banana.json")
    .addHelpText(
      "after",
      examples(
        ["trust list", "the policy"],
        ["trust add @team/* sha256:…", "only this key may sign for the scope"],
      ),
    );
  const show = (options: TrustFlags, policy: TrustPolicy) =>
    print(io, options, { trust: policy }, () => {
      const rules = Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1));
      if (rules.length === 0) return "no policy: the first signer of a name is kept\n";
      return rules
        .map(([rule, signers]) => `${rule}\n${signers.map((signer) => `  ${signer}\n`).join("")}`)
        .join("");
    });
  const common = (command: Command) => command.option("-C, --project <dir>", "the app's folder", ".");
  common(trust.command("list").description("list the accepted signers of each name and scope"))
    .addHelpText("after", examples(["trust list", "in the app's folder"]))
    .action(async (options: TrustFlags) => {
      const { trustPolicy } = await import("@banana-peel/client");
      show(options, await trustPolicy(options));
    });
  common(
    trust.command("add").description("accept a signer for a name or a scope, and nobody who isn't named"),
  )
    .argument("<name>", "name, @scope/name or @scope/*")
    .argument("<fingerprint>", "sha256: and 64 hexadecimal digits, as verify prints it")
    .addHelpText(
      "after",
      examples(["trust add medical-imaging sha256:…", "the key that its author published"]),
    )
    .action(async (rule: string, signer: string, options: TrustFlags) => {
      const { addTrust } = await import("@banana-peel/client");
      show(
        options,
        await interruptible(io, ({ signal }) => addTrust({ project: options.project, rule, signer, signal })),
      );
    });
  common(trust.command("remove").description("take a signer, or a whole rule, out of the policy"))
    .argument("<name>", "name, @scope/name or @scope/*")
    .argument("[fingerprint]", "the signer (default: all of the rule)")
    .addHelpText("after", examples(["trust remove @team/*", "the scope's rule"]))
    .action(async (rule: string, signer: string | undefined, options: TrustFlags) => {
      const { removeTrust } = await import("@banana-peel/client");
      show(
        options,
        await interruptible(io, ({ signal }) =>
          removeTrust({ project: options.project, rule, signer, signal }),
        ),
      );
    });
  return trust;
};
