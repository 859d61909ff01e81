/** One worker as a pool sees it: it takes works and answers each. */
export interface Port<Task, Work, Done> {
  post(message: ToWorker<Task, Work>, transfer: ArrayBuffer[]): void;
  /** Called once, before the first message. */
  listen(onMessage: (message: FromWorker<Done>) => void, onError: (error: unknown) => void): void;
  terminate(): void;
}

/** Works of a task for a worker; the task comes with the first of it that this worker gets. */
export interface ToWorker<Task, Work> {
  readonly id: number;
  readonly taskId: number;
  readonly task?: Task;
  readonly works: readonly Work[];
}

/** What a worker answers. */
export type FromWorker<Done> = { readonly id: number } & (
  | { readonly done: readonly Done[] }
  | { readonly error: unknown }
);

/** How a pool has its workers. */
export interface PoolOptions<Task, Work, Done> {
  /** Starts a worker. */
  readonly spawn: () => Port<Task, Work, Done>;
  readonly threads: number;
  /** Messages that a worker has at once: one under way, the others at hand while the caller's thread prepares a task. */
  readonly atOnce: number;
  /** The works in their order, those together that go in one message. */
  readonly batches: (task: Task, works: readonly Work[]) => readonly (readonly Work[])[];
  /**
   * Whether a worker with nothing else to do helps with a task that another one has.
   * @param waiting messages of it that no worker has yet
   */
  readonly shares: (work: Work, waiting: number) => boolean;
  /**
   * A work as it travels, and what is transferred with it. A message copies the whole buffer under a view, which may be a
   * file: bytes travel as a copy of their own.
   */
  readonly pack: (work: Work) => { readonly work: Work; readonly transfer: ArrayBuffer[] };
}

/** Workers that share the works of tasks. */
export interface WorkerPool<Task, Work, Done> {
  /**
   * Does all works of a task; all have ended before this does.
   * @param onDone called after each work
   * @throws WorkerLost; the signal's reason; what a worker answers as its error
   */
  run(
    task: Task,
    works: readonly Work[],
    options: { readonly signal?: AbortSignal | undefined; readonly onDone?: (work: Work) => void },
  ): Promise<Done[]>;
  /** Ends the workers; the next run starts others. */
  release(): void;
}

interface Waiting<Task, Work, Done> {
  readonly taskId: number;
  readonly task: Task;
  readonly works: readonly Work[];
  readonly done: (done: readonly Done[]) => void;
  readonly failed: (error: unknown) => void;
}

interface Member<Task, Work, Done> {
  readonly port: Port<Task, Work, Done>;
  taskId: number;
  readonly doing: Map<number, Waiting<Task, Work, Done>>;
}

/** A worker that couldn't start, or ended by itself. */
export class WorkerLost extends Error {}

/** Milliseconds without a work after which the workers are let go of: they hold memory. */
const IDLE_MS = 5000;

/** A pool of workers, which start with the first run and stay until `release`, or until they have had nothing to do. */
export function workerPool<Task, Work, Done>({
  spawn,
  threads,
  atOnce,
  batches,
  shares,
  pack,
}: PoolOptions<Task, Work, Done>): WorkerPool<Task, Work, Done> {
  let members: Member<Task, Work, Done>[] = [];
  const queue: Waiting<Task, Work, Done>[] = [];
  let idle: ReturnType<typeof setTimeout> | undefined;
  let lastTask = 0;
  let lastId = 0;

  const fail = (member: Member<Task, Work, Done>, error: unknown) => {
    members = members.filter((other) => other !== member);
    member.port.terminate();
    const lost = new WorkerLost(error instanceof Error ? error.message : String(error));
    for (const { failed } of member.doing.values()) failed(lost);
    if (members.length === 0) for (const { failed } of queue.splice(0)) failed(lost);
    feed();
  };
  const feed = () => {
    for (let room = 1; room <= atOnce; room++)
      for (const member of members)
        if (member.doing.size < room) {
          const next = nextFor(member);
          if (next !== undefined) give(member, next);
        }
  };
  /** Works of the task that the worker has, else of one that nobody has, else of one that is shared. */
  const nextFor = ({ taskId }: Member<Task, Work, Done>): Waiting<Task, Work, Done> | undefined => {
    const of = (wanted: (waiting: Waiting<Task, Work, Done>) => boolean) => queue.findIndex(wanted);
    let at = of((waiting) => waiting.taskId === taskId);
    if (at < 0) at = of((waiting) => members.every((member) => member.taskId !== waiting.taskId));
    if (at < 0)
      at = of(({ taskId: id, works }) => {
        const waiting = queue.reduce((sum, other) => sum + Number(other.taskId === id), 0);
        return shares(works[0]!, waiting);
      });
    return at < 0 ? undefined : queue.splice(at, 1)[0];
  };
  const give = (member: Member<Task, Work, Done>, waiting: Waiting<Task, Work, Done>) => {
    const id = ++lastId;
    const { taskId, task } = waiting;
    member.doing.set(id, waiting);
    const packed = waiting.works.map(pack);
    const works = packed.map(({ work }) => work);
    const transfer = packed.flatMap((each) => each.transfer);
    member.port.post({ id, taskId, ...(member.taskId !== taskId && { task }), works }, transfer);
    member.taskId = taskId;
  };
  const spawned = () => {
    try {
      return spawn();
    } catch (error) {
      throw new WorkerLost(error instanceof Error ? error.message : String(error));
    }
  };
  const start = () => {
    while (members.length < threads) {
      const member: Member<Task, Work, Done> = { port: spawned(), taskId: 0, doing: new Map() };
      member.port.listen(
        (message) => {
          const waiting = member.doing.get(message.id);
          if (waiting === undefined) return;
          member.doing.delete(message.id);
          if ("error" in message) waiting.failed(message.error);
          else waiting.done(message.done);
          feed();
        },
        (error) => fail(member, error),
      );
      members.push(member);
    }
  };

  const release = () => {
    const old = members;
    members = [];
    for (const { port, doing } of old) {
      port.terminate();
      for (const { failed } of doing.values()) failed(new WorkerLost("the workers were released"));
    }
  };
  /** Counts down to a release while nothing is under way; without keeping the process alive for it. */
  const rest = () => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (members.every(({ doing }) => doing.size === 0)) release();
    }, IDLE_MS);
    (idle as { unref?: () => void }).unref?.();
  };

  return {
    release,
    async run(task, works, { signal, onDone }) {
      signal?.throwIfAborted();
      start();
      const taskId = ++lastTask;
      const drop = () => {
        for (const waiting of queue.filter((each) => each.taskId === taskId)) {
          queue.splice(queue.indexOf(waiting), 1);
          waiting.failed(signal?.reason);
        }
      };
      signal?.addEventListener("abort", drop);
      try {
        const all = batches(task, works).map((own) =>
          new Promise<readonly Done[]>((done, failed) => {
            queue.push({ taskId, task, works: own, done, failed });
          }).then((done) => {
            for (const work of own) onDone?.(work);
            return done;
          }),
        );
        feed();
        // All works have ended before this does, so that nobody writes to a file that the caller has given up.
        const settled = await Promise.allSettled(all);
        signal?.throwIfAborted();
        const bad = settled.find(({ status }) => status === "rejected");
        if (bad !== undefined) throw (bad as PromiseRejectedResult).reason;
        return settled.flatMap((each) => (each as PromiseFulfilledResult<readonly Done[]>).value);
      } finally {
        signal?.removeEventListener("abort", drop);
        rest();
      }
    },
  };
}
