import { readFile, writeFile } from "node:fs/promises";
import { encodePng, isBananaError, openBase, openImage, openPeel } from "banana-sdk/node";
import * as ort from "onnxruntime-node";

// banana.json names the bases and the peels; `banana-peel add` and `base add` write it.
const project = JSON.parse(await readFile("banana.json", "utf8")) as {
  bases?: string[];
  peels?: Record<string, string>;
};

async function main(prompt: string, file: string): Promise<void> {
  const [folder] = project.bases ?? [];
  if (folder === undefined) throw new Error("no base yet: npx banana-peel base add DIR");
  const base = await openBase(folder, { ort });
  try {
    const peels = await Promise.all(Object.keys(project.peels ?? {}).map((name) => openPeel(name, base)));
    const report = await base.setPeels(
      peels.map((peel) => ({ peel, weight: peel.entry.weight?.default ?? 1 })),
    );
    console.log(`${base.card.family} ${base.card.version} with ${peels.length} peels`, report.plan.totals);
    if (base.card.image === undefined) {
      console.log("This base doesn't draw: feed its graphs with base.run(graph, feeds).");
      return;
    }
    const model = await openImage(base);
    const picture = await model.generate({ prompt, seed: 7 });
    for (const warning of picture.warnings) console.warn(warning.message);
    await writeFile(file, encodePng(picture));
    console.log(`drew ${file}: ${picture.tags.join(", ") || "no tags"}, in ${Math.round(picture.ms)} ms`);
  } finally {
    await base.dispose();
  }
}

const [prompt = "", file = "picture.png"] = process.argv.slice(2);
await main(prompt, file).catch((error: unknown) => {
  console.error(isBananaError(error) ? `${error.code}: ${error.message}\n${error.hint ?? ""}` : error);
  process.exitCode = 1;
});
