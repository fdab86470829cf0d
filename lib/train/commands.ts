/** What a running job is told, as a queue that the loop looks into between two steps. */
import type { JobCommand } from './job.ts';

export interface CommandQueue {
  /** Aborted when there is a `stop`: what cannot wait for the end of a step listens to it. */
  readonly stopping: AbortSignal;
  /** The commands that have come since, oldest first. An abort counts as `stop`. */
  take(): JobCommand[];
  /** Resolves when there is something to take. */
  arrival(): Promise<void>;
  close(): void;
}

/** Listens to commands and to a signal until closed. */
export function commandQueue(
  commands: AsyncIterable<JobCommand> | undefined,
  signal: AbortSignal | undefined,
): CommandQueue {
  let queue: JobCommand[] = [];
  let waiting: (() => void) | undefined;
  const stopping = new AbortController();
  const push = (command: JobCommand): void => {
    queue.push(command);
    if (command.type === 'stop') stopping.abort();
    waiting?.();
    waiting = undefined;
  };
  const stop = (): void => push({ type: 'stop' });
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const iterator = commands?.[Symbol.asyncIterator]();
  if (iterator) void listen(iterator, push);
  return {
    stopping: stopping.signal,
    take: () => {
      const taken = queue;
      queue = [];
      return taken;
    },
    arrival: () =>
      queue.length > 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting = resolve;
          }),
    close: () => {
      signal?.removeEventListener('abort', stop);
      void iterator?.return?.();
    },
  };
}

/** A source of commands that breaks is a source that has ended: the job goes on. */
async function listen(
  iterator: AsyncIterator<JobCommand>,
  push: (command: JobCommand) => void,
): Promise<void> {
  try {
    for (;;) {
      const next = await iterator.next();
      if (next.done) return;
      push(next.value);
    }
  } catch {
    return;
  }
}
