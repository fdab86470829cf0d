/**
 * Brings the session's two kinds of output into one order: what native code and child processes wrote to
 * the standard streams comes before the `done` of its cell, whatever pipe was read first.
 */
import type { SessionEvent } from './events.ts';
import type { Notice } from './protocol.ts';

export interface Delivery {
  notice(notice: Notice): void;
  native(name: 'stdout' | 'stderr', text: string): void;
  /** Nothing more comes: gives out what waits. */
  flush(): void;
}

/** `cells` are the unfinished ones, in order; `deliver` takes a finished one out. */
export function createDelivery(
  cells: ReadonlyMap<number, unknown>,
  deliver: (notice: Notice) => void,
): Delivery {
  const waiting: Notice[] = [];
  let latest = 0;

  const pass = (): void => {
    const notice = waiting.shift()!;
    if (isDone(notice)) latest = notice.event.cell;
    deliver(notice);
  };
  const drain = (): void => {
    while (waiting[0] && !isDone(waiting[0])) pass();
    const [done] = waiting;
    if (!done) return;
    afterReading(() => {
      if (done !== waiting[0]) return; // flushed meanwhile
      pass();
      queueMicrotask(drain); // who waits for the cell hears of its end before what comes late
    });
  };

  return {
    notice(notice) {
      if (waiting.push(notice) === 1) drain();
    },
    native(name, text) {
      const [cell = latest] = cells.keys();
      deliver({ type: 'event', event: { type: 'stream', cell, name, text } });
    },
    flush() {
      while (waiting.length > 0) pass();
    },
  };
}

type DoneNotice = Notice & { event: Extract<SessionEvent, { type: 'done' }> };

function isDone(notice: Notice): notice is DoneNotice {
  return notice.type === 'event' && notice.event.type === 'done';
}

/**
 * Calls back when what is in the pipes now has been read: every turn of the event loop asks all of them
 * before its immediates, and the present turn may have asked before something came.
 */
function afterReading(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
