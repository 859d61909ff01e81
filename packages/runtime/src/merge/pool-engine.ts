import type { Folded, FoldTask, FoldWork, MergeEngine } from "./types.js";

/** One worker as the pool sees it. */
export interface Port {
  post(message: ToWorker, transfer: ArrayBuffer[]): void;
  /** Called once, before the first message. */
  listen(onMessage: (message: FromWorker) => void, onError: (error: unknown) => void): void;
  terminate(): void;
}

/** Works of a task for a worker; the task comes with the first of it that this worker gets. */
export interface ToWorker {
  readonly id: number;
  readonly taskId: number;
  readonly task?: FoldTask;
  readonly works: readonly FoldWork[];
}

/** What a worker answers. */
export type FromWorker = { readonly id: number } & (
  | { readonly folded: readonly Folded[] }
  | { readonly error: unknown }
);

interface Waiting {
  readonly taskId: number;
  readonly task: FoldTask;
  readonly works: readonly FoldWork[];
  readonly done: (folded: readonly Folded[]) => void;
  readonly failed: (error: unknown) => void;
}

interface Member {
  readonly port: Port;
  taskId: number;
  readonly doing: Map<number, Waiting>;
}

/** A worker that couldn't start, or ended by itself. */
export class WorkerLost extends Error {}

/** Milliseconds without a work after which the workers are let go of: they hold memory. */
const IDLE_MS = 5000;
/** Messages that a worker has at once: one under way, the others at hand while the caller's thread prepares a task. */
const AT_ONCE = 4;

/**
 * An engine on workers, which start with the first fold and stay until `release`.
 * @param spawn starts a worker
 * @param files whether its workers read and write files
 */
export function poolEngine(spawn: () => Port, threads: number, files: boolean): MergeEngine {
  let members: Member[] = [];
  const queue: Waiting[] = [];
  let idle: ReturnType<typeof setTimeout> | undefined;
  let lastTask = 0;
  let lastId = 0;

  const fail = (member: Member, error: unknown) => {
    members = members.filter((other) => other !== member);
    member.port.terminate();
    const lost = new WorkerLost(error instanceof Error ? error.message : String(error));
    for (const { failed } of member.doing.values()) failed(lost);
    if (members.length === 0) for (const { failed } of queue.splice(0)) failed(lost);
    feed();
  };
  const feed = () => {
    for (let room = 1; room <= AT_ONCE; room++)
      for (const member of members)
        if (member.doing.size < room) {
          const next = nextFor(member);
          if (next === undefined) return;
          give(member, next);
        }
  };
  /** A work of the task that the worker has, else of one that nobody has, else of any: a task is worth megabytes. */
  const nextFor = ({ taskId }: Member): Waiting | undefined => {
    const of = (wanted: (waiting: Waiting) => boolean) => queue.findIndex(wanted);
    let at = of((waiting) => waiting.taskId === taskId);
    if (at < 0) at = of((waiting) => members.every((member) => member.taskId !== waiting.taskId));
    return queue.splice(Math.max(0, at), 1)[0];
  };
  const give = (member: Member, waiting: Waiting) => {
    const id = ++lastId;
    const { taskId, task, works } = waiting;
    member.doing.set(id, waiting);
    const transfer: ArrayBuffer[] = [];
    const own = works.map(({ input, ...work }): FoldWork => {
      if (!(input instanceof Uint8Array)) return { ...work, input };
      // A message copies the whole buffer under a view, which may be a file: the rows travel as a copy of their own.
      const rows = input.slice();
      transfer.push(rows.buffer);
      return { ...work, input: rows };
    });
    member.port.post({ id, taskId, ...(member.taskId !== taskId && { task }), works: own }, transfer);
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
      const member: Member = { port: spawned(), taskId: 0, doing: new Map() };
      member.port.listen(
        (message) => {
          const waiting = member.doing.get(message.id);
          if (waiting === undefined) return;
          member.doing.delete(message.id);
          if ("error" in message) waiting.failed(message.error);
          else waiting.done(message.folded);
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
      for (const { failed } of doing.values()) failed(new WorkerLost("the merge engine was released"));
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
    files,
    release,
    async fold(task, works, { signal, onProgress } = {}) {
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
        const { columns } = task.plane;
        const all = batches(works, columns).map((own) =>
          new Promise<readonly Folded[]>((done, failed) => {
            queue.push({ taskId, task, works: own, done, failed });
          }).then((folded) => {
            for (const { rows } of own) onProgress?.(rows * columns);
            return folded;
          }),
        );
        feed();
        // All works have ended before this does, so that nobody writes to a file that the caller has given up.
        const settled = await Promise.allSettled(all);
        signal?.throwIfAborted();
        const bad = settled.find(({ status }) => status === "rejected");
        if (bad !== undefined) throw (bad as PromiseRejectedResult).reason;
        return settled.flatMap((each) => (each as PromiseFulfilledResult<readonly Folded[]>).value);
      } finally {
        signal?.removeEventListener("abort", drop);
        rest();
      }
    },
  };
}

/** Elements of a message at least: a smaller one takes longer to send than to work out. */
const BATCH_ELEMENTS = 1 << 18;

/** The works in their order, small ones together. */
function batches(works: readonly FoldWork[], columns: number): FoldWork[][] {
  const all: FoldWork[][] = [];
  let room = 0;
  for (const work of works) {
    if (room <= 0) {
      all.push([]);
      room = BATCH_ELEMENTS;
    }
    all.at(-1)!.push(work);
    room -= work.rows * columns;
  }
  return all;
}
