/** What has to be undone when the demo ends, however it ends. */
export interface Cleanup {
  /** Adds a task; the last added runs first. A failing task doesn't keep the others from running. */
  add(task: () => Promise<void> | void): void;
  /** Runs every task once; later calls wait for the same run. */
  run(): Promise<void>;
}

/**
 * An empty list of tasks. All tasks together may take `patience` milliseconds: after that each is still begun, but
 * none is waited for.
 */
export function makeCleanup(patience = 4000): Cleanup {
  const tasks: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    for (const task of tasks.reverse()) {
      const ended = (async () => task())();
      await Promise.race([ended, late]).catch(() => {});
    }
    clearTimeout(timer);
  };
  return {
    add: (task) => void tasks.push(task),
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}

const EXIT: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 };

/**
 * Ends the process in order when it is told to stop: Ctrl-C, SIGTERM, SIGHUP, a reader that closed the pipe, or the
 * script that started it being gone. Aborts `controller`, runs `cleanup`, exits with 128 + the signal's number.
 * @returns to be called once the work is done and its output in place: what comes later no longer changes the status
 */
export function endOnSignals(controller: AbortController, cleanup: Cleanup): () => void {
  let finished = false;
  const stop = (signal: string) => {
    if (finished || controller.signal.aborted) return;
    controller.abort(new Error(`stopped by ${signal}`));
    void cleanup.run().finally(() => process.exit(EXIT[signal]));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  process.stdout.on("error", () => stop("SIGPIPE"));
  process.on("disconnect", () => stop("SIGHUP"));
  return () => {
    finished = true;
  };
}
