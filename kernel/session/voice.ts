/**
 * Says what a cell shows, in that cell's name however late: the async context in which it ran
 * carries its number. What has lost its context speaks for the cell that runs or ran last.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionEvent } from './events.ts';

/** A `SessionEvent` before its cell is known. */
export type Utterance = SessionEvent extends infer E
  ? E extends { cell: number }
    ? Omit<E, 'cell'>
    : never
  : never;

export interface Voice {
  emit(utterance: Utterance, cell?: number): void;
  /** The cell that the present async context belongs to. */
  cell(): number;
  /** Runs in a cell's name. */
  speakingFor<T>(cell: number, run: () => T): T;
  /** The cell's `done` waits for this. */
  pending(work: Promise<unknown>): void;
  /** Resolves when the cell has nothing pending; rejects as the first of it does. */
  settled(cell: number): Promise<void>;
}

export function createVoice(send: (event: SessionEvent) => void): Voice {
  const contexts = new AsyncLocalStorage<number>();
  const works = new Map<number, Set<Promise<unknown>>>();
  let latest = 0;
  const voice: Voice = {
    emit: (utterance, cell = voice.cell()) => send({ ...utterance, cell }),
    cell: () => contexts.getStore() ?? latest,
    speakingFor(cell, run) {
      latest = cell;
      return contexts.run(cell, run);
    },
    pending(work) {
      const cell = voice.cell();
      const mine = works.get(cell) ?? new Set();
      works.set(cell, mine.add(work));
      const forget = (): void => {
        mine.delete(work);
        if (mine.size === 0) works.delete(cell);
      };
      work.then(forget, () => undefined); // a failure stays, for `settled` to throw
    },
    async settled(cell) {
      for (let mine = works.get(cell); mine; mine = works.get(cell)) {
        works.delete(cell);
        await Promise.all(mine);
      }
    },
  };
  return voice;
}
