/** Starts worker processes and talks to them; says why one died. */
import { spawn, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { ownArguments } from '../own-process.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

export interface WorkerClient {
  send(message: ToWorker): void;
  /** What it says from now on, until its end. */
  messages(): AsyncIterable<FromWorker>;
  /** The same, each in a turn of its own: one that is ended by force takes none with it. Resolves at its end. */
  listen(heard: (message: FromWorker) => void): Promise<void>;
  /** Why it died, in a sentence; resolves at its end. */
  death(): Promise<string>;
  /** What it wrote besides messages, at most the last 64 KiB. */
  output(): string;
  /** Lets go of it: it ends by itself, a job with a checkpoint; at once where it was told nothing. */
  release(): void;
  readonly pid: number | undefined;
}

const keptOutput = 64 * 1024;

/** A worker that will train can load what it needs for that before it is told of its job. */
export function startWorker(purpose?: 'train'): WorkerClient {
  const args = [...ownArguments('lib/worker/main'), ...(purpose ? [purpose] : [])];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: workerEnvironment(),
  });
  let output = '';
  let told = false;
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-keptOutput);
  };
  child.stdout!.on('data', keep);
  child.stderr!.on('data', keep);
  const ended = once(child, 'exit'); // 'close' does not come after a disconnect of ours.
  return {
    send: (message) => {
      told = true;
      if (child.connected) child.send(message, () => undefined);
    },
    messages: () => unwrapped(on(child, 'message', { close: ['disconnect'] })),
    async listen(heard) {
      child.on('message', heard);
      await once(child, 'disconnect');
    },
    death: async () => {
      await ended;
      return deathOf(child);
    },
    output: () => output,
    release: () => {
      if (!told) child.kill('SIGKILL');
      else if (child.connected) child.disconnect();
    },
    pid: child.pid,
  };
}

/**
 * Asks glibc for large pages, which it reads when a process starts: weights are walked through at every
 * step, and where a page is 4 KiB, finding pages takes a seventh of a step of generation.
 */
export function workerEnvironment(given: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const tunables = given.GLIBC_TUNABLES ?? '';
  if (tunables.includes('glibc.malloc.hugetlb')) return given;
  const all = [...(tunables === '' ? [] : [tunables]), 'glibc.malloc.hugetlb=1'];
  return { ...given, GLIBC_TUNABLES: all.join(':') };
}

async function* unwrapped(inbox: AsyncIterable<unknown[]>): AsyncGenerator<FromWorker> {
  for await (const [message] of inbox) yield message as FromWorker;
}

function deathOf({ signalCode, exitCode }: ChildProcess): string {
  if (signalCode === 'SIGKILL')
    return 'the worker process was killed (SIGKILL), perhaps for want of memory';
  if (signalCode) return `the worker process crashed (${signalCode})`;
  return `the worker process ended with code ${exitCode ?? 0} before its work was done`;
}
