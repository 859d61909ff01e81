import type { Folded, FoldTask, FoldWork, MergeEngine } from "./types.js";

/** One worker as the pool sees it. */
export interface Port {
  post(message: ToWorker, transfer: ArrayBuffer[]): void;
  /** Called once, before the first message. */
  listen(onMessage: (message: FromWorker) => void, onError: (error: unknown) => void): void;
  terminate(): void;
}

/** A work for a worker; the task comes with the first work of it that this worker gets. */
export interface ToWorker {
  readonly id: number;
  readonly taskId: number;
  readonly task?: FoldTask;
  readonly work: FoldWork;
}

/** What a worker answers. */
export type FromWorker = { readonly id: number } & (
  | { readonly folded: Folded }
  | { readonly error: unknown }
);

interface Waiting {
  readonly taskId: number;
  readonly task: FoldTask;
  readonly work: FoldWork;
  readonly done: (folded: Folded) => void;
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
/** Works that a worker has at once: one under way, one at hand. */
const AT_ONCE = 2;

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
          const next = queue.shift();
          if (next === undefined) return;
          give(member, next);
        }
  };
  const give = (member: Member, waiting: Waiting) => {
    const id = ++lastId;
    const { taskId, task, work } = waiting;
    member.doing.set(id, waiting);
    const { input } = work;
    // A message copies the whole buffer under a view, which may be a file: the rows travel as a copy of their own.
    const own = input instanceof Uint8Array ? input.slice() : input;
    const message = {
      id,
      taskId,
      ...(member.taskId !== taskId && { task }),
      work: { ...work, input: own },
    };
    member.port.post(message, own instanceof Uint8Array ? [own.buffer] : []);
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
        const all = works.map((work) =>
          new Promise<Folded>((done, failed) => {
            queue.push({ taskId, task, work, done, failed });
          }).then((folded) => {
            onProgress?.(work.rows * task.plane.columns);
            return folded;
          }),
        );
        feed();
        // Every work has ended before this does, so that nobody writes to a file that the caller has given up.
        const settled = await Promise.allSettled(all);
        signal?.throwIfAborted();
        const bad = settled.find(({ status }) => status === "rejected");
        if (bad !== undefined) throw (bad as PromiseRejectedResult).reason;
        return settled.map((each) => (each as PromiseFulfilledResult<Folded>).value);
      } finally {
        signal?.removeEventListener("abort", drop);
        rest();
      }
    },
  };
}
