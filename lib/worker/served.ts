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
  /** Resolves with the answer; `heard` is told what comes before it, and ends it where it throws. */
  ask(question: Question, options?: AskOptions): Promise<Answer>;
  /** Ends its process. */
  close: () => Promise<void>;
}

type Heard = (message: Answer) => void;

export interface AskOptions {
  heard?: Heard;
  /** Aborted: rejects with its reason at once, and the process gives the work up. */
  signal?: AbortSignal | undefined;
}

interface Waiting {
  heard: Heard | undefined;
  resolve: (message: Answer) => void;
  reject: (error: unknown) => void;
}

/** Starts a process with its first message. Throws what it refuses. */
export async function startServed(first: ToWorker): Promise<Served> {
  const worker = startWorker();
  const asked = new Map<number, Waiting>();
  const begun = Promise.withResolvers<undefined>();
  const ended = worker.listen((message) => {
    if (message.type === 'serving') begun.resolve(undefined);
    else if (message.type === 'refused' && message.id === undefined)
      begun.reject(fromRefusal(message.refusal));
    else if (isAnswer(message)) hear(message, asked);
  });
  let nextId = 0;
  let gone: string | undefined;
  const died = ended.then(async () => {
    const reason = await worker.death();
    gone = `the model's process is gone: ${reason}`;
    begun.reject(new Error(`${reason}: ${worker.output()}`));
    for (const { reject } of asked.values()) reject(new Error(gone));
  });
  worker.send(first);
  await begun.promise;
  return {
    ask(question, { heard, signal } = {}) {
      if (gone !== undefined) return Promise.reject(new Error(gone));
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const id = nextId++;
      worker.send({ ...question, id });
      return new Promise((resolve, reject) => {
        const giveUp = (reason: unknown): void => {
          worker.send({ type: 'abort', id });
          settle.reject(reason);
        };
        const abort = (): void => giveUp(signal!.reason);
        const settled = <T>(tell: (value: T) => void) => {
          return (value: T): void => {
            signal?.removeEventListener('abort', abort);
            asked.delete(id);
            tell(value);
          };
        };
        const settle = { resolve: settled(resolve), reject: settled(reject) };
        signal?.addEventListener('abort', abort, { once: true });
        // What is heard is said by the one who asked, and not by the one who loaded the model.
        const told = heard && AsyncResource.bind(heard);
        asked.set(id, { ...settle, heard: told && orGivenUp(told, giveUp) });
      });
    },
    async close() {
      worker.release();
      await died;
    },
  };
}

function isAnswer(message: FromWorker): message is Answer {
  return 'id' in message;
}

function hear(message: Answer, asked: ReadonlyMap<number, Waiting>): void {
  const waiting = asked.get(message.id!);
  if (message.type === 'tokens' || message.type === 'writing') waiting?.heard?.(message);
  else if (message.type === 'refused') waiting?.reject(fromRefusal(message.refusal));
  else waiting?.resolve(message);
}

/** One who throws as it is told, or was ended by force, is told no more, and fails. */
function orGivenUp(told: Heard, giveUp: (reason: unknown) => void): Heard {
  let inside = false;
  return (message) => {
    if (inside) {
      giveUp(new Error('what listens to tokens did not return, and was ended by force'));
      return;
    }
    inside = true;
    try {
      told(message);
    } catch (error) {
      giveUp(error);
    }
    inside = false;
  };
}
