import type { ImageModel } from "@banana-peel/image";
import type { Base, LoadedPeel, Plan } from "@banana-peel/runtime";
import type { DemoReport, DemoRow } from "../report.js";
import { planFacts } from "../sheet/plan-facts.js";
import { duration } from "../sheet/text.js";
import type { Steps } from "../terminal/steps.js";
import { apply, type Drawn, draw, median, requireDifferent, requireSame } from "./draw.js";
import type { Request } from "./prompts.js";

const WEIGHTS = [0.25, 0.5, 0.75, 1] as const;

/** Everything that drawing needs. */
export interface Studio {
  readonly base: Base;
  readonly model: ImageModel;
  readonly peel: LoadedPeel;
  readonly main: Request;
  readonly more: readonly Request[];
  readonly signal: AbortSignal;
}

/**
 * Draws the main prompt without the peel, attached at rising weights, merged, and without it again, and the other
 * prompts without and with it. Each is a step.
 * @throws Error when the last picture isn't the first, or the peel changes nothing; BananaError of the runtime
 */
export async function drawAll(
  studio: Studio,
  steps: Steps,
): Promise<Pick<DemoReport, "main" | "more" | "plans" | "times">> {
  const { base, peel, main, more, signal } = studio;
  const drawMain = (weight: number | undefined, how: Drawn["how"]) =>
    draw(studio.model, main, { weight, how }, signal);

  const bare = await steps.run("Draw without the peel", async (tell) => {
    const first = await drawMain(undefined, "without");
    tell(`prompt "${main.prompt}", seed ${main.seed}: ${duration(first.ms)}`);
    for (const { message } of first.warnings) tell(`warning: ${message}`);
    return { first, rest: await drawMore(studio, undefined) };
  });

  const attached = await steps.run(
    `Draw with it attached at ${WEIGHTS.slice(0, -1).join(", ")} and 1`,
    async (tell) => {
      const pictures: Drawn[] = [];
      const swaps: number[] = [];
      let plan: Plan | undefined;
      for (const weight of WEIGHTS) {
        const report = await apply(base, peel, weight, "attach", signal);
        ({ plan } = report);
        swaps.push(report.milliseconds.total);
        pictures.push(await drawMain(weight, "attached"));
      }
      requireDifferent(bare.first, pictures.at(-1)!);
      // The first use opens the session; the others only change what is fed to it.
      const swap = median(swaps.slice(1));
      tell(
        `first use ${duration(swaps[0]!)}, each change of weight ${duration(swap)}, a picture ${duration(median(pictures.map(({ ms }) => ms)))}`,
      );
      tellPlan(plan!, tell);
      return { pictures, plan: plan!, swap, rest: await drawMore(studio, 1) };
    },
  );

  const merged = await steps.run("Merge it into the int8 weights and draw", async (tell) => {
    const report = await apply(base, peel, 1, "merge", signal);
    const picture = await drawMain(1, "merged");
    requireDifferent(bare.first, picture);
    tell(`merging took ${duration(report.milliseconds.total)}, the picture ${duration(picture.ms)}`);
    tellPlan(report.plan, tell);
    const auto = await base.plan([{ peel, weight: 1 }], { signal });
    tell(`left to itself, the runtime chooses: ${planFacts(auto).targets}`);
    return { picture, plan: report.plan, auto, ms: report.milliseconds.total };
  });

  const last = await steps.run("Take it off and draw again", async (tell) => {
    await base.setPeels([], { signal });
    const picture = await drawMain(undefined, "taken off");
    requireSame(bare.first, picture);
    tell("the first and the last picture are equal, byte for byte");
    return picture;
  });

  const pictures = [bare.first, ...attached.pictures, merged.picture, last];
  return {
    main: { ...main, pictures },
    more: more.map((request, i): DemoRow => ({ ...request, pictures: [bare.rest[i]!, attached.rest[i]!] })),
    plans: { attach: attached.plan, merge: merged.plan, auto: merged.auto },
    times: { swap: attached.swap, merge: merged.ms, picture: median(pictures.map(({ ms }) => ms)) },
  };
}

async function drawMore({ model, more, signal }: Studio, weight: number | undefined): Promise<Drawn[]> {
  const state = { weight, how: weight === undefined ? ("without" as const) : ("attached" as const) };
  const drawn: Drawn[] = [];
  for (const request of more) drawn.push(await draw(model, request, state, signal));
  return drawn;
}

function tellPlan(plan: Plan, tell: (line: string) => void): void {
  const { targets, gain, error } = planFacts(plan);
  tell(`plan: ${targets}; gain ${gain}; relative error ${error}`);
  for (const warning of plan.warnings) tell(`warning: ${warning}`);
}
