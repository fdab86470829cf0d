/** The lines of a log that comes in pieces, and the events that stand in them. */
import type { TrainEvent } from '../../train/job.ts';

/** What our programs print before an event; Ray prints the worker's name before that. */
export const eventMark = 'rewardlab-event ';

/** Joins pieces to whole lines; what is after the last line break waits for more. */
export function lineJoiner(): { add(text: string): string[]; rest(): string[] } {
  let pending = '';
  return {
    add(text) {
      const lines = (pending + text).split('\n');
      pending = lines.pop()!;
      return lines;
    },
    rest() {
      const last = pending;
      pending = '';
      return last === '' ? [] : [last];
    },
  };
}

/** The event that a line tells, if it tells one. */
function eventOf(line: string): TrainEvent | undefined {
  const at = line.indexOf(eventMark);
  if (at < 0) return undefined;
  try {
    return JSON.parse(line.slice(at + eventMark.length)) as TrainEvent;
  } catch {
    return undefined;
  }
}

/** The events that stand in lines, in their order. */
export function eventsOf(lines: readonly string[]): TrainEvent[] {
  return lines.flatMap((line) => eventOf(line) ?? []);
}
