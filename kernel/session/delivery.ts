/**
 * Brings the session's two kinds of output into one order: what native code wrote to the standard
 * streams comes before the `done` of its cell, whatever pipe was read first.
 */
import type { SessionEvent } from './events.ts';
import type { Notice } from './protocol.ts';

type StreamName = 'stdout' | 'stderr';

export interface Delivery {
  notice(notice: Notice): void;
  native(name: StreamName, text: string): void;
  /** This stream has been read up to the end of the cell. */
  mark(name: StreamName, cell: number): void;
  /** Nothing more comes: gives out what waited for a mark. */
  flush(): void;
}

/** `cells` are the unfinished ones, in order; `deliver` takes a finished one out. */
export function createDelivery(
  cells: ReadonlyMap<number, unknown>,
  deliver: (notice: Notice) => void,
): Delivery {
  const marked: Record<StreamName, Set<number>> = { stdout: new Set(), stderr: new Set() };
  const waiting: Notice[] = [];
  let latest = 0;

  const mayPass = (notice: Notice): boolean => {
    if (notice.type !== 'event' || notice.event.type !== 'done' || !notice.marked) return true;
    const { cell } = notice.event;
    return marked.stdout.has(cell) && marked.stderr.has(cell);
  };

  const pass = (notice: Notice): void => {
    if (notice.type === 'event' && notice.event.type === 'done') {
      latest = notice.event.cell;
      for (const cells of Object.values(marked)) cells.delete(latest);
    }
    deliver(notice);
  };

  const drain = (): void => {
    while (waiting.length > 0 && mayPass(waiting[0]!)) pass(waiting.shift()!);
  };

  return {
    notice(notice) {
      if (waiting.length > 0 || !mayPass(notice)) waiting.push(notice);
      else pass(notice);
    },
    native(name, text) {
      const cell = [...cells.keys()].find((key) => !marked[name].has(key)) ?? latest;
      const event: SessionEvent = { type: 'stream', cell, name, text };
      deliver({ type: 'event', event });
    },
    mark(name, cell) {
      marked[name].add(cell);
      drain();
    },
    flush() {
      for (const notice of waiting.splice(0)) pass(notice);
    },
  };
}
