// `npm run fuzz -- --seconds 60 --seed 7 [--target onnx] [--iteration 123]`: exit 1 when an input was read wrongly.
import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.js";
import { makeInput } from "./make-input.js";
import { TARGETS } from "./targets/index.js";
import { tryInput } from "./try-input.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now()) },
    target: { type: "string", multiple: true },
    iteration: { type: "string" },
    out: { type: "string", default: "fuzz-findings" },
  },
});
const names = TARGETS.map(({ name }) => name);
const unknown = values.target?.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`expected a target of ${names.join(", ")}, found ${unknown}`);
  process.exit(2);
}

const { seed } = values;
if (values.iteration !== undefined) {
  for (const name of values.target ?? names) {
    const target = TARGETS.find((each) => each.name === name)!;
    const what = await tryInput(target, await makeInput(target, seed, Number(values.iteration)));
    console.log(`${name} ${values.iteration}: ${what ?? "read as it should be"}`);
    if (what !== undefined) process.exitCode = 1;
  }
} else {
  const options = values.target === undefined ? {} : { targets: values.target };
  const { inputs, found } = await fuzz({ seconds: Number(values.seconds), seed, ...options });
  for (const { target, iteration, what } of found) {
    await mkdir(values.out, { recursive: true });
    const file = `${values.out}/${target}-${seed}-${iteration}`;
    await writeFile(file, await makeInput(TARGETS.find(({ name }) => name === target)!, seed, iteration));
    console.error(
      `${file}: ${what}\n  again: npm run fuzz -- --seed ${seed} --target ${target} --iteration ${iteration}`,
    );
  }
  console.log(
    `${inputs} inputs of ${(values.target ?? names).length} readers, seed ${seed}: ${found.length} read wrongly`,
  );
  if (found.length > 0) process.exitCode = 1;
}
