import { Argument } from "commander";
import { print } from "../io.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `completion`: a script that teaches a shell this command line. */
export const completionCommand: Register = (program, io) =>
  program
    .command("completion")
    .description("print a script that completes commands, options and the names of installed peels")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `${examples(["completion fish", "print it"])}
Install:
  bash  banana-peel completion bash >> ~/.bashrc
  zsh   banana-peel completion zsh >> ~/.zshrc     or as _banana-peel into a folder of fpath
  fish  banana-peel completion fish > ~/.config/fish/completions/banana-peel.fish
`,
    )
    .action(async (shell: "bash" | "zsh" | "fish", options: { json?: boolean }) => {
      const { SCRIPTS } = await import("../completion/scripts.js");
      const script = SCRIPTS[shell];
      print(io, options, { shell, script }, () => script);
    });
