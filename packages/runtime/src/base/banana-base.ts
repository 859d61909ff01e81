import { BananaError, type BaseCard } from "@banana-peel/format";
import { webEngine } from "../merge/web-engine.js";
import type { Feeds, Ort } from "../ort.js";
import { KnownUses } from "../peel/known-uses.js";
import type { PeelChoice, PeelUse } from "../peel/types.js";
import { checkUses } from "../plan/check-uses.js";
import { planContext } from "../plan/context.js";
import { Planner, type WorkedPlan } from "../plan/planner.js";
import type { Plan, PlanOptions } from "../plan/types.js";
import { checkWatch, type Watch } from "../plan/watch.js";
import { told } from "../progress.js";
import { until } from "../until.js";
import { checkFeeds } from "./check-feeds.js";
import type { CheckedFiles } from "./check-files.js";
import { GraphSessions } from "./graph-sessions.js";
import { graphValue } from "./graph-value.js";
import { MergeBehind } from "./merge-behind.js";
import type { OpenGraph } from "./open-graph.js";
import { Queue } from "./queue.js";
import { makeReport } from "./report.js";
import { runGraph } from "./run-graph.js";
import { type GraphState, graphState, type State } from "./state.js";
import { toFeeds } from "./to-feeds.js";
import type {
  Base,
  GraphValue,
  Merging,
  OpenBaseOptions,
  Report,
  RunFeeds,
  RunOptions,
  SetPeelsOptions,
} from "./types.js";

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
  readonly #uses: KnownUses;
  readonly #queue = new Queue();
  readonly #behind = new MergeBehind();
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
    const { card, folder, cache, engine = webEngine() } = options;
    this.#planner = new Planner(
      planContext({ digest, card, graphs, files, folder, engine, now: this.#now }),
      folder !== undefined && cache !== undefined ? { cache, folder, card, graphs } : undefined,
    );
    this.#uses = new KnownUses((uses) => checkUses(uses, digest));
    const off = this.#planner.nothing();
    const milliseconds = { plan: 0, sessions: 0, total: 0 };
    this.#state = {
      uses: [],
      graphs: this.#graphStates([], off, undefined),
      report: makeReport(this.card, digest, [], off.plan, milliseconds),
    };
  }

  async plan(peels: readonly PeelChoice[], options: PlanOptions & Watch = {}): Promise<Plan> {
    this.#alive();
    const uses = this.#uses.get(peels);
    const { signal, onProgress, ...choice } = options;
    checkWatch(options);
    return this.#files.during(() => this.#planner.plan(uses, choice, { signal, onProgress }));
  }

  async setPeels(peels: readonly PeelChoice[], options: SetPeelsOptions & Watch = {}): Promise<Report> {
    this.#alive();
    const uses = this.#uses.get(peels);
    checkWatch(options);
    const swap = () => this.#files.during(() => this.#swap(uses, options));
    return this.#queue.run(swap, options.signal);
  }

  async run(graph: string, feeds: RunFeeds, { peels, signal }: RunOptions = {}): Promise<Feeds> {
    this.#alive();
    checkWatch({ signal });
    signal?.throwIfAborted();
    const open = this.#graph(graph);
    const tensors = toFeeds(this.ort, graph, open.model.graph, feeds);
    checkFeeds(graph, open.model.graph, tensors);
    if (peels === undefined) return runGraph(this.#state.graphs.get(graph)!, graph, tensors, signal);
    const uses = this.#uses.get(peels);
    const worked = await this.#planner.work(uses, { strategy: "attach" }, { signal });
    this.#check(signal);
    const state = graphState(this.ort, open, this.#sessions.get(graph)!, uses, worked, signal);
    return runGraph(state, graph, tensors, signal);
  }

  inputs(graph: string): readonly GraphValue[] {
    return this.#graph(graph).model.graph.inputs.map(graphValue);
  }

  outputs(graph: string): readonly GraphValue[] {
    return this.#graph(graph).model.graph.outputs.map(graphValue);
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

  async merged(): Promise<Report> {
    this.#alive();
    await this.#behind.settled();
    return this.report();
  }

  dispose(): Promise<void> {
    const stopped = this.#behind.stop(this.#isDisposed());
    this.#disposed ??= this.#queue.run(async () => {
      await stopped;
      await Promise.all([...this.#sessions.values()].map((sessions) => sessions.retireAll()));
      await Promise.all(this.#releasing);
      await this.#planner.settled();
    });
    return this.#disposed;
  }

  /** Puts peels in force, attached first where that is asked for and merging takes long. */
  async #swap(uses: readonly PeelUse[], options: SetPeelsOptions & Watch): Promise<Report> {
    const { plan, releaseIdle = false, attachFirst = false, signal, onProgress, ...choice } = options;
    const start = this.#now();
    const how = plan ?? choice;
    const watch = { signal, onProgress };
    this.#check(signal);
    if (!attachFirst)
      return this.#apply(uses, await this.#planner.work(uses, how, watch), { start, releaseIdle, watch });
    const ready = await this.#planner.ready(uses, how, watch);
    if (ready !== undefined) return this.#apply(uses, ready, { start, releaseIdle, watch });
    const attached = await this.#planner.work(uses, { strategy: "attach" }, { signal });
    await this.#apply(uses, attached, { start, releaseIdle, watch });
    return this.#mergeBehind(uses, how, releaseIdle, watch);
  }

  /** Begins to merge the attached peels in force. The merged weights come into force between other swaps. */
  #mergeBehind(
    uses: readonly PeelUse[],
    how: Plan | PlanOptions,
    releaseIdle: boolean,
    { signal: own, onProgress }: Watch,
  ): Report {
    const start = this.#now();
    const says = (merging: Merging) => {
      this.#state = { ...this.#state, report: { ...this.#state.report, merging } };
    };
    const merge = async (signal: AbortSignal) => {
      const watch = { signal, onProgress };
      const worked = await this.#files.during(() => this.#planner.work(uses, how, watch));
      await this.#queue.run(async () => {
        this.#check(signal);
        await this.#files.during(() => this.#apply(uses, worked, { start, releaseIdle, watch }));
      }, signal);
    };
    says({ state: "under way" });
    this.#behind.start(merge, (error) => says({ state: "failed", error }), own);
    return this.#state.report;
  }

  /** Makes a whole new state, then puts it in force in one step; until then the state before stays untouched. */
  async #apply(
    uses: readonly PeelUse[],
    worked: WorkedPlan,
    { start, releaseIdle, watch }: { start: number; releaseIdle: boolean; watch: Watch },
  ): Promise<Report> {
    const { signal, onProgress } = watch;
    const planned = this.#now();
    const graphs = this.#graphStates(uses, worked, signal);
    try {
      const opened = [...graphs].filter(([name, { slot }]) => slot !== this.#sessions.get(name)!.base);
      for (const [, { slot }] of told(onProgress, "session", opened, ([name]) => name)) {
        this.#check(signal);
        await until(slot.warm(), signal);
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
    this.#behind.leave();
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

  #graph(name: string): OpenGraph {
    this.#alive();
    const open = this.#graphs.get(name);
    if (open !== undefined) return open;
    throw new BananaError(
      "INPUT_INVALID",
      `expected one of the graphs ${[...this.#graphs.keys()].join(", ")}, found ${name}`,
      { where: String(name), hint: "The base card lists the graphs." },
    );
  }

  #check(signal: AbortSignal | undefined): void {
    this.#alive();
    signal?.throwIfAborted();
  }

  #alive(): void {
    if (this.#disposed !== undefined) throw this.#isDisposed();
  }

  #isDisposed(): BananaError {
    return new BananaError("DISPOSED", "expected an open base, found it disposed", {
      where: `${this.card.family} ${this.card.version}`,
      hint: "Open the base again.",
    });
  }
}
