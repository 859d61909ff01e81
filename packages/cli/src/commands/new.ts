import { Option } from "commander";
import { interruptible, print } from "../io.js";
import type { NewFlags } from "../new/answers.js";
import { shellWord } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

const TEMPLATES = ["peel", "host-node", "host-web", "host-react-native"];

/** What to do next, by template. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  peel: ["npm install", "npx banana-peel import LORA --base DIR --into .", "npm run validate"],
  "host-node": ["npm install", "npx banana-peel base add DIR", "npx banana-peel add NAME", "npm start"],
  "host-web": [
    "npm install",
    "cp -r DIR public/base",
    "npx banana-peel base add -C public public/base",
    "npx banana-peel add -C public NAME",
    "npm run dev",
  ],
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
    .option("--lora <path>", "the LoRA that the peel is made from: a folder or a safetensors file")
    .option("-b, --base <dir>", "folder with the card of the base that the LoRA is for")
    .option("-y, --yes", "ask nothing; what isn't given gets its default")
    .addHelpText(
      "after",
      examples(
        ["new", "asks; so does npm create banana-peel"],
        ["new my-style --template peel --license CC0-1.0 --yes", "asks nothing"],
        ["new my-style -t peel --lora lora.safetensors --base ./bases/nano -y", "a peel that is whole"],
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
      const { template, folder: out, lora, ...values } = answers;
      // Read first, so that a LoRA that doesn't fit leaves nothing behind.
      const read = lora && (await (await import("../import-lora.js")).importLora(lora.path, lora));
      const files = await interruptible(io, async () => {
        const made = await scaffold(template, out, { ...values, version: version() });
        if (read) await (await import("../new/add-lora.js")).addLora(out, made, read);
        return made;
      });
      const steps = (NEXT[template] ?? []).filter((step) => !read || !step.includes(" import "));
      const next = [...(out === "." ? [] : [`cd ${shellWord(out)}`]), ...steps];
      const adapter = read && {
        format: read.result.format,
        rank: read.adapter.rank,
        base: read.base.family,
        covered: read.result.coverage.covered.length,
        targets: read.base.card.targets.length,
      };
      print(io, options, { template, folder: out, name: values.name, files, adapter, next }, () => {
        const { colours } = io;
        const list = files.map((file) => `  ${colours.dim("+")} ${file}\n`).join("");
        const imported = adapter
          ? `imported ${lora?.path} (${adapter.format}, rank ${adapter.rank}): ${adapter.covered} of ${adapter.targets} targets of ${adapter.base}\n`
          : "";
        return `${colours.green("made")} ${out}\n${list}${imported}next:\n${next.map((line) => `  ${line}\n`).join("")}`;
      });
    });
