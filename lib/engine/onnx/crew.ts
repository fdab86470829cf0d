/** The threads, and how work is given to them: by a fixed rule, so that sums are the same every time. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Token } from '../../graph/executor.ts';
import { ownModule } from '../../own-process.ts';
import type { Reply, Request, ThreadStart } from './messages.ts';

export interface Crew {
  readonly size: number;
  /** Asks a thread; threads answer their own questions in order, and `heard` is told what comes before. */
  ask(thread: number, request: Request, heard?: Heard): Promise<Reply>;
  /** Asks every thread, each its own question. */
  askAll(request: (thread: number) => Request): Promise<Reply[]>;
  close(): Promise<void>;
}

export function startCrew(size: number): Crew {
  const threads = Array.from({ length: size }, (_, index) => startThread({ index }));
  return {
    size,
    ask: (thread, request, heard) => threads[thread]!.ask(request, heard),
    askAll: (request) => Promise.all(threads.map((thread, i) => thread.ask(request(i)))),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

export type Heard = (tokens: readonly Token[]) => void;

interface Waiting {
  heard: Heard | undefined;
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
}

function startThread(workerData: ThreadStart): {
  ask(request: Request, heard?: Heard): Promise<Reply>;
  close(): Promise<void>;
} {
  const worker = new Worker(ownModule('lib/engine/onnx/thread'), { workerData });
  const waiting: Waiting[] = [];
  let dead: Error | undefined;
  const fail = (error: Error): void => {
    dead ??= error;
    for (const { reject } of waiting.splice(0)) reject(dead);
  };
  worker.unref();
  worker.on('message', ({ error, ...reply }: Reply) => {
    if (reply.tokens) {
      waiting[0]?.heard?.(reply.tokens);
      return;
    }
    const next = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if (error) next?.reject(error);
    else next?.resolve(reply);
  });
  worker.on('error', (error: Error) => fail(error));
  worker.on('exit', () => fail(new Error('a thread of the executor has ended')));
  const ask = (request: Request, heard?: Heard): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (dead) {
        reject(dead);
        return;
      }
      waiting.push({ resolve, reject, heard });
      worker.ref();
      worker.postMessage(request);
    });
  return {
    ask,
    async close() {
      if (dead) return;
      const exit = once(worker, 'exit');
      worker.ref();
      await ask({ type: 'end' });
      worker.ref();
      await exit;
    },
  };
}

/** Places of the work for each thread: the longest first, to the thread with the least so far. */
export function share(tokens: readonly number[], threads: number): number[][] {
  const shares = Array.from({ length: threads }, (): number[] => []);
  const load = new Array<number>(threads).fill(0);
  const order = tokens.map((_, i) => i).sort((a, b) => tokens[b]! - tokens[a]! || a - b);
  for (const i of order) {
    const thread = load.indexOf(Math.min(...load));
    shares[thread]!.push(i);
    load[thread]! += tokens[i]!;
  }
  return shares;
}

/** A range cut into as many nearly equal parts. */
export function cut(range: { start: number; end: number }, parts: number): (typeof range)[] {
  const at = (i: number): number =>
    range.start + Math.floor(((range.end - range.start) * i) / parts / 16) * 16;
  return Array.from({ length: parts }, (_, i) => ({
    start: at(i),
    end: i === parts - 1 ? range.end : at(i + 1),
  }));
}
