/** A model served by a process of its own, as the one that started it asks it. */
import { AsyncResource } from 'node:async_hooks';
import { startWorker } from './client.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { fromRefusal } from './refusal.ts';

type Numbered<T> = T extends { id: number } ? Omit<T, 'id'> : never;
export type Question = Numbered<Exclude<ToWorker, { type: 'abort' } | { type: 'answer' }>>;
/** An answer, or what comes before it. */
export type Answer = Exclude<Extract<FromWorker, { id?: number }>, { type: 'ask' }>;

export interface Served {
  /** Resolves with the answer; `heard` is told what comes before it. */
  ask(question: Question, options?: AskOptions): Promise<Answer>;
  /** Ends its process. */
  close: () => Promise<void>;
}

export interface AskOptions {
  heard?: (message: Answer) => void;
  /** Aborted: rejects with its reason at once, and the process gives the work up. */
  signal?: AbortSignal | undefined;
}

interface Waiting extends Pick<AskOptions, 'heard'> {
  resolve: (message: Answer) => void;
  reject: (error: unknown) => void;
}

/** Starts a process with its first message. Throws what it refuses. */
export async function startServed(first: ToWorker): Promise<Served> {
  const worker = startWorker();
  const messages = worker.messages[Symbol.asyncIterator]();
  worker.send(first);
  const begun = await messages.next();
  if (begun.done) throw new Error(`${await worker.death()}: ${worker.output()}`);
  if (begun.value.type === 'refused') throw fromRefusal(begun.value.refusal);
  const asked = new Map<number, Waiting>();
  let nextId = 0;
  let gone: string | undefined;
  const ended = listen(messages, asked).then(async () => {
    gone = `the model's process is gone: ${await worker.death()}`;
    for (const { reject } of asked.values()) reject(new Error(gone));
  });
  return {
    ask(question, { heard, signal } = {}) {
      if (gone !== undefined) return Promise.reject(new Error(gone));
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const id = nextId++;
      worker.send({ ...question, id });
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          asked.delete(id);
          worker.send({ type: 'abort', id });
          reject(signal!.reason as Error);
        };
        const settled = <T>(settle: (value: T) => void) => {
          return (value: T): void => {
            signal?.removeEventListener('abort', abort);
            settle(value);
          };
        };
        signal?.addEventListener('abort', abort, { once: true });
        const waiting = { resolve: settled(resolve), reject: settled(reject) };
        // What is heard is said by the one who asked, and not by the one who loaded the model.
        asked.set(id, { ...waiting, ...(heard && { heard: AsyncResource.bind(heard) }) });
      });
    },
    async close() {
      worker.release();
      await ended;
    },
  };
}

function isAnswer(message: FromWorker): message is Answer {
  return 'id' in message;
}

async function listen(
  messages: AsyncIterator<FromWorker>,
  asked: Map<number, Waiting>,
): Promise<void> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    const message = next.value;
    if (!isAnswer(message)) continue;
    const waiting = asked.get(message.id!);
    if (message.type === 'tokens') {
      waiting?.heard?.(message);
      continue;
    }
    asked.delete(message.id!);
    if (message.type === 'refused') waiting?.reject(fromRefusal(message.refusal));
    else waiting?.resolve(message);
  }
}
