import { isAbsolute, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openImage } from "@banana-peel/image";
import { openPeel } from "@banana-peel/runtime";
import { openBase } from "@banana-peel/runtime/node";
import { createKeyFile } from "@banana-peel/signer/node";
import * as ort from "onnxruntime-node";
import type { DemoOptions } from "../options.js";
import { saveOutput } from "../save-output.js";
import { sheetHtml } from "../sheet/html/page.js";
import { renderSheet } from "../sheet/render.js";
import { sheetSvg } from "../sheet/svg/sheet.js";
import type { Cleanup } from "../shutdown.js";
import type { Steps } from "../terminal/steps.js";
import { demoEnvironment } from "./environment.js";
import { makeHostApp, readAdded, runAdd } from "./host-app.js";
import { makeReport } from "./make-report.js";
import { drawAll } from "./pictures.js";
import { requestsOf } from "./prompts.js";
import { publish } from "./publish.js";
import { startDemoRegistry } from "./registry.js";

/** What the demo runs in. */
export interface DemoContext {
  readonly options: DemoOptions;
  /** The demo's own folder. */
  readonly temp: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly steps: Steps;
}

/** Names of what is written. */
const SHEET = "contact-sheet.png";
const PAGE = "index.html";

/**
 * The whole demo: from a peel's folder to pictures in a host app.
 * @param cwd folder that paths are shown relative to
 * @returns paths of what was written
 */
export async function runDemo(context: DemoContext, cwd: string): Promise<{ sheet: string; page: string }> {
  const { options, temp, cleanup, signal, steps } = context;
  const env = demoEnvironment(context.env, temp);

  const registry = await steps.run("Start a registry on this machine", async (tell) => {
    const started = await startDemoRegistry(temp, options.base);
    cleanup.add(() => started.close());
    tell(`${started.url} with empty storage in a temporary folder`);
    return started;
  });

  const key = await steps.run("Make a signing key", async (tell) => {
    const made = await createKeyFile(join(temp, "key.pem"));
    tell(`ECDSA P-256, ${made.key.identity.fingerprint}`);
    return made.key;
  });

  const published = await steps.run("Validate, sign, pack and publish the peel", (tell) =>
    publish({ peel: options.peel, base: options.base, key, author: registry.author, env, signal, tell }),
  );
  const { name, version } = published.report;

  const app = await steps.run("Make a host app", async (tell) => {
    const made = await makeHostApp(temp, registry.url, options.base);
    tell("package.json, banana.json with the base, .npmrc with the registry; no store yet");
    return made;
  });

  const short = name.replace(/^@peels\//, "");
  const added = await steps.run(`$ banana-peel add ${short}`, async (tell) => {
    tell((await runAdd(app, short, env, signal)).trim());
    const found = await readAdded(app, name);
    tell(`verified again as the host does: signed by ${found.verified.signer.fingerprint}`);
    return found;
  });

  const studio = await steps.run("Open the int8 base and the peel", async (tell) => {
    const base = await openBase(options.base, { ort, signal });
    cleanup.add(() => base.dispose());
    const peel = await openPeel(added.verified, base);
    const model = await openImage(base, { signal });
    tell(`${base.card.family} ${base.card.version}, ${base.card.targets.length} targets, ${base.digest}`);
    tell(`${name} ${version}, rank ${peel.entry.rank}, changes ${peel.adapter.targets.size} targets`);
    return { base, model, peel, signal, ...requestsOf(peel.manifest) };
  });

  const drawn = await drawAll(studio, steps);

  return steps.run("Write the contact sheet and the page", async (tell) => {
    const { base, peel } = studio;
    const report = makeReport({ published: published.report, added, base, peel, drawn, steps: steps.done });
    const files = new Map([
      [SHEET, renderSheet(sheetSvg(report))],
      [PAGE, new TextEncoder().encode(sheetHtml(report))],
    ]);
    // Drawing the sheet blocks: a Ctrl-C that came meanwhile is heard only once the event loop has turned.
    await setTimeout(1);
    signal.throwIfAborted();
    saveOutput(options.out, files);
    tell(`adapter sha256:${report.peel.adapterSha256}`);
    return { sheet: shown(join(options.out, SHEET), cwd), page: shown(join(options.out, PAGE), cwd) };
  });
}

/** A path as a person reads it best: relative when it lies below `cwd`. */
function shown(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below.startsWith("..") || isAbsolute(below) ? path : below;
}
