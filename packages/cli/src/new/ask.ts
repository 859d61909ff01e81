import { BananaError, isBananaError } from "@banana-peel/format";
import * as clack from "@clack/prompts";
import { type Answers, complete, DEFAULT_LICENSE, fullName, type NewFlags, nameFor } from "./answers.js";
import { TEMPLATE_NAMES, TEMPLATES, type TemplateName } from "./templates.js";

/** Licences that authors of peels choose most; any SPDX expression may be typed instead. */
const LICENSES = ["CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0", "Apache-2.0", "MIT"];
const OTHER = "other";

/**
 * Asks on a terminal for what the flags don't say.
 * @throws BananaError CANCELLED (Ctrl-C or Esc), NAME_INVALID for a flag's name
 */
export async function ask(flags: NewFlags): Promise<Answers> {
  clack.intro("banana-peel new");
  const template =
    flags.template ??
    (await answer(
      clack.select({
        message: "What do you want to make?",
        options: TEMPLATE_NAMES.map((value) => ({
          value,
          label: TEMPLATES[value].title,
          hint: TEMPLATES[value].hint,
        })),
      }),
    ));
  const placeholder = `my-${template}`;
  const folder =
    flags.folder ??
    ((await answer(clack.text({ message: "In which folder?", placeholder, defaultValue: placeholder }))) ||
      placeholder);
  const own = template === "peel" ? await askPeel(folder, flags) : {};
  return complete({ ...flags, ...own, template: template as TemplateName, folder });
}

async function askPeel(folder: string, flags: NewFlags): Promise<NewFlags> {
  const suggested = nameFor(folder);
  const name =
    flags.name ??
    (await answer(
      clack.text({
        message: "What is the peel's name?",
        placeholder: suggested,
        defaultValue: suggested,
        validate: (text) => (text ? problemOf(text) : undefined),
      }),
    ));
  const description =
    flags.description ??
    (await answer(clack.text({ message: "What does it change, in a sentence?", placeholder: "later" })));
  const license = flags.license ?? (await askLicense());
  return { name, description, license, ...(await askLora(flags)) };
}

/** The LoRA may come later; with one, the base that it is for is asked too. */
async function askLora(flags: NewFlags): Promise<Pick<NewFlags, "lora" | "base">> {
  const lora =
    flags.lora ??
    (
      await answer(
        clack.text({
          message: "Which LoRA is it made from? A folder or a safetensors file",
          placeholder: "later",
        }),
      )
    )?.trim();
  if (!lora) return { base: flags.base };
  const base =
    flags.base ??
    (await answer(
      clack.text({
        message: "Which base is it for? The folder with its card, base.json",
        validate: (text) => (text?.trim() ? undefined : "Type its path."),
      }),
    ));
  return { lora, base: base.trim() };
}

async function askLicense(): Promise<string> {
  const chosen = await answer(
    clack.select({
      message: "Under which licence?",
      initialValue: DEFAULT_LICENSE,
      options: [...LICENSES, OTHER].map((value) => ({ value, label: value })),
    }),
  );
  if (chosen !== OTHER) return chosen;
  return answer(
    clack.text({
      message: "Its SPDX expression?",
      validate: (text) => (text?.trim() ? undefined : "Type one."),
    }),
  );
}

function problemOf(name: string): string | undefined {
  try {
    fullName(name);
  } catch (error) {
    return isBananaError(error) ? `${error.message}. ${error.hint ?? ""}` : String(error);
  }
  return undefined;
}

async function answer<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const given = await prompt;
  if (!clack.isCancel(given)) return given as Exclude<T, symbol>;
  throw new BananaError("CANCELLED", "stopped before the end; nothing was made");
}
