/**
 * Joins what a cell prints in one breath: a hundred thousand lines become some hundred events. What
 * comes first is shown at once, what follows closely a moment later; order and text stay.
 */
import type { SessionEvent } from './events.ts';

type StreamEvent = Extract<SessionEvent, { type: 'stream' }>;

export interface Coalescer {
  push(event: SessionEvent): void;
  flush(): void;
}

/** Long enough to be few, short enough not to be seen. */
const breathMs = 8;
const largest = 65_536;

export function createCoalescer(deliver: (event: SessionEvent) => void): Coalescer {
  let waiting: StreamEvent | undefined;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    const event = waiting;
    waiting = undefined;
    if (event) deliver(event);
  };
  const breathe = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!waiting) return;
      flush();
      breathe();
    }, breathMs);
  };

  return {
    push(event) {
      if (waiting && event.type === 'stream' && isSamePlace(waiting, event)) {
        waiting.text += event.text;
        if (waiting.text.length > largest) flush();
        return;
      }
      flush();
      if (event.type !== 'stream') deliver(event);
      else waitOrDeliver(event);
    },
    flush,
  };

  function waitOrDeliver(event: StreamEvent): void {
    if (timer) waiting = { ...event };
    else {
      deliver(event);
      breathe();
    }
  }
}

function isSamePlace(a: StreamEvent, b: StreamEvent): boolean {
  return a.cell === b.cell && a.name === b.name;
}
