import { Option } from "commander";
import { print } from "../io.js";
import type { NewFlags } from "../new/answers.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

const TEMPLATES = ["peel", "host-node", "host-web", "host-react-native"];

/** What to do next, by template. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  peel: ["npm install", "npx banana-peel import LORA --base DIR --into .", "npm run validate"],
  "host-node": ["npm install", "npx banana-peel base add DIR", "npx banana-peel add NAME", "npm start"],
  "host-web": ["npm install", "npx banana-peel base add -C public public/DIR", "npm run dev"],
  "host-react-native": ["npm install", "npx expo run:android"],
};

/** `new`: a folder from a template. */
export const newCommand: Register = (program, io) =>
  program
    .command("new")
    .description("make a folder for a peel, or for an app that uses peels; asks for what isn't given")
    .argument("[folder]", "folder to make")
    .addOption(new Option("-t, --template <name>", "what to make").choices(TEMPLATES))
    .option("--name <name>", "name of the peel (default: that of its folder)")
    .option("--description <text>", "what the peel changes, in a sentence")
    .option("--license <spdx>", "SPDX expression of the peel's licence (default: CC-BY-4.0)")
    .option("-y, --yes", "ask nothing; what isn't given gets its default")
    .addHelpText(
      "after",
      examples(
        ["new", "asks; so does npm create banana-peel"],
        ["new my-style --template peel --license CC0-1.0 --yes", "asks nothing"],
        ["new my-app --template host-web --yes", "a page with Vite"],
      ),
    )
    .action(async (folder: string | undefined, options: NewFlags & { json?: boolean }) => {
      const { answersFrom } = await import("../new/answers.js");
      const { scaffold } = await import("../new/scaffold.js");
      const { version } = await import("../version.js");
      const flags = { ...options, folder };
      const asks = !options.yes && !options.json && io.stdout.isTTY === true && process.stdin.isTTY;
      const answers = asks ? await (await import("../new/ask.js")).ask(flags) : answersFrom(flags);
      const { template, folder: out, ...values } = answers;
      const files = await scaffold(template, out, { ...values, version: version() });
      const next = [...(out === "." ? [] : [`cd ${out}`]), ...(NEXT[template] ?? [])];
      print(io, options, { template, folder: out, name: values.name, files, next }, () => {
        const { colours } = io;
        const list = files.map((file) => `  ${colours.dim("+")} ${file}\n`).join("");
        return `${colours.green("made")} ${out}\n${list}next:\n${next.map((line) => `  ${line}\n`).join("")}`;
      });
    });
