/**
 * Ends a call of this thread that computes without end, which no timer of this thread could: another
 * thread watches, and ends the running JavaScript through the inspector.
 */
import { isMainThread, Worker } from 'node:worker_threads';
import { ownModule } from '../own-process.ts';
import { asking, current, givenUp, heard, wordCount, type Guarded } from './guard-thread.ts';
import type { Watched } from './reward-watch.ts';

export interface CallGuard {
  /** Calls at once. A call that is given up never returns, and takes with it what it was called by. */
  call<T>(run: () => T): T;
  /** Watches until the work, which waits for calls, has settled. */
  during<T>(work: () => Promise<T>): Promise<T>;
  close: () => Promise<void>;
}

/** The thread is started at the first work, and goes when there has been none for a while. */
export function callGuard({ name, timeoutSeconds }: Watched): CallGuard {
  const words = new Int32Array(new SharedArrayBuffer(4 * wordCount));
  const guarded: Guarded = { words: words.buffer, name, timeoutMs: timeoutSeconds * 1000 };
  let thread: Worker | undefined;
  let calls = 0;
  const start = (): Worker => {
    const started = new Worker(ownModule('lib/code/guard-thread'), {
      workerData: guarded,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    started.on('message', () => Atomics.add(words, heard, 1));
    started.on('error', () => undefined); // Calls are then watched by nobody, and can be interrupted.
    started.on('exit', (code) => {
      const asked = Atomics.load(words, asking) > 0; // Just as it went.
      thread = code === 0 && asked ? start() : undefined;
    });
    started.unref();
    return started;
  };
  return {
    call(run) {
      const mine = ++calls;
      Atomics.store(words, current, mine);
      try {
        return run();
      } finally {
        // Given up in this very moment: the end is to come here, and not in what runs next.
        if (Atomics.compareExchange(words, current, mine, 0) !== mine)
          while (Atomics.load(words, current) === givenUp) Atomics.wait(words, current, givenUp, 1);
      }
    },
    async during(work) {
      // A thread is watched by nobody: the inspector of another reaches the main one alone.
      if (isMainThread) thread ??= start();
      Atomics.add(words, asking, 1);
      try {
        return await work();
      } finally {
        Atomics.sub(words, asking, 1);
      }
    },
    close: async () => {
      await thread?.terminate();
    },
  };
}
