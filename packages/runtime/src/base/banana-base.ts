import { BananaError, type BaseCard } from "@banana-peel/format";
import type { Feeds, Ort } from "../ort.js";
import type { PeelUse } from "../peel/types.js";
import { checkUses } from "../plan/check-uses.js";
import type { PlanContext, WorkedPlan } from "../plan/make-plan.js";
import { Planner } from "../plan/planner.js";
import type { Plan, PlanOptions } from "../plan/types.js";
import { checkFeeds } from "./check-feeds.js";
import type { CheckedFiles } from "./check-files.js";
import { GraphSessions } from "./graph-sessions.js";
import type { OpenGraph } from "./open-graph.js";
import { Queue } from "./queue.js";
import { makeReport } from "./report.js";
import { type GraphState, graphState, type State } from "./state.js";
import type { Base, OpenBaseOptions, Report, SetPeelsOptions } from "./types.js";
import { readWeights } from "./weights.js";

/** The one implementation of Base; openBase makes it from files that were checked. */
export class BananaBase implements Base {
  readonly card: BaseCard;
  readonly digest: string;
  readonly ort: Ort;
  readonly #files: CheckedFiles;
  readonly #now: () => number;
  readonly #graphs: ReadonlyMap<string, OpenGraph>;
  readonly #sessions: ReadonlyMap<string, GraphSessions>;
  readonly #planner: Planner;
  readonly #queue = new Queue();
  readonly #releasing = new Set<Promise<void>>();
  #state: State;
  #disposed: Promise<void> | undefined;

  constructor(
    options: OpenBaseOptions,
    digest: string,
    files: CheckedFiles,
    graphs: ReadonlyMap<string, OpenGraph>,
  ) {
    this.card = options.card;
    this.digest = digest;
    this.ort = options.ort;
    this.#files = files;
    this.#now = options.now ?? (() => performance.now());
    this.#graphs = graphs;
    this.#sessions = new Map(
      [...graphs].map(([name, graph]) => [name, new GraphSessions({ graph, files, base: options })]),
    );
    const context: PlanContext = {
      digest,
      targets: options.card.targets.map(({ graph, path }) => graphs.get(graph)!.targets.get(path)!),
      now: this.#now,
      readWeights: (target, signal) => readWeights(target, files, signal),
    };
    this.#planner = new Planner(context);
    const off = this.#planner.nothing();
    const milliseconds = { plan: 0, sessions: 0, total: 0 };
    this.#state = {
      uses: [],
      graphs: this.#graphStates([], off, undefined),
      report: makeReport(this.card, digest, [], off.plan, milliseconds),
    };
  }

  async plan(uses: readonly PeelUse[], options: PlanOptions & { signal?: AbortSignal } = {}): Promise<Plan> {
    this.#alive();
    checkUses(uses, this.digest);
    const { signal, ...choice } = options;
    return (await this.#planner.plan(uses, choice, signal)).plan;
  }

  async setPeels(
    uses: readonly PeelUse[],
    options: SetPeelsOptions & { signal?: AbortSignal } = {},
  ): Promise<Report> {
    this.#alive();
    const copies = uses.map((use) => ({ ...use }));
    return this.#queue.run(() => this.#swap(copies, options));
  }

  async run(graph: string, feeds: Feeds, { signal }: { signal?: AbortSignal } = {}): Promise<Feeds> {
    this.#alive();
    signal?.throwIfAborted();
    const open = this.#graphs.get(graph);
    if (open === undefined)
      throw new BananaError(
        "INPUT_INVALID",
        `expected one of the graphs ${[...this.#graphs.keys()].join(", ")}, found ${graph}`,
        { where: graph, hint: "The base card lists the graphs." },
      );
    checkFeeds(graph, open.model.graph, feeds);
    const state = this.#state.graphs.get(graph)!;
    const results = await state.slot.use(async (session) => {
      signal?.throwIfAborted();
      try {
        return await session.run({ ...feeds, ...state.feeds });
      } catch (cause) {
        throw new BananaError(
          "RUN_FAILED",
          `expected onnxruntime to run ${graph}, found: ${cause instanceof Error ? cause.message : String(cause)}`,
          {
            where: graph,
            hint: "The cause is onnxruntime's own; sizes of inputs must fit each other too.",
            cause,
          },
        );
      }
    });
    signal?.throwIfAborted();
    return results;
  }

  report(): Report {
    this.#alive();
    return this.#state.report;
  }

  uses(): readonly PeelUse[] {
    this.#alive();
    return this.#state.uses;
  }

  async readFile(path: string, { signal }: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    this.#alive();
    if (!this.card.files.some((file) => file.path === path))
      throw new BananaError("INPUT_INVALID", `expected a file of the card, found ${path}`, {
        where: path,
        hint: "The base card lists the files.",
      });
    return this.#files.readFile(path, signal);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#queue.run(async () => {
      await Promise.all([...this.#sessions.values()].map((sessions) => sessions.retireAll()));
      await Promise.all(this.#releasing);
    });
    return this.#disposed;
  }

  /** Makes a whole new state, then puts it in force in one step; until then the state before stays untouched. */
  async #swap(
    uses: readonly PeelUse[],
    { plan, releaseIdle = false, signal, ...choice }: SetPeelsOptions & { signal?: AbortSignal },
  ): Promise<Report> {
    const start = this.#now();
    this.#check(signal);
    checkUses(uses, this.digest);
    const worked =
      plan === undefined
        ? await this.#planner.plan(uses, choice, signal)
        : await this.#planner.again(plan, uses, signal);
    const planned = this.#now();
    const graphs = this.#graphStates(uses, worked, signal);
    try {
      for (const [name, { slot }] of graphs) {
        this.#check(signal);
        if (slot !== this.#sessions.get(name)!.base) await slot.warm();
      }
      this.#check(signal);
    } catch (error) {
      for (const [name, { slot }] of graphs) this.#release(this.#sessions.get(name)!.discard(slot));
      throw error;
    }
    const end = this.#now();
    const report = makeReport(this.card, this.digest, uses, worked.plan, {
      plan: planned - start,
      sessions: end - planned,
      total: end - start,
    });
    this.#state = { uses, graphs, report };
    for (const [name, { slot }] of graphs) this.#release(this.#sessions.get(name)!.keep(slot, releaseIdle));
    return report;
  }

  #graphStates(
    uses: readonly PeelUse[],
    worked: WorkedPlan,
    signal: AbortSignal | undefined,
  ): Map<string, GraphState> {
    return new Map(
      [...this.#graphs].map(([name, graph]) => [
        name,
        graphState(this.ort, graph, this.#sessions.get(name)!, uses, worked, signal),
      ]),
    );
  }

  /** Lets releases go on by themselves; dispose waits for them. onnxruntime's failures to release are its own. */
  #release(releases: readonly Promise<void>[]): void {
    for (const release of releases) {
      const done: Promise<void> = release.catch(() => {}).finally(() => this.#releasing.delete(done));
      this.#releasing.add(done);
    }
  }

  #check(signal: AbortSignal | undefined): void {
    this.#alive();
    signal?.throwIfAborted();
  }

  #alive(): void {
    if (this.#disposed !== undefined)
      throw new BananaError("DISPOSED", "expected an open base, found it disposed", {
        where: `${this.card.family} ${this.card.version}`,
        hint: "Open the base again.",
      });
  }
}
